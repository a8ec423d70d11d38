/* Predictions of another program, checked and written into a new database. */
#include <stdio.h>
#include <unistd.h>

#include "app/import.h"
#include "base/mem.h"
#include "input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(input_close) const struct input input = input_open(data, size);
	const struct import_settings settings = { .model = "fuzz", .difficulty = { .prior = 1, .floor = 1e-12 } };
	const struct track_environment environment = {
		.version = "0", .blas = "none", .compiler = "none", .host = "fuzz", .argv = "[]", .pid = getpid()
	};
	const struct recorder_watch watch = { 0 };
	struct import_result result;
	char database[96];
	struct err err;

	(void)snprintf(database, sizeof database, "%s/import.db", input_folder());
	if (import_predictions(input.path, &settings, database, &environment, &watch, &result, &err) == ERR_OK)
		input_require(result.instances > 0 && result.epochs > 0, "an import of nothing");
	return 0;
}
