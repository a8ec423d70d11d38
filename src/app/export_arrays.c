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

struct dynamics_arrays {
	const struct export_run *run;
	enum series_tally tally; /* of all epochs */
	struct gathered gathered;
	FILE *streams[SERIES_DYNAMICS_COUNT];
};

static void dynamics_arrays_done(struct dynamics_arrays *arrays)
{
	gathered_done(&arrays->gathered);
}

/* What numpy calls a series. */
static const char *type_of(enum series series, enum series_tally tally)
{
	if (series_specs[series].storage == SERIES_FLOAT32)
		return "<f4";
	return series_width(series, tally) == SERIES_LONG ? "<u4" : "<u2";
}

static void gather_one(unsigned char *to, const struct export_block *block, enum series series, size_t width, size_t i)
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

static enum err_code put_dynamics(void *context, const struct export_block *block, struct err *err)
{
	struct dynamics_arrays *arrays = context;
	const uint32_t *y = arrays->run->y + block->first;

	for (enum series s = 0; s < SERIES_DYNAMICS_COUNT; s++) {
		const void *numbers = block->series[s];
		size_t width = series_width(s, arrays->tally);
		bool is_as_stored =
		    numbers != NULL && !series_specs[s].per_class && series_width(s, block->tally) == width;
		if (!is_as_stored && gathered_reserve(&arrays->gathered, block->m * width, err) != ERR_OK)
			return err->code;
		for (size_t i = 0; i < block->m && !is_as_stored; i++) {
			size_t at = series_specs[s].per_class ? y[i] * block->m + i : i;
			gather_one((unsigned char *)arrays->gathered.numbers + i * width, block, s, width, at);
		}
		if (put(arrays->streams[s], is_as_stored ? numbers : arrays->gathered.numbers, block->m * width, err) !=
		    ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

enum err_code export_dynamics_arrays(struct export_run *run, struct err *err)
{
	AUTO(dynamics_arrays_done) struct dynamics_arrays arrays = { .run = run };
	const size_t shape[] = { run->epoch_count, run->row.instances };

	if (export_run_tally(run, &arrays.tally, err) != ERR_OK)
		return err->code;
	for (enum series s = 0; s < SERIES_DYNAMICS_COUNT; s++)
		if (begin_array(run, series_specs[s].column, type_of(s, arrays.tally), shape, ARRAY_LENGTH(shape),
				&arrays.streams[s], err) != ERR_OK)
			return err->code;
	return export_run_blocks(run, put_dynamics, &arrays, err);
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
				    size_t (*number)(const struct export_run *run, size_t i),
				    const struct export_run *run, struct err *err)
{
	if (text_append(json, err, ",\n\"%s\": [", name) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < count; i++)
		if (text_append_bytes(json, ",", i > 0, err) != ERR_OK ||
		    text_append_integer(json, (int64_t)number(run, i), err) != ERR_OK)
			return err->code;
	return text_append(json, err, "]");
}

static size_t epoch_of(const struct export_run *run, size_t i)
{
	return run->epochs[i];
}

static size_t instance_id_of(const struct export_run *run, size_t i)
{
	return run->instance_id[i];
}

static size_t class_of(const struct export_run *run, size_t i)
{
	return run->y[i];
}

static size_t is_test(const struct export_run *run, size_t i)
{
	return run->row.is_test[i] == 1;
}

static size_t is_meta(const struct export_run *run, size_t i)
{
	return run->row.is_test[i] == 2;
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
	    text_append(&json, err, "}\n") != ERR_OK || export_run_open(run, "axes", "json", &stream, err) != ERR_OK)
		return err->code;
	return put(stream, json.data, json.length, err);
}
