#include "db/rows_cursor.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* p stands in the block class by class, so its place depends on the block's length: that of `predicted`. */
#define P_BITS (1u << SERIES_P | 1u << SERIES_PREDICTED)

/* rows_cursor_rowid() has 16 bits for the place in a block and for the class. */
#define BLOCK_INSTANCES_MAX 65536

unsigned rows_series(enum rows_kind kind, uint64_t columns)
{
	unsigned series = 0;

	if (kind == ROWS_PREDICTIONS)
		return (columns >> PREDICTIONS_PROBABILITY & 1) != 0 ? P_BITS : 0;
	if (kind == ROWS_REGRESSION) {
		for (enum series s = SERIES_DU; s < SERIES_RESIDUAL; s++)
			series |= (unsigned)(columns >> (REGRESSION_SERIES + s - SERIES_DU) & 1) << s;
		uint64_t of_residual = 1u << REGRESSION_PREDICTED | 1u << REGRESSION_RESIDUAL | 1u << REGRESSION_LOSS;
		return (columns & of_residual) != 0 ? series | 1u << SERIES_RESIDUAL : series;
	}
	for (enum series s = 0; s < SERIES_DYNAMICS_COUNT; s++)
		if ((columns >> (DYNAMICS_SERIES + s) & 1) != 0)
			series |= s == SERIES_P ? P_BITS : 1u << s;
	return (columns >> DYNAMICS_PROBABILITIES & 1) != 0 ? series | P_BITS : series;
}

struct rows_cursor *rows_cursor_create(sqlite3 *handle, enum rows_kind kind)
{
	struct err err;
	struct rows_cursor *cursor = NULL;

	if (mem_new(&cursor, 1, &err) != ERR_OK)
		return NULL;
	cursor->kind = kind;
	cursor->handle = handle;
	cursor->is_end = true;
	subject_init(&cursor->subject, handle);
	return cursor;
}

void rows_cursor_free(struct rows_cursor *cursor)
{
	(void)sqlite3_finalize(cursor->find_epochs);
	(void)sqlite3_finalize(cursor->find_block);
	subject_done(&cursor->subject);
	free(cursor->filter.class_name);
	free(cursor);
}

static int prepare_epochs(struct rows_cursor *cursor)
{
	if (cursor->find_epochs != NULL)
		return sqlite3_reset(cursor->find_epochs);
	return sqlite3_prepare_v3(
	    cursor->handle,
	    "SELECT run.run_id, epoch.epoch, epoch.first_block, run.dataset_id, run.split_id, run.block_instances,"
	    " epoch.draws_bytes FROM main.run CROSS JOIN main.dataset ON dataset.dataset_id = run.dataset_id"
	    " CROSS JOIN main.epoch ON epoch.run_id = run.run_id"
	    " WHERE dataset.task = ?5 AND run.run_id BETWEEN ?1 AND ?2 AND epoch.epoch BETWEEN ?3 AND ?4 AND "
	    "epoch.first_block IS NOT NULL"
	    " ORDER BY run.run_id, epoch.epoch",
	    -1, SQLITE_PREPARE_PERSISTENT, &cursor->find_epochs, NULL);
}

static int prepare_block(struct rows_cursor *cursor)
{
	cursor->block_id = 0;
	if (cursor->find_block != NULL && cursor->block_series == cursor->filter.series)
		return sqlite3_reset(cursor->find_block);
	(void)sqlite3_finalize(cursor->find_block);
	cursor->find_block = NULL;
	cursor->block_series = cursor->filter.series;
	sqlite3_str *sql = sqlite3_str_new(cursor->handle);
	/* A series that nobody asks for is not even looked at. */
	for (enum series s = 0; s < SERIES_COUNT; s++)
		sqlite3_str_appendf(sql, "%s %s", s == 0 ? "SELECT" : ",",
				    (cursor->block_series >> s & 1) != 0 ? series_specs[s].name : "NULL");
	sqlite3_str_appendall(sql, " FROM main.block WHERE block_id = ?1");
	char *text = sqlite3_str_finish(sql);
	if (text == NULL)
		return SQLITE_NOMEM;
	int code = sqlite3_prepare_v3(cursor->handle, text, -1, SQLITE_PREPARE_PERSISTENT, &cursor->find_block, NULL);
	sqlite3_free(text);
	return code;
}

