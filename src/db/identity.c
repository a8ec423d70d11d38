#include "db/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "db/db.h"

/* https://www.sqlite.org/fileformat.html, section 1.3 */
#define HEADER_SIZE 100
#define VERSION_OFFSET 60
#define APPLICATION_ID_OFFSET 68
static const char magic[16] = "SQLite format 3";

static int64_t big_endian(const unsigned char *bytes)
{
	uint32_t value = (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];

	return (int32_t)value;
}

enum err_code identity_check(const char *path, int64_t application_id, int64_t version, int64_t newest, struct err *err)
{
	if (application_id != DB_APPLICATION_ID)
		return err_set(err, ERR_FOREIGN,
			       "%s: is a SQLite file of another program (application_id %jd, not %jd)", path,
			       (intmax_t)application_id, (intmax_t)DB_APPLICATION_ID);
	if (version > newest)
		return err_set(err, ERR_FOREIGN,
			       "%s: was written by a newer hardrow (version %jd of the file, this program knows %jd)",
			       path, (intmax_t)version, (intmax_t)newest);
	return ERR_OK;
}

/* Reads up to HEADER_SIZE bytes; *ret_length 0: there is no such file, or nothing in it. */
static enum err_code read_header(const char *path, unsigned char header[HEADER_SIZE], size_t *ret_length,
				 struct err *err)
{
	struct stat status;
	size_t length = 0;

	if (stat(path, &status) != 0) {
		if (errno != ENOENT)
			return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
		*ret_length = 0;
		return ERR_OK;
	}
	if (S_ISDIR(status.st_mode))
		return err_set(err, ERR_INPUT, "%s: is a directory, not a database file", path);
	if (!S_ISREG(status.st_mode))
		return err_set(err, ERR_INPUT, "%s: is not a regular file", path);
	AUTO(file_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
	while (length < HEADER_SIZE) {
		ssize_t count = read(fd, header + length, HEADER_SIZE - length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return err_set(err, ERR_SYSTEM, "%s: %s", path, strerror(errno));
		if (count == 0)
			break;
		length += (size_t)count;
	}
	*ret_length = length;
	return ERR_OK;
}

enum err_code identity_read(const char *path, int64_t newest, bool *ret_exists, struct err *err)
{
	unsigned char header[HEADER_SIZE];
	size_t length = 0;

	if (read_header(path, header, &length, err) != ERR_OK)
		return err->code;
	if (length == 0) {
		*ret_exists = false;
		return ERR_OK;
	}
	if (length < HEADER_SIZE || memcmp(header, magic, sizeof magic) != 0)
		return err_set(err, ERR_FOREIGN, "%s: is not a SQLite file", path);
	int64_t version = big_endian(header + VERSION_OFFSET);
	if (identity_check(path, big_endian(header + APPLICATION_ID_OFFSET), version, newest, err) != ERR_OK)
		return err->code;
	*ret_exists = true;
	return ERR_OK;
}
