/* What the samplers share whose draws are between two instances of a class: each instance once, and smaller classes
 * filled up as by over-sampling, but with x_i + lambda (x_j - x_i), lambda uniform in [0, 1), i of the class, j one of
 * its k nearest of that class (itself, where it has none). They differ in who i is. */
#ifndef HARDROW_REBALANCE_SAMPLER_SYNTHETIC_H
#define HARDROW_REBALANCE_SAMPLER_SYNTHETIC_H

#include "rebalance/sampler.h"

/* How often an instance is i, any scale in its class; where it is 0 for all of a class, that is not filled up. */
typedef double synthetic_share(const struct sampling *sampling, uint32_t at);

/* Expected draws: 1, and of those that fill its class up an instance's share. */
void synthetic_weigh(const struct sampling *sampling, synthetic_share *share, double *ret_weight);

/* The fill, with partners in work->mixture. */
size_t synthetic_fill(const struct sampling *sampling, struct sampler_work *work, synthetic_share *share,
		      uint32_t *ret_order);

#endif
