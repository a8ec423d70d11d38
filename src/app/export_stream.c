#include "app/export_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define BUFFER_BYTES ((size_t)1 << 18)

struct background {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t has_changed;
	int fd;
	char buffer[BUFFER_BYTES]; /* of the stream: setvbuf() makes none itself that is larger than a block */
	/* Under the lock: */
	char *bytes; /* to be written, `length` of them; 0: the thread has nothing to do */
	size_t length, capacity;
	bool is_ending;
	int failure; /* errno of the first write that failed, else 0 */
};

static int write_all(int fd, const char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t written = write(fd, bytes, length);
		if (written < 0 && errno != EINTR)
			return errno;
		bytes += written < 0 ? 0 : written;
		length -= written < 0 ? 0 : (size_t)written;
	}
	return 0;
}

static void *write_behind(void *context)
{
	struct background *background = context;

	(void)pthread_mutex_lock(&background->lock);
	for (;;) {
		while (background->length == 0 && !background->is_ending)
			(void)pthread_cond_wait(&background->has_changed, &background->lock);
		if (background->length == 0)
			break;
		(void)pthread_mutex_unlock(&background->lock);
		int failure = write_all(background->fd, background->bytes, background->length);
		/* The disk begins with what is large now, not at the fsync() that follows, which tells what fails. Many
		 * small files are sooner there together. */
		if (background->length >= BUFFER_BYTES)
			(void)sync_file_range(background->fd, 0, 0, SYNC_FILE_RANGE_WRITE);
		(void)pthread_mutex_lock(&background->lock);
		if (background->failure == 0)
			background->failure = failure;
		background->length = 0;
		(void)pthread_cond_signal(&background->has_changed);
	}
	(void)pthread_mutex_unlock(&background->lock);
	return NULL;
}

/* With the lock, and nothing left to write: takes the bytes over. Returns errno. */
static int take(struct background *background, const char *bytes, size_t length)
{
	if (background->failure == 0 && length > background->capacity) {
		char *larger = realloc(background->bytes, length);
		if (larger == NULL)
			return ENOMEM;
		background->bytes = larger;
		background->capacity = length;
	}
	if (background->failure == 0) {
		memcpy(background->bytes, bytes, length);
		background->length = length;
		(void)pthread_cond_signal(&background->has_changed);
	}
	return background->failure;
}

static ssize_t cookie_write(void *cookie, const char *bytes, size_t length)
{
	struct background *background = cookie;

	(void)pthread_mutex_lock(&background->lock);
	while (background->length > 0)
		(void)pthread_cond_wait(&background->has_changed, &background->lock);
	int failure = take(background, bytes, length);
	(void)pthread_mutex_unlock(&background->lock);
	errno = failure;
	return failure == 0 ? (ssize_t)length : 0;
}

static void background_free(struct background *background)
{
	(void)pthread_mutex_destroy(&background->lock);
	(void)pthread_cond_destroy(&background->has_changed);
	free(background->bytes);
	free(background);
}

static int cookie_close(void *cookie)
{
	struct background *background = cookie;

	(void)pthread_mutex_lock(&background->lock);
	background->is_ending = true;
	(void)pthread_cond_signal(&background->has_changed);
	(void)pthread_mutex_unlock(&background->lock);
	(void)pthread_join(background->thread, NULL);
	int failure = background->failure;
	if (close(background->fd) != 0 && failure == 0)
		failure = errno;
	background_free(background);
	errno = failure;
	return failure == 0 ? 0 : EOF;
}

enum err_code export_stream_open(const char *path, FILE **ret_stream, struct err *err)
{
	static const cookie_io_functions_t functions = { .write = cookie_write, .close = cookie_close };
	struct background *background = NULL;
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);

	if (fd < 0)
		return err_set(err, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	if (mem_new(&background, 1, err) != ERR_OK) {
		(void)close(fd);
		return err->code;
	}
	background->fd = fd;
	(void)pthread_mutex_init(&background->lock, NULL);
	(void)pthread_cond_init(&background->has_changed, NULL);
	int status = pthread_create(&background->thread, NULL, write_behind, background);
	if (status != 0) {
		(void)close(fd);
		background_free(background);
		return err_set(err, ERR_SYSTEM, "cannot start a thread: %s", strerror(status));
	}
	FILE *stream = fopencookie(background, "w", functions);
	if (stream == NULL) {
		(void)cookie_close(background);
		return err_set(err, ERR_SYSTEM, "%s: %s", path, strerror(ENOMEM));
	}
	(void)setvbuf(stream, background->buffer, _IOFBF, BUFFER_BYTES);
	*ret_stream = stream;
	return ERR_OK;
}
