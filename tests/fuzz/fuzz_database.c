/* The bytes of a whole database file. What gets past SQLite's own checks is mostly done by fuzz_damage. */
#include <stdio.h>

#include "input.h"
#include "readers.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char path[96];

	(void)snprintf(path, sizeof path, "%s/t.db", input_folder());
	input_write(path, data, size);
	readers_run(path, NULL);
	return 0;
}
