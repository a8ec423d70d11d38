/* Draws with replacement by weight, through Walker's alias table as built by Vose (1991): O(N) to build, one random
 * number a draw. Its own weights are the difficulties. */
#include "rebalance/sampler.h"

/* keep[i]: probability that column i keeps its own index, else other[i]. */
static void build_alias_table(const struct sampling *sampling, double *keep, uint32_t *other)
{
	size_t count = sampling->instances.train.count;
	const uint32_t *train = sampling->instances.train.index;
	uint32_t *work = other + count; /* small columns from the front, large ones from the back */
	size_t small = 0, large = count;
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += sampling->weight[train[i]];
	for (size_t i = 0; i < count; i++) {
		keep[i] = sampling->weight[train[i]] * ((double)count / sum);
		other[i] = (uint32_t)i;
		if (keep[i] < 1.0)
			work[small++] = (uint32_t)i;
		else
			work[--large] = (uint32_t)i;
	}
	while (small > 0 && large < count) {
		uint32_t low = work[--small];
		uint32_t high = work[large];
		other[low] = high;
		keep[high] -= 1.0 - keep[low];
		if (keep[high] < 1.0) {
			large++;
			work[small++] = high;
		}
	}
	/* What is left over is 1 but for rounding, and its other index is its own. */
}

size_t sampler_draw_by_weight(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	size_t count = sampling->instances.train.count;
	double *keep = work->scratch;
	uint32_t *other = work->index_scratch;

	build_alias_table(sampling, keep, other);
	for (size_t i = 0; i < count; i++) {
		double u = rng_uniform(&work->rng) * (double)count;
		uint32_t column = (uint32_t)u;
		uint32_t drawn = u - (double)column < keep[column] ? column : other[column];
		ret_order[i] = sampling->instances.train.index[drawn];
	}
	return count;
}

void sampler_weigh_by_difficulty(const struct sampling *sampling, double *ret_weight)
{
	for (size_t i = 0; i < sampling->instances.train.count; i++) {
		uint32_t at = sampling->instances.train.index[i];
		ret_weight[at] = sampling->difficulty[at];
	}
}

const struct sampler sampler_multinomial = {
	.name = "multinomial",
	.summary = "draws with replacement by difficulty (the paper)",
	.expected = "D_i N / sum_j D_j, D_i = (c + sum du_i) / (c + sum dl_i)",
	.uses_difficulty = true,
	.weigh = sampler_weigh_by_difficulty,
	.fill = sampler_draw_by_weight,
};
