#include "db/migrate.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "db/functions.h"
#include "db/identity.h"

/* An upgrade copies and rewrites the file: others wait for it longer than for a commit. */
#define UPGRADE_PATIENCE 60

static enum err_code check_references(struct db *db, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool is_broken = false;

	if (db_prepare(db, "PRAGMA foreign_key_check", &stmt, err) != ERR_OK ||
	    db_step(stmt, &is_broken, err) != ERR_OK)
		return err->code;
	if (is_broken)
		return err_set(err, ERR_SYSTEM, "%s: a row of table '%s' refers to a row of '%s' that is not there",
			       db->path, db_column_text(stmt, 0), db_column_text(stmt, 2));
	return ERR_OK;
}

/* The columns of a table or an index. */
#define COLUMNS(name)                                                                                                  \
	"(SELECT group_concat(c.name) FROM (SELECT name FROM pragma_table_info(" name ", 'main')"                      \
	" UNION ALL SELECT name FROM pragma_index_info(" name ", 'main')) AS c)"

static const char list_things[] = "SELECT json_group_array(json_array(name, " COLUMNS(
    "s.name") "))"
	      " FROM sqlite_schema AS s WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite_%'";
static const char count_missing[] = "SELECT count(*) FROM json_each(:things) AS t"
				    " WHERE t.value ->> 1 IS NOT " COLUMNS("t.value ->> 0");

/* How many tables and indexes of `model` are not in `db` with the same columns. */
static enum err_code count_differences(struct db *model, struct db *db, int64_t *ret_count, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *list = NULL;
	AUTO(db_stmt_freep) struct db_stmt *compare = NULL;
	const char *things = NULL;
	bool has_row = false;

	if (db_prepare(model, list_things, &list, err) != ERR_OK || db_step(list, &has_row, err) != ERR_OK ||
	    db_read_text(list, 0, &things, err) != ERR_OK || db_prepare(db, count_missing, &compare, err) != ERR_OK)
		return err->code;
	db_bind_text(compare, ":things", things);
	if (db_step(compare, &has_row, err) != ERR_OK)
		return err->code;
	*ret_count = db_column_int(compare, 0);
	return ERR_OK;
}

/* The newest version whose tables and indexes are all there; 0: none. */
static enum err_code version_by_schema(struct db *db, const struct db_options *options, int64_t *ret_version,
				       struct err *err)
{
	AUTO(db_freep) struct db *model = NULL;
	int64_t version = 0;
	int64_t differences = 0;

