/* Deleting runs. The chosen ones stand in a table of this connection. */
#include "track/track_delete.h"

#include "base/mem.h"
#include "base/text.h"
#include "track/statements.h"
#include "track/track_checksum.h"
#include "track/track_tables.h"

/* About what a row takes of instance_summary, dynamics_rows or epoch, and one of few columns. */
#define ROW_BYTES "100"
#define SHORT_ROW_BYTES "40"

#define CHOSEN " WHERE run_id IN (SELECT run_id FROM temp.chosen)"

/* The first column of the statement's one row; 0 for a NULL. */
static enum err_code query_int(struct track *track, const char *sql, int64_t *ret_value, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool row = false;

	if (db_prepare(track->db, sql, &stmt, err) != ERR_OK || db_step(stmt, &row, err) != ERR_OK)
		return err->code;
	*ret_value = row ? db_column_int(stmt, 0) : 0;
	return ERR_OK;
}

static enum err_code check_experiment(struct track *track, const char *name, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool found = false;

	if (db_prepare(track->db, "SELECT 1 FROM experiment WHERE name = :name", &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":name", name);
	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	return found ? ERR_OK
		     : err_set(err, ERR_INPUT, "%s: there is no experiment '%s'; 'hardrow runs%s' lists them",
			       db_path(track->db), name, db_option(track->db));
}

static enum err_code choose_run(struct track *track, int64_t run_id, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *find = NULL;
	AUTO(db_stmt_freep) struct db_stmt *add = NULL;

	if (db_prepare(track->db, "SELECT 1 FROM run WHERE run_id = :run_id", &find, err) != ERR_OK ||
	    track_find_run(track, find, run_id, err) != ERR_OK ||
	    db_prepare(track->db, "INSERT OR IGNORE INTO temp.chosen VALUES (:run_id)", &add, err) != ERR_OK)
		return err->code;
	db_bind_int(add, ":run_id", run_id);
	return db_run(add, err);
}

enum err_code track_choose(struct track *track, const struct track_choice *choice, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (db_exec(track->db, "CREATE TEMP TABLE IF NOT EXISTS chosen (run_id INTEGER PRIMARY KEY)", err) != ERR_OK)
		return err->code;
	if (choice->run_id != 0)
		return choose_run(track, choice->run_id, err);
	if (choice->experiment != NULL && check_experiment(track, choice->experiment, err) != ERR_OK)
		return err->code;
	if (db_prepare(track->db,
		       "INSERT OR IGNORE INTO temp.chosen SELECT run_id FROM runs"
		       " WHERE coalesce(:experiment, :status) IS NOT NULL AND (:experiment IS NULL OR experiment = "
		       ":experiment) AND (:status IS NULL OR status = :status)",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":experiment", choice->experiment);
	db_bind_text(stmt, ":status", choice->status);
	return db_run(stmt, err);
}

enum err_code track_count_chosen(struct track *track, struct track_chosen *ret_chosen, struct err *err)
{
	struct track_chosen chosen = { 0 };

	if (query_int(track, "SELECT count(*) FROM temp.chosen", &chosen.runs, err) != ERR_OK ||
	    query_int(track, "SELECT count(*) FROM epoch" CHOSEN, &chosen.epochs, err) != ERR_OK ||
	    /* A block's row holds 20 bytes and k float32 of each instance. The rows of an epoch's classes are the
	     * shortest, and most of what a long run that recorded little takes. */
	    query_int(track,
		      "SELECT CAST((SELECT total(dataset.instances * (20.0 + 4 * dataset.classes))"
		      " FROM epoch JOIN run USING (run_id) JOIN dataset USING (dataset_id)" CHOSEN
		      " AND first_block IS NOT NULL)"
		      " + (SELECT total(8.0 * rows * cols) FROM weight" CHOSEN ")"
		      " + (SELECT total(length(value)) FROM state" CHOSEN ")"
		      " + (SELECT total(length(value)) FROM own_series" CHOSEN ")"
		      " + " ROW_BYTES " * ((SELECT count(*) FROM instance_summary" CHOSEN
		      ") + (SELECT count(*) FROM dynamics_rows" CHOSEN ") + (SELECT count(*) FROM epoch" CHOSEN "))"
		      " + " SHORT_ROW_BYTES " * ((SELECT count(*) FROM class_epoch" CHOSEN
		      ") + (SELECT count(*) FROM regression_epoch" CHOSEN ") + (SELECT count(*) FROM influence" CHOSEN
		      ") + (SELECT count(*) FROM loss_change" CHOSEN ")) AS INTEGER)",
		      &chosen.bytes, err) != ERR_OK)
		return err->code;
	*ret_chosen = chosen;
	return ERR_OK;
}

/* ERR_INPUT if a chosen run must stay. */
static enum err_code check_chosen(struct track *track, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	int64_t running = 0;
	bool found = false;

	if (query_int(track, "SELECT run_id FROM run" CHOSEN " AND status = 'running' LIMIT 1", &running, err) !=
	    ERR_OK)
		return err->code;
	if (running != 0)
		return err_set(err, ERR_INPUT, "run %lld is running; stop it first", (long long)running);
	if (db_prepare(track->db,
		       "SELECT source_run_id, run_id FROM run WHERE source_run_id IN (SELECT run_id FROM temp.chosen)"
		       " AND run_id NOT IN (SELECT run_id FROM temp.chosen) ORDER BY run_id LIMIT 1",
		       &stmt, err) != ERR_OK ||
	    db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	return found ? err_set(err, ERR_INPUT, "run %lld is what run %lld was adjusted from; delete both or neither",
			       (long long)db_column_int(stmt, 0), (long long)db_column_int(stmt, 1))
		     : ERR_OK;
}

/* ERR_INPUT if a sweep has claimed runs of the experiment. */
static enum err_code check_unclaimed(struct track *track, const char *experiment, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool found = false;

	if (track_begin(track, err) != ERR_OK ||
	    db_prepare(track->db, "SELECT 1 FROM claim JOIN experiment USING (experiment_id) WHERE name = :name", &stmt,
		       err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":name", experiment);
	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	return found ? err_set(err, ERR_INPUT, "a sweep of experiment '%s' is at work; stop it first", experiment)
		     : ERR_OK;
}

/* Deletes the blocks between those that epochs refer to; *ret_count: how many there were. */
static enum err_code free_blocks(struct track *track, int64_t *ret_count, struct err *err)
{
	static const char gaps[] =
	    "CREATE TEMP TABLE gap AS SELECT low, high FROM ("
	    "SELECT ifnull(max(behind) OVER (ORDER BY first ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING),"
	    " -9223372036854775807) AS low, first - 1 AS high FROM ("
	    "SELECT first_block AS first, first_block + (instances + max(block_instances, 1) - 1)"
	    " / max(block_instances, 1) AS behind"
	    " FROM epoch JOIN run USING (run_id) JOIN dataset USING (dataset_id) WHERE first_block IS NOT NULL"
	    " UNION ALL SELECT 9223372036854775807, NULL)) WHERE low <= high";

	if (db_exec(track->db, gaps, err) != ERR_OK ||
	    db_exec(track->db,
		    "DELETE FROM block WHERE block_id IN (SELECT block_id FROM temp.gap CROSS JOIN block"
		    " ON block_id BETWEEN low AND high)",
		    err) != ERR_OK ||
	    query_int(track, "SELECT changes()", ret_count, err) != ERR_OK)
		return err->code;
	return db_exec(track->db, "DROP TABLE temp.gap", err);
}

static enum err_code delete_rows(struct track *track, struct err *err)
{
	struct track_tables tables AUTO(track_tables_done) = { 0 };

	if (track_list_tables(track, "run_id", &tables, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < tables.count; i++) {
		AUTO(text_done) struct text sql = { 0 };
		if (text_append(&sql, err, "DELETE FROM %s" CHOSEN, tables.at[i]) != ERR_OK ||
		    db_exec(track->db, sql.data, err) != ERR_OK)
			return err->code;
	}
	return db_exec(track->db,
		       "DELETE FROM checksum WHERE subject IN ('run', " SUMMARY_SUBJECTS ")"
		       " AND id IN (SELECT run_id FROM temp.chosen);"
		       /* Adjusted runs before those that they name. */
		       "DELETE FROM run" CHOSEN " AND source_run_id IS NOT NULL;"
		       "DELETE FROM run" CHOSEN,
		       err);
}

enum err_code track_drop_run(struct track *track, int64_t run_id, struct err *err)
{
	const struct track_choice choice = { .run_id = run_id };
	int64_t blocks = 0;

	if (track_choose(track, &choice, err) != ERR_OK || delete_rows(track, err) != ERR_OK ||
	    free_blocks(track, &blocks, err) != ERR_OK)
		return err->code;
	return db_exec(track->db, "DELETE FROM temp.chosen", err);
}

/* Deletes splits and data sets that no run uses. */
static enum err_code free_data(struct track *track, int64_t *ret_datasets, struct err *err)
{
	int64_t training = 0;

	if (query_int(track,
		      "SELECT (SELECT count(*) FROM run WHERE status = 'running') + (SELECT count(*) FROM claim)",
		      &training, err) != ERR_OK)
		return err->code;
	if (training > 0) {
		*ret_datasets = 0;
		return ERR_OK;
	}
	if (db_exec(track->db,
		    "DELETE FROM split_class WHERE split_id NOT IN (SELECT split_id FROM run);"
		    "DELETE FROM split_part WHERE split_id NOT IN (SELECT split_id FROM run);"
		    "DELETE FROM split WHERE split_id NOT IN (SELECT split_id FROM run);"
		    "DELETE FROM class WHERE dataset_id NOT IN (SELECT dataset_id FROM run);"
		    "DELETE FROM feature WHERE dataset_id NOT IN (SELECT dataset_id FROM run);"
		    "DELETE FROM feature_block WHERE dataset_id NOT IN (SELECT dataset_id FROM run);"
		    "DELETE FROM instance WHERE dataset_id NOT IN (SELECT dataset_id FROM run);"
		    "DELETE FROM instance_key WHERE dataset_id NOT IN (SELECT dataset_id FROM run);"
		    "DELETE FROM dataset WHERE dataset_id NOT IN (SELECT dataset_id FROM run)",
		    err) != ERR_OK ||
	    query_int(track, "SELECT changes()", ret_datasets, err) != ERR_OK)
		return err->code;
	return db_exec(track->db,
		       "DELETE FROM checksum WHERE subject = 'split' AND id NOT IN (SELECT split_id FROM split)"
		       " OR subject = 'dataset' AND id NOT IN (SELECT dataset_id FROM dataset)",
		       err);
}

/* Deletes the experiment if it has no run. */
static enum err_code delete_experiment(struct track *track, const char *name, struct err *err)
{
	static const char *const tables[] = { "published", "experiment_method", "experiment_dataset", "experiment" };

	for (size_t i = 0; i < ARRAY_LENGTH(tables); i++) {
		AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
		AUTO(text_done) struct text sql = { 0 };
		if (text_append(&sql, err,
				"DELETE FROM %s WHERE experiment_id = (SELECT experiment_id FROM experiment"
				" WHERE name = :name AND experiment_id NOT IN (SELECT experiment_id FROM run"
				" WHERE experiment_id IS NOT NULL))",
				tables[i]) != ERR_OK ||
		    db_prepare(track->db, sql.data, &stmt, err) != ERR_OK)
			return err->code;
		db_bind_text(stmt, ":name", name);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	return db_exec(track->db,
		       "DELETE FROM checksum WHERE subject = 'experiment'"
		       " AND id NOT IN (SELECT experiment_id FROM experiment)",
		       err);
}

enum err_code track_delete_chosen(struct track *track, const char *experiment, struct track_freed *ret_freed,
				  struct err *err)
{
	struct track_freed freed = { 0 };
	int64_t own_blocks = 0;

	if (experiment != NULL && check_unclaimed(track, experiment, err) != ERR_OK)
		return err->code;
	/* Blocks of no epoch first: what goes after the runs' epochs was theirs. */
	if (track_begin(track, err) != ERR_OK || check_chosen(track, err) != ERR_OK ||
	    free_blocks(track, &freed.orphan_blocks, err) != ERR_OK || delete_rows(track, err) != ERR_OK ||
	    free_blocks(track, &own_blocks, err) != ERR_OK || free_data(track, &freed.datasets, err) != ERR_OK ||
	    (experiment != NULL && delete_experiment(track, experiment, err) != ERR_OK) ||
	    track_commit(track, err) != ERR_OK)
		return err->code;
	*ret_freed = freed;
	return ERR_OK;
}

enum err_code track_vacuum(struct track *track, int64_t *ret_bytes, struct err *err)
{
	if (track_commit(track, err) != ERR_OK || db_exec(track->db, "VACUUM", err) != ERR_OK)
		return err->code;
	return query_int(track, "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size", ret_bytes,
			 err);
}
