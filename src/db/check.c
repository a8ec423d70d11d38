/* Damage that SQLite itself can see, and a schema that is not ours. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "db/connection.h"
#include "db/functions.h"
#include "db/guard.h"
#include "db/migrate.h"

struct sink {
	void (*say)(void *context, const char *finding);
	void *context;
};

static enum err_code check_integrity(struct db *db, const struct sink *sink, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	const char *line = NULL;
	bool more = false;

	if (db_prepare(db, "PRAGMA main.integrity_check(20)", &stmt, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		if (db_read_text(stmt, 0, &line, err) != ERR_OK)
			return err->code;
		if (strcmp(line, "ok") != 0)
			sink->say(sink->context, line);
	}
}

static enum err_code check_foreign_keys(struct db *db, const struct sink *sink, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	char line[200];
	bool more = false;

	if (db_prepare(db, "PRAGMA main.foreign_key_check", &stmt, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		(void)snprintf(line, sizeof line, "a row of table %s refers to a row of %s that is not there",
			       db_column_text(stmt, 0), db_column_text(stmt, 2));
		sink->say(sink->context, line);
	}
}

/* Tables and indexes must have the text that the migrations give them, views what the program gives them. */
static enum err_code check_schema(struct db *db, const struct sink *sink, struct err *err)
{
	const struct db_options options = db_default_options();
	AUTO(db_freep) struct db *model = NULL;
	AUTO(db_stmt_freep) struct db_stmt *ours = NULL;
	AUTO(db_stmt_freep) struct db_stmt *found = NULL;
	char line[200];
	bool more = false, has_row = false;

	if (db_connect("", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, &options, &model, err) != ERR_OK ||
	    functions_register(model, err) != ERR_OK || migrate_file(model, &options, err) != ERR_OK)
		return err->code;
	if (db_prepare(model, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL", &ours, err) !=
		ERR_OK ||
	    db_prepare(db, "SELECT 1 FROM main.sqlite_schema WHERE type = :type AND name = :name AND sql = :sql",
		       &found, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (db_step(ours, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		db_bind_text(found, ":type", db_column_text(ours, 0));
		db_bind_text(found, ":name", db_column_text(ours, 1));
		db_bind_text(found, ":sql", db_column_text(ours, 2));
		if (db_step(found, &has_row, err) != ERR_OK)
			return err->code;
		db_reset(found);
		if (has_row)
			continue;
		(void)snprintf(line, sizeof line, "%s %s is not as this hardrow makes it%s", db_column_text(ours, 0),
			       db_column_text(ours, 1),
			       strcmp(db_column_text(ours, 0), "view") == 0
				   ? "; any command that writes to the file mends it"
				   : "");
		sink->say(sink->context, line);
	}
}

enum err_code db_check(struct db *db, void (*say)(void *context, const char *finding), void *context, struct err *err)
{
	const struct sink sink = { say, context };
	bool was_guarded = db->is_guarded;

	/* The authorizer lets no PRAGMA through. */
	if (was_guarded)
		(void)sqlite3_set_authorizer(db->handle, NULL, NULL);
	enum err_code code = check_integrity(db, &sink, err);
	if (code == ERR_OK)
		code = check_foreign_keys(db, &sink, err);
	if (code == ERR_OK)
		code = check_schema(db, &sink, err);
	if (was_guarded) {
		struct err late;
		if (guard_connection(db, &late) != ERR_OK && code == ERR_OK) {
			*err = late;
			code = late.code;
		}
	}
	return code;
}
