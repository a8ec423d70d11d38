/* Samplers: which instances an epoch trains on, in which order. One sampler = one file and one line in the table of
 * sampler.c. */
#ifndef HARDROW_REBALANCE_SAMPLER_H
#define HARDROW_REBALANCE_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"

/* What a sampler has to work with. N training instances. */
struct sampling {
	struct rng *rng;
	size_t count;		 /* N */
	const uint32_t *train;	 /* (N) positions of the training instances, ascending */
	const double *weight;	 /* (N) difficulty of each, > 0, any scale */
	bool keep_order;	 /* the batch is the whole epoch: order does not matter, so leave it */
	double *scratch;	 /* (N) */
	uint32_t *index_scratch; /* (2 N) */
};

struct sampler {
	const char *name;
	const char *summary;
	bool uses_difficulty;
	/* Fills ret_order (N) with positions. */
	void (*fill)(const struct sampling *sampling, uint32_t *ret_order);
};

extern const struct sampler sampler_all, sampler_bootstrap, sampler_multinomial, sampler_systematic;

const struct sampler *sampler_at(size_t i); /* NULL behind the last */
const char *sampler_name(size_t i);	    /* NULL behind the last */

#endif