/* To the next recorded epoch; the end of the scan if there is none. */
static int next_epoch(struct rows_cursor *cursor)
{
	const struct subject_filter filter = {
		.first_instance = cursor->filter.low[DYNAMICS_INSTANCE_ID],
		.last_instance = cursor->filter.high[DYNAMICS_INSTANCE_ID],
		.class_name = cursor->kind != ROWS_PREDICTIONS ? cursor->filter.class_name : NULL,
	};
	int code = sqlite3_step(cursor->find_epochs);

	if (code != SQLITE_ROW) {
		cursor->is_end = true;
		return code == SQLITE_DONE ? sqlite3_reset(cursor->find_epochs) : code;
	}
	cursor->run_id = sqlite3_column_int64(cursor->find_epochs, 0);
	cursor->epoch = sqlite3_column_int64(cursor->find_epochs, 1);
	cursor->first_block = sqlite3_column_int64(cursor->find_epochs, 2);
	int64_t block_instances = sqlite3_column_int64(cursor->find_epochs, 5);
	/* Rowids of blocks begin with 1; 0 is "none loaded". */
	if (cursor->first_block < 1 || cursor->first_block > INT64_MAX - UINT32_MAX || block_instances < 1 ||
	    block_instances > BLOCK_INSTANCES_MAX)
		return SQLITE_CORRUPT_VTAB;
	cursor->block_instances = (uint32_t)block_instances;
	cursor->tally = sqlite3_column_int64(cursor->find_epochs, 6) == SERIES_LONG ? SERIES_LONG : SERIES_SHORT;
	cursor->at = 0;
	cursor->class_index = 0;
	return subject_load(&cursor->subject, sqlite3_column_int64(cursor->find_epochs, 3),
			    sqlite3_column_int64(cursor->find_epochs, 4), &filter);
}

static int load_block(struct rows_cursor *cursor, int64_t block_id)
{
	int code = sqlite3_reset(cursor->find_block);

	(void)sqlite3_bind_int64(cursor->find_block, 1, block_id);
	if (code == SQLITE_OK)
		code = sqlite3_step(cursor->find_block);
	if (code != SQLITE_ROW && code != SQLITE_DONE)
		return code;
	cursor->block_id = block_id;
	cursor->has_block = code == SQLITE_ROW;
	/* The bytes stay where they are until the statement is reset. */
	for (int i = 0; cursor->has_block && i < SERIES_COUNT; i++) {
		cursor->series[i].bytes = sqlite3_column_blob(cursor->find_block, i);
		cursor->series[i].length =
		    cursor->series[i].bytes == NULL ? 0 : (size_t)sqlite3_column_bytes(cursor->find_block, i);
	}
	return SQLITE_OK;
}

/* Whether the cursor stands on a row of the table; loads its block. */
static int check_row(struct rows_cursor *cursor, bool *ret_is_row)
{
	const struct subject *subject = &cursor->subject;
	int64_t block_id = cursor->first_block + subject->instances[cursor->at].position / cursor->block_instances;

	if (block_id != cursor->block_id) {
		int code = load_block(cursor, block_id);
		if (code != SQLITE_OK)
			return code;
	}
	*ret_is_row = cursor->has_block;
	if (cursor->kind == ROWS_PREDICTIONS) {
		const char *name = subject_class_name(subject, cursor->class_index);
		const char *wanted = cursor->filter.class_name;
		*ret_is_row = cursor->has_block && name != NULL && (wanted == NULL || strcmp(wanted, name) == 0);
	}
	return SQLITE_OK;
}

static void step_over(struct rows_cursor *cursor)
{
	if (cursor->kind == ROWS_PREDICTIONS && ++cursor->class_index < cursor->subject.class_count)
		return;
	cursor->class_index = 0;
	cursor->at++;
}

/* From the present place, included, to the next row. */
static int seek_row(struct rows_cursor *cursor)
{
	bool is_row = false;

	while (!cursor->is_end) {
		if (cursor->at >= cursor->subject.instance_count) {
			int code = next_epoch(cursor);
			if (code != SQLITE_OK)
				return code;
			continue;
		}
		int code = check_row(cursor, &is_row);
		if (code != SQLITE_OK || is_row)
			return code;
		step_over(cursor);
	}
	return SQLITE_OK;
}

