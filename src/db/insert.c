/* Rows in the caller's memory as a table that an INSERT reads: no value is bound, and a statement is for all of them.
 */
#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "db/connection.h"
#include "db/insert.h"

#define MODULE "hardrow_given"

/* Names of the columns, DB_ROWS_COLUMNS of them, and behind them that of the rows. */
#define COLUMNS                                                                                                        \
	"c0, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13, c14, c15, c16, c17, c18, c19, c20, c21, c22, c23"
#define ROWS_COLUMN DB_ROWS_COLUMNS

struct given_cursor {
	sqlite3_vtab_cursor base;
	const struct db_rows *rows;
	size_t row;
};

static struct given_cursor *cursor_of(sqlite3_vtab_cursor *base)
{
	return (struct given_cursor *)base;
}

static int given_connect(sqlite3 *handle, void *context, int count, const char *const *arguments,
			 sqlite3_vtab **ret_table, char **ret_message)
{
	struct err err;

	(void)context;
	(void)count;
	(void)arguments;
	(void)ret_message;
	int code = sqlite3_declare_vtab(handle, "CREATE TABLE x (" COLUMNS ", rows HIDDEN)");
	if (code != SQLITE_OK)
		return code;
	return mem_new(ret_table, 1, &err) == ERR_OK ? SQLITE_OK : SQLITE_NOMEM;
}

static int given_disconnect(sqlite3_vtab *base)
{
	free(base);
	return SQLITE_OK;
}

static int given_best_index(sqlite3_vtab *base, sqlite3_index_info *info)
{
	(void)base;
	for (int i = 0; i < info->nConstraint; i++)
		if (info->aConstraint[i].iColumn == ROWS_COLUMN && info->aConstraint[i].usable != 0) {
			info->aConstraintUsage[i].argvIndex = 1;
			info->aConstraintUsage[i].omit = 1;
			return SQLITE_OK;
		}
	return SQLITE_CONSTRAINT;
}

static int given_open(sqlite3_vtab *base, sqlite3_vtab_cursor **ret_cursor)
{
	struct given_cursor *cursor = NULL;
	struct err err;

	(void)base;
	if (mem_new(&cursor, 1, &err) != ERR_OK)
		return SQLITE_NOMEM;
	*ret_cursor = &cursor->base;
	return SQLITE_OK;
}

static int given_close(sqlite3_vtab_cursor *base)
{
	free(base);
	return SQLITE_OK;
}

static int given_filter(sqlite3_vtab_cursor *base, int plan, const char *text, int count, sqlite3_value **values)
{
	(void)plan;
	(void)text;
	(void)count;
	cursor_of(base)->row = 0;
	cursor_of(base)->rows = sqlite3_value_pointer(values[0], MODULE);
	return SQLITE_OK;
}

static int given_next(sqlite3_vtab_cursor *base)
{
	cursor_of(base)->row++;
	return SQLITE_OK;
}

static int given_eof(sqlite3_vtab_cursor *base)
{
	const struct given_cursor *cursor = cursor_of(base);

	return cursor->rows == NULL || cursor->row >= cursor->rows->count;
}

static int given_column(sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
	const struct given_cursor *cursor = cursor_of(base);
	struct db_value value = cursor->rows->value(cursor->rows->context, cursor->row, (size_t)column);

	switch (value.type) {
	case DB_INTEGER:
		sqlite3_result_int64(context, value.integer);
		break;
	case DB_REAL:
		sqlite3_result_double(context, value.real);
		break;
	case DB_TEXT:
		sqlite3_result_text(context, value.text, -1, SQLITE_STATIC);
		break;
	case DB_NULL:
	case DB_BLOB:
		break;
	}
	return SQLITE_OK;
}

static int given_rowid(sqlite3_vtab_cursor *base, sqlite3_int64 *ret_rowid)
{
	*ret_rowid = (sqlite3_int64)cursor_of(base)->row;
	return SQLITE_OK;
}

int insert_attach(sqlite3 *handle)
{
	/* Without xCreate the table is there by itself, and in no file. */
	static const sqlite3_module module = {
		.xConnect = given_connect,
		.xBestIndex = given_best_index,
		.xDisconnect = given_disconnect,
		.xOpen = given_open,
		.xClose = given_close,
		.xFilter = given_filter,
		.xNext = given_next,
		.xEof = given_eof,
		.xColumn = given_column,
		.xRowid = given_rowid,
	};

	return sqlite3_create_module(handle, MODULE, &module, NULL);
}

enum err_code db_prepare_insert(struct db *db, const char *into, size_t columns, struct db_stmt **ret_stmt,
				struct err *err)
{
	struct text sql AUTO(text_done) = { 0 };

	assert(columns >= 1 && columns <= DB_ROWS_COLUMNS);
	if (text_append(&sql, err, "INSERT INTO %s SELECT c0", into) != ERR_OK)
		return err->code;
	for (size_t i = 1; i < columns; i++)
		if (text_append(&sql, err, ", c%zu", i) != ERR_OK)
			return err->code;
	if (text_append(&sql, err, " FROM " MODULE "(?)") != ERR_OK)
		return err->code;
	return db_prepare(db, sql.data, ret_stmt, err);
}

enum err_code db_insert(struct db_stmt *stmt, const struct db_rows *rows, struct err *err)
{
	/* SQLite takes what it must not write to as well. */
	union {
		const struct db_rows *rows;
		void *pointer;
	} given = { .rows = rows };

	stmt->bind_code = sqlite3_bind_pointer(stmt->handle, 1, given.pointer, MODULE, NULL);
	return db_run(stmt, err);
}
