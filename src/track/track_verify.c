#include "track/track_verify.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/checksum.h"
#include "base/mem.h"
#include "db/part.h"
#include "track/statements.h"
#include "track/track_checksum.h"
#include "track/track_findings.h"

static void __attribute__((format(printf, 3, 4)))
say(struct track_findings *findings, int64_t run_id, const char *format, ...)
{
	char line[400];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	findings->say(findings->context, run_id, line);
}

/* Each row of `sql` is one finding, its only column. With run_id not 0 there is a :run_id. */
static enum err_code ask(struct track *track, const char *sql, int64_t run_id, struct track_findings *findings,
			 struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	const char *line = NULL;
	bool more = false;

	if (db_prepare(track->db, sql, &stmt, err) != ERR_OK)
		return err->code;
	if (run_id != 0)
		db_bind_int(stmt, ":run_id", run_id);
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		if (db_read_text(stmt, 0, &line, err) != ERR_OK)
			return err->code;
		say(findings, run_id, "%s", line);
	}
}

/* The stored checksum in column `at` against `sum`, of `values` values. */
static void compare(struct db_stmt *stmt, size_t at, uint64_t sum, uint64_t values, int64_t run_id, const char *what,
		    int64_t number, struct track_findings *findings)
{
	findings->values += values;
	if (db_column_type(stmt, at) == DB_NULL)
		findings->unchecked++;
	else if (db_column_int(stmt, at) != (int64_t)sum)
		say(findings, run_id, "%s %lld: checksum: recorded %016" PRIx64 ", recomputed %016" PRIx64, what,
		    (long long)number, (uint64_t)db_column_int(stmt, at), sum);
}

/* Rows, of the run if run_id is not 0, whose last column is the checksum of those before it; the second says which. */
static enum err_code verify_rows(struct track *track, const char *sql, const char *what, int64_t run_id,
				 struct track_findings *findings, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool more = false;

	if (db_prepare(track->db, sql, &stmt, err) != ERR_OK)
		return err->code;
	if (run_id != 0)
		db_bind_int(stmt, ":run_id", run_id);
	for (;;) {
		uint64_t sum = 0;
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		size_t columns = db_column_count(stmt) - 1;
		db_sum_row(stmt, columns, &sum);
		compare(stmt, columns, sum, columns, run_id, what, db_column_int(stmt, 1), findings);
	}
}

/* What the table `checksum` says. */
static enum err_code verify_subjects(struct track *track, struct track_findings *findings, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	const char *name = NULL;
	bool more = false;

	if (db_prepare(track->db, "SELECT value, subject, id FROM checksum", &stmt, err) != ERR_OK)
		return err->code;
	for (;;) {
		uint64_t sum = 0, values = 0;
		size_t subject = 0;
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		if (db_read_text(stmt, 1, &name, err) != ERR_OK)
			return err->code;
		while (subject < SUBJECT_COUNT && strcmp(track_subject_name(subject), name) != 0)
			subject++;
		int64_t id = db_column_int(stmt, 2);
		if (subject < SUBJECT_COUNT &&
		    track_sum_subject(track, (enum track_subject)subject, id, &sum, &values, err) != ERR_OK)
			return err->code;
		if (values == 0)
			say(findings, 0, "table checksum: there is no %s %lld", name, (long long)id);
		else
			compare(stmt, 0, sum, values, 0, name, id, findings);
	}
}

static void say_of_file(void *context, const char *line)
{
	say(context, 0, "%s", line);
}

