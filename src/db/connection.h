/* Private to db: what is inside a connection and a statement, and the ways to open one that only tests need. */
#ifndef HARDROW_DB_CONNECTION_H
#define HARDROW_DB_CONNECTION_H

#include <sqlite3.h>
#include <stdbool.h>
#include <sys/types.h>

#include "db/db.h"
#include "sql/sql.h"

#define PRESENCE_BESIDE 2 /* "-wal" and "-shm" */

/* What a writer knows of its file, see db/presence.h. */
struct presence {
	bool is_watched; /* the connection writes */
	bool is_wal;
	int64_t size; /* at the last look */
	struct presence_file {
		dev_t device;
		ino_t inode; /* 0: not seen yet */
	} beside[PRESENCE_BESIDE];
	bool is_gone, is_cut; /* it is not what it was; it is too short */
};

struct db {
	sqlite3 *handle;
	char *path;	     /* as the person named it */
	char *option;	     /* for db_option() */
	char *file;	     /* the same, for SQLite: never a URI or ":memory:" */
	const char *warning; /* for db_warning() */
	int64_t memory;	     /* limits of db_limit(), 0: none */
	double seconds, latest;
	bool is_late;
	bool is_guarded;      /* the authorizer is on */
	struct db_wait wait;  /* goes_on NULL: the busy timeout */
	double locked_since;  /* clock_seconds() when the present waiting began */
	double patient_until; /* the same, when all waiting ends; 0: db->wait says */
	struct presence presence;
	const char *refused; /* what the authorizer refused last: static text, or `refused_function` */
	char refused_function[80];
	uint64_t defined; /* views whose names the statement that is being compiled gives to a WITH, a bit each; it */
	bool uses_json;	  /* has functions of JSON, */
	unsigned json_reads; /* and reads these columns of tables (json_guard.c), a bit each */
};

struct db_stmt {
	sqlite3_stmt *handle;
	struct db *db;
	bool is_foreign; /* a person's: what goes wrong in it is theirs to mend */
	uint64_t *sum;	 /* what is bound is chained onto it; NULL: it is not */
	int bind_code;	 /* the first binding since the last reset that failed */
	size_t parameter_count;
	size_t last_bound; /* callers bind in order of the text: the next one is looked at first */
	char **names;	   /* (parameter_count), NULL for "?" */
};

#define DB_PATIENCE_MS 10000

/* Waits for locks as db->wait says, without it for so long. */
void db_be_patient(struct db *db, int timeout_ms);

/* From now on it waits for locks until then at most, and no longer than db->wait says. */
void db_be_patient_until(struct db *db, double time);

struct db_options {
	int busy_timeout_ms;
	const struct db_wait *wait; /* instead of the timeout; NULL: none */
	const struct sql_file *migrations;
	size_t migration_count;
};

/* What db_open uses. */
struct db_options db_default_options(void);

/* A connection that has not touched the file yet. With SQLITE_OPEN_MEMORY in `flags` it has none, with SQLITE_OPEN_URI
 * it takes the file as it lies there and leaves no trace: no locks, no WAL, no journal (immutable).
 */
MUST_CHECK enum err_code db_connect(const char *path, int flags, const struct db_options *options, struct db **ret_db,
				    struct err *err);

MUST_CHECK enum err_code db_open_with(const char *path, enum db_mode mode, const struct db_options *options,
				      struct db **ret_db, struct err *err);

/* Fills *err from the connection's last error: path, SQLite's words. `is_foreign`: the statement is a person's. */
enum err_code db_fail(struct db *db, int code, bool is_foreign, struct err *err);

/* Hands each row of a statement to `take`, whose error ends it. */
MUST_CHECK enum err_code db_each(struct db *db, const char *sql,
				 enum err_code (*take)(void *context, struct db_stmt *stmt, struct err *err),
				 void *context, struct err *err);

/* One statement, one row, one integer. */
MUST_CHECK enum err_code db_query_int(struct db *db, const char *sql, int64_t *ret_value, struct err *err);

/* Compiles the first statement of `sql`; *ret_stmt is NULL if there is none (blanks, comments). *ret_tail: what
 * follows.
 */
MUST_CHECK enum err_code db_compile(struct db *db, const char *sql, bool is_foreign, struct db_stmt **ret_stmt,
				    const char **ret_tail, struct err *err);

#endif
