#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* What errno says of the file. The only signals that wake a call up are those of a person who does not want to wait. */
static enum err_code fail(const char *name, enum err_code code, struct err *err)
{
	if (errno == EINTR)
		return err_set(err, ERR_INTERRUPTED, "%s: interrupted", name);
	return err_set(err, code, "%s: %s", name, strerror(errno));
}

enum err_code file_read_fd(int fd, const char *name, struct text *content, struct err *err)
{
	char buffer[65536];

	for (;;) {
		ssize_t count = read(fd, buffer, sizeof buffer);
		if (count < 0)
			return fail(name, ERR_SYSTEM, err);
		if (count == 0)
			return ERR_OK;
		if (text_append_bytes(content, buffer, (size_t)count, err) != ERR_OK)
			return err->code;
	}
}

enum err_code file_read(const char *path, char **ret_data, size_t *ret_length, struct err *err)
{
	struct text content AUTO(text_done) = { 0 };
	struct stat status;
	AUTO(file_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return fail(path, ERR_INPUT, err);
	if (fstat(fd, &status) == 0 && S_ISDIR(status.st_mode))
		return err_set(err, ERR_INPUT, "%s: is a directory, not a file", path);
	if (text_append_bytes(&content, "", 0, err) != ERR_OK || file_read_fd(fd, path, &content, err) != ERR_OK)
		return err->code;
	*ret_length = content.length;
	*ret_data = take_ptr(&content.data);
	return ERR_OK;
}

enum err_code file_write_fd(int fd, const char *name, const char *data, size_t length, struct err *err)
{
	while (length > 0) {
		ssize_t count = write(fd, data, length);
		if (count < 0)
			return fail(name, ERR_SYSTEM, err);
		data += count;
		length -= (size_t)count;
	}
	return ERR_OK;
}

/* A new file's permissions: what the person's umask leaves of rw-rw-rw-. */
static mode_t new_mode(void)
{
	mode_t mask = umask(0);

	(void)umask(mask);
	return 0666 & ~mask;
}

/* Replaces the regular file `path`, whose status is `old`, or makes it if that is NULL. */
static enum err_code replace(const char *path, const struct stat *old, const struct file_content *content,
			     struct err *err)
{
	struct text temporary AUTO(text_done) = { 0 };

	if (text_append(&temporary, err, "%s.XXXXXX", path) != ERR_OK)
		return err->code;
	AUTO(file_close_fd) int fd = mkstemp(temporary.data);
	if (fd < 0)
		return err_set(err, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	enum err_code code = content->fill(content->context, fd, path, err);
	/* Only root can give a file away; everybody else keeps what they have written. */
	if (code == ERR_OK && old != NULL)
		(void)!fchown(fd, old->st_uid, old->st_gid);
	if (code == ERR_OK && (fchmod(fd, old != NULL ? old->st_mode & 07777 : new_mode()) != 0 || fsync(fd) != 0 ||
			       rename(temporary.data, path) != 0))
		code = err_set(err, ERR_SYSTEM, "%s: %s", path, strerror(errno));
	if (code != ERR_OK)
		(void)unlink(temporary.data);
	return code;
}

/* The file descriptor of standard output or error if that is what the status is of (/dev/stdout), else -1. */
static int standard_stream(const struct stat *status)
{
	for (int fd = STDOUT_FILENO; fd <= STDERR_FILENO; fd++) {
		struct stat open_file;
		if (fstat(fd, &open_file) == 0 && open_file.st_dev == status->st_dev &&
		    open_file.st_ino == status->st_ino)
			return fd;
	}
	return -1;
}

enum err_code file_fill(const char *path, const struct file_content *content, struct err *err)
{
	AUTO(mem_freep) char *target = NULL;
	struct stat status;
	bool exists = stat(path, &status) == 0;
	int stream = exists ? standard_stream(&status) : -1;

	if (stream >= 0)
		return content->fill(content->context, stream, path, err);
	if (exists && S_ISREG(status.st_mode)) {
		target = realpath(path, NULL);
		if (target == NULL)
			return err_set(err, ERR_SYSTEM, "%s: %s", path, strerror(errno));
		return replace(target, &status, content, err);
	}
	/* A link that leads nowhere yet is no reason to replace the link. */
	if (!exists && readlink(path, (char[1]){ 0 }, 1) < 0)
		return replace(path, NULL, content, err);
	AUTO(file_close_fd) int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (fd < 0)
		return fail(path, ERR_SYSTEM, err);
	return content->fill(content->context, fd, path, err);
}

struct bytes {
	const char *data;
	size_t length;
};

static enum err_code write_bytes(void *context, int fd, const char *path, struct err *err)
{
	const struct bytes *bytes = context;

	return file_write_fd(fd, path, bytes->data, bytes->length, err);
}

enum err_code file_write(const char *path, const char *data, size_t length, struct err *err)
{
	struct bytes bytes = { data, length };

	return file_fill(path, &(struct file_content){ &bytes, write_bytes }, err);
}

void file_sha256(const char *data, size_t length, char ret_hex[FILE_SHA256_SIZE])
{
	unsigned char hash[SHA256_DIGEST_LENGTH];
	SHA256_CTX context;

	/* Those of EVP would bring all of OpenSSL. */
	(void)SHA256_Init(&context);
	(void)SHA256_Update(&context, data, length);
	(void)SHA256_Final(hash, &context);
	for (size_t i = 0; i < sizeof hash; i++)
		(void)snprintf(ret_hex + 2 * i, 3, "%02x", hash[i]);
}

enum err_code file_join(const char *directory, const char *name, char **ret_path, struct err *err)
{
	struct text path AUTO(text_done) = { 0 };

	if (text_append(&path, err, "%s/%s", directory, name) != ERR_OK)
		return err->code;
	*ret_path = take_ptr(&path.data);
	return ERR_OK;
}

bool file_exists(const char *path)
{
	return access(path, F_OK) == 0;
}

bool file_is_directory(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

bool file_equals(const char *path, const char *other)
{
	char left[65536], right[sizeof left];
	AUTO(file_close_fd) int one = open(path, O_RDONLY | O_CLOEXEC);
	AUTO(file_close_fd) int two = open(other, O_RDONLY | O_CLOEXEC);

	for (;;) {
		ssize_t count = read(one, left, sizeof left);
		if (read(two, right, sizeof right) != count || count < 0 || memcmp(left, right, (size_t)count) != 0)
			return false;
		if (count == 0)
			return true;
	}
}

void file_close_fd(const int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
}

enum err_code file_make_directory(const char *path, struct err *err)
{
	AUTO(mem_freep) char *part = NULL;

	if (mem_copy_text(path, &part, err) != ERR_OK)
		return err->code;
	for (char *slash = part + 1;; slash++) {
		char separator = *slash;
		if (separator != '/' && separator != '\0')
			continue;
		*slash = '\0';
		if (mkdir(part, 0755) != 0 && errno != EEXIST)
			return err_set(err, ERR_SYSTEM, "%s: %s", part, strerror(errno));
		if (separator == '\0')
			return ERR_OK;
		*slash = separator;
	}
}
