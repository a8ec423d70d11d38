/* A file that may be compressed. */
#include "base/mem.h"
#include "data/gzip.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(input_close) const struct input input = input_open(data, size);
	AUTO(mem_freep) char *content = NULL;
	size_t length = 0;
	struct err err;

	if (gzip_read(input.path, &content, &length, &err) == ERR_OK)
		input_require(content[length] == '\0', "no zero byte behind the content");
	return 0;
}
