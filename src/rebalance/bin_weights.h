/* Weights of the bins of a target in the loss, by their sizes (Yang et al. 2021, section 3.1, LDS; the sizes and their
 * limits are those of their code, imbalanced-regression). Shapes: k bins; bin b has n_b training instances, N in all.
 *     inverse              size s_b = n_b, at least 5 and at most 1000
 *     square-root-inverse  size s_b = sqrt(n_b)
 * With a kernel the sizes are smoothed over neighbouring bins. The weight of a bin is one over its size, scaled to
 * mean 1 over the training instances. */
#ifndef HARDROW_REBALANCE_BIN_WEIGHTS_H
#define HARDROW_REBALANCE_BIN_WEIGHTS_H

#include <stddef.h>
#include <stdint.h>

#include "rebalance/kernel.h"

enum bin_weights { BIN_WEIGHTS_NONE, BIN_WEIGHTS_INVERSE, BIN_WEIGHTS_SQUARE_ROOT_INVERSE };
const char *bin_weights_name(size_t i); /* NULL behind the last */

/* ret_weight (k), 0 of an empty bin; of BIN_WEIGHTS_NONE all others are 1. */
void bin_weights_fill(enum bin_weights weights, const struct kernel *kernel, const uint32_t *counts, size_t bins,
		      double *ret_weight);

#endif
