#include "track/epoch_record.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/checksum.h"
#include "base/mem.h"
#include "base/text.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "series are stored as they lie in memory");

enum err_code epoch_record_create(size_t instances, size_t classes, size_t matrices, size_t values,
				  struct epoch_record **ret_record, struct err *err)
{
	AUTO(epoch_record_freep) struct epoch_record *record = NULL;

	if (mem_new(&record, 1, err) != ERR_OK || mem_new(&record->by_class, classes, err) != ERR_OK ||
	    mem_new(&record->checksums, (instances + BLOCK_INSTANCES - 1) / BLOCK_INSTANCES, err) != ERR_OK ||
	    mem_new(&record->matrices, matrices, err) != ERR_OK || mem_new(&record->values, values, err) != ERR_OK)
		return err->code;
	record->instances = instances;
	record->classes = classes;
	record->tally = SERIES_SHORT;
	record->matrix_capacity = matrices;
	record->value_capacity = values;
	*ret_record = take_ptr(&record);
	return ERR_OK;
}

size_t epoch_record_bytes(const struct epoch_record *record)
{
	size_t blocks =
	    record->blocks == NULL ? 0 : series_block_bytes(record->instances, record->classes, record->tally);

	return sizeof *record + record->classes * sizeof *record->by_class + record->value_capacity * sizeof(double) +
	       record->own_count * record->instances * sizeof(float) + blocks;
}

enum err_code epoch_record_reserve_blocks(struct epoch_record *record, struct err *err)
{
	if (record->blocks == NULL &&
	    mem_new(&record->blocks, series_block_bytes(record->instances, record->classes, record->tally), err) !=
		ERR_OK)
		return err->code;
	return ERR_OK;
}

enum err_code epoch_record_take_long_tallies(struct epoch_record *record, struct err *err)
{
	AUTO(mem_freep) unsigned char *wider = NULL;
	struct epoch_record before = *record;

	if (record->tally == SERIES_LONG)
		return ERR_OK;
	if (mem_new(&wider, series_block_bytes(record->instances, record->classes, SERIES_LONG), err) != ERR_OK)
		return err->code;
	record->blocks = take_ptr(&wider);
	record->tally = SERIES_LONG;
	for (size_t t = 0; t < epoch_record_block_count(record); t++)
		memcpy(epoch_record_values(record, t), epoch_record_values(&before, t),
		       epoch_record_series_bytes(record, t, epoch_record_predicts(record)));
	free(before.blocks);
	return ERR_OK;
}

enum err_code epoch_record_fit_tallies(struct epoch_record *record, const uint32_t *tallies, struct err *err)
{
	for (size_t i = 0; tallies != NULL && i < record->instances; i++)
		if (tallies[i] >= SERIES_UNKNOWN)
			return epoch_record_take_long_tallies(record, err);
	return ERR_OK;
}

static void drop_own(struct epoch_record *record)
{
	for (size_t i = 0; i < record->own_count; i++) {
		free(record->own[i].name);
		free(record->own[i].value);
	}
	record->own_count = 0;
}

void epoch_record_free(struct epoch_record *record)
{
	if (record == NULL)
		return;
	free(record->by_class);
	free(record->blocks);
	free(record->checksums);
	free(record->matrices);
	free(record->values);
	drop_own(record);
	free(record->own);
	free(record);
}

void epoch_record_freep(struct epoch_record **record)
{
	epoch_record_free(*record);
}

void epoch_record_clear(struct epoch_record *record, size_t epoch)
{
	record->epoch = epoch;
	record->has_blocks = false;
	/* There is room for long ones then, too. */
	record->tally = SERIES_SHORT;
	record->matrix_count = 0;
	record->value_count = 0;
	record->regression_count = 0;
	record->seen = record->instances;
	drop_own(record);
}

size_t epoch_record_block_count(const struct epoch_record *record)
{
	return (record->instances + BLOCK_INSTANCES - 1) / BLOCK_INSTANCES;
}

size_t epoch_record_block_length(const struct epoch_record *record, size_t t)
{
	size_t left = record->instances - t * BLOCK_INSTANCES;

	return left < BLOCK_INSTANCES ? left : BLOCK_INSTANCES;
}

const unsigned char *epoch_record_block(const struct epoch_record *record, size_t t)
{
	return record->blocks + t * series_block_bytes(BLOCK_INSTANCES, record->classes, record->tally);
}

size_t epoch_record_series_bytes(const struct epoch_record *record, size_t t, enum series series)
{
	return series_bytes(series, epoch_record_block_length(record, t), record->classes, record->tally);
}

static unsigned char *put_floats(unsigned char *out, const double *values, size_t count)
{
	float narrow[BLOCK_INSTANCES];

	for (size_t i = 0; i < count; i++)
		narrow[i] = values == NULL ? NAN : (float)values[i];
	memcpy(out, narrow, count * sizeof(float));
	return out + count * sizeof(float);
}

static unsigned char *put_classes(unsigned char *out, const double *values, size_t count)
{
	uint16_t narrow[BLOCK_INSTANCES];

	for (size_t i = 0; i < count; i++)
		narrow[i] = values == NULL ? SERIES_UNKNOWN : (uint16_t)(int32_t)values[i];
	memcpy(out, narrow, count * sizeof(uint16_t));
	return out + count * sizeof(uint16_t);
}

