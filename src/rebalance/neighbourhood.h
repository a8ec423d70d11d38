/* Who is near whom among the training instances: what samplers of synthetic rows go by. Shapes: n instances, d
 * features.
 */
#ifndef HARDROW_REBALANCE_NEIGHBOURHOOD_H
#define HARDROW_REBALANCE_NEIGHBOURHOOD_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "rebalance/instances.h"

struct neighbourhood {
	size_t most; /* k */
	/* (n, k) of the training instances of classes smaller than the largest: the nearest of the same class, the
	 * nearest first; as many as neighbourhood_count() says. */
	uint32_t *near;
	/* (n) of the same instances: how many of the `crowd` nearest training instances, fewer if there are not so
	 * many, have another class; NULL without a crowd. */
	uint32_t *strangers;
	size_t crowd;
};

/* X (n, d) row-major, distances as of nearest_find(). */
MUST_CHECK enum err_code neighbourhood_create(const double *x, size_t features, const struct instances *instances,
					      size_t most, size_t crowd, struct neighbourhood **ret_neighbourhood,
					      struct err *err);
void neighbourhood_free(struct neighbourhood *neighbourhood);
void neighbourhood_freep(struct neighbourhood **neighbourhood);

/* Neighbours of its own class that an instance of a class of so many has: min(k, count - 1). */
size_t neighbourhood_count(const struct neighbourhood *neighbourhood, uint32_t class_count);

#endif
