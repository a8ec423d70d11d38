/* Connections and transactions. */
#include "db/db.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "db/connection.h"
#include "db/functions.h"
#include "db/guard.h"
#include "db/identity.h"
#include "db/migrate.h"
#include "db/rows_table.h"

#define BUSY_TIMEOUT_MS 10000
#define FINISH_TIMEOUT_MS 1000

static enum err_code code_of(int code, bool is_foreign)
{
	switch (code & 0xff) {
	case SQLITE_INTERRUPT:
		return ERR_INTERRUPTED;
	case SQLITE_NOTADB:
		return ERR_FOREIGN;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_NOMEM:
	case SQLITE_IOERR:
	case SQLITE_CORRUPT:
	case SQLITE_FULL:
	case SQLITE_CANTOPEN:
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_PROTOCOL:
		return ERR_SYSTEM;
	default:
		return is_foreign ? ERR_INPUT : ERR_SYSTEM;
	}
}

enum err_code db_fail(struct db *db, int code, bool is_foreign, struct err *err)
{
	enum err_code ours = code_of(code, is_foreign);

	if (ours == ERR_INTERRUPTED)
		return err_set(err, ours, "%s: interrupted", db->path);
	if ((code & 0xff) == SQLITE_BUSY)
		return err_set(err, ours, "%s: another program keeps it locked (%s)", db->path,
			       sqlite3_errmsg(db->handle));
	if (db->refused != NULL)
		return err_set(err, ours, "%s is not allowed here, only one SELECT", db->refused);
	return err_set(err, ours, "%s: %s", db->path, sqlite3_errmsg(db->handle));
}

struct db_options db_default_options(void)
{
	return (struct db_options){ .busy_timeout_ms = BUSY_TIMEOUT_MS,
				    .migrations = sql_migrations,
				    .migration_count = sql_migration_count };
}

