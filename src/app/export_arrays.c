/* The export as arrays of numpy (.npy, version 1.0). Shapes: E recorded epochs, n instances, k classes. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/export_run.h"
#include "base/mem.h"
#include "base/text.h"

/* The header ends at a multiple of this, so that the numbers are aligned. */
#define NPY_ALIGNMENT 64
#define NPY_START 10 /* bytes of magic, version and length of the header */

static enum err_code put(FILE *stream, const void *bytes, size_t length, struct err *err)
{
	return fwrite(bytes, 1, length, stream) == length
		   ? ERR_OK
		   : err_set(err, ERR_SYSTEM, "cannot write: %s", strerror(errno));
}

/* A new file of the array `name`; `type` as numpy calls it ("<f4"). */
static enum err_code begin_array(const struct export_run *run, const char *name, const char *type, const size_t *shape,
				 size_t dimensions, FILE **ret_stream, struct err *err)
{
	struct text header AUTO(text_done) = { 0 };
	FILE *stream = NULL;

	if (text_append(&header, err, "{'descr': '%s', 'fortran_order': False, 'shape': (", type) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < dimensions; i++)
		if (text_append(&header, err, i == 0 ? "%zu" : ", %zu", shape[i]) != ERR_OK)
			return err->code;
	if (text_append(&header, err, "), }") != ERR_OK)
		return err->code;
	size_t length = (NPY_START + header.length + NPY_ALIGNMENT) / NPY_ALIGNMENT * NPY_ALIGNMENT - NPY_START;
	if (text_append(&header, err, "%*s", (int)(length - header.length), "\n") != ERR_OK ||
	    export_run_open(run, name, "npy", &stream, err) != ERR_OK)
		return err->code;
	const unsigned char start[NPY_START] = {
		0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, length & 0xff, length >> 8 & 0xff
	};
	if (put(stream, start, sizeof start, err) != ERR_OK || put(stream, header.data, length, err) != ERR_OK)
		return err->code;
	*ret_stream = stream;
	return ERR_OK;
}

/* The numbers of a block, put together before they are written: a call for each would be half of the work. */
struct gathered {
	void *numbers;	 /* owned */
	size_t capacity; /* in bytes */
};

static void gathered_done(struct gathered *gathered)
{
	free(gathered->numbers);
}

static enum err_code gathered_reserve(struct gathered *gathered, size_t length, struct err *err)
{
	if (length <= gathered->capacity)
		return ERR_OK;
	void *larger = realloc(gathered->numbers, length);
	if (larger == NULL)
		return err_set(err, ERR_SYSTEM, "out of memory");
	gathered->numbers = larger;
	gathered->capacity = length;
	return ERR_OK;
}

struct column_arrays {
	const struct export_run *run;
	const struct export_column *columns;
	size_t count;
	enum series_tally tally; /* of all epochs */
	struct gathered gathered;
	FILE *streams[EXPORT_COLUMNS_MAX]; /* NULL: the column is the same in every epoch and stands in the axes */
};

static void column_arrays_done(struct column_arrays *arrays)
{
	gathered_done(&arrays->gathered);
}

static bool is_axis(enum export_kind kind)
{
	return kind == EXPORT_PART || kind == EXPORT_CLASS || kind == EXPORT_TARGET;
}

/* Bytes of a number. */
static size_t width_of(const struct export_column *column, enum series_tally tally)
{
	return column->kind == EXPORT_SERIES ? series_width(column->series, tally) : sizeof(double);
}

/* What numpy calls the numbers of a column. */
static const char *type_of(const struct export_column *column, enum series_tally tally)
{
	if (column->kind != EXPORT_SERIES)
		return "<f8";
	if (series_specs[column->series].storage == SERIES_FLOAT32)
		return "<f4";
	return series_width(column->series, tally) == SERIES_LONG ? "<u4" : "<u2";
}