	if (db_connect("", SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY, options, &model, err) != ERR_OK ||
	    functions_register(model, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < options->migration_count; i++) {
		if (db_exec(model, options->migrations[i].text, err) != ERR_OK ||
		    count_differences(model, db, &differences, err) != ERR_OK)
			return err->code;
		if (differences == 0)
			version = (int64_t)i + 1;
	}
	*ret_version = version;
	return ERR_OK;
}

enum err_code migrate_read_version(struct db *db, const struct db_options *options, int64_t *ret_version,
				   bool *ret_is_marked, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool has_row = false;

	/* One statement sees one state of the file: between two, another process may have made it ours. */
	if (db_prepare(db,
		       "SELECT application_id, user_version, (SELECT count(*) FROM main.sqlite_schema)"
		       " FROM pragma_application_id, pragma_user_version",
		       &stmt, err) != ERR_OK ||
	    db_step(stmt, &has_row, err) != ERR_OK)
		return err->code;
	/* No row: tables of these names stand in the file. */
	int64_t application_id = has_row ? db_column_int(stmt, 0) : -1;
	int64_t version = has_row ? db_column_int(stmt, 1) : -1;
	bool is_marked = application_id != 0 && version != 0;
	if (!is_marked && db_column_int(stmt, 2) == 0) {
		*ret_version = 0;
		*ret_is_marked = false;
		return ERR_OK;
	}
	if (!is_marked && (application_id == 0 || application_id == DB_APPLICATION_ID)) {
		if (version_by_schema(db, options, &version, err) != ERR_OK)
			return err->code;
		if (version > 0)
			application_id = DB_APPLICATION_ID;
		else if (application_id != 0)
			version = -1;
	}
	if (identity_check(db->path, application_id, version, (int64_t)options->migration_count, err) != ERR_OK)
		return err->code;
	*ret_version = version;
	*ret_is_marked = is_marked;
	return ERR_OK;
}

static enum err_code compare_views(struct db *db, bool *ret_are_same, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool are_same = true;

	if (db_prepare(db, "SELECT 1 FROM main.sqlite_schema WHERE type = 'view' AND name = :name AND sql = :sql",
		       &stmt, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < sql_view_count && are_same; i++) {
		db_bind_text(stmt, ":name", sql_views[i].name);
		db_bind_text(stmt, ":sql", sql_views[i].text);
		if (db_step(stmt, &are_same, err) != ERR_OK)
			return err->code;
		db_reset(stmt);
	}
	*ret_are_same = are_same;
	return ERR_OK;
}

static enum err_code drop_views(struct db *db, struct err *err)
{
	for (size_t i = 0; i < sql_view_count; i++) {
		char drop[128];
		(void)snprintf(drop, sizeof drop, "DROP VIEW IF EXISTS main.%s", sql_views[i].name);
		if (db_exec(db, drop, err) != ERR_OK)
			return err_prefix(err, "view %s", sql_views[i].name);
	}
	return ERR_OK;
}

static enum err_code create_views(struct db *db, struct err *err)
{
	for (size_t i = 0; i < sql_view_count; i++)
		if (db_exec(db, sql_views[i].text, err) != ERR_OK)
			return err_prefix(err, "view %s", sql_views[i].name);
	return ERR_OK;
}

/* The copy that is made before an upgrade. Whoever makes one holds the file's write lock, so nobody else is at it. */
struct backup {
	struct text partial; /* while it may still come to nothing; empty: no copy */
	struct text path;    /* once it is kept */
};

static void backup_done(struct backup *backup)
{
	text_done(&backup->partial);
	text_done(&backup->path);
}

/* Through a connection of its own: VACUUM INTO does not run in a transaction, and only ours keeps other writers out. */
static enum err_code back_up(struct db *db, const struct db_options *options, int64_t version, struct backup *backup,
			     struct err *err)
{
	AUTO(db_freep) struct db *reader = NULL;
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (text_append(&backup->partial, err, "%s.v%jd.backup.partial", db->file, (intmax_t)version) != ERR_OK ||
	    db_connect(db->path, SQLITE_OPEN_READONLY, options, &reader, err) != ERR_OK ||
	    db_prepare(reader, "VACUUM INTO :path", &stmt, err) != ERR_OK)
		return err->code;
	(void)unlink(backup->partial.data);
	db_bind_text(stmt, ":path", backup->partial.data);
	return db_run(stmt, err) == ERR_OK ? ERR_OK : err_prefix(err, "backup before the upgrade");
}

static enum err_code keep_backup(struct db *db, int64_t version, struct backup *backup, struct err *err)
{
	if (backup->partial.length == 0)
		return ERR_OK;
	for (int number = 1;; number++) {
		char suffix[16] = "";
		if (number > 1)
			(void)snprintf(suffix, sizeof suffix, ".%d", number);
		text_clear(&backup->path);
		if (text_append(&backup->path, err, "%s.v%jd%s.backup", db->file, (intmax_t)version, suffix) != ERR_OK)
			return err->code;
		if (!file_exists(backup->path.data))
			break;
		/* Left by an upgrade that was killed before its commit: one is enough. */
		if (file_equals(backup->path.data, backup->partial.data)) {
			(void)unlink(backup->partial.data);
			text_clear(&backup->partial);
			text_clear(&backup->path);
			return ERR_OK;
		}
	}
	if (rename(backup->partial.data, backup->path.data) != 0)
		return err_set(err, ERR_SYSTEM, "%s: %s", backup->path.data, strerror(errno));
	return ERR_OK;
}

static enum err_code apply_migrations(struct db *db, const struct db_options *options, size_t version, struct err *err)
{
	for (; version < options->migration_count; version++)
		if (db_exec(db, options->migrations[version].text, err) != ERR_OK ||
		    (version + 1 == options->migration_count && check_references(db, err) != ERR_OK))
			return err_prefix(err, "migration %s", options->migrations[version].name);
	return ERR_OK;
}

/* Under the write lock. What is there is looked at again: another process may have been faster. */
static enum err_code upgrade(struct db *db, const struct db_options *options, struct backup *backup, struct err *err)
{
	char pragmas[96];
	int64_t version = 0;
	int64_t runs = 0;
	bool is_marked = false;
	bool are_same = false;

	if (migrate_read_version(db, options, &version, &is_marked, err) != ERR_OK ||
	    compare_views(db, &are_same, err) != ERR_OK)
		return err->code;
	bool is_old = version < (int64_t)options->migration_count;
	if (is_old && version > 0 && db_query_int(db, "SELECT count(*) FROM main.run", &runs, err) != ERR_OK)
		return err->code;
	/* A file without a name is a copy itself. */
	if (runs > 0 && db->file[0] != '\0' && back_up(db, options, version, backup, err) != ERR_OK)
		return err->code;
	/* Migrations need not care about views, which may name columns of any version. */
	if ((is_old || !are_same) &&
	    (drop_views(db, err) != ERR_OK || apply_migrations(db, options, (size_t)version, err) != ERR_OK ||
	     create_views(db, err) != ERR_OK))
		return err->code;
	(void)snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %zu",
		       DB_APPLICATION_ID, options->migration_count);
	if ((is_old || !is_marked) && db_exec(db, pragmas, err) != ERR_OK)
		return err->code;
	return keep_backup(db, version, backup, err);
}

static enum err_code upgrade_at_once(struct db *db, const struct db_options *options, struct err *err)
{
	AUTO(backup_done) struct backup backup = { 0 };

	if (db_begin(db, err) == ERR_OK && upgrade(db, options, &backup, err) == ERR_OK && db_commit(db, err) == ERR_OK)
		return ERR_OK;
	if (backup.partial.length > 0)
		(void)unlink(backup.partial.data);
	if (backup.path.length > 0)
		(void)unlink(backup.path.data);
	db_rollback(db);
	return err->code;
}

enum err_code migrate_file(struct db *db, const struct db_options *options, struct err *err)
{
	int64_t version = 0;
	bool is_marked = false;
	bool are_same = false;

	if (migrate_read_version(db, options, &version, &is_marked, err) != ERR_OK ||
	    compare_views(db, &are_same, err) != ERR_OK)
		return err->code;
	if (is_marked && are_same && version == (int64_t)options->migration_count)
		return ERR_OK;
	/* Migrations may rebuild tables that others refer to; the check comes at their end. */
	if (db_exec(db, "PRAGMA foreign_keys = OFF", err) != ERR_OK)
		return err->code;
	db_be_patient(db, UPGRADE_PATIENCE * options->busy_timeout_ms);
	enum err_code code = upgrade_at_once(db, options, err);
	db_be_patient(db, options->busy_timeout_ms);
	return code;
}
