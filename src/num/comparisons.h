/* Whether paired differences d (n) of two methods say more than chance. */
#ifndef HARDROW_NUM_COMPARISONS_H
#define HARDROW_NUM_COMPARISONS_H

#include <stddef.h>

#include "base/err.h"

/* The tests of ranks count all signs or draw many samples, and nobody can interrupt them: of more differences they say
 * NaN. */
#define COMPARISONS_MAX 500

/* The t test of resampled splits whose training parts overlap: the variance of the mean is s^2 (1 / n + ratio), with
 * `ratio` the size of the test part over that of the training part (Nadeau and Bengio 2003, "Inference for the
 * Generalization Error"); 0 is the ordinary test, which is about these rows alone. n - 1 degrees of freedom.
 * resampled_p(): on both sides; resampled_half_width(): of the interval that holds the mean with probability `level`.
 * NaN below two differences, and of differences that are all alike, which say nothing of how they vary; but the p of
 * differences that are all 0 is 1. */
double resampled_p(const double *d, size_t n, double ratio);
double resampled_half_width(const double *d, size_t n, double ratio, double level);

/* Wilcoxon's signed-rank test (1945), on both sides: differences of 0 are left out, equal ones share their mean rank,
 * and the p is exact, that of all 2^n signs being as likely. 1 if nothing is left. ERR_SYSTEM: no memory. */
MUST_CHECK enum err_code signed_rank_p(const double *d, size_t n, double *ret_p, struct err *err);

/* The Bayesian signed-rank test (Benavoli et al. 2017, "Time for a Change", section 4.2): *ret_p is the posterior
 * probability that the mean of two differences most likely lies below -rope (side -1), within it (0) or above it (1).
 * The prior is one difference of 0 with strength 0.5; 50,000 samples of a Dirichlet process, always the same. Equal to
 * rope counts half. NaN for n = 0 or rope < 0. ERR_SYSTEM: no memory. */
MUST_CHECK enum err_code signed_rank_posterior(const double *d, size_t n, double rope, int side, double *ret_p,
					       struct err *err);

#endif
