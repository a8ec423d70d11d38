/* A file of rows. The first byte chooses how it is read. */
#include "base/mem.h"
#include "data/dataset.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	struct err err;

	if (size == 0)
		return 0;
	AUTO(input_close) const struct input input = input_open(data + 1, size - 1);
	const struct reading reading = {
		.label = (data[0] & 4) != 0 ? "class" : NULL,
		.missing = (int)(data[0] % 3 + (data[0] & 8) / 4),
		.has_target = (data[0] & 16) != 0,
		.test = (data[0] & 32) != 0 ? input.path : NULL,
		.keep_ids = (data[0] & 64) != 0,
		.encode = (data[0] & 128) != 0 ? ENCODE_ORDINAL : ENCODE_ONE_HOT,
	};
	if (dataset_read(input.path, &reading, &dataset, &err) != ERR_OK)
		return 0;
	if (reading.has_target)
		return 0;
	input_require(dataset->classes >= 2 && dataset->features >= 1, "a data set of one class or no feature");
	for (size_t i = 0; i < dataset->instances; i++)
		input_require(dataset->y[i] < dataset->classes, "a class that is not there");
	return 0;
}
