#include "db/series.h"

#include <stdint.h>

#define SHAPE_INSTANCE false
#define SHAPE_CLASSES true
#define SERIES_SPEC(id, name, column, storage, shape) { #name, #column, SERIES_##storage, SHAPE_##shape },
const struct series_spec series_specs[SERIES_COUNT] = { SERIES(SERIES_SPEC) };

size_t series_width(enum series series)
{
	return series_specs[series].storage == SERIES_FLOAT32 ? sizeof(float) : sizeof(uint16_t);
}

size_t series_bytes(enum series series, size_t instances, size_t classes)
{
	return instances * series_width(series) * (series_specs[series].per_class ? classes : 1);
}

size_t series_block_bytes(size_t instances, size_t classes)
{
	size_t bytes = 0;

	for (enum series s = 0; s < SERIES_COUNT; s++)
		bytes += series_bytes(s, instances, classes);
	return bytes;
}
