#include "db/series.h"

#include <stdint.h>

#define SHAPE_INSTANCE false
#define SHAPE_CLASSES true
#define SERIES_SPEC(id, name, column, storage, shape, task)                                                            \
	{ #name, #column, SERIES_##storage, SHAPE_##shape, SERIES_OF_##task },
const struct series_spec series_specs[SERIES_COUNT] = { SERIES(SERIES_SPEC) };

size_t series_width(enum series series)
{
	return series_specs[series].storage == SERIES_FLOAT32 ? sizeof(float) : sizeof(uint16_t);
}

size_t series_bytes(enum series series, size_t instances, size_t classes)
{
	enum series_task other = classes > 0 ? SERIES_OF_REGRESSION : SERIES_OF_CLASSIFICATION;

	if (series_specs[series].task == other)
		return 0;
	return instances * series_width(series) * (series_specs[series].per_class ? classes : 1);
}

size_t series_block_bytes(size_t instances, size_t classes)
{
	size_t bytes = 0;

	for (enum series s = 0; s < SERIES_COUNT; s++)
		bytes += series_bytes(s, instances, classes);
	return bytes;
}
