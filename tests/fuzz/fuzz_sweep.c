/* A sweep file; reading it composes the settings of each method and model. */
#include "app/sweep.h"
#include "base/mem.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(input_close) const struct input input = input_open(data, size);
	AUTO(sweep_freep) struct sweep *sweep = NULL;
	struct err err;

	(void)!sweep_read(input.path, &sweep, &err);
	return 0;
}
