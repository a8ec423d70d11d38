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

/* For db_each(), on a row of each check. */
static enum err_code say_integrity(void *context, struct db_stmt *stmt, struct err *err)
{
	const struct sink *sink = context;
	const char *line = NULL;

	if (db_read_text(stmt, 0, &line, err) != ERR_OK)
		return err->code;
	if (strcmp(line, "ok") != 0)
		sink->say(sink->context, line);
	return ERR_OK;
}

static enum err_code say_foreign_key(void *context, struct db_stmt *stmt, struct err *err)
{
	const struct sink *sink = context;
	char line[200];

	(void)err;
	(void)snprintf(line, sizeof line, "a row of table %s refers to a row of %s that is not there",
		       db_column_text(stmt, 0), db_column_text(stmt, 2));
	sink->say(sink->context, line);
	return ERR_OK;
}

/* An object as this hardrow makes it, and how to find it in the file. */
struct wanted {
	const struct sink *sink;
	struct db_stmt *find;
	bool has_other_views;
};

static enum err_code say_object(void *context, struct db_stmt *ours, struct err *err)
{
	struct wanted *wanted = context;
	char line[200];
	bool has_row = false;

	db_bind_text(wanted->find, ":type", db_column_text(ours, 0));
	db_bind_text(wanted->find, ":name", db_column_text(ours, 1));
	db_bind_text(wanted->find, ":sql", db_column_text(ours, 2));
	if (db_step(wanted->find, &has_row, err) != ERR_OK)
		return err->code;
	db_reset(wanted->find);
	if (has_row)
		return ERR_OK;
	/* Another hardrow's, mostly: nothing is lost with a view, and this one reads its own. */
	if (strcmp(db_column_text(ours, 0), "view") == 0) {
		wanted->has_other_views = true;
		return ERR_OK;
	}
	(void)snprintf(line, sizeof line, "%s %s is not as this hardrow makes it", db_column_text(ours, 0),
		       db_column_text(ours, 1));
	wanted->sink->say(wanted->sink->context, line);
	return ERR_OK;
}

/* Tables and indexes must have the text that the migrations give them, views what the program gives them. */
static enum err_code check_schema(struct db *db, const struct sink *sink, bool *ret_has_other_views, struct err *err)
{
	const struct db_options options = db_default_options();
	AUTO(db_freep) struct db *model = NULL;
	AUTO(db_stmt_freep) struct db_stmt *find = NULL;

	if (db_connect("", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, &options, &model, err) != ERR_OK ||
	    functions_register(model, err) != ERR_OK || migrate_file(model, &options, err) != ERR_OK)
		return err->code;
	if (db_prepare(db, "SELECT 1 FROM main.sqlite_schema WHERE type = :type AND name = :name AND sql = :sql", &find,
		       err) != ERR_OK)
		return err->code;
	struct wanted wanted = { .sink = sink, .find = find };
	if (db_each(model, "SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL", say_object, &wanted,
		    err) != ERR_OK)
		return err->code;
	*ret_has_other_views = wanted.has_other_views;
	return ERR_OK;
}

enum err_code db_check(struct db *db, void (*say)(void *context, const char *finding), void *context,
		       bool *ret_has_other_views, struct err *err)
{
	struct sink sink = { say, context };
	bool was_guarded = db->is_guarded;

	/* The authorizer lets no PRAGMA through. */
	if (was_guarded)
		(void)sqlite3_set_authorizer(db->handle, NULL, NULL);
	enum err_code code = db_each(db, "PRAGMA main.integrity_check(20)", say_integrity, &sink, err);
	if (code == ERR_OK)
		code = db_each(db, "PRAGMA main.foreign_key_check", say_foreign_key, &sink, err);
	if (code == ERR_OK)
		code = check_schema(db, &sink, ret_has_other_views, err);
	if (was_guarded) {
		struct err late;
		if (guard_connection(db, &late) != ERR_OK && code == ERR_OK) {
			*err = late;
			code = late.code;
		}
	}
	return code;
}
