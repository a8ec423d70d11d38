/* Preloaded into a program: the disk is full after some bytes. Writes to regular files beyond them, and syncs after one
 * such write, fail with ENOSPC. Or it is another machine's.
 *     FAIL_WRITE=n      bytes that still fit
 *     FAIL_TYPE=n       the type that statfs() says each file system has
 *     FAIL_REPORT=FILE  at the end of the program, how many bytes were written is written to FILE */
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static atomic_long bytes_written;
static atomic_bool is_full;

static long bytes_that_fit(void)
{
	const char *order = getenv("FAIL_WRITE");

	return order == NULL ? -1 : atol(order);
}

static bool is_regular(int file)
{
	struct stat status;

	return fstat(file, &status) == 0 && S_ISREG(status.st_mode);
}

/* Whether a write of `count` bytes fits; it is counted if so. */
static bool fits(int file, size_t count)
{
	long limit = bytes_that_fit();

	if (!is_regular(file))
		return true;
	if (limit >= 0 && atomic_load(&bytes_written) + (long)count > limit) {
		atomic_store(&is_full, true);
		errno = ENOSPC;
		return false;
	}
	atomic_fetch_add(&bytes_written, (long)count);
	return true;
}

static bool syncs(int file)
{
	if (!atomic_load(&is_full) || !is_regular(file))
		return true;
	errno = ENOSPC;
	return false;
}

__attribute__((destructor)) static void report(void)
{
	const char *path = getenv("FAIL_REPORT");
	long count = atomic_load(&bytes_written);

	unsetenv("FAIL_WRITE");
	FILE *file = path == NULL ? NULL : fopen(path, "w");
	if (file == NULL)
		return;
	fprintf(file, "%ld\n", count);
	fclose(file);
}

/* The next function of that name, glibc's. */
#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

ssize_t write(int file, const void *bytes, size_t count)
{
	return fits(file, count) ? NEXT(write)(file, bytes, count) : -1;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset)
{
	return fits(file, count) ? NEXT(pwrite)(file, bytes, count, offset) : -1;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset)
{
	return fits(file, count) ? NEXT(pwrite64)(file, bytes, count, offset) : -1;
}

int fsync(int file)
{
	return syncs(file) ? NEXT(fsync)(file) : -1;
}

int fdatasync(int file)
{
	return syncs(file) ? NEXT(fdatasync)(file) : -1;
}

static long type_instead(long type)
{
	const char *order = getenv("FAIL_TYPE");

	return order == NULL ? type : strtol(order, NULL, 0);
}

int statfs(const char *path, struct statfs *ret_status)
{
	int code = NEXT(statfs)(path, ret_status);

	ret_status->f_type = type_instead(ret_status->f_type);
	return code;
}

int statfs64(const char *path, struct statfs64 *ret_status)
{
	int code = NEXT(statfs64)(path, ret_status);

	ret_status->f_type = type_instead(ret_status->f_type);
	return code;
}