static bool keeps_instances(const struct rows_filter *old, const struct rows_filter *new)
{
	const size_t i = DYNAMICS_INSTANCE_ID;

	if (old->low[i] != new->low[i] || old->high[i] != new->high[i])
		return false;
	if (old->class_name == NULL || new->class_name == NULL)
		return old->class_name == new->class_name;
	return strcmp(old->class_name, new->class_name) == 0;
}

int rows_cursor_start(struct rows_cursor *cursor, const struct rows_filter *filter)
{
	if (!keeps_instances(&cursor->filter, filter))
		subject_forget(&cursor->subject);
	free(cursor->filter.class_name);
	cursor->filter = *filter;
	int code = prepare_epochs(cursor);
	if (code == SQLITE_OK)
		code = prepare_block(cursor);
	if (code != SQLITE_OK)
		return code;
	for (int i = 0; i < 2; i++) {
		(void)sqlite3_bind_int64(cursor->find_epochs, 2 * i + 1, filter->low[i]);
		(void)sqlite3_bind_int64(cursor->find_epochs, 2 * i + 2, filter->high[i]);
	}
	(void)sqlite3_bind_text(cursor->find_epochs, 5,
				cursor->kind == ROWS_REGRESSION ? "regression" : "classification", -1, SQLITE_STATIC);
	cursor->is_end = false;
	code = next_epoch(cursor);
	return code == SQLITE_OK ? seek_row(cursor) : code;
}

int rows_cursor_next(struct rows_cursor *cursor)
{
	step_over(cursor);
	return seek_row(cursor);
}

/* NaN also for what is not there, in a damaged block. */
static float get_float(const struct rows_cursor *cursor, enum series series, size_t index)
{
	const struct series_blob *from = &cursor->series[series];
	float value = NAN;

	if (index < from->length / sizeof value)
		memcpy(&value, from->bytes + index * sizeof value, sizeof value);
	return value;
}

static void put_float(const struct rows_cursor *cursor, sqlite3_context *context, enum series series, size_t index)
{
	float value = get_float(cursor, series, index);

	if (isfinite(value))
		sqlite3_result_double(context, (double)value);
}

/* SERIES_UNKNOWN also for what is not there. */
static uint16_t get_short(const struct rows_cursor *cursor, enum series series, size_t index)
{
	const struct series_blob *from = &cursor->series[series];
	uint16_t value = SERIES_UNKNOWN;

	if (index < from->length / sizeof value)
		memcpy(&value, from->bytes + index * sizeof value, sizeof value);
	return value;
}

static void put_text(sqlite3_context *context, const char *text)
{
	if (text != NULL)
		sqlite3_result_text(context, text, -1, SQLITE_TRANSIENT);
}

/* Place of a class's probability of instance i of the block. */
static size_t p_index(const struct rows_cursor *cursor, uint32_t class_index, size_t i)
{
	return class_index * (cursor->series[SERIES_PREDICTED].length / sizeof(uint16_t)) + i;
}

static void put_probabilities(struct rows_cursor *cursor, sqlite3_context *context, size_t i)
{
	sqlite3_str *text = sqlite3_str_new(cursor->handle);

	for (uint32_t c = 0; c < cursor->subject.class_count; c++) {
		float value = get_float(cursor, SERIES_P, p_index(cursor, c, i));
		sqlite3_str_appendchar(text, 1, c == 0 ? '[' : ',');
		if (isfinite(value))
			sqlite3_str_appendf(text, "%!.17g", (double)value);
		else
			sqlite3_str_appendall(text, "null");
	}
	sqlite3_str_appendchar(text, 1, ']');
	int code = sqlite3_str_errcode(text);
	char *bytes = sqlite3_str_finish(text);
	if (code == SQLITE_OK)
		sqlite3_result_text(context, bytes, -1, sqlite3_free);
	else
		sqlite3_result_error_code(context, code);
}

static void put_key(const struct rows_cursor *cursor, sqlite3_context *context, int column)
{
	if (column == DYNAMICS_RUN_ID)
		sqlite3_result_int64(context, cursor->run_id);
	else if (column == DYNAMICS_EPOCH)
		sqlite3_result_int64(context, cursor->epoch);
	else
		sqlite3_result_int64(context, cursor->subject.instances[cursor->at].instance_id);
}

