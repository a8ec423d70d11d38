/* The four IDX files of an image data set, each behind its length as two bytes; the last takes what is left. */
#include <stdio.h>

#include "base/mem.h"
#include "data/idx.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	const char *folder = input_folder();
	struct err err;

	for (size_t part = 0; part < IDX_PARTS; part++) {
		char path[96];
		size_t length = size;
		if (part < IDX_PARTS - 1) {
			if (size < 2)
				return 0;
			length = (size_t)data[0] << 8 | data[1];
			data += 2;
			size -= 2;
			length = length < size ? length : size;
		}
		(void)snprintf(path, sizeof path, "%s/%s", folder, idx_part_name(part));
		input_write(path, data, length);
		data += length;
		size -= length;
	}
	if (dataset_read_idx(folder, "digit", &dataset, &err) != ERR_OK)
		return 0;
	for (size_t i = 0; i < dataset->instances; i++)
		input_require(dataset->y[i] < dataset->classes, "a class that is not there");
	return 0;
}
