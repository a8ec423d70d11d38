/* What a program says of an epoch while it is under way. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "lib/lib.h"

/* Of a matrix: a value of SQLite's is shorter than 1e9 bytes. */
#define MOST_NUMBERS 100000000

enum err_code lib_check_run(const struct hardrow_run *run, struct err *err)
{
	if (lib_check_process(run->pid, err) != ERR_OK)
		return err->code;
	if (run->tracker == NULL)
		return err_set(err, ERR_INPUT, "the run is over: its file was closed");
	return recorder_check(run->tracker->recorder, err) != ERR_OK ? err->code : recording_check(run->recording, err);
}

enum err_code lib_open_epoch(struct hardrow_run *run, struct err *err)
{
	if (run->is_open)
		return ERR_OK;
	/* One that there was no room for the last time is still there. */
	if (run->record == NULL && recording_next(run->recording, &run->record, err) != ERR_OK)
		return err->code;
	struct epoch_record *record = run->record;
	epoch_record_clear(record, run->number + 1);
	if (epoch_record_reserve_blocks(record, err) != ERR_OK)
		return err->code;
	run->is_open = true;
	const float unknown = NAN;
	for (size_t t = 0; t < epoch_record_block_count(record); t++) {
		unsigned char *values = epoch_record_values(record, t);
		size_t numbers = run->logged->width * epoch_record_block_length(record, t);
		for (size_t i = 0; i < numbers; i++)
			memcpy(values + i * sizeof unknown, &unknown, sizeof unknown);
	}
	return ERR_OK;
}

/* Row r as doubles into a lane of (width, 64). */
static void read_row(const hardrow_predictions *predictions, size_t r, size_t width, double *ret_lane)
{
	const unsigned char *at = (const unsigned char *)predictions->values + (ptrdiff_t)r * predictions->row_stride;

	for (size_t c = 0; c < width; c++, at += predictions->column_stride, ret_lane += TILE_INSTANCES) {
		float single;
		if (predictions->type == HARDROW_FLOAT64) {
			memcpy(ret_lane, at, sizeof *ret_lane);
		} else {
			memcpy(&single, at, sizeof single);
			*ret_lane = single;
		}
	}
}

static enum err_code check_predictions(hardrow_predictions *predictions, const struct logged *logged, struct err *err)
{
	bool is_number = logged->predictions->regression != NULL;
	size_t bytes = predictions->type == HARDROW_FLOAT64 ? sizeof(double) : sizeof(float);

	if (predictions->type != HARDROW_FLOAT32 && predictions->type != HARDROW_FLOAT64)
		return err_set(err, ERR_INPUT, "type: %d; it is HARDROW_FLOAT32 or HARDROW_FLOAT64", predictions->type);
	if (predictions->kind < 0 || predictions->kind >= LOGGED_KINDS)
		return err_set(err, ERR_INPUT, "kind: %d; it is of enum hardrow_kind", predictions->kind);
	if (is_number != (predictions->kind == HARDROW_NUMBERS))
		return err_set(err, ERR_INPUT, "kind: the data set has %s",
			       is_number ? "a target; predictions of it are HARDROW_NUMBERS"
					 : "classes; HARDROW_NUMBERS are predictions of a target");
	if (predictions->values == NULL && predictions->rows > 0)
		return err_set(err, ERR_INPUT, "values: NULL with %zu rows", predictions->rows);
	if (predictions->row_stride == 0 && predictions->column_stride == 0) {
		predictions->column_stride = (ptrdiff_t)bytes;
		predictions->row_stride = (ptrdiff_t)(logged->width * bytes);
	}
	return ERR_OK;
}

/* p, or the residual, of a lane into the record. */
static void store_row(struct hardrow_run *run, size_t position, const double *lane)
{
	size_t t = position / TILE_INSTANCES;
	size_t m = epoch_record_block_length(run->record, t);
	unsigned char *to = epoch_record_values(run->record, t) + position % TILE_INSTANCES * sizeof(float);

	for (size_t c = 0; c < run->logged->width; c++, to += m * sizeof(float)) {
		float single = (float)lane[c * TILE_INSTANCES];
		memcpy(to, &single, sizeof single);
	}
}

/* Rows first .. first+count-1, a tile of them at most. */
static enum err_code log_tile(struct hardrow_run *run, const hardrow_predictions *predictions, size_t first,
			      size_t count, struct err *err)
{
	const struct lib_names names = { predictions->ids, predictions->keys };
	struct logged *logged = run->logged;
	uint32_t positions[TILE_INSTANCES];
	size_t bad = 0;

	for (size_t i = 0; i < count; i++) {
		if (lib_find(run->dataset, &names, first + i, &positions[i], err) != ERR_OK)
			return err_prefix(err, "row %zu", first + i);
		read_row(predictions, first + i, logged->width, logged->given + i);
	}
	if (logged_take_rows(logged, positions, count, (enum logged_kind)predictions->kind, &bad, err) != ERR_OK)
		return err_prefix(err, "row %zu (instance %lu)", first + bad,
				  (unsigned long)run->dataset->instance_id[positions[bad]]);
	for (size_t i = 0; i < count; i++)
		store_row(run, positions[i], logged->p + i);
	return ERR_OK;
}

