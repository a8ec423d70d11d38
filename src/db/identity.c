#include "db/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* https://www.sqlite.org/fileformat.html, section 1.3 */
#define HEADER_SIZE 100
#define PAGE_SIZE_OFFSET 16
#define WRITE_FORMAT_OFFSET 18
#define PAGE_COUNT_OFFSET 28
#define VERSION_OFFSET 60
#define APPLICATION_ID_OFFSET 68
static const char magic[16] = "SQLite format 3";

enum err_code identity_check_path(const char *path, bool *ret_exists, struct err *err)
{
	struct stat status;
	size_t length = strlen(path);

	if (length == 0)
		return err_set(err, ERR_INPUT, "the name of the database file is empty");
	bool exists = stat(path, &status) == 0;
	if (exists && S_ISDIR(status.st_mode))
		return err_set(err, ERR_INPUT, "%s: is a directory, not a database file", path);
	if (path[length - 1] == '/')
		return err_set(err, ERR_INPUT, "%s: a database is a file, its name does not end in '/'", path);
	if (!exists && errno != ENOENT)
		return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
	if (exists && !S_ISREG(status.st_mode))
		return err_set(err, ERR_INPUT, "%s: is not a regular file", path);
	if (exists && faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
		return err_set(err, ERR_INPUT, "%s: %s", path, strerror(errno));
	*ret_exists = exists;
	return ERR_OK;
}

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
	if (version < 0)
		return err_set(err, ERR_FOREIGN, "%s: is damaged: its version is %jd", path, (intmax_t)version);
	return ERR_OK;
}

/* SQLite's own handle of the file. To open it once more and close that would drop this process's locks on it. */
static sqlite3_file *file_of(struct db *db)
{
	sqlite3_file *file = NULL;

	(void)sqlite3_file_control(db->handle, "main", SQLITE_FCNTL_FILE_POINTER, &file);
	return file != NULL && file->pMethods != NULL ? file : NULL;
}

bool identity_size(struct db *db, int64_t *ret_size)
{
	sqlite3_file *file = file_of(db);
	sqlite3_int64 size = 0;

	if (file == NULL || file->pMethods->xFileSize(file, &size) != SQLITE_OK)
		return false;
	*ret_size = size;
	return true;
}

enum err_code identity_read(struct db *db, int64_t newest, struct identity *ret_identity, struct err *err)
{
	unsigned char header[HEADER_SIZE] = { 0 };
	sqlite3_file *file = file_of(db);
	int64_t size = 0;

	if (!identity_size(db, &size))
		return err_set(err, ERR_SYSTEM, "%s: cannot be read", db->path);
	if (size == 0) {
		*ret_identity = (struct identity){ .is_empty = true };
		return ERR_OK;
	}
	int code = size < HEADER_SIZE ? SQLITE_NOTADB : file->pMethods->xRead(file, header, HEADER_SIZE, 0);
	if (code != SQLITE_OK && code != SQLITE_NOTADB)
		return err_set(err, ERR_SYSTEM, "%s: cannot be read", db->path);
	if (memcmp(header, magic, sizeof magic) != 0)
		return err_set(err, ERR_FOREIGN, "%s: is not a SQLite file", db->path);
	int64_t application_id = big_endian(header + APPLICATION_ID_OFFSET);
	int64_t version = big_endian(header + VERSION_OFFSET);
	if (application_id != 0 && identity_check(db->path, application_id, version, newest, err) != ERR_OK)
		return err->code;
	*ret_identity = (struct identity){ .is_wal = header[WRITE_FORMAT_OFFSET] == 2,
					   .is_marked = application_id != 0 && version > 0 };
	return ERR_OK;
}

int64_t identity_claimed_size(struct db *db)
{
	unsigned char header[HEADER_SIZE] = { 0 };
	sqlite3_file *file = file_of(db);

	if (file == NULL || file->pMethods->xRead(file, header, HEADER_SIZE, 0) != SQLITE_OK)
		return 0;
	int64_t page_size = header[PAGE_SIZE_OFFSET] << 8 | header[PAGE_SIZE_OFFSET + 1];
	/* 65536 does not fit in and is written as 1. */
	return (page_size == 1 ? 65536 : page_size) * big_endian(header + PAGE_COUNT_OFFSET);
}

bool identity_is_being_written(struct db *db)
{
	sqlite3_file *file = file_of(db);
	int is_reserved = 0;

	return file != NULL && file->pMethods->xCheckReservedLock(file, &is_reserved) == SQLITE_OK && is_reserved != 0;
}
