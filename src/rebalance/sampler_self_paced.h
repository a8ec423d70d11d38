/* The quotas of self-paced under-sampling: Liu et al., "Self-paced Ensemble for Highly Imbalanced Massive Data
 * Classification", ICDE 2020 (Algorithm 1). */
#ifndef HARDROW_REBALANCE_SAMPLER_SELF_PACED_H
#define HARDROW_REBALANCE_SAMPLER_SELF_PACED_H

#include <stddef.h>
#include <stdint.h>

#define SELF_PACED_BINS 5

struct self_paced_bins {
	double edge[SELF_PACED_BINS]; /* lower edges */
	uint32_t population[SELF_PACED_BINS];
	uint32_t draws[SELF_PACED_BINS]; /* <= population */
};

/* Cuts a class by hardness h = |1 - p_true| into bins of equal width from the smallest to the largest h. With mean
 * hardness h_b of bin b, target n and q_b = n (1 / (h_b + alpha)) / sum over the bins that are not empty, b gets
 * int(q_b) + 1 draws, as in the authors' code, or its whole population if that is smaller. If all h are equal there is
 * one bin with n draws; if n >= count everything is drawn. members (count) index p_true; alpha > 0 but where h are
 * equal. */
void self_paced_cut(const double *p_true, const uint32_t *members, uint32_t count, uint32_t target, double alpha,
		    struct self_paced_bins *ret_bins);

/* The bin of a member of that class. */
size_t self_paced_bin(const struct self_paced_bins *bins, double p_true);

#endif
