#include "unit/database.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"
#include "db/connection.h"

struct db *database_open(const char *path, enum db_mode mode)
{
	struct db *db = NULL;
	struct err err = { 0 };

	cr_assert_eq(db_open(path, mode, &db, &err), ERR_OK, "%s", err.message);
	return db;
}

void database_exec(struct db *db, const char *sql)
{
	struct err err = { 0 };

	cr_assert_eq(db_exec(db, sql, &err), ERR_OK, "%s: %s", sql, err.message);
}

int64_t database_query_int(struct db *db, const char *sql)
{
	struct err err = { 0 };
	int64_t value = 0;

	cr_assert_eq(db_query_int(db, sql, &value, &err), ERR_OK, "%s: %s", sql, err.message);
	return value;
}

void database_make(const char *path, const char *sql)
{
	struct db *db = database_open(path, DB_WRITE);

	database_exec(db, sql);
	db_free(db);
}

void database_hash(const char *path, char ret_hex[FILE_SHA256_SIZE])
{
	AUTO(mem_freep) char *data = NULL;
	struct err err = { 0 };
	size_t length = 0;

	cr_assert_eq(file_read(path, &data, &length, &err), ERR_OK, "%s", err.message);
	file_sha256(data, length, ret_hex);
}

void database_expect_refusal(const char *path, enum db_mode mode, enum err_code code, const char *words)
{
	struct db *db = NULL;
	struct err err = { 0 };

	cr_assert_eq(db_open(path, mode, &db, &err), code, "%s: %d %s", path, err.code, err.message);
	cr_assert_null(db);
	cr_assert_not_null(strstr(err.message, words), "%s", err.message);
	cr_assert(path[0] == '\0' || strstr(err.message, path) != NULL, "%s", err.message);
}
