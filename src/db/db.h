/* SQLite connections, statements and transactions: the only folder that includes sqlite3.h.
 *
 * Messages of failed calls carry the file's path and SQLite's own words. A full disk, a locked file (after 10 s) and a
 * read error are ERR_SYSTEM. A connection and its statements belong to one thread at a time. */
#ifndef HARDROW_DB_DB_H
#define HARDROW_DB_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"

#define DB_APPLICATION_ID 0x68726f77 /* "hrow" */

struct db;
struct db_stmt;

/* How a connection waits while another program keeps the file locked: asked again every few hundredths of a second with
 * how long it has been; false: it gives up. Without one it gives up after 10 s. */
struct db_wait {
	void *context;
	bool (*goes_on)(void *context, double waited);
};

/* Who keeps the file locked, in words: "sqlite3 (process 123)", or "another program". */
void db_lock_holder(const char *path, char *ret_words, size_t size);

#define DB_PAGE_BYTES 32768

enum db_mode {
	DB_WRITE, /* creates the file, migrates it to the newest version, re-creates the views */
	DB_READ,  /* the file must exist; read-only, the whole connection guarded (see db_prepare_foreign) */
};

/* In both modes the names `dynamics` and `predictions` are virtual tables that give the rows of the views of the same
 * names (main.dynamics, main.predictions), much faster. */

/* ERR_FOREIGN: not a SQLite file, another application_id (0 and other tables than ours), a newer or damaged
 * user_version: the file is left untouched. ERR_INPUT: not the name of a file; DB_READ and no such file, or a file of
 * an older version (says which command upgrades it) that nobody is upgrading at the moment. A new file gets page_size
 * DB_PAGE_BYTES. DB_WRITE on an old file that holds runs first writes a backup beside it
 * ("FILE.v1.backup", VACUUM INTO). Creating and upgrading is one transaction, and processes that come at once wait for
 * the one that is at it: nobody sees a file between versions. */
MUST_CHECK enum err_code db_open(const char *path, enum db_mode mode, struct db **ret_db, struct err *err);

/* The same, waiting in another way; so does the connection from then on. */
MUST_CHECK enum err_code db_open_waiting(const char *path, enum db_mode mode, const struct db_wait *wait,
					 struct db **ret_db, struct err *err);
void db_set_wait(struct db *db, const struct db_wait *wait);

/* DB_READ, also of a file of an older version: that is copied into a file like db_open_scratch()'s, which is upgraded;
 * what lies at `path` stays as it is. */
MUST_CHECK enum err_code db_open_upgraded(const char *path, struct db **ret_db, struct err *err);

/* A new empty file to write that nobody else sees: it lies in $TMPDIR without a name, and is gone with the connection
 * or the process, however that ends. */
MUST_CHECK enum err_code db_open_scratch(struct db **ret_db, struct err *err);

/* Rolls back what is open and closes. Takes NULL. */
void db_free(struct db *db);
void db_freep(struct db **db);

/* Appends " --db FILE", quoted for a shell: what a command that a message advises needs to be about that file. */
MUST_CHECK enum err_code db_append_option(struct text *text, const char *path, struct err *err);

/* The clean end of a writer: PRAGMA optimize, checkpoint, journal_mode=DELETE, so that one plain file remains. It waits
 * for other programs for a second in all, less if db_wait says so; what they keep locked is left undone, and the WAL
 * may stay: that is no error. */
MUST_CHECK enum err_code db_finish(struct db *db, struct err *err);

const char *db_path(const struct db *db);
/* " --db FILE" with it, see db_append_option(). */
const char *db_option(const struct db *db);
const char *db_warning(const struct db *db); /* what whoever uses this file should know, or NULL */
const char *db_version(void);		     /* SQLite's own version, for `--version` */
const char *db_source(void);		     /* the source it was built of, which tells builds of a version apart */
int64_t db_last_rowid(const struct db *db);

/* Runs statements that return no rows. */
MUST_CHECK enum err_code db_exec(struct db *db, const char *sql, struct err *err);

