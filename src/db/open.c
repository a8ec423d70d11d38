/* Opening a file: whose it is, which version, to read or to write. */
#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "db/connection.h"
#include "db/dead.h"
#include "db/functions.h"
#include "db/guard.h"
#include "db/identity.h"
#include "db/insert.h"
#include "db/migrate.h"
#include "db/network.h"
#include "db/packing_sql.h"
#include "db/rows_table.h"

#define RETRY_MS 10

/* Migration 0006. */
#define FIRST_WITH_UIDS 6

/* The file asks clients that say nothing for more (migration 0009): the virtual tables need it less. */
#define CACHE_SIZE "PRAGMA cache_size = -2000"

struct db_options db_default_options(void)
{
	return (struct db_options){ .busy_timeout_ms = DB_PATIENCE_MS,
				    .migrations = sql_migrations,
				    .migration_count = sql_migration_count };
}

/* https://www.sqlite.org/uri.html: every byte that might mean something is written as %XX. */
static enum err_code append_immutable_uri(struct text *uri, const char *file, struct err *err)
{
	/* Two slashes more: what follows the first two would be a host. */
	if (text_append(uri, err, "file:%s", file[0] == '/' ? "//" : "") != ERR_OK)
		return err->code;
	for (; *file != '\0'; file++) {
		bool is_plain = isalnum((unsigned char)*file) != 0 || strchr("/._-", *file) != NULL;
		if (text_append(uri, err, is_plain ? "%c" : "%%%02X", (unsigned char)*file) != ERR_OK)
			return err->code;
	}
	return text_append(uri, err, "?immutable=1");
}

/* What messages call it, and how they say it to a command. */
static enum err_code set_path(struct db *db, const char *path, struct err *err)
{
	struct text option AUTO(text_done) = { 0 };
	AUTO(mem_freep) char *copy = NULL;

	if (mem_copy_text(path, &copy, err) != ERR_OK || db_append_option(&option, path, err) != ERR_OK)
		return err->code;
	mem_freep(&db->path);
	mem_freep(&db->option);
	db->path = take_ptr(&copy);
	db->option = take_ptr(&option.data);
	return ERR_OK;
}

enum err_code db_connect(const char *path, int flags, const struct db_options *options, struct db **ret_db,
			 struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;
	struct text file AUTO(text_done) = { 0 };
	struct text uri AUTO(text_done) = { 0 };
	/* "file:x" and ":memory:" mean something else to SQLite, here they are file names. */
	bool is_special = path[0] == ':' || strncmp(path, "file:", strlen("file:")) == 0;

	if (mem_new(&db, 1, err) != ERR_OK || set_path(db, path, err) != ERR_OK ||
	    text_append(&file, err, "%s%s", is_special ? "./" : "", path) != ERR_OK ||
	    mem_copy_text(file.data, &db->file, err) != ERR_OK || append_immutable_uri(&uri, file.data, err) != ERR_OK)
		return err->code;
	int code = sqlite3_open_v2((flags & SQLITE_OPEN_URI) != 0 ? uri.data : db->file, &db->handle,
				   flags | SQLITE_OPEN_NOMUTEX, NULL);
	if (db->handle == NULL)
		return err_set(err, ERR_SYSTEM, "%s: out of memory", path);
	if (code != SQLITE_OK)
		return db_fail(db, code, false, err);
	(void)sqlite3_extended_result_codes(db->handle, 1);
	if (options->wait != NULL)
		db->wait = *options->wait;
	db_be_patient(db, options->busy_timeout_ms);
	*ret_db = take_ptr(&db);
	return ERR_OK;
}

/* A file without our mark may be one of ours that lost it. That is found out without leaving a trace in it. */
static enum err_code check_identity(struct db *db, const struct db_options *options, struct identity *ret_identity,
				    struct err *err)
{
	AUTO(db_freep) struct db *probe = NULL;
	int64_t version = 0;
	bool is_marked = false;

	if (identity_read(db, (int64_t)options->migration_count, ret_identity, err) != ERR_OK)
		return err->code;
	if (ret_identity->is_empty || ret_identity->is_marked)
		return ERR_OK;
	if (db_connect(db->path, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, options, &probe, err) != ERR_OK)
		return err->code;
	return migrate_read_version(probe, options, &version, &is_marked, err);
}

static enum err_code attach_rows(struct db *db, struct err *err)
{
	int code = rows_table_attach(db->handle);

	if (code == SQLITE_OK)
		code = packing_attach(db->handle);
	return code == SQLITE_OK ? ERR_OK : db_fail(db, code, false, err);
}

#define AS_TEXT(number) #number
#define QUOTED(macro) AS_TEXT(macro)

