/* Under-sampling by hardness (sampler_self_paced.h), an epoch taking the place of an ensemble's member: alpha =
 * tan(pi/2 (t - 1) / (T - 1)) in epoch t of T grows from harmonised bins, each with the same summed hardness, to bins
 * of equal size. Before the first epoch nothing is known and the draws are uniform. Liu et al. have two classes; here
 * every class larger than the smallest is cut down to it. */
#include "rebalance/sampler_self_paced.h"

#include <math.h>
#include <stdbool.h>

#include "rebalance/sampler.h"

/* Of a model that has diverged nothing is known: as hard as can be. */
static double hardness(double p_true)
{
	return isnan(p_true) ? 1 : fabs(1 - p_true);
}

size_t self_paced_bin(const struct self_paced_bins *bins, double p_true)
{
	double h = hardness(p_true);
	size_t b = SELF_PACED_BINS - 1;

	while (b > 0 && h < bins->edge[b])
		b--;
	return b;
}

void self_paced_cut(const double *p_true, const uint32_t *members, uint32_t count, uint32_t target, double alpha,
		    struct self_paced_bins *ret_bins)
{
	double low = INFINITY, high = -INFINITY, sum = 0;
	double total[SELF_PACED_BINS] = { 0 };
	struct self_paced_bins bins = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		low = fmin(low, hardness(p_true[members[i]]));
		high = fmax(high, hardness(p_true[members[i]]));
	}
	for (size_t b = 0; b < SELF_PACED_BINS; b++)
		bins.edge[b] = low + (high - low) * (double)b / SELF_PACED_BINS;
	for (uint32_t i = 0; i < count; i++) {
		size_t b = self_paced_bin(&bins, p_true[members[i]]);
		bins.population[b]++;
		total[b] += hardness(p_true[members[i]]);
	}
	for (size_t b = 0; b < SELF_PACED_BINS; b++) {
		total[b] = bins.population[b] > 0 ? 1 / (total[b] / bins.population[b] + alpha) : 0;
		sum += total[b];
	}
	bool is_cut = high > low && target < count;
	for (size_t b = 0; b < SELF_PACED_BINS; b++) {
		double draws = is_cut ? floor(target * total[b] / sum) + 1 : target;
		bins.draws[b] = draws < bins.population[b] ? (uint32_t)draws : bins.population[b];
	}
	*ret_bins = bins;
}

static void cut_class(const struct sampling *sampling, size_t c, struct self_paced_bins *ret_bins)
{
	double last = (double)sampling->epochs - 1;
	double past = (double)sampling->epoch - 1;
	double alpha = tan(M_PI_2 * (past < last ? past / last : 1));

	self_paced_cut(sampling->p_true, sampling->by_class + sampling->class_start[c],
		       sampling->instances.train.class_count[c], (uint32_t)sampling->smallest, alpha, ret_bins);
}

static void weigh_self_paced(const struct sampling *sampling, double *ret_weight)
{
	for (size_t c = 0; c < sampling->instances.classes; c++) {
		const uint32_t *members = sampling->by_class + sampling->class_start[c];
		struct self_paced_bins bins;
		cut_class(sampling, c, &bins);
		for (uint32_t i = 0; i < sampling->instances.train.class_count[c]; i++) {
			size_t b = self_paced_bin(&bins, sampling->p_true[members[i]]);
			ret_weight[members[i]] = (double)bins.draws[b] / bins.population[b];
		}
	}
}

/* Draws from bin b of class c; returns how many. */
static size_t draw_from_bin(const struct sampling *sampling, size_t c, const struct self_paced_bins *bins, size_t b,
			    struct sampler_work *work, uint32_t *ret_order)
{
	const uint32_t *members = sampling->by_class + sampling->class_start[c];
	uint32_t *in_bin = work->index_scratch + sampling->instances.train.count;
	uint32_t count = 0;

	for (uint32_t i = 0; i < sampling->instances.train.class_count[c]; i++)
		if (self_paced_bin(bins, sampling->p_true[members[i]]) == b)
			in_bin[count++] = members[i];
	sampler_choose(work, in_bin, count, bins->draws[b], ret_order);
	return bins->draws[b];
}

static size_t fill_self_paced(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	size_t drawn = 0;

	for (size_t c = 0; c < sampling->instances.classes; c++) {
		struct self_paced_bins bins;
		cut_class(sampling, c, &bins);
		for (size_t b = 0; b < SELF_PACED_BINS; b++)
			drawn += draw_from_bin(sampling, c, &bins, b, work, ret_order + drawn);
	}
	rng_shuffle(&work->rng, ret_order, drawn);
	return drawn;
}

const struct sampler sampler_self_paced = {
	.name = "self-paced",
	.summary = "larger classes under-sampled to the smallest (not self-paced learning), evenly over 5 bins of "
		   "hardness: easy ones first, later "
		   "all alike",
	.expected = "d_b / n_b, d_b = min(n_b, int(n_min q_b) + 1), q_b = (1 / (h_b + a)) / sum over bins, h_b mean "
		    "1 - p_y of bin b, n_b its size, a = tan(pi/2 (t - 1) / (T - 1)); fewer than N draws an epoch",
	.uses_p_true = true,
	.uses_epochs = true,
	.has_bounds = true,
	.weigh = weigh_self_paced,
	.fill = fill_self_paced,
};