/* Compiles one trusted statement. Freed with db_stmt_free; it must go before the db. */
MUST_CHECK enum err_code db_prepare(struct db *db, const char *sql, struct db_stmt **ret_stmt, struct err *err);

/* Compiles exactly one statement of a person, on a DB_READ connection: the authorizer allows SELECT, READ, FUNCTION and
 * RECURSIVE and nothing else (an ATTACH gets through a read-only connection); no load_extension, no writefile.
 * ERR_INPUT with SQLite's message, or naming what is not allowed. */
MUST_CHECK enum err_code db_prepare_foreign(struct db *db, const char *sql, struct db_stmt **ret_stmt, struct err *err);

void db_stmt_free(struct db_stmt *stmt);
void db_stmt_freep(struct db_stmt **stmt);

/* Binding by parameter name (":run_id"); an unknown name is a broken contract (assert). Text and blobs are NOT copied:
 * they must live until the statement is reset. A NaN is stored as NULL. */
void db_bind_int(struct db_stmt *stmt, const char *name, int64_t value);
void db_bind_real(struct db_stmt *stmt, const char *name, double value);
void db_bind_text(struct db_stmt *stmt, const char *name, const char *value); /* NULL: SQL NULL */
void db_bind_blob(struct db_stmt *stmt, const char *name, const void *bytes, size_t length);
void db_bind_null(struct db_stmt *stmt, const char *name);

/* Column i of the row that `row` is at, not copied either: until `row` steps. */
void db_bind_column(struct db_stmt *stmt, const char *name, struct db_stmt *row, size_t i);

/* What is bound from now on until the next reset is chained onto *sum (base/checksum.h), value by value: its type, its
 * bytes. NULL: no more. */
void db_sum_bound(struct db_stmt *stmt, uint64_t *sum);

/* Parameters of a statement, for those who bind what a person named: count, name of i (0-based; ":run", NULL if "?").
 */
size_t db_parameter_count(const struct db_stmt *stmt);
const char *db_parameter_name(const struct db_stmt *stmt, size_t i);

/* *ret_row: true if there is a row to read. An interrupt is ERR_INTERRUPTED. */
MUST_CHECK enum err_code db_step(struct db_stmt *stmt, bool *ret_row, struct err *err);
void db_reset(struct db_stmt *stmt);   /* ready to run again; bindings are cleared */
void db_resetp(struct db_stmt **stmt); /* the same, of one that is borrowed; NULL: nothing */
MUST_CHECK enum err_code db_run(struct db_stmt *stmt, struct err *err); /* steps to the end and resets */

enum db_type { DB_NULL, DB_INTEGER, DB_REAL, DB_TEXT, DB_BLOB };

#define DB_ROWS_COLUMNS 24

/* One value that is no blob; its text is borrowed. A NaN is NULL. */
struct db_value {
	enum db_type type;
	union {
		int64_t integer;
		double real;
		const char *text;
	};
};

/* Rows that a caller has in memory, of DB_ROWS_COLUMNS columns at most. They are asked for once, in their order, and
 * what value() gave is not used any more when the next row is. */
struct db_rows {
	size_t count;
	struct db_value (*value)(void *context, size_t row, size_t column);
	void *context;
};

/* Compiles an INSERT of such rows, on a DB_WRITE connection; `into` is "TABLE (COLUMN, …)" with so many columns. */
MUST_CHECK enum err_code db_prepare_insert(struct db *db, const char *into, size_t columns, struct db_stmt **ret_stmt,
					   struct err *err);

/* Inserts all of them, in their order, or none; in two thirds of the time that binding row after row takes. */
MUST_CHECK enum err_code db_insert(struct db_stmt *stmt, const struct db_rows *rows, struct err *err);

/* Chains a value onto *sum, as if it was bound (db_sum_bound). */
void db_sum_value(struct db_value value, uint64_t *sum);

