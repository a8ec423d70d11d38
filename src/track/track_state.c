/* What an interrupted run needs to go on. */
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "track/statements.h"
#include "track/track_checksum.h"
#include "track/track_state.h"

/* SQLite's limit on one blob is far above it, and the checksum of a part is soon computed. */
#define PART_BYTES (size_t)(64 * 1024 * 1024)

/* Of a state that is not in memory as a whole. */
#define SMALL_PART_BYTES (size_t)(4 * 1024 * 1024)

enum err_code track_drop_state(struct track *track, int64_t run_id, struct err *err)
{
	struct db_stmt *stmt = NULL;

	if (track_statement(track, TRACK_DROP_STATE, "DELETE FROM state WHERE run_id = :run_id", &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	return db_run(stmt, err);
}

/* A state that is put part by part. */
struct parts {
	struct track *track;
	int64_t run_id, part; /* the next one */
	size_t epoch;
	struct text bytes; /* of it */
};

static void parts_done(struct parts *parts)
{
	text_done(&parts->bytes);
}

static enum err_code put_part(struct parts *parts, const char *bytes, size_t count, struct err *err)
{
	struct db_stmt *stmt = NULL;
	uint64_t sum = 0;

	if (track_statement(parts->track, TRACK_PUT_STATE,
			    "INSERT INTO state (run_id, part, epoch, saved_at_ms, value, checksum)"
			    " VALUES (:run_id, :part, :epoch, :saved_at_ms, :value, :checksum)",
			    &stmt, err) != ERR_OK)
		return err->code;
	db_sum_bound(stmt, &sum);
	db_bind_int(stmt, ":run_id", parts->run_id);
	db_bind_int(stmt, ":part", parts->part++);
	db_bind_int(stmt, ":epoch", (int64_t)parts->epoch);
	db_bind_int(stmt, ":saved_at_ms", clock_utc_ms());
	db_bind_blob(stmt, ":value", bytes, count);
	db_sum_bound(stmt, NULL);
	db_bind_int(stmt, ":checksum", (int64_t)sum);
	return db_run(stmt, err);
}

enum err_code track_put_state(struct track *track, int64_t run_id, size_t epoch, const void *bytes, size_t length,
			      struct err *err)
{
	struct parts parts = { .track = track, .run_id = run_id, .epoch = epoch };
	const char *at = bytes;

	if (track_drop_state(track, run_id, err) != ERR_OK)
		return err->code;
	for (size_t count; length > 0; at += count, length -= count) {
		count = length < PART_BYTES ? length : PART_BYTES;
		if (put_part(&parts, at, count, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

/* For struct state_sink: puts what makes up a part. */
static enum err_code take_bytes(void *context, const char *bytes, size_t count, struct err *err)
{
	struct parts *parts = context;

	for (size_t taken; count > 0; bytes += taken, count -= taken) {
		size_t room = SMALL_PART_BYTES - parts->bytes.length;
		taken = count < room ? count : room;
		if (text_append_bytes(&parts->bytes, bytes, taken, err) != ERR_OK)
			return err->code;
		if (taken < room)
			continue;
		if (put_part(parts, parts->bytes.data, parts->bytes.length, err) != ERR_OK)
			return err->code;
		text_clear(&parts->bytes);
	}
	return ERR_OK;
}

enum err_code track_write_state(struct track *track, int64_t run_id, size_t epoch, state_list *list, void *object,
				struct err *err)
{
	struct parts parts AUTO(parts_done) = { .track = track, .run_id = run_id, .epoch = epoch };

	if (track_drop_state(track, run_id, err) != ERR_OK ||
	    state_write(list, object, &(struct state_sink){ &parts, take_bytes }, err) != ERR_OK)
		return err->code;
	return parts.bytes.length > 0 ? put_part(&parts, parts.bytes.data, parts.bytes.length, err) : ERR_OK;
}

enum err_code track_read_state(struct track *track, int64_t run_id, struct text *ret_bytes, size_t *ret_epoch,
			       struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	size_t epoch = 0;
	bool more = false;

	if (db_prepare(track->db,
		       "SELECT run_id, part, epoch, saved_at_ms, value, checksum FROM state WHERE run_id = :run_id"
		       " ORDER BY part",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	for (;;) {
		size_t length = 0;
		uint64_t sum = 0;
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			break;
		const void *bytes = db_column_blob(stmt, 4, &length);
		db_sum_row(stmt, 5, &sum);
		if ((int64_t)sum != db_column_int(stmt, 5))
			return err_set(err, ERR_SYSTEM, "%s: damaged: the state of run %lld has another checksum",
				       db_path(track->db), (long long)run_id);
		if (text_append_bytes(ret_bytes, bytes, length, err) != ERR_OK)
			return err->code;
		epoch = (size_t)db_column_int(stmt, 2);
	}
	*ret_epoch = epoch;
	return ERR_OK;
}

enum err_code track_has_state(struct track *track, int64_t run_id, bool *ret_has, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (db_prepare(track->db, "SELECT 1 FROM state WHERE run_id = :run_id", &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	return db_step(stmt, ret_has, err);
}

/* Everything of the run that is bound to :run_id and :epoch in one statement. */
static enum err_code run_about(struct track *track, const char *sql, const struct track_resume *resume, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (db_prepare(track->db, sql, &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", resume->run_id);
	db_bind_int(stmt, ":epoch", (int64_t)resume->epoch);
	return db_run(stmt, err);
}

#define DROP_BLOCKS                                                                                                    \
	"DELETE FROM block WHERE block_id IN (SELECT block_id FROM epoch JOIN run USING (run_id)"                      \
	" JOIN dataset USING (dataset_id) CROSS JOIN block ON block_id BETWEEN first_block"                            \
	" AND first_block + (instances - 1) / block_instances WHERE epoch.run_id = :run_id AND epoch.epoch "

/* Whoever read the state before this transaction began may have been overtaken: the run is being trained, or has been
 * since. */
static enum err_code check_state(struct track *track, const struct track_resume *resume, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool is_there = false;

	if (db_prepare(track->db,
		       "SELECT 1 FROM run JOIN state USING (run_id) WHERE run_id = :run_id AND epoch = :epoch"
		       " AND status <> 'running'",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", resume->run_id);
	db_bind_int(stmt, ":epoch", (int64_t)resume->epoch);
	if (db_step(stmt, &is_there, err) != ERR_OK)
		return err->code;
	return is_there ? ERR_OK : err_set(err, ERR_INPUT, "another process took it up a moment ago");
}

enum err_code track_check_mine(struct track *track, int64_t run_id, struct err *err)
{
	struct db_stmt *stmt = NULL;
	bool is_mine = false;

	if (track_statement(track, TRACK_CHECK_MINE,
			    "SELECT 1 FROM run WHERE run_id = :run_id AND writer_id = :writer_id", &stmt,
			    err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	db_bind_int(stmt, ":writer_id", track->writer_id);
	if (db_step(stmt, &is_mine, err) != ERR_OK)
		return err->code;
	db_reset(stmt);
	return is_mine ? ERR_OK
		       : err_set(err, ERR_INPUT, "another process took it up or deleted it, as this one seemed dead");
}

#define NUMBER(name, field) #name ", "

/* Chains the rows of `sql`, without their last column, onto *sum. */
static enum err_code sum_rows(struct track *track, const char *sql, const struct track_resume *resume, uint64_t *sum,
			      struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool more = false;

	if (db_prepare(track->db, sql, &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", resume->run_id);
	db_bind_int(stmt, ":epoch", (int64_t)resume->epoch);
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		db_sum_row(stmt, db_column_count(stmt) - 1, sum);
	}
}

/* The epoch of the state as a run that went on would have left it: without its instances. */
static enum err_code drop_blocks(struct track *track, const struct track_resume *resume, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	uint64_t sum = 0;

	if (run_about(track, DROP_BLOCKS "= :epoch)", resume, err) != ERR_OK ||
	    run_about(track, "DELETE FROM dynamics_rows WHERE run_id = :run_id AND epoch = :epoch", resume, err) !=
		ERR_OK ||
	    run_about(track, "UPDATE epoch SET first_block = NULL WHERE run_id = :run_id AND epoch = :epoch", resume,
		      err) != ERR_OK ||
	    sum_rows(track,
		     "SELECT run_id, epoch, class_index, train_correct, test_correct, sampling_share, weight_norm, NULL"
		     " FROM class_epoch WHERE run_id = :run_id AND epoch = :epoch ORDER BY class_index",
		     resume, &sum, err) != ERR_OK ||
	    sum_rows(track,
		     "SELECT run_id, epoch, first_block, " EPOCH_NUMBERS(
			 NUMBER) "NULL FROM epoch WHERE run_id = :run_id AND epoch = :epoch",
		     resume, &sum, err) != ERR_OK ||
	    db_prepare(track->db, "UPDATE epoch SET checksum = :checksum WHERE run_id = :run_id AND epoch = :epoch",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":checksum", (int64_t)sum);
	db_bind_int(stmt, ":run_id", resume->run_id);
	db_bind_int(stmt, ":epoch", (int64_t)resume->epoch);
	return db_run(stmt, err);
}

enum err_code track_resume_run(struct track *track, const struct track_resume *resume, int64_t writer_id,
			       struct err *err)
{
	static const char *const always[] = {
		DROP_BLOCKS "> :epoch)",
		"DELETE FROM epoch WHERE run_id = :run_id AND epoch > :epoch",
		"DELETE FROM class_epoch WHERE run_id = :run_id AND epoch > :epoch",
		"DELETE FROM regression_epoch WHERE run_id = :run_id AND epoch > :epoch",
		"DELETE FROM partial_epoch WHERE run_id = :run_id AND epoch > :epoch",
		"DELETE FROM own_series WHERE run_id = :run_id AND epoch > :epoch",
		"DELETE FROM weight WHERE run_id = :run_id AND epoch > :epoch",
		"DELETE FROM dynamics_rows WHERE run_id = :run_id AND epoch > :epoch",
		"DELETE FROM influence WHERE run_id = :run_id AND epoch > :epoch",
		"DELETE FROM loss_change WHERE run_id = :run_id AND epoch > :epoch",
		"DELETE FROM instance_summary WHERE run_id = :run_id AND :epoch > 0",
		"DELETE FROM checksum WHERE subject IN (" SUMMARY_SUBJECTS ") AND id = :run_id AND :epoch > 0",
	};
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (check_state(track, resume, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < ARRAY_LENGTH(always); i++)
		if (run_about(track, always[i], resume, err) != ERR_OK)
			return err->code;
	if (!resume->keeps_weights &&
	    run_about(track, "DELETE FROM weight WHERE run_id = :run_id AND epoch = :epoch", resume, err) != ERR_OK)
		return err->code;
	if (!resume->keeps_blocks && drop_blocks(track, resume, err) != ERR_OK)
		return err->code;
	if (db_prepare(track->db,
		       "UPDATE run SET status = 'running', message = NULL, finished_at_ms = NULL,"
		       " writer_id = :writer_id WHERE run_id = :run_id RETURNING run_id",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":writer_id", writer_id);
	db_bind_int(stmt, ":run_id", resume->run_id);
	return track_change_runs(track, stmt, err);
}

enum err_code track_read_chosen(struct track *track, int64_t run_id, const char *name, double *ret_value,
				bool *ret_found, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (db_prepare(track->db,
		       "SELECT value FROM run CROSS JOIN json_each(run.chosen) WHERE run_id = :run_id AND key = :name"
		       " AND type IN ('integer', 'real')",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	db_bind_text(stmt, ":name", name);
	if (db_step(stmt, ret_found, err) != ERR_OK)
		return err->code;
	if (*ret_found)
		*ret_value = db_column_real(stmt, 0);
	return ERR_OK;
}
