/* Files and paths. Whoever waits for the other side of a FIFO is woken up by a signal: ERR_INTERRUPTED. */
#ifndef HARDROW_BASE_FILE_H
#define HARDROW_BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

/* Length of a SHA-256 in hexadecimal, with its NUL. */
#define FILE_SHA256_SIZE 65

/* The whole regular file, a NUL behind it (not counted in *ret_length); *ret_data is freed with free().
 * ERR_INPUT with the path for: no such file, a directory, no right to read it. ERR_SYSTEM: reading fails. */
MUST_CHECK enum err_code file_read(const char *path, char **ret_data, size_t *ret_length, struct err *err);

/* Content that is made while it is written: fill() writes all of it to an open file; `path` is for the message. */
struct file_content {
	void *context;
	enum err_code (*fill)(void *context, int fd, const char *path, struct err *err);
};

/* Writes the content into what `path` is. A regular file, also one at the end of a symbolic link, then holds either its
 * old content or all of the new (a temporary file beside it, fsync, rename) and keeps its permissions. What else is
 * there (a FIFO, a device, standard output) is written to as it is. The error of fill(), or ERR_SYSTEM with the path.
 */
MUST_CHECK enum err_code file_fill(const char *path, const struct file_content *content, struct err *err);

/* The same for `length` bytes. */
MUST_CHECK enum err_code file_write(const char *path, const char *data, size_t length, struct err *err);

/* SHA-256 of memory, lower-case hexadecimal. */
void file_sha256(const char *data, size_t length, char ret_hex[FILE_SHA256_SIZE]);

/* "directory/name", freed with free(). */
MUST_CHECK enum err_code file_join(const char *directory, const char *name, char **ret_path, struct err *err);

/* Reads an open file from where it stands to its end and appends that to *content. `name` is for the message. */
MUST_CHECK enum err_code file_read_fd(int fd, const char *name, struct text *content, struct err *err);

/* Writes all of it to an open file. */
MUST_CHECK enum err_code file_write_fd(int fd, const char *name, const char *data, size_t length, struct err *err);

bool file_exists(const char *path);
bool file_is_directory(const char *path);

/* Whether both are there, can be read and hold the same bytes. */
bool file_equals(const char *path, const char *other);

/* For AUTO: closes the file descriptor unless it is negative. */
void file_close_fd(const int *fd);

/* Makes the directory and its parents; existing ones are fine. */
MUST_CHECK enum err_code file_make_directory(const char *path, struct err *err);

#endif