static void gather_series(unsigned char *to, const struct export_block *block, enum series series, size_t width,
			  size_t i)
{
	float number = NAN;
	uint32_t count = 0; /* of which the lower bytes are all set, too, where it is not known */

	switch (series_specs[series].storage) {
	case SERIES_FLOAT32:
		number = export_float(block, series, i);
		memcpy(to, &number, sizeof number);
		return;
	case SERIES_CLASS:
		count = export_class(block, series, i);
		break;
	case SERIES_TALLY:
		count = export_tally(block, series, i);
		break;
	}
	memcpy(to, &count, width);
}

static void gather_column(const struct column_arrays *arrays, const struct export_block *block,
			  const struct export_column *column)
{
	const uint32_t *y = arrays->run->y + block->first;
	bool per_class = series_specs[column->series].per_class;
	size_t width = width_of(column, arrays->tally);
	unsigned char *to = arrays->gathered.numbers;

	for (size_t i = 0; i < block->m; i++, to += width) {
		if (column->kind == EXPORT_SERIES) {
			gather_series(to, block, column->series, width, per_class ? y[i] * block->m + i : i);
			continue;
		}
		double number = export_real(arrays->run, block, column->kind, i);
		memcpy(to, &number, sizeof number);
	}
}

static enum err_code put_columns(void *context, const struct export_block *block, struct err *err)
{
	struct column_arrays *arrays = context;

