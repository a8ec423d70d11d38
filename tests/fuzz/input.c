#include "input.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static char folder[32];

void input_require(int condition, const char *message)
{
	if (condition)
		return;
	(void)fprintf(stderr, "fuzz: %s\n", message);
	abort();
}

struct input input_open(const uint8_t *data, size_t size)
{
	struct input input = { .fd = memfd_create("input", MFD_CLOEXEC) };

	input_require(input.fd >= 0, "no file in memory");
	input_require(write(input.fd, data, size) == (ssize_t)size, "the file in memory takes no bytes");
	(void)snprintf(input.path, sizeof input.path, "/proc/self/fd/%d", input.fd);
	return input;
}

void input_close(const struct input *input)
{
	(void)close(input->fd);
}

void input_write(const char *path, const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	input_require(fd >= 0 && write(fd, data, size) == (ssize_t)size, "the file cannot be written");
	(void)close(fd);
}

static void empty_folder(void)
{
	DIR *directory = opendir(folder);

	input_require(directory != NULL, "the folder is gone");
	for (const struct dirent *entry = readdir(directory); entry != NULL; entry = readdir(directory))
		(void)unlinkat(dirfd(directory), entry->d_name, 0);
	(void)closedir(directory);
}

static void remove_folder(void)
{
	empty_folder();
	(void)rmdir(folder);
}

const char *input_folder(void)
{
	if (folder[0] == '\0') {
		(void)snprintf(folder, sizeof folder, "%s/hardrow-fuzz-XXXXXX",
			       access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
		input_require(mkdtemp(folder) != NULL, "there is no room for a folder");
		(void)atexit(remove_folder);
	}
	empty_folder();
	return folder;
}
