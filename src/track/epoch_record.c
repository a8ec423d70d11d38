#include "track/epoch_record.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "series are stored as they lie in memory");

/* Bytes of one instance in all series of k classes. */
static size_t instance_bytes(size_t classes)
{
	return 4 * sizeof(float) + 2 * sizeof(uint16_t) + classes * sizeof(float);
}

enum err_code epoch_record_create(size_t instances, size_t classes, size_t matrices, size_t values,
				  struct epoch_record **ret_record, struct err *err)
{
	AUTO(epoch_record_freep) struct epoch_record *record = NULL;

	if (mem_new(&record, 1, err) != ERR_OK || mem_new(&record->by_class, classes, err) != ERR_OK ||
	    mem_new(&record->blocks, instances * instance_bytes(classes), err) != ERR_OK ||
	    mem_new(&record->matrices, matrices, err) != ERR_OK || mem_new(&record->values, values, err) != ERR_OK)
		return err->code;
	record->instances = instances;
	record->classes = classes;
	record->matrix_capacity = matrices;
	record->value_capacity = values;
	*ret_record = take_ptr(&record);
	return ERR_OK;
}

void epoch_record_free(struct epoch_record *record)
{
	if (record == NULL)
		return;
	free(record->by_class);
	free(record->blocks);
	free(record->matrices);
	free(record->values);
	free(record);
}

void epoch_record_freep(struct epoch_record **record)
{
	epoch_record_free(*record);
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

struct record_block epoch_record_block(const struct epoch_record *record, size_t t)
{
	const unsigned char *start = record->blocks + t * BLOCK_INSTANCES * instance_bytes(record->classes);
	size_t series = epoch_record_block_length(record, t) * sizeof(float);

	return (struct record_block){
		.difficulty = start,
		.weight = start + series,
		.du = start + 2 * series,
		.dl = start + 3 * series,
		.predicted = start + 4 * series,
		.draws = start + 4 * series + series / 2,
		.p = start + 5 * series,
	};
}

static unsigned char *put_floats(unsigned char *out, const double *values, size_t count)
{
	float narrow[BLOCK_INSTANCES];

	for (size_t i = 0; i < count; i++)
		narrow[i] = (float)values[i];
	memcpy(out, narrow, count * sizeof(float));
	return out + count * sizeof(float);
}

static unsigned char *put_classes(unsigned char *out, const double *values, size_t count)
{
	uint16_t narrow[BLOCK_INSTANCES];

	for (size_t i = 0; i < count; i++)
		narrow[i] = (uint16_t)(int32_t)values[i];
	memcpy(out, narrow, count * sizeof(uint16_t));
	return out + count * sizeof(uint16_t);
}

static unsigned char *put_draws(unsigned char *out, const uint32_t *draws, size_t count)
{
	uint16_t narrow[BLOCK_INSTANCES];

	for (size_t i = 0; i < count; i++)
		narrow[i] = draws == NULL ? 0xffff : draws[i] > 0xfffe ? 0xfffe : (uint16_t)draws[i];
	memcpy(out, narrow, count * sizeof(uint16_t));
	return out + count * sizeof(uint16_t);
}

void epoch_record_encode(struct epoch_record *record, size_t t, const struct record_tile *tile)
{
	size_t count = epoch_record_block_length(record, t);
	unsigned char *out = record->blocks + t * BLOCK_INSTANCES * instance_bytes(record->classes);

	out = put_floats(out, tile->difficulty, count);
	out = put_floats(out, tile->weight, count);
	out = put_floats(out, tile->du, count);
	out = put_floats(out, tile->dl, count);
	out = put_classes(out, tile->predicted, count);
	out = put_draws(out, tile->draws, count);
	for (size_t c = 0; c < record->classes; c++)
		out = put_floats(out, tile->p + c * BLOCK_INSTANCES, count);
}

double *epoch_record_add_matrix(struct epoch_record *record, const char *name, size_t layer, size_t rows, size_t cols)
{
	double *values = record->values + record->value_count;

	assert(record->matrix_count < record->matrix_capacity);
	assert(rows * cols <= record->value_capacity - record->value_count);
	record->matrices[record->matrix_count++] =
	    (struct record_matrix){ .name = name, .layer = layer, .rows = rows, .cols = cols, .value = values };
	record->value_count += rows * cols;
	return values;
}
