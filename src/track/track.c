#include "track/track.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "track/statements.h"
#include "track/track_checksum.h"

/* How often a writer says that it is alive. */
#define SEEN_SECONDS 10.0

/* How often it is asked which others are: that reads /proc. */
#define BURY_SECONDS 1.0

static enum err_code bury(struct track *track, int64_t writer_id, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *mark = NULL;
	AUTO(db_stmt_freep) struct db_stmt *claims = NULL;

	if (db_prepare(track->db,
		       "UPDATE run SET status = 'interrupted', message = 'its process is gone'"
		       " WHERE status = 'running' AND writer_id = :writer_id RETURNING run_id",
		       &mark, err) != ERR_OK ||
	    db_prepare(track->db, "DELETE FROM claim WHERE writer_id = :writer_id", &claims, err) != ERR_OK)
		return err->code;
	db_bind_int(mark, ":writer_id", writer_id);
	db_bind_int(claims, ":writer_id", writer_id);
	if (track_change_runs(track, mark, err) != ERR_OK)
		return err->code;
	return db_run(claims, err);
}

enum err_code track_bury_dead(struct track *track, struct err *err)
{
	AUTO(mem_freep) int64_t *writers = NULL;
	size_t count = 0;
	double now = clock_seconds();

	if (track->buried_at != 0 && now - track->buried_at < BURY_SECONDS)
		return ERR_OK;
	if (db_list_dead_writers(track->db, &writers, &count, err) != ERR_OK)
		return err->code;
	track->buried_at = now;
	for (size_t i = 0; i < count; i++)
		if (track_begin(track, err) != ERR_OK || bury(track, writers[i], err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

/* Runs of older versions, whose process is told by its number alone. */
static enum err_code bury_old(struct track *track, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *find = NULL;
	bool more = false;

	if (db_prepare(track->db,
		       "SELECT DISTINCT pid FROM run WHERE status = 'running' AND writer_id IS NULL AND host = :host",
		       &find, err) != ERR_OK)
		return err->code;
	db_bind_text(find, ":host", track->self.host);
	if (db_step(find, &more, err) != ERR_OK)
		return err->code;
	if (!more)
		return ERR_OK;
	/* Begun while a statement reads, a transaction may meet a lock that no waiting opens. */
	db_reset(find);
	if (track_begin(track, err) != ERR_OK)
		return err->code;
	db_bind_text(find, ":host", track->self.host);
	for (;;) {
		AUTO(db_stmt_freep) struct db_stmt *mark = NULL;
		if (db_step(find, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		int64_t pid = db_column_int(find, 0);
		if (kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			continue;
		if (db_prepare(track->db,
			       "UPDATE run SET status = 'interrupted', message = 'its process is gone' WHERE status = "
			       "'running' AND writer_id IS NULL AND host = :host AND pid = :pid RETURNING run_id",
			       &mark, err) != ERR_OK)
			return err->code;
		db_bind_text(mark, ":host", track->self.host);
		db_bind_int(mark, ":pid", pid);
		if (track_change_runs(track, mark, err) != ERR_OK)
			return err->code;
	}
}

enum err_code track_open(const char *path, const struct db_wait *wait, struct track **ret_track, struct err *err)
{
	AUTO(track_freep) struct track *track = NULL;

	if (mem_new(&track, 1, err) != ERR_OK ||
	    (path == NULL ? db_open_scratch(&track->db, err)
			  : db_open_waiting(path, DB_WRITE, wait, &track->db, err)) != ERR_OK)
		return err->code;
	life_identify(&track->self);
	if (track_bury_dead(track, err) != ERR_OK || bury_old(track, err) != ERR_OK ||
	    track_commit(track, err) != ERR_OK)
		return err->code;
	*ret_track = take_ptr(&track);
	return ERR_OK;
}

void track_set_wait(struct track *track, const struct db_wait *wait)
{
	db_set_wait(track->db, wait);
}

void track_free(struct track *track)
{
	if (track == NULL)
		return;
	for (size_t i = 0; i < TRACK_STATEMENT_COUNT; i++)
		db_stmt_free(track->statements[i]);
	db_free(track->db);
	free(track);
}

void track_freep(struct track **track)
{
	track_free(*track);
}

enum err_code track_begin(struct track *track, struct err *err)
{
	return db_in_transaction(track->db) ? ERR_OK : db_begin(track->db, err);
}

static enum err_code insert_writer(struct track *track, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (db_prepare(track->db,
		       "INSERT INTO writer (host, boot_id, pid_namespace, pid, started, seen_at_ms)"
		       " VALUES (:host, :boot_id, :pid_namespace, :pid, :started, :seen_at_ms)",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":host", track->self.host);
	db_bind_text(stmt, ":boot_id", track->self.boot_id);
	db_bind_int(stmt, ":pid_namespace", track->self.pid_namespace);
	db_bind_int(stmt, ":pid", track->self.pid);
	db_bind_int(stmt, ":started", track->self.started);
	db_bind_int(stmt, ":seen_at_ms", clock_utc_ms());
	return db_run(stmt, err);
}

enum err_code track_writer(struct track *track, int64_t *ret_writer_id, struct err *err)
{
	if (track->writer_id == 0) {
		if (track_begin(track, err) != ERR_OK || insert_writer(track, err) != ERR_OK)
			return err->code;
		track->writer_id = db_last_rowid(track->db);
		track->seen_at = clock_seconds();
		if (track_put_checksum(track, SUBJECT_WRITER, track->writer_id, err) != ERR_OK)
			return err->code;
	}
	*ret_writer_id = track->writer_id;
	return ERR_OK;
}

static enum err_code say_seen(struct track *track, struct err *err)
{
	struct db_stmt *stmt = NULL;

	if (track_statement(track, TRACK_SEEN,
			    "UPDATE writer SET seen_at_ms = :seen_at_ms WHERE writer_id = :writer_id", &stmt,
			    err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":seen_at_ms", clock_utc_ms());
	db_bind_int(stmt, ":writer_id", track->writer_id);
	track->seen_at = clock_seconds();
	if (db_run(stmt, err) != ERR_OK)
		return err->code;
	return track_put_checksum(track, SUBJECT_WRITER, track->writer_id, err);
}

enum err_code track_commit(struct track *track, struct err *err)
{
	if (!db_in_transaction(track->db))
		return ERR_OK;
	if (track->writer_id != 0 && clock_seconds() - track->seen_at > SEEN_SECONDS && say_seen(track, err) != ERR_OK)
		return err->code;
	if (db_commit(track->db, err) != ERR_OK)
		return err->code;
	track->writer_is_kept = track->writer_id != 0;
	return ERR_OK;
}

void track_rollback(struct track *track)
{
	/* SQLite may have rolled back by itself: a full disk. */
	db_rollback(track->db);
	track->seen_at = track->buried_at = 0;
	if (!track->writer_is_kept)
		track->writer_id = 0;
}

static enum err_code run_statement(struct track *track, enum track_statement which, const char *sql, struct err *err)
{
	struct db_stmt *stmt = NULL;

	return track_statement(track, which, sql, &stmt, err) != ERR_OK ? err->code : db_run(stmt, err);
}

enum err_code track_mark(struct track *track, struct err *err)
{
	return run_statement(track, TRACK_MARK, "SAVEPOINT mark", err);
}

enum err_code track_keep(struct track *track, struct err *err)
{
	return run_statement(track, TRACK_KEEP, "RELEASE mark", err);
}

enum err_code track_take_back(struct track *track, struct err *err)
{
	return run_statement(track, TRACK_TAKE_BACK, "ROLLBACK TO mark", err) != ERR_OK ? err->code
											: track_keep(track, err);
}

enum err_code track_use_wal(struct track *track, struct err *err)
{
	if (!track->is_wal && db_use_wal(track->db, &track->is_wal, err) != ERR_OK)
		return err->code;
	return ERR_OK;
}

enum err_code track_close(struct track *track, struct err *err)
{
	if (track_commit(track, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < TRACK_STATEMENT_COUNT; i++) {
		db_stmt_free(track->statements[i]);
		track->statements[i] = NULL;
	}
	return db_finish(track->db, err);
}

struct db *track_db(struct track *track)
{
	return track->db;
}

enum err_code track_read_statement(struct track *track, enum track_statement which, const char *sql,
				   struct db_stmt **ret_stmt, struct err *err)
{
	struct db_stmt **slot = &track->statements[which];

	if (*slot == NULL && db_prepare(track->db, sql, slot, err) != ERR_OK)
		return err->code;
	*ret_stmt = *slot;
	return ERR_OK;
}

enum err_code track_statement(struct track *track, enum track_statement which, const char *sql,
			      struct db_stmt **ret_stmt, struct err *err)
{
	if (track_begin(track, err) != ERR_OK)
		return err->code;
	return track_read_statement(track, which, sql, ret_stmt, err);
}

enum err_code track_find_run(struct track *track, struct db_stmt *stmt, int64_t run_id, struct err *err)
{
	bool found = false;

	db_bind_int(stmt, ":run_id", run_id);
	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	return found ? ERR_OK
		     : err_set(err, ERR_INPUT, "%s: there is no run %lld; 'hardrow runs%s' lists them",
			       db_path(track->db), (long long)run_id, db_option(track->db));
}