/* Opens without touching the file yet. */
static enum err_code connect_file(const char *path, int flags, const struct db_options *options, struct db **ret_db,
				  struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;
	struct text plain AUTO(text_done) = { 0 };

	if (mem_new(&db, 1, err) != ERR_OK || mem_copy_text(path, &db->path, err) != ERR_OK)
		return err->code;
	/* "file:x" and ":memory:" mean something else to SQLite, here they are file names. */
	bool is_special = path[0] == ':' || strncmp(path, "file:", strlen("file:")) == 0;
	if (text_append(&plain, err, "%s%s", is_special ? "./" : "", path) != ERR_OK)
		return err->code;
	int code = sqlite3_open_v2(plain.data, &db->handle, flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (db->handle == NULL)
		return err_set(err, ERR_SYSTEM, "%s: out of memory", path);
	if (code != SQLITE_OK)
		return db_fail(db, code, false, err);
	(void)sqlite3_extended_result_codes(db->handle, 1);
	(void)sqlite3_busy_timeout(db->handle, options->busy_timeout_ms);
	*ret_db = take_ptr(&db);
	return ERR_OK;
}

static enum err_code open_to_write(const char *path, const struct db_options *options, struct db **ret_db,
				   struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;

	/* The page size must come first: it is fixed with the first page written. */
	if (connect_file(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, options, &db, err) != ERR_OK ||
	    db_exec(db, "PRAGMA page_size = 32768; PRAGMA temp_store = MEMORY", err) != ERR_OK ||
	    functions_register(db, err) != ERR_OK || migrate_file(db, options, err) != ERR_OK ||
	    migrate_views(db, err) != ERR_OK || rows_table_attach(db, err) != ERR_OK)
		return err->code;
	*ret_db = take_ptr(&db);
	return ERR_OK;
}

static enum err_code check_version(struct db *db, const struct db_options *options, struct err *err)
{
	int64_t application_id = 0;
	int64_t version = 0;

	/* Again, now through SQLite: what a WAL holds is newer than the file's first bytes. */
	if (migrate_read_identity(db, &application_id, &version, err) != ERR_OK ||
	    identity_check(db->path, application_id, version, (int64_t)options->migration_count, err) != ERR_OK)
		return err->code;
	if (version < (int64_t)options->migration_count)
		return err_set(err, ERR_INPUT,
			       "%s: was written by an older hardrow; any command that writes to it ('hardrow train', "
			       "'hardrow sweep') upgrades it",
			       db->path);
	return ERR_OK;
}

/* A writer that was killed may leave a rollback journal, which a read-only connection must not play back. A living
 * writer's journal is left alone by SQLite, and where this fails the read-only connection says why. */
static void roll_back_leftovers(const char *path, const struct db_options *options)
{
	AUTO(db_freep) struct db *db = NULL;
	struct text journal AUTO(text_done) = { 0 };
	struct err ignored;
	int64_t objects;

	if (text_append(&journal, &ignored, "%s-journal", path) == ERR_OK && file_exists(journal.data) &&
	    connect_file(path, SQLITE_OPEN_READWRITE, options, &db, &ignored) == ERR_OK)
		(void)!db_query_int(db, "SELECT count(*) FROM sqlite_master", &objects, &ignored);
}

static enum err_code open_to_read(const char *path, const struct db_options *options, struct db **ret_db,
				  struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;

	roll_back_leftovers(path, options);
	if (connect_file(path, SQLITE_OPEN_READONLY, options, &db, err) != ERR_OK ||
	    db_exec(db, "PRAGMA temp_store = MEMORY", err) != ERR_OK || check_version(db, options, err) != ERR_OK ||
	    rows_table_attach(db, err) != ERR_OK || guard_connection(db, err) != ERR_OK)
		return err->code;
	*ret_db = take_ptr(&db);
	return ERR_OK;
}

enum err_code db_open_with(const char *path, enum db_mode mode, const struct db_options *options, struct db **ret_db,
			   struct err *err)
{
	bool exists = false;

	if (path[0] == '\0')
		return err_set(err, ERR_INPUT, "the name of the database file is empty");
	if (identity_read(path, (int64_t)options->migration_count, &exists, err) != ERR_OK)
		return err->code;
	if (mode == DB_READ && !exists)
		return err_set(err, ERR_INPUT, "%s: there is no such database", path);
	if (mode == DB_READ)
		return open_to_read(path, options, ret_db, err);
	return open_to_write(path, options, ret_db, err);
}

enum err_code db_open(const char *path, enum db_mode mode, struct db **ret_db, struct err *err)
{
	struct db_options options = db_default_options();

	return db_open_with(path, mode, &options, ret_db, err);
}

void db_free(struct db *db)
{
	if (db == NULL)
		return;
	int code = sqlite3_close(db->handle);
	assert(code == SQLITE_OK); /* else a statement outlives its connection */
	free(db->path);
	free(db);
}

void db_freep(struct db **db)
{
	db_free(*db);
}

enum err_code db_finish(struct db *db, struct err *err)
{
	if (db_exec(db, "PRAGMA analysis_limit = 400; PRAGMA optimize", err) != ERR_OK)
		return err->code;
	/* A reader in another program may hold the WAL: then it stays, which harms nobody. */
	(void)sqlite3_busy_timeout(db->handle, FINISH_TIMEOUT_MS);
	int code =
	    sqlite3_exec(db->handle, "PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_LOCKED)
		return db_fail(db, code, false, err);
	return ERR_OK;
}

const char *db_path(const struct db *db)
{
	return db->path;
}

const char *db_version(void)
{
	return sqlite3_libversion();
}

int64_t db_last_rowid(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

enum err_code db_exec(struct db *db, const char *sql, struct err *err)
{
	int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? ERR_OK : db_fail(db, code, false, err);
}

enum err_code db_begin(struct db *db, struct err *err)
{
	return db_exec(db, "BEGIN IMMEDIATE", err);
}

enum err_code db_commit(struct db *db, struct err *err)
{
	return db_exec(db, "COMMIT", err);
}

void db_rollback(struct db *db)
{
	if (db_in_transaction(db))
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
}

bool db_in_transaction(const struct db *db)
{
	return sqlite3_get_autocommit(db->handle) == 0;
}

void db_interrupt(struct db *db)
{
	sqlite3_interrupt(db->handle);
}