static enum err_code log_rows(struct hardrow_run *run, const hardrow_predictions *given, struct err *err)
{
	hardrow_predictions predictions = { 0 };

	if (lib_check_run(run, err) != ERR_OK ||
	    lib_take_options(given, &predictions, sizeof predictions, "hardrow_predictions", err) != ERR_OK)
		return err->code;
	const struct lib_names names = { predictions.ids, predictions.keys };
	if (check_predictions(&predictions, run->logged, err) != ERR_OK ||
	    lib_check_names(run->dataset, &names, predictions.rows, err) != ERR_OK ||
	    lib_open_epoch(run, err) != ERR_OK)
		return err->code;
	for (size_t first = 0; first < predictions.rows; first += TILE_INSTANCES) {
		size_t left = predictions.rows - first;
		if (log_tile(run, &predictions, first, left < TILE_INSTANCES ? left : TILE_INSTANCES, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

int hardrow_log(hardrow_run *run, const hardrow_predictions *predictions, hardrow_error *error)
{
	struct err err = { .code = ERR_OK };

	err.code = log_rows(run, predictions, &err);
	return lib_fail(&err, error);
}

static enum err_code log_draws(struct hardrow_run *run, const struct lib_names *names, size_t count, struct err *err)
{
	uint32_t position = 0;
	struct err ignored;

	if (lib_check_run(run, err) != ERR_OK)
		return err->code;
	if (names->ids == NULL && names->keys == NULL && count > 0)
		return err_set(err, ERR_INPUT, "ids or keys: whom was drawn?");
	if (lib_check_names(run->dataset, names, count, err) != ERR_OK)
		return err->code;
	if (run->draws == NULL && mem_new(&run->draws, run->dataset->instances.count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < count; i++) {
		if (lib_find(run->dataset, names, i, &position, err) != ERR_OK) {
			/* Those before it were not drawn, either. */
			for (; i > 0 && lib_find(run->dataset, names, i - 1, &position, &ignored) == ERR_OK; i--)
				run->draws[position]--;
			return err->code;
		}
		run->draws[position]++;
	}
	run->has_draws = true;
	return ERR_OK;
}

int hardrow_log_draws(hardrow_run *run, const int64_t *ids, const char *const *keys, size_t count, hardrow_error *error)
{
	struct err err = { .code = ERR_OK };

	err.code = log_draws(run, &(struct lib_names){ ids, keys }, count, &err);
	return lib_fail(&err, error);
}

static enum err_code log_series(struct hardrow_run *run, const char *name, const struct lib_names *names,
				const double *values, size_t count, struct err *err)
{
	float *series = NULL;
	uint32_t position = 0;

	if (lib_check_run(run, err) != ERR_OK)
		return err->code;
	if (name == NULL || name[0] == '\0' || (values == NULL && count > 0))
		return err_set(err, ERR_INPUT, "a series needs a name and values");
	if (lib_check_names(run->dataset, names, count, err) != ERR_OK || lib_open_epoch(run, err) != ERR_OK ||
	    epoch_record_add_own(run->record, name, &series, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < count; i++) {
		if (lib_find(run->dataset, names, i, &position, err) != ERR_OK)
			return err->code;
		series[position] = (float)values[i];
	}
	return ERR_OK;
}

int hardrow_log_series(hardrow_run *run, const char *name, const int64_t *ids, const char *const *keys,
		       const double *values, size_t count, hardrow_error *error)
{
	struct err err = { .code = ERR_OK };

	err.code = log_series(run, name, &(struct lib_names){ ids, keys }, values, count, &err);
	return lib_fail(&err, error);
}

static void free_matrix(struct logged_matrix **matrix)
{
	if (*matrix == NULL)
		return;
	free((*matrix)->name);
	free((*matrix)->value);
	free(*matrix);
}

void lib_drop_matrices(struct hardrow_run *run)
{
	while (run->matrices != NULL) {
		struct logged_matrix *matrix = run->matrices;
		run->matrices = matrix->next;
		free_matrix(&matrix);
	}
}

static enum err_code log_matrix(struct hardrow_run *run, struct logged_matrix shape, const char *name,
				const double *values, struct err *err)
{
	AUTO(free_matrix) struct logged_matrix *matrix = NULL;

	if (lib_check_run(run, err) != ERR_OK)
		return err->code;
	if (name == NULL || name[0] == '\0' || strlen(name) >= RECORD_NAME_SIZE || values == NULL || shape.rows == 0 ||
	    shape.cols == 0 || shape.rows > SIZE_MAX / sizeof(double) / shape.cols)
		return err_set(err, ERR_INPUT, "a matrix needs a name of up to %d bytes, rows, columns and values",
			       RECORD_NAME_SIZE - 1);
	for (const struct logged_matrix *other = run->matrices; other != NULL; other = other->next)
		if (other->layer == shape.layer && strcmp(other->name, name) == 0)
			return err_set(err, ERR_INPUT, "layer %zu: the epoch has a matrix '%s' already", shape.layer,
				       name);
	if (mem_new(&matrix, 1, err) != ERR_OK || mem_copy_text(name, &matrix->name, err) != ERR_OK ||
	    mem_new(&matrix->value, shape.rows * shape.cols, err) != ERR_OK)
		return err->code;
	memcpy(matrix->value, values, shape.rows * shape.cols * sizeof *values);
	matrix->layer = shape.layer;
	matrix->rows = shape.rows;
	matrix->cols = shape.cols;
	matrix->next = run->matrices;
	run->matrices = take_ptr(&matrix);
	return ERR_OK;
}

int hardrow_log_matrix(hardrow_run *run, size_t layer, const char *name, size_t rows, size_t cols, const double *values,
		       hardrow_error *error)
{
	struct err err = { .code = ERR_OK };

	err.code =
	    log_matrix(run, (struct logged_matrix){ .layer = layer, .rows = rows, .cols = cols }, name, values, &err);
	return lib_fail(&err, error);
}

static enum err_code put_matrices(struct hardrow_run *run, struct err *err)
{
	size_t count = 0, values = 0;

	for (const struct logged_matrix *matrix = run->matrices; matrix != NULL; matrix = matrix->next) {
		count++;
		values += matrix->rows * matrix->cols;
	}
	if (epoch_record_reserve_matrices(run->record, count, values, err) != ERR_OK)
		return err->code;
	for (const struct logged_matrix *matrix = run->matrices; matrix != NULL; matrix = matrix->next)
		memcpy(epoch_record_add_matrix(run->record, matrix->name, matrix->layer, matrix->rows, matrix->cols),
		       matrix->value, matrix->rows * matrix->cols * sizeof *matrix->value);
	return ERR_OK;
}

static bool has_seen(const struct hardrow_run *run, bool carry)
{
	return (carry && run->epochs > 0) ||
	       memchr(run->logged->seen->is_seen, 1, run->dataset->instances.count) != NULL;
}

static enum err_code take_epoch(struct hardrow_run *run, size_t number, bool carry, struct err *err)
{
	struct predictions *predictions = run->logged->predictions;
	double now = clock_seconds();

	if (put_matrices(run, err) != ERR_OK)
		return err->code;
	logged_begin_epoch(run->logged, number, carry);
	for (size_t t = 0; t < predictions->tiles; t++)
		logged_take_tile(run->logged, t, epoch_record_values(run->record, t));
	predictions_measure(predictions);
	weighting_update(run->weighting, run->epochs + 2);
	if (epoch_fill_record(predictions, run->weighting, run->has_draws ? run->draws : NULL, true, run->record,
			      err) != ERR_OK)
		return err->code;
	run->record->epoch = number;
	run->record->seconds = now - run->begun_at;
	recording_put(run->recording, take_ptr(&run->record));
	run->is_open = false;
	logged_forget(run->logged);
	run->epochs++;
	run->number = number;
	run->begun_at = now;
	if (run->has_draws)
		memset(run->draws, 0, run->dataset->instances.count * sizeof *run->draws);
	run->has_draws = false;
	lib_drop_matrices(run);
	return ERR_OK;
}

static enum err_code end_epoch(struct hardrow_run *run, const hardrow_epoch_options *given, struct err *err)
{
	hardrow_epoch_options options = { 0 };

	if (lib_check_run(run, err) != ERR_OK ||
	    lib_take_options(given, &options, sizeof options, "hardrow_epoch_options", err) != ERR_OK)
		return err->code;
	if (options.number == 0)
		options.number = run->number + 1;
	if (options.number <= run->number || options.number > LIB_MOST_EPOCHS)
		return err_set(err, ERR_INPUT, "number: %llu; the last epoch was %zu",
			       (unsigned long long)options.number, run->number);
	if (!has_seen(run, options.carry != 0))
		return err_set(err, ERR_INPUT, "nobody was predicted in epoch %llu; log predictions before its end",
			       (unsigned long long)options.number);
	if (lib_open_epoch(run, err) != ERR_OK)
		return err->code;
	return take_epoch(run, options.number, options.carry != 0, err);
}

int hardrow_end_epoch(hardrow_run *run, const hardrow_epoch_options *options, hardrow_error *error)
{
	struct err err = { .code = ERR_OK };

	err.code = end_epoch(run, options, &err);
	return lib_fail(&err, error);
}
