#include "db/guard.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "db/json_guard.h"

static const char *name_of_action(int action)
{
	static const struct {
		int action;
		const char *name;
	} names[] = {
		{ SQLITE_INSERT, "INSERT" },
		{ SQLITE_UPDATE, "UPDATE" },
		{ SQLITE_DELETE, "DELETE" },
		{ SQLITE_ATTACH, "ATTACH" },
		{ SQLITE_DETACH, "DETACH" },
		{ SQLITE_PRAGMA, "PRAGMA" },
		{ SQLITE_TRANSACTION, "a transaction" },
		{ SQLITE_SAVEPOINT, "SAVEPOINT" },
		{ SQLITE_ANALYZE, "ANALYZE" },
		{ SQLITE_REINDEX, "REINDEX" },
		{ SQLITE_ALTER_TABLE, "ALTER TABLE" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (names[i].action == action)
			return names[i].name;
	return "a change of the schema"; /* all that is left are CREATE and DROP of something */
}

static bool is_schema(const char *table)
{
	return table != NULL && (strcmp(table, "sqlite_master") == 0 || strcmp(table, "sqlite_temp_master") == 0);
}

/* SQLite's authorizer callback; `first` and `second` depend on the action. */
static int authorize(void *context, int action, const char *first, const char *second, const char *database,
		     const char *view)
{
	struct db *db = context;

	(void)database;
	switch (action) {
	case SQLITE_READ:
		json_guard_note_read(db, first, second, view);
		return SQLITE_OK;
	case SQLITE_SELECT:
	case SQLITE_RECURSIVE:
		return SQLITE_OK;
	case SQLITE_FUNCTION:
		json_guard_note_function(db, second, view);
		if (strcasecmp(second, "load_extension") != 0)
			return SQLITE_OK;
		(void)snprintf(db->refused_function, sizeof db->refused_function, "%s()", second);
		db->refused = db->refused_function;
		return SQLITE_DENY;
	case SQLITE_UPDATE:
		/* SQLite asks this when a table-valued function such as json_each() declares its columns. A real
		 * UPDATE of the schema fails without us. */
		if (strcmp(first, "sqlite_master") == 0)
			return SQLITE_OK;
		/* fallthrough */
	default:
		db->refused = is_schema(first) ? "a change of the schema" : name_of_action(action);
		return SQLITE_DENY;
	}
}

enum err_code guard_connection(struct db *db, struct err *err)
{
	int code = sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);

	if (code == SQLITE_OK)
		code = sqlite3_db_config(db->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	if (code == SQLITE_OK)
		code = sqlite3_set_authorizer(db->handle, authorize, db);
	if (code != SQLITE_OK)
		return db_fail(db, code, false, err);
	db->is_guarded = true;
	return ERR_OK;
}

enum err_code db_prepare_foreign(struct db *db, const char *sql, struct db_stmt **ret_stmt, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	const char *tail = NULL;

	assert(db->is_guarded);
	json_guard_reset(db, sql);
	if (db_compile(db, sql, true, &stmt, &tail, err) != ERR_OK)
		return err->code;
	if (stmt == NULL)
		return err_set(err, ERR_INPUT, "the SQL text holds no statement");
	/* VACUUM passes the authorizer when it is compiled. */
	if (!sqlite3_stmt_readonly(stmt->handle) || sqlite3_column_count(stmt->handle) == 0)
		return err_set(err, ERR_INPUT, "only a SELECT is allowed here, it must only read");
	while (*tail != '\0') {
		AUTO(db_stmt_freep) struct db_stmt *second = NULL;
		if (db_compile(db, tail, true, &second, &tail, err) != ERR_OK || second != NULL)
			return err_set(err, ERR_INPUT,
				       "only one statement is allowed, a second begins after the first ';'");
	}
	if (json_guard_check(db, err) != ERR_OK)
		return err->code;
	*ret_stmt = take_ptr(&stmt);
	return ERR_OK;
}
