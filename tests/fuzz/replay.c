/* replay FOLDER: gives every file of the folder to the fuzz target that it is linked with. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "input.h"

int main(int argc, char **argv)
{
	struct dirent **entries = NULL;
	size_t passed = 0;
	int count = argc == 2 ? scandir(argv[1], &entries, NULL, alphasort) : -1;

	for (int i = 0; i < count; i++) {
		AUTO(mem_freep) char *path = NULL;
		AUTO(mem_freep) char *data = NULL;
		size_t length = 0;
		struct err err;
		AUTO(mem_freep) struct dirent *entry = entries[i];
		if (entry->d_name[0] == '.')
			continue;
		/* A crash shows the file by which it came. */
		(void)fprintf(stderr, "%s\n", entry->d_name);
		if (file_join(argv[1], entry->d_name, &path, &err) != ERR_OK ||
		    file_read(path, &data, &length, &err) != ERR_OK) {
			(void)fprintf(stderr, "replay: %s\n", err.message);
			return 1;
		}
		(void)LLVMFuzzerTestOneInput((const uint8_t *)data, length);
		passed++;
	}
	free(entries);
	(void)printf("%zu passed, %d failed\n", passed, passed == 0);
	return passed == 0;
}
