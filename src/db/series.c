#include "db/series.h"

#include <string.h>

#define SHAPE_INSTANCE false
#define SHAPE_CLASSES true
#define SERIES_SPEC(id, name, column, storage, shape, task)                                                            \
	{ #name, #column, SERIES_##storage, SHAPE_##shape, SERIES_OF_##task },
const struct series_spec series_specs[SERIES_COUNT] = { SERIES(SERIES_SPEC) };

size_t series_width(enum series series, enum series_tally tally)
{
	switch (series_specs[series].storage) {
	case SERIES_FLOAT32:
		return sizeof(float);
	case SERIES_CLASS:
		return sizeof(uint16_t);
	case SERIES_TALLY:
		break;
	}
	return tally;
}

size_t series_bytes(enum series series, size_t instances, size_t classes, enum series_tally tally)
{
	enum series_task other = classes > 0 ? SERIES_OF_REGRESSION : SERIES_OF_CLASSIFICATION;

	if (series_specs[series].task == other)
		return 0;
	return instances * series_width(series, tally) * (series_specs[series].per_class ? classes : 1);
}

size_t series_block_bytes(size_t instances, size_t classes, enum series_tally tally)
{
	size_t bytes = 0;

	for (enum series s = 0; s < SERIES_COUNT; s++)
		bytes += series_bytes(s, instances, classes, tally);
	return bytes;
}

uint32_t series_read_tally(const unsigned char *bytes, enum series_tally tally, size_t i)
{
	uint32_t value = 0;

	memcpy(&value, bytes + i * tally, tally);
	return tally == SERIES_SHORT && value == SERIES_UNKNOWN ? SERIES_NO_TALLY : value;
}
