/* Second stages: what a training does otherwise in its last epochs. A new one is an entry and a line in the table of
 * stage.c. */
#ifndef HARDROW_REBALANCE_STAGE_H
#define HARDROW_REBALANCE_STAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "rebalance/loss.h"
#include "rebalance/sampler.h"

/* With T epochs in all and S of them in the second stage, that is epochs T - S + 1 .. T. */
struct stage {
	const char *name;
	const char *summary;
	const char *formula; /* of what it does otherwise */
	/* Class weights are 1 before the second stage; in it they are the loss's, or if it has none those of this one.
	 * NULL: they are the same in both. */
	const struct loss *deferred_weights;
	/* The last layer starts again from initial weights, the optimiser and the learning-rate schedule from their
	 * beginning; the hidden layers stay as they are. */
	bool retrains_classifier;
	/* The weights stay as they are; what is learned is a factor f_c of each class's logit, from 1:
	 * z_c = f_c (w_c . x + b_c). The schedule starts from its beginning. */
	bool learns_scales;
	const struct sampler *sampler; /* of the second stage, one without weigh(); NULL: the same as before */
};

extern const struct stage stage_drw, stage_crt, stage_lws, stage_rrt;

const struct stage *stage_at(size_t i); /* NULL behind the last */
const char *stage_name(size_t i);	/* NULL behind the last */

#endif
