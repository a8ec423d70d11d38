/* A sweep file, and the settings that each of its methods and models come to. */
#include "app/sweep.h"
#include "base/mem.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(input_close) const struct input input = input_open(data, size);
	AUTO(sweep_freep) struct sweep *sweep = NULL;
	struct err err;

	if (sweep_read(input.path, &sweep, &err) != ERR_OK)
		return 0;
	for (size_t model = 0; model < sweep_model_count(sweep); model++)
		for (size_t method = 0; method < sweep->methods.count; method++) {
			struct run_settings settings;
			(void)!sweep_compose(sweep, model, method, &settings, &err);
		}
	return 0;
}
