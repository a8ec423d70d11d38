/* Draws with replacement by difficulty, through Walker's alias table as built by Vose (1991): O(N) to build, one random
 * number a draw. */
#include "rebalance/sampler.h"

/* keep[i]: probability that column i keeps its own index, else other[i]. */
static void build_alias_table(const struct sampling *sampling, double *keep, uint32_t *other)
{
	uint32_t *work = other + sampling->count; /* small columns from the front, large ones from the back */
	size_t small = 0, large = sampling->count;
	double sum = 0;

	for (size_t i = 0; i < sampling->count; i++)
		sum += sampling->weight[i];
	for (size_t i = 0; i < sampling->count; i++) {
		keep[i] = sampling->weight[i] * ((double)sampling->count / sum);
		other[i] = (uint32_t)i;
		if (keep[i] < 1.0)
			work[small++] = (uint32_t)i;
		else
			work[--large] = (uint32_t)i;
	}
	while (small > 0 && large < sampling->count) {
		uint32_t low = work[--small];
		uint32_t high = work[large];
		other[low] = high;
		keep[high] -= 1.0 - keep[low];
		if (keep[high] < 1.0) {
			large++;
			work[small++] = high;
		}
	}
	/* What is left over is 1 but for rounding. */
	while (small > 0)
		keep[work[--small]] = 1.0;
	while (large < sampling->count)
		keep[work[large++]] = 1.0;
}

static void fill_multinomial(const struct sampling *sampling, uint32_t *ret_order)
{
	double *keep = sampling->scratch;
	uint32_t *other = sampling->index_scratch;

	build_alias_table(sampling, keep, other);
	for (size_t i = 0; i < sampling->count; i++) {
		double u = rng_uniform(sampling->rng) * (double)sampling->count;
		uint32_t column = (uint32_t)u;
		uint32_t drawn = u - (double)column < keep[column] ? column : other[column];
		ret_order[i] = sampling->train[drawn];
	}
}

const struct sampler sampler_multinomial = {
	.name = "multinomial",
	.summary = "draws with replacement by difficulty (the paper)",
	.uses_difficulty = true,
	.fill = fill_multinomial,
};
