/* Systematic resampling (Kitagawa 1996): one uniform offset, N equally spaced points over the cumulated weights. Each
 * instance is drawn floor(N w) or ceil(N w) times. */
#include "rebalance/sampler.h"

static size_t fill_systematic(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	size_t count = sampling->instances.train.count;
	const uint32_t *train = sampling->instances.train.index;
	double sum = 0, cumulated = 0;
	double offset = rng_uniform(&work->rng);
	size_t drawn = 0;

	for (size_t i = 0; i < count; i++)
		sum += sampling->weight[train[i]];
	for (size_t i = 0; i < count; i++) {
		cumulated += sampling->weight[train[i]] * ((double)count / sum);
		while (drawn < count && (double)drawn + offset < cumulated)
			ret_order[drawn++] = train[i];
	}
	/* Rounding may leave the last point behind the last sum. */
	while (drawn < count)
		ret_order[drawn++] = train[count - 1];
	rng_shuffle(&work->rng, ret_order, count);
	return count;
}

const struct sampler sampler_systematic = {
	.name = "systematic",
	.summary = "systematic resampling by difficulty: less noise than independent draws",
	.expected = "D_i N / sum_j D_j, D_i = (c + sum du_i) / (c + sum dl_i)",
	.uses_difficulty = true,
	.weigh = sampler_weigh_by_difficulty,
	.fill = fill_systematic,
};
