/* What is computed from the weights of recorded runs. */
#include "track/track_influence.h"

#include "base/mem.h"
#include "track/statements.h"

static void bind_key(struct db_stmt *stmt, const struct track_influence *influence, bool is_pair)
{
	db_bind_int(stmt, ":run_id", influence->run_id);
	db_bind_int(stmt, ":epoch", (int64_t)influence->epoch);
	if (is_pair)
		db_bind_int(stmt, ":instance_id", influence->instance_id);
}

/* Deletes the old rows and inserts the new ones. `is_pair`: they have a column for the instance that they are about. */
static enum err_code replace_rows(struct track *track, const char *delete, const char *insert, bool is_pair,
				  const struct track_influence *influence, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *old = NULL;
	AUTO(db_stmt_freep) struct db_stmt *new = NULL;

	if (track_begin(track, err) != ERR_OK || db_prepare(track->db, delete, &old, err) != ERR_OK ||
	    db_prepare(track->db, insert, &new, err) != ERR_OK)
		return err->code;
	bind_key(old, influence, is_pair);
	if (db_run(old, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < influence->count; i++) {
		uint64_t sum = 0;
		db_sum_bound(new, &sum);
		bind_key(new, influence, is_pair);
		db_bind_int(new, ":id", influence->ids[i]);
		db_bind_real(new, ":value", influence->values[i]);
		db_sum_bound(new, NULL);
		db_bind_int(new, ":checksum", (int64_t)sum);
		if (db_run(new, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

enum err_code track_put_influence(struct track *track, const struct track_influence *influence, struct err *err)
{
	return replace_rows(track,
			    "DELETE FROM influence WHERE run_id = :run_id AND epoch = :epoch"
			    " AND instance_id = :instance_id",
			    "INSERT INTO influence (run_id, epoch, instance_id, training_instance_id, inner_product,"
			    " checksum) VALUES (:run_id, :epoch, :instance_id, :id, :value, :checksum)",
			    true, influence, err);
}

enum err_code track_put_loss_changes(struct track *track, const struct track_influence *changes, struct err *err)
{
	return replace_rows(track, "DELETE FROM loss_change WHERE run_id = :run_id AND epoch = :epoch",
			    "INSERT INTO loss_change (run_id, epoch, instance_id, predicted, checksum)"
			    " VALUES (:run_id, :epoch, :id, :value, :checksum)",
			    false, changes, err);
}

enum err_code track_read_steps(struct track *track, const struct track_run_row *row, size_t epoch,
			       struct track_steps *ret_steps, bool *ret_found, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool more = false;
	size_t i = 0;

	if (db_prepare(track->db,
		       "SELECT now.draws, iif(:epoch = 1, 1.0, before.difficulty) AS difficulty FROM dynamics AS now"
		       " LEFT JOIN dynamics AS before ON before.run_id = now.run_id"
		       " AND before.instance_id = now.instance_id AND before.epoch = :epoch - 1"
		       " WHERE now.run_id = :run_id AND now.epoch = :epoch AND now.draws IS NOT NULL"
		       " AND (before.epoch IS NOT NULL OR :epoch = 1) ORDER BY now.instance_id",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", row->run_id);
	db_bind_int(stmt, ":epoch", (int64_t)epoch);
	for (; i < row->instances; i++) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			break;
		ret_steps->draws[i] = (double)db_column_int(stmt, 0);
		ret_steps->difficulty[i] = db_column_real(stmt, 1);
	}
	*ret_found = i == row->instances;
	return ERR_OK;
}
