/* Preloaded into a program: watches what it does to regular files and when it syncs.
 *     WATCH_KILL=n       the program is killed (SIGKILL) when it is about to do the n-th such thing, from 1
 *     WATCH_LOG=FILE     each is appended to FILE: a line "KIND OFFSET LENGTH PATH", then the bytes written, if any.
 *                        KIND: W write, T truncate to LENGTH, S sync, U unlink
 *     WATCH_REPORT=FILE  at the end of the program, how many there were is written to FILE */
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long count;
static int log_file = -1;

/* The next function of that name, glibc's. */
#define NEXT(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

static void log_it(char kind, const char *path, const void *bytes, long long offset, long long length)
{
	char line[4352];
	const char *name = getenv("WATCH_LOG");

	if (name == NULL)
		return;
	if (log_file < 0)
		log_file = open(name, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	int size = snprintf(line, sizeof line, "%c %lld %lld %s\n", kind, offset, length, path);
	struct iovec parts[2] = { { line, (size_t)size }, { (void *)bytes, bytes == NULL ? 0 : (size_t)length } };
	if (syscall(SYS_writev, log_file, parts, 2) < 0)
		abort();
}

static void count_it(char kind, const char *path, const void *bytes, long long offset, long long length)
{
	const char *order = getenv("WATCH_KILL");

	(void)pthread_mutex_lock(&lock);
	count++;
	if (order != NULL && count == atol(order))
		(void)kill(getpid(), SIGKILL);
	log_it(kind, path, bytes, offset, length);
	(void)pthread_mutex_unlock(&lock);
}

static void watch(char kind, int file, const void *bytes, long long offset, long long length)
{
	struct stat status;
	char link[64];
	char path[4096];

	/* The sync of a folder makes what was unlinked in it stay away. */
	if (fstat(file, &status) != 0 || (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)))
		return;
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", file);
	ssize_t size = readlink(link, path, sizeof path - 1);
	if (size < 0)
		return;
	path[size] = '\0';
	count_it(kind, path, bytes, offset, length);
}

__attribute__((destructor)) static void report(void)
{
	const char *path = getenv("WATCH_REPORT");
	long total = count;

	FILE *file = path == NULL ? NULL : fopen(path, "w");
	if (file == NULL)
		return;
	fprintf(file, "%ld\n", total);
	fclose(file);
}

ssize_t write(int file, const void *bytes, size_t length)
{
	watch('W', file, bytes, (long long)lseek(file, 0, SEEK_CUR), (long long)length);
	return NEXT(write)(file, bytes, length);
}

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset)
{
	watch('W', file, bytes, offset, (long long)length);
	return NEXT(pwrite)(file, bytes, length, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset)
{
	watch('W', file, bytes, offset, (long long)length);
	return NEXT(pwrite64)(file, bytes, length, offset);
}

int ftruncate(int file, off_t length)
{
	watch('T', file, NULL, 0, length);
	return NEXT(ftruncate)(file, length);
}

int ftruncate64(int file, off64_t length)
{
	watch('T', file, NULL, 0, length);
	return NEXT(ftruncate64)(file, length);
}

int fsync(int file)
{
	watch('S', file, NULL, 0, 0);
	return NEXT(fsync)(file);
}

int fdatasync(int file)
{
	watch('S', file, NULL, 0, 0);
	return NEXT(fdatasync)(file);
}

int unlink(const char *path)
{
	count_it('U', path, NULL, 0, 0);
	return NEXT(unlink)(path);
}