enum err_code track_verify_file(struct track *track, struct track_findings *findings, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool has_row = false;

	if (db_check(track->db, say_of_file, findings, &findings->has_other_views, err) != ERR_OK ||
	    verify_subjects(track, findings, err) != ERR_OK ||
	    verify_rows(track, "SELECT dataset_id, block, value, checksum FROM feature_block", "block of features", 0,
			findings, err) != ERR_OK ||
	    verify_rows(track, "SELECT writer_id, experiment_id, run_key, checksum FROM claim",
			"claim on a run of experiment", 0, findings, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; track_file_findings[i] != NULL; i++)
		if (ask(track, track_file_findings[i], 0, findings, err) != ERR_OK)
			return err->code;
	if (db_prepare(track->db,
		       "SELECT (SELECT count(*) FROM dataset) + (SELECT count(*) FROM split)"
		       " + (SELECT count(*) FROM experiment) + (SELECT count(*) FROM writer)"
		       " + (SELECT count(*) FROM run)"
		       " - (SELECT count(*) FROM checksum WHERE subject NOT IN (" SUMMARY_SUBJECTS "))",
		       &stmt, err) != ERR_OK ||
	    db_step(stmt, &has_row, err) != ERR_OK)
		return err->code;
	if (db_column_int(stmt, 0) > 0)
		findings->unchecked += (uint64_t)db_column_int(stmt, 0);
	return ERR_OK;
}

/* Rows of the run :run_id with their checksum behind them. */
static const struct {
	const char *what, *sql;
} summed[] = {
	{ "weight of epoch",
	  "SELECT run_id, epoch, layer, name, rows, cols, value, checksum FROM weight WHERE run_id = :run_id" },
	{ "state, part", "SELECT run_id, part, epoch, saved_at_ms, value, checksum FROM state WHERE run_id = :run_id" },
	{ "regression_epoch of epoch",
	  "SELECT run_id, epoch, part, shot, instances, mse, mae, geometric_mean, pearson, balanced_mae, checksum"
	  " FROM regression_epoch WHERE run_id = :run_id" },
	{ "partial_epoch", "SELECT run_id, epoch, seen, checksum FROM partial_epoch WHERE run_id = :run_id" },
	{ "own_series", "SELECT run_id, epoch, name, block, value, checksum FROM own_series WHERE run_id = :run_id" },
	{ "influence of epoch", "SELECT run_id, epoch, instance_id, training_instance_id, inner_product, checksum"
				" FROM influence WHERE run_id = :run_id" },
	{ "loss_change of epoch",
	  "SELECT run_id, epoch, instance_id, predicted, checksum FROM loss_change WHERE run_id = :run_id" },
};

enum err_code track_verify_run(struct track *track, int64_t run_id, struct track_findings *findings, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LENGTH(summed); i++)
		if (verify_rows(track, summed[i].sql, summed[i].what, run_id, findings, err) != ERR_OK)
			return err->code;
	for (size_t i = 0; track_run_findings[i] != NULL; i++)
		if (ask(track, track_run_findings[i], run_id, findings, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

/* NaN for a NULL. */
static double real(struct db_stmt *stmt, size_t i)
{
	return db_column_type(stmt, i) == DB_NULL ? NAN : db_column_real(stmt, i);
}

/* Chains the epoch's class rows onto *sum. */
static enum err_code read_classes(struct track *track, int64_t run_id, struct epoch_record *record,
				  struct track_findings *findings, uint64_t *sum, struct err *err)
{
	AUTO(db_resetp) struct db_stmt *stmt = NULL;
	bool more = false;
	size_t c = 0;

	if (track_read_statement(
		track, TRACK_VERIFY_CLASSES,
		"SELECT run_id, epoch, class_index, train_correct, test_correct, sampling_share, weight_norm"
		" FROM class_epoch WHERE run_id = :run_id AND epoch = :epoch ORDER BY class_index",
		&stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	db_bind_int(stmt, ":epoch", (int64_t)record->epoch);
	for (;; c++) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			break;
		db_sum_row(stmt, db_column_count(stmt), sum);
		if (c < record->classes && db_column_int(stmt, 2) == (int64_t)c)
			record->by_class[c] = (struct record_class){
				.train_correct = (uint32_t)db_column_int(stmt, 3),
				.test_correct = (uint32_t)db_column_int(stmt, 4),
				.sampling_share = real(stmt, 5),
				.weight_norm = real(stmt, 6),
			};
	}
	if (c != record->classes)
		say(findings, run_id, "epoch %zu: rows of class_epoch: recorded %zu, recomputed %zu", record->epoch, c,
		    record->classes);
	return ERR_OK;
}

/* Block t, whose series the columns of `stmt` are; whether all have the right lengths. */
static bool take_block(struct db_stmt *stmt, size_t t, int64_t run_id, struct epoch_record *record,
		       struct track_findings *findings)
{
	unsigned char *out = (unsigned char *)epoch_record_block(record, t);
	unsigned char *at = out;

	for (enum series s = 0; s < SERIES_COUNT; s++) {
		size_t length = 0, expected = epoch_record_series_bytes(record, t, s);
		const void *bytes = db_column_blob(stmt, s, &length);
		if (length != expected) {
			say(findings, run_id, "epoch %zu: block %zu: %s: length: recorded %zu, recomputed %zu",
			    record->epoch, t, series_specs[s].name, length, expected);
			return false;
		}
		if (length > 0)
			memcpy(at, bytes, length);
		at += length;
	}
	record->checksums[t] = checksum_of(out, (size_t)(at - out));
	return true;
}

/* Numbers of block t. */
static uint64_t count_values(const struct epoch_record *record, size_t t)
{
	uint64_t count = 0;

	for (enum series s = 0; s < SERIES_COUNT; s++)
		count += epoch_record_series_bytes(record, t, s) / series_width(s, record->tally);
	return count;
}

#define COLUMN(id, name, column, storage, shape, task) #name ", "

static enum err_code read_blocks(struct track *track, int64_t run_id, int64_t first, int64_t draws_bytes,
				 struct epoch_record *record, struct track_findings *findings, struct err *err)
{
	AUTO(db_resetp) struct db_stmt *stmt = NULL;
	size_t count = epoch_record_block_count(record), next = 0;
	bool more = false;
	char name[60];

	if (epoch_record_reserve_blocks(record, err) != ERR_OK ||
	    (draws_bytes == SERIES_LONG && epoch_record_take_long_tallies(record, err) != ERR_OK) ||
	    track_read_statement(track, TRACK_VERIFY_BLOCK,
				 "SELECT " SERIES(COLUMN) "checksum, block_id FROM block"
							  " WHERE block_id BETWEEN :first AND :last ORDER BY block_id",
				 &stmt, err) != ERR_OK)
		return err->code;
	(void)snprintf(name, sizeof name, "epoch %zu: block", record->epoch);
	db_bind_int(stmt, ":first", first);
	/* A damaged number may be any. */
	db_bind_int(stmt, ":last", (int64_t)((uint64_t)first + count - 1));
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		size_t t = more ? (size_t)((uint64_t)db_column_int(stmt, SERIES_COUNT + 1) - (uint64_t)first) : count;
		for (; next < t; next++) {
			say(findings, run_id, "epoch %zu: block %zu is missing", record->epoch, next);
			record->has_blocks = false;
		}
		if (!more)
			return ERR_OK;
		next = t + 1;
		if (take_block(stmt, t, run_id, record, findings))
			compare(stmt, SERIES_COUNT, record->checksums[t], count_values(record, t), run_id, name,
				(int64_t)t, findings);
		else
			record->has_blocks = false;
	}
}

#define NUMBER(name, field) #name ", "
#define READ_NUMBER(name, field) record->field = real(stmt, at++);

enum err_code track_verify_epoch(struct track *track, int64_t run_id, struct track_findings *findings,
				 struct epoch_record *record, bool *ret_found, struct err *err)
{
	AUTO(db_resetp) struct db_stmt *stmt = NULL;
	bool found = false;
	uint64_t sum = 0;
	size_t at = 3;

	if (track_read_statement(
		track, TRACK_VERIFY_EPOCH,
		"SELECT run_id, epoch, first_block, " EPOCH_NUMBERS(
		    NUMBER) "checksum, draws_bytes, (SELECT seen FROM partial_epoch AS partial WHERE"
			    " partial.run_id = epoch.run_id AND partial.epoch = epoch.epoch) FROM epoch"
			    " WHERE run_id = :run_id AND epoch > :epoch ORDER BY epoch LIMIT 1",
		&stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	db_bind_int(stmt, ":epoch", (int64_t)record->epoch);
	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	*ret_found = found;
	if (!found)
		return ERR_OK;
	epoch_record_clear(record, (size_t)db_column_int(stmt, 1));
	record->has_blocks = db_column_type(stmt, 2) != DB_NULL;
	EPOCH_NUMBERS(READ_NUMBER)
	if (db_column_type(stmt, at + 2) != DB_NULL)
		record->seen = (size_t)db_column_int(stmt, at + 2);
	if (read_classes(track, run_id, record, findings, &sum, err) != ERR_OK)
		return err->code;
	db_sum_row(stmt, at, &sum);
	compare(stmt, at, sum, at, run_id, "epoch", (int64_t)record->epoch, findings);
	if (!record->has_blocks)
		return ERR_OK;
	return read_blocks(track, run_id, db_column_int(stmt, 2), db_column_int(stmt, at + 1), record, findings, err);
}

enum err_code track_read_regression(struct track *track, int64_t run_id, size_t epoch, struct record_regression *row,
				    struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool found = false;

	if (db_prepare(track->db,
		       "SELECT instances, mse, mae, geometric_mean, pearson, balanced_mae FROM regression_epoch"
		       " WHERE run_id = :run_id AND epoch = :epoch AND part = :part AND shot = :shot",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	db_bind_int(stmt, ":epoch", (int64_t)epoch);
	db_bind_text(stmt, ":part", row->part);
	db_bind_text(stmt, ":shot", row->shot);
	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	row->instances = found ? (size_t)db_column_int(stmt, 0) : 0;
	row->mse = found ? real(stmt, 1) : NAN;
	row->mae = found ? real(stmt, 2) : NAN;
	row->geometric_mean = found ? real(stmt, 3) : NAN;
	row->pearson = found ? real(stmt, 4) : NAN;
	row->balanced_mae = found ? real(stmt, 5) : NAN;
	return ERR_OK;
}

#define MEASURE(id, column, type) ", " #column

static enum err_code take_row(struct db_stmt *stmt, struct track_summary *ret_summary, struct err *err)
{
	const char *part = NULL, *class = NULL, *predicted = NULL;
	bool is_predicted = db_column_type(stmt, 3) != DB_NULL;

	if (db_read_text(stmt, 1, &part, err) != ERR_OK || db_read_text(stmt, 2, &class, err) != ERR_OK ||
	    (is_predicted && db_read_text(stmt, 3, &predicted, err) != ERR_OK))
		return err->code;
	*ret_summary = (struct track_summary){
		.class_name = class,
		.predicted = predicted,
		.part = part_of_name(part),
		.has_later = db_column_type(stmt, 4 + MEASURE_EVER_LEARNED) != DB_NULL ||
			     db_column_type(stmt, 4 + MEASURE_MEAN_ABS_RESIDUAL) != DB_NULL,
	};
	for (size_t m = 0; m < MEASURE_COUNT; m++)
		ret_summary->measure[m] = real(stmt, 4 + m);
	return ERR_OK;
}

enum err_code track_read_summaries(struct track *track, const struct track_run_row *row,
				   void (*take)(void *context, size_t i, const struct track_summary *summary),
				   void *context, struct track_findings *findings, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	struct track_summary summary;
	bool more = false;
	size_t count = 0;

	if (db_prepare(
		track->db,
		"SELECT position, part, class, predicted" MEASURES(
		    MEASURE) " FROM instance_summary"
			     " JOIN instance USING (instance_id) WHERE run_id = :run_id AND dataset_id = :dataset_id",
		&stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", row->run_id);
	db_bind_int(stmt, ":dataset_id", row->dataset_id);
	for (;; count++) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			break;
		if (take_row(stmt, &summary, err) != ERR_OK)
			return err->code;
		if ((uint64_t)db_column_int(stmt, 0) < row->instances)
			take(context, (size_t)db_column_int(stmt, 0), &summary);
	}
	if (count > 0 && count != row->instances)
		say(findings, row->run_id, "rows of instance_summary: recorded %zu, recomputed %zu", count,
		    row->instances);
	return ERR_OK;
}

enum err_code track_list_runs(struct track *track, int64_t **ret_runs, size_t *ret_count, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	AUTO(mem_freep) int64_t *runs = NULL;
	size_t count = 0, capacity = 0;
	bool more = false;

	if (db_prepare(track->db, "SELECT run_id FROM run ORDER BY run_id", &stmt, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			break;
		if (mem_more(&runs, count, &capacity, err) != ERR_OK)
			return err->code;
		runs[count++] = db_column_int(stmt, 0);
	}
	*ret_runs = take_ptr(&runs);
	*ret_count = count;
	return ERR_OK;
}
