#include "track/track_compare.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "track/statements.h"

#define NUMBER(name, field) #name ", "
#define MEASURE(id, column, type) ", " #column
#define SHOWN(id, name, column, storage, shape, task) IN_DYNAMICS_##task(#column ", ")

/* What is compared: the first columns say which row it is, in whose order they come. */
static const struct {
	size_t keys;
	const char *sql;
} parts[] = {
	{ 0, "SELECT status, chosen, run_key FROM run WHERE run_id = :run_id" },
	{ 1, "SELECT epoch, " EPOCH_NUMBERS(NUMBER) "first_block IS NOT NULL AS has_instances FROM epoch"
						    " WHERE run_id = :run_id ORDER BY epoch" },
	{ 2, "SELECT epoch, class_index AS class, train_correct, test_correct, sampling_share, weight_norm"
	     " FROM class_epoch WHERE run_id = :run_id ORDER BY epoch, class_index" },
	{ 2, "SELECT epoch, instance_id AS instance, " SERIES(
		 SHOWN) "part, class FROM dynamics WHERE run_id = :run_id ORDER BY epoch, instance_id" },
	{ 3, "SELECT epoch, part, shot, instances, mse, mae, geometric_mean, pearson, balanced_mae"
	     " FROM regression_epoch WHERE run_id = :run_id ORDER BY epoch, part, shot" },
	{ 2, "SELECT epoch, instance_id AS instance, part, target, residual, du, dl, difficulty, weight, draws, bin"
	     " FROM regression_dynamics WHERE run_id = :run_id ORDER BY epoch, instance_id" },
	{ 2, "SELECT epoch, instance_id AS instance, class, probability FROM predictions WHERE run_id = :run_id"
	     " ORDER BY epoch, instance_id" },
	{ 3, "SELECT epoch, layer, name AS matrix, rows, cols, value FROM weight WHERE run_id = :run_id"
	     " ORDER BY epoch, layer, name" },
	/* Of what was never learned older versions counted the forgetting events: none. */
	{ 1, "SELECT instance_id AS \"summary of instance\", part, class, predicted, p_true_mean, p_true_sd,"
	     " correctness, iif(correctness > 0, forgetting_events, NULL) AS forgetting_events, difficulty,"
	     " weight" MEASURES_LATER(MEASURE)
		 MEASURES_LATEST(MEASURE) " FROM instance_summary WHERE run_id = :run_id ORDER BY instance_id" },
	{ 1, "SELECT instance_id AS \"summary of instance\"" MEASURES_REGRESSION(
		 MEASURE) " FROM instance_summary WHERE run_id = :run_id AND mean_abs_residual IS NOT NULL"
			  " ORDER BY instance_id" },
};

struct comparison {
	struct db_stmt *recorded, *again;
	size_t keys;
	bool is_old; /* the recorded run lacks what older versions did not record */
	bool has_initial_weights;
	int64_t run_id;
	struct track_findings *findings;
};

static bool is_same(struct db_stmt *one, struct db_stmt *other, size_t i)
{
	size_t length = 0, other_length = 0;

	if (db_column_type(one, i) != db_column_type(other, i))
		return false;
	if (db_column_type(one, i) == DB_REAL)
		return db_column_real(one, i) == db_column_real(other, i);
	if (db_column_type(one, i) == DB_INTEGER)
		return db_column_int(one, i) == db_column_int(other, i);
	const void *bytes = db_column_blob(one, i, &length);
	const void *other_bytes = db_column_blob(other, i, &other_length);
	return length == other_length && (length == 0 || memcmp(bytes, other_bytes, length) == 0);
}

/* Below 0: the row of `one` comes first. */
static int order_of(const struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->keys; i++) {
		struct db_stmt *one = comparison->recorded, *other = comparison->again;
		int order = 0;
		if (db_column_type(one, i) == DB_TEXT && db_column_type(other, i) == DB_TEXT)
			order = strcmp(db_column_text(one, i), db_column_text(other, i));
		else if (db_column_int(one, i) != db_column_int(other, i))
			order = db_column_int(one, i) < db_column_int(other, i) ? -1 : 1;
		if (order != 0)
			return order;
	}
	return 0;
}

/* "epoch 3: instance 7: " */
static void write_row(const struct comparison *comparison, struct db_stmt *stmt, char *ret_words, size_t size)
{
	size_t length = 0;

	ret_words[0] = '\0';
	for (size_t i = 0; i < comparison->keys && length < size; i++)
		length += (size_t)snprintf(ret_words + length, size - length, "%s %.40s: ", db_column_name(stmt, i),
					   db_column_text(stmt, i));
}

static void write_value(struct db_stmt *stmt, size_t i, char *ret_words, size_t size)
{
	switch (db_column_type(stmt, i)) {
	case DB_NULL:
		(void)snprintf(ret_words, size, "nothing");
		break;
	case DB_REAL:
		(void)snprintf(ret_words, size, "%.17g", db_column_real(stmt, i));
		break;
	default:
		(void)snprintf(ret_words, size, "'%.64s'", db_column_text(stmt, i));
	}
}