	for (size_t c = 0; c < arrays->count; c++) {
		const struct export_column *column = &arrays->columns[c];
		const void *numbers = block->series[column->series];
		size_t width = width_of(column, arrays->tally);
		bool is_as_stored = column->kind == EXPORT_SERIES && numbers != NULL &&
				    !series_specs[column->series].per_class &&
				    series_width(column->series, block->tally) == width;
		if (arrays->streams[c] == NULL)
			continue;
		if (!is_as_stored) {
			if (gathered_reserve(&arrays->gathered, block->m * width, err) != ERR_OK)
				return err->code;
			gather_column(arrays, block, column);
			numbers = arrays->gathered.numbers;
		}
		if (put(arrays->streams[c], numbers, block->m * width, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code export_column_arrays(struct export_run *run, const struct export_column *columns, size_t count,
					  struct err *err)
{
	AUTO(column_arrays_done) struct column_arrays arrays = { .run = run, .columns = columns, .count = count };
	const size_t shape[] = { run->epoch_count, run->row.instances };

	if (export_run_tally(run, &arrays.tally, err) != ERR_OK)
		return err->code;
	for (size_t c = 0; c < count; c++)
		if (!is_axis(columns[c].kind) &&
		    begin_array(run, columns[c].name, type_of(&columns[c], arrays.tally), shape, ARRAY_LENGTH(shape),
				&arrays.streams[c], err) != ERR_OK)
			return err->code;
	return export_run_blocks(run, put_columns, &arrays, err);
}

enum err_code export_dynamics_arrays(struct export_run *run, struct err *err)
{
	struct export_column columns[EXPORT_COLUMNS_MAX];

	return export_column_arrays(run, columns, export_dynamics_columns(run, columns), err);
}

struct prediction_array {
	size_t classes;
	struct gathered gathered; /* (m, classes) */
	FILE *stream;
};

static void prediction_array_done(struct prediction_array *array)
{
	gathered_done(&array->gathered);
}

static enum err_code put_predictions(void *context, const struct export_block *block, struct err *err)
{
	struct prediction_array *array = context;
	size_t length = block->m * array->classes * sizeof(float);

	if (gathered_reserve(&array->gathered, length, err) != ERR_OK)
		return err->code;
	float *p = array->gathered.numbers;
	for (size_t c = 0; c < array->classes; c++)
		for (size_t i = 0; i < block->m; i++)
			p[i * array->classes + c] = export_float(block, SERIES_P, c * block->m + i);
	return put(array->stream, array->gathered.numbers, length, err);
}

enum err_code export_prediction_array(struct export_run *run, struct err *err)
{
	AUTO(prediction_array_done) struct prediction_array array = { .classes = run->row.classes };
	const size_t shape[] = { run->epoch_count, run->row.instances, run->row.classes };
	static const struct export_column predicted = { .name = "predictions", .kind = EXPORT_PREDICTED };

	if (run->row.is_regression)
		return export_column_arrays(run, &predicted, 1, err);
	if (begin_array(run, "probabilities", "<f4", shape, ARRAY_LENGTH(shape), &array.stream, err) != ERR_OK)
		return err->code;
	return export_run_blocks(run, put_predictions, &array, err);
}

struct weight_arrays {
	const struct export_run *run;
	FILE *stream;
};

static enum err_code put_weights(void *context, const struct export_matrix *matrix, struct err *err)
{
	struct weight_arrays *arrays = context;
	struct text name AUTO(text_done) = { 0 };
	const size_t shape[] = { matrix->rows, matrix->cols };

	if (text_append(&name, err, "layer%zu_%s_epoch%zu", matrix->layer, matrix->name, matrix->epoch) != ERR_OK)
		return err->code;
	if (strchr(name.data, '/') != NULL)
		return err_set(err, ERR_INPUT, "run %lld: a matrix is called '%s'", (long long)arrays->run->row.run_id,
			       matrix->name);
	if (begin_array(arrays->run, name.data, "<f8", shape, ARRAY_LENGTH(shape), &arrays->stream, err) != ERR_OK ||
	    put(arrays->stream, matrix->value, matrix->rows * matrix->cols * sizeof *matrix->value, err) != ERR_OK)
		return err->code;
	return export_files_close(arrays->run->files, ERR_OK, err);
}

enum err_code export_weight_arrays(struct export_run *run, struct err *err)
{
	struct weight_arrays arrays = { .run = run };

	return export_run_matrices(run, put_weights, &arrays, err);
}

static enum err_code append_numbers(struct text *json, const char *name, size_t count,
				    double (*number)(const struct export_run *run, size_t i),
				    const struct export_run *run, struct err *err)
{
	if (text_append(json, err, ",\n\"%s\": [", name) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < count; i++)
		if (text_append_bytes(json, ",", i > 0, err) != ERR_OK ||
		    text_append_number(json, number(run, i), err) != ERR_OK)
			return err->code;
	return text_append(json, err, "]");
}

static double epoch_of(const struct export_run *run, size_t i)
{
	return (double)run->epochs[i];
}

static double instance_id_of(const struct export_run *run, size_t i)
{
	return run->instance_id[i];
}

static double class_of(const struct export_run *run, size_t i)
{
	return run->y[i];
}

static double is_test(const struct export_run *run, size_t i)
{
	return run->row.is_test[i] == 1;
}

static double is_meta(const struct export_run *run, size_t i)
{
	return run->row.is_test[i] == 2;
}

static double target_of(const struct export_run *run, size_t i)
{
	return run->target[i];
}

enum err_code export_axes(struct export_run *run, struct err *err)
{
	struct text json AUTO(text_done) = { 0 };
	FILE *stream = NULL;
	size_t n = run->row.instances;

	if (text_append(&json, err, "{\"run_id\": %lld,\n\"classes\": [", (long long)run->row.run_id) != ERR_OK)
		return err->code;
	for (size_t c = 0; c < run->row.classes; c++)
		if (text_append_bytes(&json, ",", c > 0, err) != ERR_OK ||
		    text_append_json(&json, run->classes[c], err) != ERR_OK)
			return err->code;
	if (text_append(&json, err, "]") != ERR_OK ||
	    append_numbers(&json, "epochs", run->epoch_count, epoch_of, run, err) != ERR_OK ||
	    append_numbers(&json, "instance_ids", n, instance_id_of, run, err) != ERR_OK ||
	    append_numbers(&json, "class_of_instance", n, class_of, run, err) != ERR_OK ||
	    append_numbers(&json, "is_test", n, is_test, run, err) != ERR_OK ||
	    append_numbers(&json, "is_meta", n, is_meta, run, err) != ERR_OK ||
	    (run->row.is_regression && append_numbers(&json, "target", n, target_of, run, err) != ERR_OK) ||
	    text_append(&json, err, "}\n") != ERR_OK || export_run_open(run, "axes", "json", &stream, err) != ERR_OK)
		return err->code;
	return put(stream, json.data, json.length, err);
}
