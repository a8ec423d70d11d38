/* Limits for SQL of people. */
#include "db/limit.h"
#include "base/clock.h"

/* A progress handler is called after so many steps of SQLite's machine: some microseconds. */
#define STEPS 1000

/* What is longer takes longer than a second to write, and Ctrl-C waits for a value to end. */
#define VALUE_BYTES_MAX 50000000

static int is_late(void *context)
{
	struct db *db = context;

	db->is_late = clock_seconds() > db->latest;
	return db->is_late;
}

void db_limit(struct db *db, double seconds, int64_t bytes)
{
	(void)sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, VALUE_BYTES_MAX);
	(void)sqlite3_hard_heap_limit64(bytes);
	db->memory = bytes;
	if (!(seconds > 0))
		return;
	db->seconds = seconds;
	db->latest = clock_seconds() + seconds;
	sqlite3_progress_handler(db->handle, STEPS, is_late, db);
}

enum err_code limit_say(const struct db *db, int code, struct err *err)
{
	const double megabyte = 1e6;

	switch (code & 0xff) {
	case SQLITE_INTERRUPT:
		return err_set(err, ERR_INPUT, "%s: took longer than %g s; --timeout N gives it more", db->path,
			       db->seconds);
	case SQLITE_TOOBIG:
		return err_set(err, ERR_INPUT, "%s: a value is longer than %g MB, which is too long for a question",
			       db->path, VALUE_BYTES_MAX / megabyte);
	default:
		return err_set(err, ERR_SYSTEM, "%s: this takes more than %g MB of memory", db->path,
			       (double)db->memory / megabyte);
	}
}

bool limit_is_met(const struct db *db, int code)
{
	switch (code & 0xff) {
	case SQLITE_INTERRUPT:
		return db->is_late;
	case SQLITE_TOOBIG:
	case SQLITE_NOMEM:
		return db->memory > 0;
	default:
		return false;
	}
}