size_t db_column_count(const struct db_stmt *stmt);
const char *db_column_name(const struct db_stmt *stmt, size_t i);
enum db_type db_column_type(struct db_stmt *stmt, size_t i);
int64_t db_column_int(struct db_stmt *stmt, size_t i);
double db_column_real(struct db_stmt *stmt, size_t i);
/* Valid until the next step or reset; never NULL for text columns that are not NULL. */
const char *db_column_text(struct db_stmt *stmt, size_t i);

/* Chains the first `columns` values of the row onto *sum: the same as binding them gave. */
void db_sum_row(struct db_stmt *stmt, size_t columns, uint64_t *sum);

/* The text of a column that cannot be NULL, likewise valid. ERR_SYSTEM: a NULL ("FILE: damaged: …"), no memory. */
MUST_CHECK enum err_code db_read_text(struct db_stmt *stmt, size_t i, const char **ret_text, struct err *err);
const void *db_column_blob(struct db_stmt *stmt, size_t i, size_t *ret_length);

/* One transaction: rolled back by db_rollback or db_free unless committed. */
MUST_CHECK enum err_code db_begin(struct db *db, struct err *err); /* BEGIN IMMEDIATE */
/* What is committed outlives a power cut. */
MUST_CHECK enum err_code db_commit(struct db *db, struct err *err);
void db_rollback(struct db *db); /* nothing if no transaction is open */
bool db_in_transaction(const struct db *db);

#define DB_FUNCTION_ARGUMENTS_MAX 4

/* A function of real numbers for the SQL of one connection. An argument that is NULL makes the result NULL; so does a
 * result that is NaN. */
struct db_function {
	const char *name;
	size_t arguments;		       /* 1 .. DB_FUNCTION_ARGUMENTS_MAX */
	double (*of)(const double *arguments); /* NULL: an aggregate */
	/* Of the first argument of all rows, in their order, rows with a NULL left out; `means` are those of the other
	 * arguments. */
	enum err_code (*of_rows)(const double *values, size_t n, const double *means, double *ret_value,
				 struct err *err);
};

/* `functions` live as long as the connection, and no statement that uses one is open. */
MUST_CHECK enum err_code db_add_functions(struct db *db, const struct db_function *functions, size_t count,
					  struct err *err);

/* For SQL of people: no value longer than 50 MB, no more than `bytes` of memory for SQLite in this whole process, and
 * nothing that ends later than `seconds` from now (not above 0: no such limit). What meets a limit fails with a message
 * that says so: ERR_INPUT, of memory ERR_SYSTEM. */
void db_limit(struct db *db, double seconds, int64_t bytes);

/* The processes with running runs or claims that are dead: by what life_of() says, elsewhere by two minutes without a
 * commit. *ret_writers, keys of table writer, is freed with free(). A connection to read shows their runs as
 * 'interrupted' in `runs`, whether or not the file says so yet. */
MUST_CHECK enum err_code db_list_dead_writers(struct db *db, int64_t **ret_writers, size_t *ret_count, struct err *err);

/* Journal mode WAL, unless the file is on a network file system or somebody keeps it locked right now; *ret_is_wal
 * says. Between transactions. */
MUST_CHECK enum err_code db_use_wal(struct db *db, bool *ret_is_wal, struct err *err);

/* Looks for damage: SQLite's integrity check, foreign keys, tables and indexes that are not as the migrations made
 * them. Each finding is handed to `say`; views of other text than this program's are none, as whoever writes next makes
 * them anew: *ret_has_other_views. Not guarded. */
MUST_CHECK enum err_code db_check(struct db *db, void (*say)(void *context, const char *finding), void *context,
				  bool *ret_has_other_views, struct err *err);

/* From a signal handler or another thread: the running db_step ends with ERR_INTERRUPTED. */
void db_interrupt(struct db *db);

/* Bytes of a new file that a row of so many takes among others of its size. Of a large one a page keeps as much as its
 * full pages of overflow leave over (SQLite's file format, "Cell Payload Overflow Pages"). */
double db_row_bytes(size_t payload);

#endif