/* A matrix: its first number that differs. */
static void write_number(struct db_stmt *one, struct db_stmt *other, size_t i, char *ret_words, size_t size)
{
	size_t length = 0, other_length = 0, at = 0;
	const unsigned char *bytes = db_column_blob(one, i, &length);
	const unsigned char *other_bytes = db_column_blob(other, i, &other_length);
	double number, other_number;

	while (at + sizeof number < length && at + sizeof number < other_length &&
	       memcmp(bytes + at, other_bytes + at, sizeof number) == 0)
		at += sizeof number;
	if (length != other_length || at + sizeof number > length) {
		(void)snprintf(ret_words, size, "length: recorded %zu, made again %zu", length, other_length);
		return;
	}
	memcpy(&number, bytes + at, sizeof number);
	memcpy(&other_number, other_bytes + at, sizeof number);
	(void)snprintf(ret_words, size, "number %zu: recorded %.17g, made again %.17g", at / sizeof number + 1, number,
		       other_number);
}

static void say_difference(const struct comparison *comparison, size_t i)
{
	char row[160], one[100], other[100], line[500];
	struct db_stmt *recorded = comparison->recorded, *again = comparison->again;

	write_row(comparison, recorded, row, sizeof row);
	if (db_column_type(recorded, i) == DB_BLOB && db_column_type(again, i) == DB_BLOB) {
		write_number(recorded, again, i, one, sizeof one);
		(void)snprintf(line, sizeof line, "%s%s: %s", row, db_column_name(recorded, i), one);
	} else {
		write_value(recorded, i, one, sizeof one);
		write_value(again, i, other, sizeof other);
		(void)snprintf(line, sizeof line, "%s%s: recorded %s, made again %s", row, db_column_name(recorded, i),
			       one, other);
	}
	comparison->findings->say(comparison->findings->context, comparison->run_id, line);
}

static void compare_values(const struct comparison *comparison)
{
	struct db_stmt *recorded = comparison->recorded;

	for (size_t i = comparison->keys; i < db_column_count(recorded); i++) {
		if (strcmp(db_column_name(recorded, i), "seconds") == 0 ||
		    (comparison->is_old && db_column_type(recorded, i) == DB_NULL))
			continue;
		comparison->findings->values++;
		if (!is_same(recorded, comparison->again, i))
			say_difference(comparison, i);
	}
}

static void say_missing(const struct comparison *comparison, bool is_recorded)
{
	char row[160], line[300];

	write_row(comparison, is_recorded ? comparison->recorded : comparison->again, row, sizeof row);
	(void)snprintf(line, sizeof line, "%s%s", row,
		       is_recorded ? "recorded, but making it again does not give it" : "not recorded");
	comparison->findings->say(comparison->findings->context, comparison->run_id, line);
}

static enum err_code prepare(const struct track_subject_run *run, const char *sql, struct db_stmt **ret_stmt,
			     bool *ret_more, struct err *err)
{
	if (db_prepare(run->track->db, sql, ret_stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(*ret_stmt, ":run_id", run->run_id);
	return db_step(*ret_stmt, ret_more, err);
}

/* A row that the recorded run lacks because an older version recorded no initial weights. */
static bool is_new(const struct comparison *comparison)
{
	return !comparison->has_initial_weights && comparison->keys > 0 &&
	       strcmp(db_column_name(comparison->again, 0), "epoch") == 0 && db_column_int(comparison->again, 0) == 0;
}

static enum err_code compare_rows(struct comparison *comparison, bool has_recorded, bool has_again, struct err *err)
{
	while (has_recorded || has_again) {
		int order = !has_recorded ? 1 : !has_again ? -1 : order_of(comparison);
		if (order == 0)
			compare_values(comparison);
		else if (order < 0 || !is_new(comparison))
			say_missing(comparison, order < 0);
		if ((order <= 0 && db_step(comparison->recorded, &has_recorded, err) != ERR_OK) ||
		    (order >= 0 && db_step(comparison->again, &has_again, err) != ERR_OK))
			return err->code;
	}
	return ERR_OK;
}

/* What the recorded run, of whatever version, has. */
static enum err_code find_out(const struct track_subject_run *run, struct comparison *comparison, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *measures = NULL;
	AUTO(db_stmt_freep) struct db_stmt *weights = NULL;
	bool has_measures = false;

	if (prepare(run, "SELECT 1 FROM checksum WHERE subject = 'gradients' AND id = :run_id", &measures,
		    &has_measures, err) != ERR_OK ||
	    prepare(run, "SELECT 1 FROM weight WHERE run_id = :run_id AND epoch = 0 AND name = 'weight'", &weights,
		    &comparison->has_initial_weights, err) != ERR_OK)
		return err->code;
	comparison->is_old = !has_measures;
	return ERR_OK;
}

enum err_code track_compare_runs(const struct track_subject_run *recorded, const struct track_subject_run *again,
				 struct track_findings *findings, struct err *err)
{
	struct comparison comparison = { .run_id = recorded->run_id, .findings = findings };

	if (find_out(recorded, &comparison, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
		AUTO(db_stmt_freep) struct db_stmt *one = NULL;
		AUTO(db_stmt_freep) struct db_stmt *other = NULL;
		bool has_recorded = false, has_again = false;
		if (prepare(recorded, parts[i].sql, &one, &has_recorded, err) != ERR_OK ||
		    prepare(again, parts[i].sql, &other, &has_again, err) != ERR_OK)
			return err->code;
		comparison.recorded = one;
		comparison.again = other;
		comparison.keys = parts[i].keys;
		if (compare_rows(&comparison, has_recorded, has_again, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}
