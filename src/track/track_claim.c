/* Who trains which run of a sweep that several processes share. */
#include "base/mem.h"
#include "track/statements.h"
#include "track/track_checksum.h"

/* The key goes by the content of a file, not by its name, by which reports tell data sets, nor by its label. */
#define SAME_DATASET " AND dataset_id = :dataset_id"

static void bind_key(struct db_stmt *stmt, const struct track_run *run)
{
	db_bind_int(stmt, ":experiment_id", run->experiment_id);
	db_bind_text(stmt, ":run_key", run->key);
}

/* Runs a statement of one number about the key; *ret_found: whether it has a row. */
static enum err_code find(struct track *track, enum track_statement which, const char *sql, const struct track_run *run,
			  bool *ret_found, int64_t *ret_id, struct err *err)
{
	struct db_stmt *stmt = NULL;

	if (track_read_statement(track, which, sql, &stmt, err) != ERR_OK)
		return err->code;
	bind_key(stmt, run);
	db_bind_int(stmt, ":dataset_id", run->dataset_id);
	if (which == TRACK_FIND_HOLDER)
		db_bind_int(stmt, ":writer_id", track->writer_id);
	if (db_step(stmt, ret_found, err) != ERR_OK)
		return err->code;
	*ret_id = *ret_found ? db_column_int(stmt, 0) : 0;
	db_reset(stmt);
	return ERR_OK;
}

enum err_code track_has_keyless_runs(struct track *track, int64_t experiment_id, bool *ret_has, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (db_prepare(track->db, "SELECT 1 FROM run WHERE experiment_id = :experiment_id AND run_key IS NULL", &stmt,
		       err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":experiment_id", experiment_id);
	return db_step(stmt, ret_has, err);
}

enum err_code track_key_old_runs(struct track *track, const struct track_run *run, struct err *err)
{
	struct db_stmt *stmt = NULL;

	if (track_statement(
		track, TRACK_KEY_RUN,
		"UPDATE run SET run_key = :run_key WHERE dataset_id = :dataset_id AND split_id = :split_id AND"
		" method = :method AND run_key IS NULL AND experiment_id = :experiment_id AND model = :model"
		" AND settings = :settings AND source_run_id IS NULL RETURNING run_id",
		&stmt, err) != ERR_OK)
		return err->code;
	bind_key(stmt, run);
	db_bind_int(stmt, ":dataset_id", run->dataset_id);
	db_bind_int(stmt, ":split_id", run->split_id);
	db_bind_text(stmt, ":method", run->method);
	db_bind_text(stmt, ":model", run->model);
	db_bind_text(stmt, ":settings", run->settings);
	return track_change_runs(track, stmt, err);
}

static enum err_code put_claim(struct track *track, const struct track_run *run, int64_t writer_id, struct err *err)
{
	struct db_stmt *stmt = NULL;
	uint64_t sum = 0;

	if (track_statement(track, TRACK_PUT_CLAIM,
			    "INSERT OR IGNORE INTO claim (experiment_id, run_key, writer_id, checksum)"
			    " VALUES (:experiment_id, :run_key, :writer_id, :checksum)",
			    &stmt, err) != ERR_OK)
		return err->code;
	db_sum_bound(stmt, &sum);
	db_bind_int(stmt, ":writer_id", writer_id);
	bind_key(stmt, run);
	db_sum_bound(stmt, NULL);
	db_bind_int(stmt, ":checksum", (int64_t)sum);
	return db_run(stmt, err);
}

enum err_code track_has_run(struct track *track, const struct track_run *run, bool *ret_has, struct err *err)
{
	int64_t run_id;

	return find(track, TRACK_CURRENT_RUN,
		    "SELECT run_id FROM current_runs WHERE run_id IN (SELECT run_id FROM run WHERE run_key = "
		    ":run_key" SAME_DATASET ")"
		    " AND experiment_id = :experiment_id AND source_run_id IS NULL",
		    run, ret_has, &run_id, err);
}

enum err_code track_look_at_run(struct track *track, const struct track_run *run, enum track_claim *ret_claim,
				int64_t *ret_holder, struct err *err)
{
	bool has_run = false, is_held = false;

	if (track_has_run(track, run, &has_run, err) != ERR_OK ||
	    find(track, TRACK_FIND_HOLDER,
		 "SELECT writer_id FROM run WHERE run_key = :run_key AND experiment_id = :experiment_id"
		 " AND status = 'running'" SAME_DATASET
		 " UNION ALL SELECT writer_id FROM claim WHERE experiment_id = :experiment_id"
		 " AND run_key = :run_key AND writer_id <> :writer_id",
		 run, &is_held, ret_holder, err) != ERR_OK)
		return err->code;
	*ret_claim = has_run ? TRACK_IS_DONE : is_held ? TRACK_ELSEWHERE : TRACK_CLAIMED;
	return ERR_OK;
}

enum err_code track_claim_run(struct track *track, const struct track_run *run, enum track_claim *ret_claim,
			      int64_t *ret_resume_id, struct err *err)
{
	int64_t writer_id = 0, holder = 0;
	bool is_resumable = false;

	if (track_begin(track, err) != ERR_OK || track_writer(track, &writer_id, err) != ERR_OK ||
	    track_bury_dead(track, err) != ERR_OK || track_look_at_run(track, run, ret_claim, &holder, err) != ERR_OK ||
	    find(track, TRACK_RESUMABLE_RUN,
		 "SELECT max(run_id) FROM run WHERE run_key = :run_key AND experiment_id = :experiment_id"
		 " AND status = 'interrupted' AND run_id IN (SELECT run_id FROM state)" SAME_DATASET,
		 run, &is_resumable, ret_resume_id, err) != ERR_OK)
		return err->code;
	return *ret_claim == TRACK_CLAIMED ? put_claim(track, run, writer_id, err) : ERR_OK;
}

enum err_code track_has_dead(struct track *track, bool *ret_has, struct err *err)
{
	AUTO(mem_freep) int64_t *writers = NULL;
	size_t count = 0;

	if (db_list_dead_writers(track->db, &writers, &count, err) != ERR_OK)
		return err->code;
	*ret_has = count > 0;
	return ERR_OK;
}

enum err_code track_append_writer(struct track *track, int64_t writer_id, struct text *text, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool found = false;

	if (db_prepare(track->db,
		       "SELECT printf('process %d on %s', pid, host) FROM writer WHERE writer_id = :writer_id", &stmt,
		       err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":writer_id", writer_id);
	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	const char *words = found ? db_column_text(stmt, 0) : NULL;
	return text_append(text, err, "%s", words == NULL ? "another process" : words);
}

enum err_code track_drop_claim(struct track *track, const struct track_run *run, struct err *err)
{
	struct db_stmt *stmt = NULL;

	if (track_statement(track, TRACK_DROP_CLAIM,
			    "DELETE FROM claim WHERE experiment_id = :experiment_id AND run_key = :run_key"
			    " AND writer_id = :writer_id",
			    &stmt, err) != ERR_OK)
		return err->code;
	bind_key(stmt, run);
	db_bind_int(stmt, ":writer_id", track->writer_id);
	return db_run(stmt, err);
}

enum err_code track_release_claims(struct track *track, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (track->writer_id == 0)
		return ERR_OK;
	if (track_begin(track, err) != ERR_OK ||
	    db_prepare(track->db, "DELETE FROM claim WHERE writer_id = :writer_id", &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":writer_id", track->writer_id);
	return db_run(stmt, err);
}