static enum err_code make_writable(struct db *db, const struct db_options *options, struct err *err)
{
	/* The page size must come first: it is fixed with the first page written. EXTRA: a journal that a power cut
	 * brings back would undo a commit. */
	if (db_exec(
		db,
		"PRAGMA page_size = " QUOTED(DB_PAGE_BYTES) "; PRAGMA temp_store = MEMORY; PRAGMA synchronous = EXTRA",
		err) != ERR_OK ||
	    functions_register(db, err) != ERR_OK || migrate_file(db, options, err) != ERR_OK ||
	    db_exec(db, "PRAGMA foreign_keys = ON; " CACHE_SIZE, err) != ERR_OK || attach_rows(db, err) != ERR_OK)
		return err->code;
	int code = insert_attach(db->handle);
	return code == SQLITE_OK ? ERR_OK : db_fail(db, code, false, err);
}

static enum err_code open_to_write(const char *path, const struct db_options *options, struct db **ret_db,
				   struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;
	struct identity identity;

	if (db_connect(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, options, &db, err) != ERR_OK ||
	    check_identity(db, options, &identity, err) != ERR_OK)
		return err->code;
	db->presence = (struct presence){ .is_watched = true, .is_wal = identity.is_wal };
	if ((network_has(db) && network_leave_wal(db, options, err) != ERR_OK) ||
	    make_writable(db, options, err) != ERR_OK)
		return err->code;
	*ret_db = take_ptr(&db);
	return ERR_OK;
}

/* Nothing is in it yet; messages call it `path`. */
static enum err_code connect_scratch(const char *path, const struct db_options *options, struct db **ret_db,
				     struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;

	/* A file without a name is one that SQLite makes in its folder for them and removes at once. */
	if (db_connect("", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, options, &db, err) != ERR_OK ||
	    set_path(db, path, err) != ERR_OK)
		return err->code;
	*ret_db = take_ptr(&db);
	return ERR_OK;
}

enum err_code db_open_scratch(struct db **ret_db, struct err *err)
{
	const struct db_options options = db_default_options();
	AUTO(db_freep) struct db *db = NULL;

	if (connect_scratch("temporary file (in $TMPDIR)", &options, &db, err) != ERR_OK ||
	    make_writable(db, &options, err) != ERR_OK)
		return err->code;
	*ret_db = take_ptr(&db);
	return ERR_OK;
}

/* A writer that was killed may leave a rollback journal, which a read-only connection must not play back. A living
 * writer's journal is left alone by SQLite, and where this fails the read-only connection says why. */
static void roll_back_leftovers(const struct db *db, const struct db_options *options)
{
	AUTO(db_freep) struct db *writer = NULL;
	struct text journal AUTO(text_done) = { 0 };
	struct err ignored;
	int64_t objects;

	if (text_append(&journal, &ignored, "%s-journal", db->file) == ERR_OK && file_exists(journal.data) &&
	    db_connect(db->path, SQLITE_OPEN_READWRITE, options, &writer, &ignored) == ERR_OK)
		(void)!db_query_int(writer, "SELECT count(*) FROM sqlite_master", &objects, &ignored);
}

/* The version of a file to read. Where no WAL can be opened beside it, *db is replaced by a connection that goes
 * without.
 */
static enum err_code read_version(struct db **db, const struct db_options *options, const struct identity *identity,
				  int64_t *ret_version, struct err *err)
{
	bool is_marked = false;

	if (migrate_read_version(*db, options, ret_version, &is_marked, err) == ERR_OK)
		return ERR_OK;
	int code = sqlite3_errcode((*db)->handle) & 0xff;
	if (!identity->is_wal || (code != SQLITE_CANTOPEN && code != SQLITE_READONLY))
		return err->code;
	AUTO(db_freep) struct db *without = NULL;
	if (db_connect((*db)->path, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, options, &without, err) != ERR_OK ||
	    migrate_read_version(without, options, ret_version, &is_marked, err) != ERR_OK)
		return err->code;
	without->warning =
	    "a copy of a file in use, in a folder that cannot be written: its newest epochs may be missing";
	*err = (struct err){ 0 };
	db_free(*db);
	*db = take_ptr(&without);
	return ERR_OK;
}

/* *ret_is_behind: the file is empty or of an older version, which may change at once if *ret_is_being_written. */
static enum err_code try_to_read(const char *path, const struct db_options *options, struct db **ret_db,
				 bool *ret_is_behind, bool *ret_is_being_written, struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;
	struct identity identity;
	int64_t version = 0;

	if (db_connect(path, SQLITE_OPEN_READONLY, options, &db, err) != ERR_OK)
		return err->code;
	roll_back_leftovers(db, options);
	if (check_identity(db, options, &identity, err) != ERR_OK ||
	    read_version(&db, options, &identity, &version, err) != ERR_OK)
		return err->code;
	if (version == (int64_t)options->migration_count) {
		*ret_db = take_ptr(&db);
		return ERR_OK;
	}
	*ret_is_behind = true;
	*ret_is_being_written = identity_is_being_written(db);
	if (version == 0)
		return err_set(err, ERR_INPUT, "%s: there is no such database, only an empty file", path);
	return err_set(err, ERR_INPUT,
		       "%s: was written by an older hardrow; any command that writes to it ('hardrow train', "
		       "'hardrow sweep') upgrades it",
		       path);
}