static unsigned char *put_tallies(unsigned char *out, const uint32_t *tallies, size_t count, enum series_tally tally)
{
	uint32_t known[BLOCK_INSTANCES];
	uint16_t narrow[BLOCK_INSTANCES];

	for (size_t i = 0; i < count; i++)
		known[i] = tallies == NULL ? SERIES_NO_TALLY : tallies[i];
	/* The lower bytes of what is not known are all set, too. */
	for (size_t i = 0; i < count; i++)
		narrow[i] = (uint16_t)known[i];
	memcpy(out, tally == SERIES_LONG ? (const void *)known : narrow, count * tally);
	return out + count * tally;
}

void epoch_record_encode(struct epoch_record *record, size_t t, const struct record_tile *tile)
{
	size_t count = epoch_record_block_length(record, t);
	unsigned char *start = (unsigned char *)epoch_record_block(record, t);
	unsigned char *out = start;

	for (enum series s = 0; s < SERIES_COUNT; s++) {
		const double *values = tile->series[s];
		size_t rows = series_specs[s].per_class ? record->classes : 1;
		if (epoch_record_series_bytes(record, t, s) == 0)
			continue;
		if (tile->has_values && s == epoch_record_predicts(record)) {
			out += epoch_record_series_bytes(record, t, s);
			continue;
		}
		switch (series_specs[s].storage) {
		case SERIES_FLOAT32:
			for (size_t c = 0; c < rows; c++)
				out = put_floats(out, values == NULL ? NULL : values + c * BLOCK_INSTANCES, count);
			break;
		case SERIES_CLASS:
			out = put_classes(out, values, count);
			break;
		case SERIES_TALLY:
			out = put_tallies(out, tile->series[s], count, record->tally);
			break;
		}
	}
	record->checksums[t] = checksum_of(start, (size_t)(out - start));
}

enum series epoch_record_predicts(const struct epoch_record *record)
{
	return record->classes > 0 ? SERIES_P : SERIES_RESIDUAL;
}

unsigned char *epoch_record_values(struct epoch_record *record, size_t t)
{
	unsigned char *out = (unsigned char *)epoch_record_block(record, t);

	for (enum series s = 0; s < epoch_record_predicts(record); s++)
		out += epoch_record_series_bytes(record, t, s);
	return out;
}

enum err_code epoch_record_reserve_matrices(struct epoch_record *record, size_t matrices, size_t values,
					    struct err *err)
{
	AUTO(mem_freep) struct record_matrix *more_matrices = NULL;
	AUTO(mem_freep) double *more_values = NULL;

	if (matrices <= record->matrix_capacity && values <= record->value_capacity)
		return ERR_OK;
	if (mem_new(&more_matrices, matrices, err) != ERR_OK || mem_new(&more_values, values, err) != ERR_OK)
		return err->code;
	free(record->matrices);
	free(record->values);
	record->matrices = take_ptr(&more_matrices);
	record->values = take_ptr(&more_values);
	record->matrix_capacity = matrices;
	record->value_capacity = values;
	return ERR_OK;
}

static enum err_code grow_own(struct epoch_record *record, struct err *err)
{
	size_t capacity = record->own_capacity == 0 ? 4 : 2 * record->own_capacity;
	AUTO(mem_freep) struct record_own *more = NULL;

	if (record->own_count < record->own_capacity)
		return ERR_OK;
	if (mem_new(&more, capacity, err) != ERR_OK)
		return err->code;
	if (record->own_count > 0)
		memcpy(more, record->own, record->own_count * sizeof *more);
	free(record->own);
	record->own = take_ptr(&more);
	record->own_capacity = capacity;
	return ERR_OK;
}

enum err_code epoch_record_add_own(struct epoch_record *record, const char *name, float **ret_value, struct err *err)
{
	AUTO(mem_freep) char *copy = NULL;
	AUTO(mem_freep) float *value = NULL;

	for (size_t i = 0; i < record->own_count; i++)
		if (strcmp(record->own[i].name, name) == 0) {
			*ret_value = record->own[i].value;
			return ERR_OK;
		}
	if (grow_own(record, err) != ERR_OK || mem_copy_text(name, &copy, err) != ERR_OK ||
	    mem_new(&value, record->instances, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < record->instances; i++)
		value[i] = NAN;
	*ret_value = value;
	record->own[record->own_count++] = (struct record_own){ take_ptr(&copy), take_ptr(&value) };
	return ERR_OK;
}

double *epoch_record_add_matrix(struct epoch_record *record, const char *name, size_t layer, size_t rows, size_t cols)
{
	double *values = record->values + record->value_count;

	assert(record->matrix_count < record->matrix_capacity);
	assert(rows * cols <= record->value_capacity - record->value_count);
	struct record_matrix *matrix = &record->matrices[record->matrix_count++];
	*matrix = (struct record_matrix){ .layer = layer, .rows = rows, .cols = cols, .value = values };
	text_copy_fitting(matrix->name, sizeof matrix->name, name);
	record->value_count += rows * cols;
	return values;
}
