/* Transactions, the end of a connection, and what its errors are called. */
#include "db/db.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "db/connection.h"
#include "db/limit.h"
#include "db/network.h"
#include "db/presence.h"

#define FINISH_SECONDS 1.0

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
	/* What was to be written cannot be. */
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
		return ERR_INPUT;
	default:
		return is_foreign ? ERR_INPUT : ERR_SYSTEM;
	}
}

/* What the system says, or NULL, where SQLite's own words do not say enough. */
static const char *reason(struct db *db, int code)
{
	int system = sqlite3_system_errno(db->handle);
	const char *words = system != 0 ? strerror(system) : NULL;

	switch (code & 0xff) {
	case SQLITE_READONLY:
		return "it or its folder cannot be written";
	case SQLITE_CANTOPEN:
		/* SQLite, which may not make the file, then looks for it. */
		return system == ENOENT ? "its folder is missing or cannot be written" : words;
	case SQLITE_IOERR:
		/* Of a journal that cannot be removed SQLite keeps no errno. */
		return code == SQLITE_IOERR_DELETE && words == NULL ? "its folder cannot be written" : words;
	default:
		return NULL;
	}
}

/* A call that succeeded after the one that failed has taken the connection's message away. */
static const char *message_of(const struct db *db, int code)
{
	return (sqlite3_errcode(db->handle) & 0xff) == (code & 0xff) ? sqlite3_errmsg(db->handle)
								     : sqlite3_errstr(code);
}

enum err_code db_fail(struct db *db, int code, bool is_foreign, struct err *err)
{
	enum err_code ours = code_of(code, is_foreign);

	if (limit_is_met(db, code))
		return limit_say(db, code, err);
	if (ours != ERR_INTERRUPTED && (code & 0xff) != SQLITE_BUSY && presence_check(db, err) != ERR_OK)
		return err->code;
	if (ours == ERR_INTERRUPTED)
		return err_set(err, ours, "%s: interrupted", db->path);
	/* Whoever waits as long as it takes gives up for one reason alone. */
	if ((code & 0xff) == SQLITE_BUSY && db->wait.goes_on != NULL)
		return err_set(err, ERR_INTERRUPTED, "%s: interrupted while another program kept it locked", db->path);
	if ((code & 0xff) == SQLITE_BUSY)
		return err_set(err, ours, "%s: another program keeps it locked (%s)", db->path, message_of(db, code));
	const char *why = reason(db, code);
	if (why != NULL)
		return err_set(err, ours, "%s: %s (%s)", db->path, message_of(db, code), why);
	if (db->refused != NULL)
		return err_set(err, ours, "%s is not allowed here, only one SELECT", db->refused);
	return err_set(err, ours, "%s: %s", db->path, message_of(db, code));
}

void db_free(struct db *db)
{
	if (db == NULL)
		return;
	presence_leave(db);
	int code = sqlite3_close(db->handle);
	assert(code == SQLITE_OK); /* else a statement outlives its connection */
	free(db->path);
	free(db->option);
	free(db->file);
	free(db);
}

void db_freep(struct db **db)
{
	db_free(*db);
}

enum err_code db_finish(struct db *db, struct err *err)
{
	/* optimize writes the statistics of each table in a transaction of its own, with five syncs, if it is let. */
	static const char *const steps[] = { "PRAGMA analysis_limit = 400", "BEGIN; PRAGMA optimize; COMMIT",
					     "PRAGMA wal_checkpoint(TRUNCATE)", "PRAGMA journal_mode = DELETE" };

	if (presence_check(db, err) != ERR_OK)
		return err->code;
	/* Others may hold the file: then statistics and the WAL stay as they are, which harms nobody. */
	db_be_patient_until(db, clock_seconds() + FINISH_SECONDS);
	for (size_t i = 0; i < ARRAY_LENGTH(steps); i++) {
		int code = sqlite3_exec(db->handle, steps[i], NULL, NULL, NULL);
		if (code != SQLITE_OK && sqlite3_get_autocommit(db->handle) == 0)
			(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
		if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_LOCKED)
			return db_fail(db, code, false, err);
	}
	return ERR_OK;
}

enum err_code db_use_wal(struct db *db, bool *ret_is_wal, struct err *err)
{
	if (network_has(db)) {
		*ret_is_wal = false;
		return ERR_OK;
	}
	/* Whoever reads right now is not waited for: there will be another time. */
	(void)sqlite3_busy_timeout(db->handle, 0);
	int code = sqlite3_exec(db->handle, "PRAGMA journal_mode = WAL", NULL, NULL, NULL);
	db_be_patient(db, DB_PATIENCE_MS);
	if (code != SQLITE_OK && (code & 0xff) != SQLITE_BUSY && (code & 0xff) != SQLITE_LOCKED)
		return db_fail(db, code, false, err);
	*ret_is_wal = db->presence.is_wal = code == SQLITE_OK;
	return ERR_OK;
}

const char *db_path(const struct db *db)
{
	return db->path;
}

const char *db_option(const struct db *db)
{
	return db->option;
}

enum err_code db_append_option(struct text *text, const char *path, struct err *err)
{
	return text_append(text, err, " --db ") == ERR_OK ? text_append_word(text, path, err) : err->code;
}

const char *db_warning(const struct db *db)
{
	return db->warning;
}

const char *db_version(void)
{
	return sqlite3_libversion();
}

const char *db_source(void)
{
	return sqlite3_sourceid();
}

int64_t db_last_rowid(const struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

enum err_code db_exec(struct db *db, const char *sql, struct err *err)
{
	db->refused = NULL;
	int code = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? ERR_OK : db_fail(db, code, false, err);
}

enum err_code db_begin(struct db *db, struct err *err)
{
	if (db_exec(db, "BEGIN IMMEDIATE", err) != ERR_OK)
		return err->code;
	if (presence_check(db, err) == ERR_OK)
		return ERR_OK;
	db_rollback(db);
	return err->code;
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

double db_row_bytes(size_t payload)
{
	const size_t header = 8, cell = 12, next = 4; /* of a page; beside a payload; before what overflows */
	size_t most = DB_PAGE_BYTES - 35;
	size_t least = (DB_PAGE_BYTES - 12) * 32 / 255 - 23;
	size_t kept = payload;

	if (payload > most) {
		kept = least + (payload - least) % (DB_PAGE_BYTES - next);
		kept = kept <= most ? kept : least;
	}
	size_t overflow = (payload - kept + DB_PAGE_BYTES - next - 1) / (DB_PAGE_BYTES - next);
	size_t a_page = (DB_PAGE_BYTES - header) / (kept + cell);
	return (double)DB_PAGE_BYTES * ((double)overflow + 1 / (double)a_page);
}