static enum err_code open_to_read(const char *path, const struct db_options *options, struct db **ret_db,
				  struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;
	double end = clock_seconds() + options->busy_timeout_ms / 1000.0;
	bool again = true;
	bool was_quiet = false;

	/* Whoever upgrades or creates the file may be done between the look at its version and that at its lock: behind
	 * twice in a row without a lock is behind. */
	while (again && db == NULL) {
		bool is_behind = false;
		bool is_being_written = false;
		enum err_code code = try_to_read(path, options, &db, &is_behind, &is_being_written, err);
		again = is_behind && (is_being_written || !was_quiet) && clock_seconds() < end;
		was_quiet = !is_being_written;
		if (code != ERR_OK && !again)
			return code;
		if (again)
			(void)sqlite3_sleep(RETRY_MS);
	}
	/* What people ask may not fit into memory: temporary tables go to the disk. */
	if (db_exec(db, CACHE_SIZE, err) != ERR_OK || attach_rows(db, err) != ERR_OK ||
	    dead_attach(db, err) != ERR_OK || guard_connection(db, err) != ERR_OK)
		return err->code;
	*ret_db = take_ptr(&db);
	return ERR_OK;
}

/* A copy of what `source` reads, upgraded. */
static enum err_code upgrade_copy(struct db *source, int64_t version, const struct db_options *options,
				  struct db **ret_db, struct err *err)
{
	/* The migration draws a run_uid, which would be another one in each copy. */
	static const char name_runs[] =
	    "UPDATE run SET run_uid = substr(sha256(CAST(json_array(run_id, dataset_id, method, seed, settings, host,"
	    " pid, started_at_ms) AS BLOB)), 1, 32)";
	AUTO(db_freep) struct db *copy = NULL;

	if (connect_scratch(source->path, options, &copy, err) != ERR_OK)
		return err->code;
	sqlite3_backup *backup = sqlite3_backup_init(copy->handle, "main", source->handle, "main");
	if (backup == NULL)
		return db_fail(copy, sqlite3_extended_errcode(copy->handle), false, err);
	int code = sqlite3_backup_step(backup, -1);
	(void)sqlite3_backup_finish(backup);
	if (code != SQLITE_DONE)
		return db_fail(copy, code, false, err);
	if (make_writable(copy, options, err) != ERR_OK ||
	    (version < FIRST_WITH_UIDS && db_exec(copy, name_runs, err) != ERR_OK))
		return err->code;
	*ret_db = take_ptr(&copy);
	return ERR_OK;
}

enum err_code db_open_upgraded(const char *path, struct db **ret_db, struct err *err)
{
	const struct db_options options = db_default_options();
	AUTO(db_freep) struct db *db = NULL;
	struct identity identity;
	int64_t version = 0;
	bool exists = false;

	if (identity_check_path(path, &exists, err) != ERR_OK)
		return err->code;
	if (!exists)
		return err_set(err, ERR_INPUT, "%s: there is no such database", path);
	if (db_connect(path, SQLITE_OPEN_READONLY, &options, &db, err) != ERR_OK)
		return err->code;
	roll_back_leftovers(db, &options);
	if (check_identity(db, &options, &identity, err) != ERR_OK ||
	    read_version(&db, &options, &identity, &version, err) != ERR_OK)
		return err->code;
	return version > 0 && version < (int64_t)options.migration_count
		   ? upgrade_copy(db, version, &options, ret_db, err)
		   : open_to_read(path, &options, ret_db, err);
}

enum err_code db_open_with(const char *path, enum db_mode mode, const struct db_options *options, struct db **ret_db,
			   struct err *err)
{
	bool exists = false;

	if (identity_check_path(path, &exists, err) != ERR_OK)
		return err->code;
	if (mode == DB_READ && !exists)
		return err_set(err, ERR_INPUT, "%s: there is no such database", path);
	if (mode == DB_READ)
		return open_to_read(path, options, ret_db, err);
	return open_to_write(path, options, ret_db, err);
}

enum err_code db_open_waiting(const char *path, enum db_mode mode, const struct db_wait *wait, struct db **ret_db,
			      struct err *err)
{
	struct db_options options = db_default_options();

	options.wait = wait;
	return db_open_with(path, mode, &options, ret_db, err);
}

enum err_code db_open(const char *path, enum db_mode mode, struct db **ret_db, struct err *err)
{
	return db_open_waiting(path, mode, NULL, ret_db, err);
}
