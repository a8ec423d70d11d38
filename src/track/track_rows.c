/* Recorded blocks as plain rows. */
#include "base/mem.h"
#include "track/statements.h"

enum err_code track_count_dynamics(struct track *track, int64_t run_id, int64_t *ret_rows, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (db_prepare(
		track->db,
		"SELECT dataset.instances * (SELECT count(first_block) FROM epoch WHERE epoch.run_id = run.run_id),"
		" dataset.task = 'regression'"
		" FROM run JOIN dataset USING (dataset_id) WHERE run_id = :run_id",
		&stmt, err) != ERR_OK)
		return err->code;
	if (track_find_run(track, stmt, run_id, err) != ERR_OK)
		return err->code;
	if (db_column_int(stmt, 1) != 0)
		return err_set(err, ERR_INPUT,
			       "run %lld predicts a number (task regression): its rows are not of dynamics",
			       (long long)run_id);
	*ret_rows = db_column_int(stmt, 0);
	return ERR_OK;
}

static enum err_code run_with_id(struct track *track, const char *sql, int64_t run_id, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (db_prepare(track->db, sql, &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	return db_run(stmt, err);
}

#define SHOWN(id, name, column, storage, shape, task) IN_DYNAMICS_##task(#column ", ")
#define COLUMNS "run_id, epoch, instance_id, part, class, " SERIES(SHOWN) "probabilities"

enum err_code track_materialize(struct track *track, int64_t run_id, struct err *err)
{
	if (track_begin(track, err) != ERR_OK ||
	    run_with_id(track, "DELETE FROM dynamics_rows WHERE run_id = :run_id", run_id, err) != ERR_OK ||
	    run_with_id(track,
			"INSERT INTO dynamics_rows (" COLUMNS ") SELECT " COLUMNS
			" FROM dynamics WHERE run_id = :run_id",
			run_id, err) != ERR_OK)
		return err->code;
	return track_commit(track, err);
}
