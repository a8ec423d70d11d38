#include "track/track.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "track/statements.h"

#define COMMIT_SECONDS 1.0

static enum err_code mark_dead_runs(struct track *track, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *find = NULL;
	AUTO(db_stmt_freep) struct db_stmt *mark = NULL;
	char host[HOST_NAME_MAX + 1] = "";
	bool more = false;

	(void)gethostname(host, sizeof host - 1);
	if (db_prepare(track->db, "SELECT DISTINCT pid FROM run WHERE status = 'running' AND host = :host", &find,
		       err) != ERR_OK ||
	    db_prepare(track->db,
		       "UPDATE run SET status = 'interrupted', message = 'its process is gone' "
		       "WHERE status = 'running' AND host = :host AND pid = :pid",
		       &mark, err) != ERR_OK)
		return err->code;
	db_bind_text(find, ":host", host);
	for (;;) {
		if (db_step(find, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		int64_t pid = db_column_int(find, 0);
		if (kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			continue;
		db_bind_text(mark, ":host", host);
		db_bind_int(mark, ":pid", pid);
		if (db_run(mark, err) != ERR_OK)
			return err->code;
	}
}

enum err_code track_open(const char *path, struct track **ret_track, struct err *err)
{
	AUTO(track_freep) struct track *track = NULL;

	if (mem_new(&track, 1, err) != ERR_OK || db_open(path, DB_WRITE, &track->db, err) != ERR_OK ||
	    mark_dead_runs(track, err) != ERR_OK)
		return err->code;
	*ret_track = take_ptr(&track);
	return ERR_OK;
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

enum err_code track_commit(struct track *track, struct err *err)
{
	return db_in_transaction(track->db) ? db_commit(track->db, err) : ERR_OK;
}

enum err_code track_checkpoint(struct track *track, struct err *err)
{
	if (db_in_transaction(track->db)) {
		if (clock_seconds() - track->begun_at < COMMIT_SECONDS)
			return ERR_OK;
		if (db_commit(track->db, err) != ERR_OK)
			return err->code;
		if (!track->is_wal &&
		    db_exec(track->db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL", err) != ERR_OK)
			return err->code;
		track->is_wal = true;
	}
	track->begun_at = clock_seconds();
	return db_begin(track->db, err);
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

enum err_code track_statement(struct track *track, enum track_statement which, const char *sql,
			      struct db_stmt **ret_stmt, struct err *err)
{
	struct db_stmt **slot = &track->statements[which];

	if (*slot == NULL && db_prepare(track->db, sql, slot, err) != ERR_OK)
		return err->code;
	*ret_stmt = *slot;
	return ERR_OK;
}

enum err_code track_find_run(struct track *track, struct db_stmt *stmt, int64_t run_id, struct err *err)
{
	bool found = false;

	db_bind_int(stmt, ":run_id", run_id);
	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	return found ? ERR_OK
		     : err_set(err, ERR_INPUT, "%s: there is no run %lld; 'hardrow runs' lists them",
			       db_path(track->db), (long long)run_id);
}
