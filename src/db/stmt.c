/* Statements: compile, bind, step, read. */
#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/mem.h"
#include "db/connection.h"

static enum err_code copy_names(struct db_stmt *stmt, struct err *err)
{
	size_t count = (size_t)sqlite3_bind_parameter_count(stmt->handle);

	if (mem_new(&stmt->names, count, err) != ERR_OK)
		return err->code;
	stmt->parameter_count = count;
	for (size_t i = 0; i < count; i++) {
		/* SQLite's own copy goes when the schema changes and the statement is compiled again. */
		const char *name = sqlite3_bind_parameter_name(stmt->handle, (int)i + 1);
		if (name != NULL && mem_copy_text(name, &stmt->names[i], err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

enum err_code db_compile(struct db *db, const char *sql, bool is_foreign, struct db_stmt **ret_stmt,
			 const char **ret_tail, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (mem_new(&stmt, 1, err) != ERR_OK)
		return err->code;
	stmt->db = db;
	stmt->is_foreign = is_foreign;
	db->refused = NULL;
	int code = sqlite3_prepare_v3(db->handle, sql, -1, is_foreign ? 0 : SQLITE_PREPARE_PERSISTENT, &stmt->handle,
				      ret_tail);
	if (code != SQLITE_OK)
		return db_fail(db, code, is_foreign, err);
	if (stmt->handle == NULL) {
		*ret_stmt = NULL;
		return ERR_OK;
	}
	if (copy_names(stmt, err) != ERR_OK)
		return err->code;
	*ret_stmt = take_ptr(&stmt);
	return ERR_OK;
}

enum err_code db_prepare(struct db *db, const char *sql, struct db_stmt **ret_stmt, struct err *err)
{
	struct db_stmt *stmt = NULL;
	const char *tail = NULL;

	if (db_compile(db, sql, false, &stmt, &tail, err) != ERR_OK)
		return err->code;
	assert(stmt != NULL && tail[strspn(tail, "; \t\n")] == '\0');
	*ret_stmt = stmt;
	return ERR_OK;
}

void db_stmt_free(struct db_stmt *stmt)
{
	if (stmt == NULL)
		return;
	(void)sqlite3_finalize(stmt->handle);
	mem_free_texts(stmt->names, stmt->parameter_count);
	free(stmt);
}

void db_stmt_freep(struct db_stmt **stmt)
{
	db_stmt_free(*stmt);
}

static int find_parameter(struct db_stmt *stmt, const char *name)
{
	for (size_t tried = 0; tried < stmt->parameter_count; tried++) {
		size_t i = (stmt->last_bound + 1 + tried) % stmt->parameter_count;
		if (stmt->names[i] != NULL && strcmp(stmt->names[i], name) == 0) {
			stmt->last_bound = i;
			return (int)i + 1;
		}
	}
	assert(false && "the statement has a parameter of that name");
	return 0;
}

static void keep_code(struct db_stmt *stmt, int code)
{
	assert(code != SQLITE_MISUSE); /* binding to a statement that was stepped and not reset */
	if (stmt->bind_code == SQLITE_OK)
		stmt->bind_code = code;
}

static void chain(uint64_t *sum, enum db_type type, const void *bytes, size_t length)
{
	const unsigned char tag = (unsigned char)type;

	*sum = checksum_chain(checksum_chain(*sum, &tag, sizeof tag), bytes, length);
}

static void chain_int(uint64_t *sum, int64_t value)
{
	chain(sum, DB_INTEGER, &value, sizeof value);
}

static void chain_real(uint64_t *sum, double value)
{
	double stored = value + 0.0; /* SQLite makes 0 of -0 */

	if (isnan(value))
		chain(sum, DB_NULL, NULL, 0);
	else
		chain(sum, DB_REAL, &stored, sizeof stored);
}

static void chain_text(uint64_t *sum, const char *value)
{
	if (value == NULL)
		chain(sum, DB_NULL, NULL, 0);
	else
		chain(sum, DB_TEXT, value, strlen(value));
}

void db_sum_bound(struct db_stmt *stmt, uint64_t *sum)
{
	stmt->sum = sum;
}

void db_sum_value(struct db_value value, uint64_t *sum)
{
	if (value.type == DB_INTEGER)
		chain_int(sum, value.integer);
	else if (value.type == DB_REAL)
		chain_real(sum, value.real);
	else
		chain_text(sum, value.type == DB_TEXT ? value.text : NULL);
}

void db_sum_row(struct db_stmt *stmt, size_t columns, uint64_t *sum)
{
	for (size_t i = 0; i < columns; i++) {
		enum db_type type = db_column_type(stmt, i);
		size_t length = 0;
		if (type == DB_INTEGER)
			chain_int(sum, db_column_int(stmt, i));
		else if (type == DB_REAL)
			chain_real(sum, db_column_real(stmt, i));
		else {
			const void *bytes = db_column_blob(stmt, i, &length);
			chain(sum, type, bytes, length);
		}
	}
}

void db_bind_int(struct db_stmt *stmt, const char *name, int64_t value)
{
	if (stmt->sum != NULL)
		chain_int(stmt->sum, value);
	keep_code(stmt, sqlite3_bind_int64(stmt->handle, find_parameter(stmt, name), value));
}

void db_bind_real(struct db_stmt *stmt, const char *name, double value)
{
	if (stmt->sum != NULL)
		chain_real(stmt->sum, value);
	keep_code(stmt, sqlite3_bind_double(stmt->handle, find_parameter(stmt, name), value));
}

void db_bind_text(struct db_stmt *stmt, const char *name, const char *value)
{
	if (stmt->sum != NULL)
		chain_text(stmt->sum, value);
	/* SQLite takes a NULL text as SQL NULL. */
	keep_code(stmt, sqlite3_bind_text(stmt->handle, find_parameter(stmt, name), value, -1, SQLITE_STATIC));
}

void db_bind_blob(struct db_stmt *stmt, const char *name, const void *bytes, size_t length)
{
	if (stmt->sum != NULL)
		chain(stmt->sum, DB_BLOB, bytes, length);
	/* No bytes at no address are an empty blob, not NULL. */
	keep_code(stmt, sqlite3_bind_blob64(stmt->handle, find_parameter(stmt, name), bytes == NULL ? "" : bytes,
					    length, SQLITE_STATIC));
}

void db_bind_null(struct db_stmt *stmt, const char *name)
{
	if (stmt->sum != NULL)
		chain(stmt->sum, DB_NULL, NULL, 0);
	keep_code(stmt, sqlite3_bind_null(stmt->handle, find_parameter(stmt, name)));
}

void db_bind_column(struct db_stmt *stmt, const char *name, struct db_stmt *row, size_t i)
{
	size_t length = 0;

	switch (db_column_type(row, i)) {
	case DB_INTEGER:
		db_bind_int(stmt, name, db_column_int(row, i));
		break;
	case DB_REAL:
		db_bind_real(stmt, name, db_column_real(row, i));
		break;
	case DB_TEXT:
		db_bind_text(stmt, name, db_column_text(row, i));
		break;
	case DB_BLOB: {
		const void *bytes = db_column_blob(row, i, &length);
		db_bind_blob(stmt, name, bytes, length);
		break;
	}
	case DB_NULL:
		db_bind_null(stmt, name);
	}
}

size_t db_parameter_count(const struct db_stmt *stmt)
{
	return stmt->parameter_count;
}

const char *db_parameter_name(const struct db_stmt *stmt, size_t i)
{
	assert(i < stmt->parameter_count);
	return stmt->names[i];
}

enum err_code db_step(struct db_stmt *stmt, bool *ret_row, struct err *err)
{
	int code = stmt->bind_code;

	if (code == SQLITE_OK)
		code = sqlite3_step(stmt->handle);
	if (code == SQLITE_ROW || code == SQLITE_DONE) {
		*ret_row = code == SQLITE_ROW;
		return ERR_OK;
	}
	(void)db_fail(stmt->db, code, stmt->is_foreign, err);
	db_reset(stmt); /* a failed statement would keep its locks */
	return err->code;
}

void db_reset(struct db_stmt *stmt)
{
	(void)sqlite3_reset(stmt->handle); /* repeats the code of the step that failed */
	(void)sqlite3_clear_bindings(stmt->handle);
	stmt->bind_code = SQLITE_OK;
	stmt->sum = NULL;
	stmt->last_bound = stmt->parameter_count == 0 ? 0 : stmt->parameter_count - 1;
}

void db_resetp(struct db_stmt **stmt)
{
	if (*stmt != NULL)
		db_reset(*stmt);
}

enum err_code db_run(struct db_stmt *stmt, struct err *err)
{
	bool has_row = true;

	while (has_row)
		if (db_step(stmt, &has_row, err) != ERR_OK)
			return err->code;
	db_reset(stmt);
	return ERR_OK;
}

enum err_code db_each(struct db *db, const char *sql,
		      enum err_code (*take)(void *context, struct db_stmt *stmt, struct err *err), void *context,
		      struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool has_row = true;

	if (db_prepare(db, sql, &stmt, err) != ERR_OK)
		return err->code;
	while (has_row)
		if (db_step(stmt, &has_row, err) != ERR_OK || (has_row && take(context, stmt, err) != ERR_OK))
			return err->code;
	return ERR_OK;
}

enum err_code db_query_int(struct db *db, const char *sql, int64_t *ret_value, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool has_row = false;

	if (db_prepare(db, sql, &stmt, err) != ERR_OK || db_step(stmt, &has_row, err) != ERR_OK)
		return err->code;
	assert(has_row);
	*ret_value = db_column_int(stmt, 0);
	return ERR_OK;
}

size_t db_column_count(const struct db_stmt *stmt)
{
	return (size_t)sqlite3_column_count(stmt->handle);
}

const char *db_column_name(const struct db_stmt *stmt, size_t i)
{
	return sqlite3_column_name(stmt->handle, (int)i);
}

enum db_type db_column_type(struct db_stmt *stmt, size_t i)
{
	switch (sqlite3_column_type(stmt->handle, (int)i)) {
	case SQLITE_INTEGER:
		return DB_INTEGER;
	case SQLITE_FLOAT:
		return DB_REAL;
	case SQLITE_TEXT:
		return DB_TEXT;
	case SQLITE_BLOB:
		return DB_BLOB;
	default:
		return DB_NULL;
	}
}

int64_t db_column_int(struct db_stmt *stmt, size_t i)
{
	return sqlite3_column_int64(stmt->handle, (int)i);
}

double db_column_real(struct db_stmt *stmt, size_t i)
{
	return sqlite3_column_double(stmt->handle, (int)i);
}

const char *db_column_text(struct db_stmt *stmt, size_t i)
{
	return (const char *)sqlite3_column_text(stmt->handle, (int)i);
}

enum err_code db_read_text(struct db_stmt *stmt, size_t i, const char **ret_text, struct err *err)
{
	bool is_null = sqlite3_column_type(stmt->handle, (int)i) == SQLITE_NULL;
	const char *text = db_column_text(stmt, i);

	if (is_null)
		return err_set(err, ERR_SYSTEM, "%s: damaged: '%s' has no value", stmt->db->path,
			       db_column_name(stmt, i));
	if (text == NULL)
		return db_fail(stmt->db, SQLITE_NOMEM, false, err);
	*ret_text = text;
	return ERR_OK;
}

const void *db_column_blob(struct db_stmt *stmt, size_t i, size_t *ret_length)
{
	const void *bytes = sqlite3_column_blob(stmt->handle, (int)i);

	*ret_length = (size_t)sqlite3_column_bytes(stmt->handle, (int)i);
	return bytes;
}
