#include "scratch.h"

#include <criterion/criterion.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char scratch_folder[] = "/tmp/hardrow-test-XXXXXX";

void scratch_enter(void)
{
	cr_assert_not_null(mkdtemp(scratch_folder));
	cr_assert_eq(chdir(scratch_folder), 0);
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *where)
{
	(void)status;
	(void)type;
	(void)where;
	return remove(path);
}

void scratch_leave(void)
{
	cr_assert_eq(chdir("/"), 0);
	cr_assert_eq(nftw(scratch_folder, remove_one, 8, FTW_DEPTH | FTW_PHYS), 0);
}

void scratch_write(const char *name, const char *data, size_t length)
{
	FILE *file = fopen(name, "wb");

	cr_assert_not_null(file, "%s", name);
	cr_assert_eq(fwrite(data, 1, length, file), length);
	cr_assert_eq(fclose(file), 0);
}

size_t scratch_count(const char *folder)
{
	DIR *directory = opendir(folder);
	size_t count = 0;

	cr_assert_not_null(directory, "%s", folder);
	for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
		count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
	(void)closedir(directory);
	return count;
}
