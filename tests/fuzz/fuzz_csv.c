/* The CSV of a data set. The first byte chooses how missing values are treated and whether the label is named. */
#include "base/mem.h"
#include "data/dataset.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	struct err err;

	if (size == 0)
		return 0;
	const char *label = (data[0] & 4) != 0 ? "class" : NULL;
	AUTO(input_close) const struct input input = input_open(data + 1, size - 1);
	if (dataset_read_csv(input.path, &(struct reading){ .label = label, .missing = (int)(data[0] % 3) }, &dataset,
			     &err) != ERR_OK)
		return 0;
	input_require(dataset->classes >= 2 && dataset->features >= 1, "a data set of one class or no feature");
	for (size_t i = 0; i < dataset->instances; i++)
		input_require(dataset->y[i] < dataset->classes, "a class that is not there");
	return 0;
}