static void put_series(const struct rows_cursor *cursor, sqlite3_context *context, enum series series)
{
	const struct subject_instance *instance = &cursor->subject.instances[cursor->at];
	size_t i = instance->position % cursor->block_instances;
	const struct series_blob *from = &cursor->series[series];
	uint32_t count;

	switch (series_specs[series].storage) {
	case SERIES_FLOAT32:
		put_float(cursor, context, series,
			  series_specs[series].per_class ? p_index(cursor, instance->class_index, i) : i);
		break;
	case SERIES_CLASS:
		put_text(context, subject_class_name(&cursor->subject, get_short(cursor, series, i)));
		break;
	case SERIES_TALLY:
		count = i < from->length / cursor->tally ? series_read_tally(from->bytes, cursor->tally, i)
							 : SERIES_NO_TALLY;
		if (count != SERIES_NO_TALLY)
			sqlite3_result_int64(context, count);
		break;
	}
}

static void put_part(const struct rows_cursor *cursor, sqlite3_context *context)
{
	uint32_t position = cursor->subject.instances[cursor->at].position;

	sqlite3_result_text(context, subject_part(&cursor->subject, position), -1, SQLITE_STATIC);
}

static void put_dynamics(struct rows_cursor *cursor, sqlite3_context *context, int column)
{
	const struct subject_instance *instance = &cursor->subject.instances[cursor->at];

	if (column < DYNAMICS_PART)
		put_key(cursor, context, column);
	else if (column == DYNAMICS_PART)
		put_part(cursor, context);
	else if (column == DYNAMICS_CLASS)
		put_text(context, subject_class_name(&cursor->subject, instance->class_index));
	else if (column == DYNAMICS_PROBABILITIES)
		put_probabilities(cursor, context, instance->position % cursor->block_instances);
	else
		put_series(cursor, context, (enum series)(column - DYNAMICS_SERIES));
}

static void put_real(sqlite3_context *context, double value)
{
	if (!isnan(value))
		sqlite3_result_double(context, value);
}

static void put_regression(struct rows_cursor *cursor, sqlite3_context *context, int column)
{
	const struct subject_instance *instance = &cursor->subject.instances[cursor->at];
	float stored = get_float(cursor, SERIES_RESIDUAL, instance->position % cursor->block_instances);
	double residual = isfinite(stored) ? (double)stored : NAN;

	if (column < DYNAMICS_PART)
		put_key(cursor, context, column);
	else if (column == DYNAMICS_PART)
		put_part(cursor, context);
	else if (column == REGRESSION_TARGET)
		put_real(context, instance->target);
	else if (column == REGRESSION_PREDICTED)
		put_real(context, instance->target + residual);
	else if (column == REGRESSION_RESIDUAL)
		put_real(context, residual);
	else if (column == REGRESSION_LOSS)
		put_real(context, residual * residual);
	else if (column == REGRESSION_BIN)
		put_text(context, subject_class_name(&cursor->subject, instance->class_index));
	else
		put_series(cursor, context, (enum series)((int)SERIES_DU + column - (int)REGRESSION_SERIES));
}

void rows_cursor_column(struct rows_cursor *cursor, sqlite3_context *context, int column)
{
	if (cursor->kind == ROWS_DYNAMICS) {
		put_dynamics(cursor, context, column);
		return;
	}
	if (cursor->kind == ROWS_REGRESSION) {
		put_regression(cursor, context, column);
		return;
	}
	const struct subject_instance *instance = &cursor->subject.instances[cursor->at];
	size_t i = instance->position % cursor->block_instances;
	if (column == PREDICTIONS_CLASS)
		put_text(context, subject_class_name(&cursor->subject, cursor->class_index));
	else if (column == PREDICTIONS_PROBABILITY)
		put_float(cursor, context, SERIES_P, p_index(cursor, cursor->class_index, i));
	else
		put_key(cursor, context, column);
}

int64_t rows_cursor_rowid(const struct rows_cursor *cursor)
{
	uint32_t i = cursor->subject.instances[cursor->at].position % cursor->block_instances;

	return (int64_t)((uint64_t)cursor->block_id << 32 | (uint64_t)i << 16 | cursor->class_index);
}
