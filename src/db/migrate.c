#include "db/migrate.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "db/identity.h"

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

enum err_code migrate_read_identity(struct db *db, int64_t *ret_application_id, int64_t *ret_version, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool has_row = false;

	/* One statement sees one state of the file: between two, another process may have made it ours. */
	if (db_prepare(db, "SELECT application_id, user_version FROM pragma_application_id, pragma_user_version", &stmt,
		       err) != ERR_OK ||
	    db_step(stmt, &has_row, err) != ERR_OK)
		return err->code;
	assert(has_row);
	*ret_application_id = db_column_int(stmt, 0);
	*ret_version = db_column_int(stmt, 1);
	return ERR_OK;
}

/* One migration in one transaction. The version is read again inside: another process may have been faster. */
static enum err_code apply_next(struct db *db, const struct db_options *options, int64_t *ret_version, struct err *err)
{
	char pragmas[96];
	int64_t application_id = 0;
	int64_t version = 0;

	if (db_begin(db, err) != ERR_OK || migrate_read_identity(db, &application_id, &version, err) != ERR_OK)
		return err->code;
	bool is_new = application_id == 0 && version == 0;
	if (!is_new &&
	    identity_check(db->path, application_id, version, (int64_t)options->migration_count, err) != ERR_OK)
		return err->code;
	if (version < (int64_t)options->migration_count) {
		(void)snprintf(pragmas, sizeof pragmas, "PRAGMA application_id = %d; PRAGMA user_version = %jd",
			       DB_APPLICATION_ID, (intmax_t)version + 1);
		if (db_exec(db, options->migrations[version].text, err) != ERR_OK ||
		    check_references(db, err) != ERR_OK || db_exec(db, pragmas, err) != ERR_OK)
			return err_prefix(err, "migration %s", options->migrations[version].name);
		version++;
	}
	if (db_commit(db, err) != ERR_OK)
		return err->code;
	*ret_version = version;
	return ERR_OK;
}

/* Written under another name first: a backup that is there is whole. */
static enum err_code back_up(struct db *db, int64_t version, struct err *err)
{
	struct text path AUTO(text_done) = { 0 };
	struct text partial AUTO(text_done) = { 0 };
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (text_append(&path, err, "%s.v%jd.backup", db->path, (intmax_t)version) != ERR_OK ||
	    text_append(&partial, err, "%s.partial", path.data) != ERR_OK ||
	    db_prepare(db, "VACUUM INTO :path", &stmt, err) != ERR_OK)
		return err->code;
	(void)unlink(partial.data);
	db_bind_text(stmt, ":path", partial.data);
	enum err_code code = db_run(stmt, err);
	if (code == ERR_OK && rename(partial.data, path.data) != 0)
		code = err_set(err, ERR_SYSTEM, "%s: %s", path.data, strerror(errno));
	if (code != ERR_OK) {
		(void)unlink(partial.data);
		return err_prefix(err, "backup before the upgrade");
	}
	return ERR_OK;
}

static enum err_code back_up_if_used(struct db *db, int64_t version, struct err *err)
{
	int64_t run_count = 0;

	if (db_query_int(db, "SELECT count(*) FROM run", &run_count, err) != ERR_OK)
		return err->code;
	return run_count > 0 ? back_up(db, version, err) : ERR_OK;
}

enum err_code migrate_file(struct db *db, const struct db_options *options, struct err *err)
{
	int64_t newest = (int64_t)options->migration_count;
	int64_t application_id = 0;
	int64_t version = 0;

	if (migrate_read_identity(db, &application_id, &version, err) != ERR_OK)
		return err->code;
	bool is_new = application_id == 0 && version == 0;
	if (!is_new && identity_check(db->path, application_id, version, newest, err) != ERR_OK)
		return err->code;
	if (!is_new && version < newest && back_up_if_used(db, version, err) != ERR_OK)
		return err->code;
	/* Migrations may rebuild tables that others refer to; the check comes at the end of each. */
	if (db_exec(db, "PRAGMA foreign_keys = OFF", err) != ERR_OK)
		return err->code;
	while (version < newest)
		if (apply_next(db, options, &version, err) != ERR_OK) {
			db_rollback(db);
			return err->code;
		}
	return db_exec(db, "PRAGMA foreign_keys = ON", err);
}

static enum err_code compare_view(struct db *db, const struct sql_file *view, bool *ret_is_same, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool found = false;

	if (db_prepare(db, "SELECT sql FROM main.sqlite_schema WHERE type = 'view' AND name = :name", &stmt, err) !=
	    ERR_OK)
		return err->code;
	db_bind_text(stmt, ":name", view->name);
	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	*ret_is_same = found && strcmp(db_column_text(stmt, 0), view->text) == 0;
	return ERR_OK;
}

static enum err_code compare_views(struct db *db, bool *ret_are_same, struct err *err)
{
	bool are_same = true;

	for (size_t i = 0; i < sql_view_count && are_same; i++)
		if (compare_view(db, &sql_views[i], &are_same, err) != ERR_OK)
			return err->code;
	*ret_are_same = are_same;
	return ERR_OK;
}

static enum err_code replace_views(struct db *db, struct err *err)
{
	for (size_t i = 0; i < sql_view_count; i++) {
		char drop[128];
		(void)snprintf(drop, sizeof drop, "DROP VIEW IF EXISTS main.%s", sql_views[i].name);
		if (db_exec(db, drop, err) != ERR_OK || db_exec(db, sql_views[i].text, err) != ERR_OK)
			return err_prefix(err, "view %s", sql_views[i].name);
	}
	return ERR_OK;
}

enum err_code migrate_views(struct db *db, struct err *err)
{
	bool are_same = false;

	if (compare_views(db, &are_same, err) != ERR_OK)
		return err->code;
	if (are_same)
		return ERR_OK;
	if (db_begin(db, err) != ERR_OK || replace_views(db, err) != ERR_OK || db_commit(db, err) != ERR_OK) {
		db_rollback(db);
		return err->code;
	}
	return ERR_OK;
}
