/* Feature distribution smoothing, FDS (Yang et al. 2021, section 3.2 and Algorithm 2): the features of an instance,
 * what the last layer reads, are whitened by the mean and variance of its bin of the target and coloured again by the
 * mean and variance of neighbouring bins. Shapes: k bins, d features, L lanes.
 *
 * Behind each epoch t the features of the whole training part give each bin b a mean and a variance (divided by n - 1;
 * 0 of a single instance), and the running ones follow, which are theirs after the first:
 *     mu_b <- (1 - m) mean_b + m mu_b,    v_b <- (1 - m) var_b + m v_b,    m the momentum
 * A bin without training instances takes the running values between those of the nearest bins that have some, in
 * proportion to the distance, or the nearest one's at an end. Smoothed over bins by the kernel they are mu~ and v~, and
 * in the next epoch a feature x of bin b becomes (eq. of section 3.2, clipped as in their code) (x - mu_b)
 * sqrt(min(max(v~_b / v_b, 0.1), 10)) + mu~_b and stays as it is where v_b is 0. Their code takes mu~ and v~ one epoch
 * later than the paper's algorithm, and by sharing an array mu and v not; this is the algorithm. */
#ifndef HARDROW_REBALANCE_FEATURE_SMOOTHING_H
#define HARDROW_REBALANCE_FEATURE_SMOOTHING_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/state.h"
#include "rebalance/kernel.h"

#define FEATURE_SMOOTHING_FORMULA "(x - mu_b) sqrt(min(max(v~_b / v_b, 0.1), 10)) + mu~_b, b the target's bin"

struct feature_parameters {
	double momentum; /* m, in [0, 1); NaN: not given, or no features are smoothed */
	size_t start;	 /* epochs before the first whose features are smoothed; 0: the same */
};

struct feature_smoothing {
	size_t bins, features;
	struct kernel kernel;
	double momentum;
	size_t epochs;		/* seen */
	double *count;		/* (k) of the epoch being seen */
	double *mean, *squares; /* (k, d) its mean, and the sum of squared distances from that */
	double *running_mean, *running_variance, *smoothed; /* (k, d) */
	/* (k, d) x becomes scale x + shift; 1 and 0 before the first epoch is over */
	double *scale, *shift;
};

MUST_CHECK enum err_code feature_smoothing_init(struct feature_smoothing *smoothing, const struct kernel *kernel,
						double momentum, size_t bins, size_t features, struct err *err);
void feature_smoothing_done(struct feature_smoothing *smoothing);

/* Some of the training instances: features (d, L), of which the first `count` lanes have these bins. */
void feature_smoothing_see(struct feature_smoothing *smoothing, const double *features, size_t lanes,
			   const uint32_t *bin, size_t count);

/* After every training instance was seen once. */
void feature_smoothing_end_epoch(struct feature_smoothing *smoothing);

/* Between epochs. */
void feature_smoothing_visit_state(struct feature_smoothing *smoothing, struct state_visitor *visitor);

/* What features of a variance are multiplied by, to have the smoothed one: the square root of the clipped ratio. */
double feature_smoothing_scale(double variance, double smoothed);

/* After a state was loaded: scale and shift. */
void feature_smoothing_recall(struct feature_smoothing *smoothing);

#endif
