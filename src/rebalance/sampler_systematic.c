/* Systematic resampling (Kitagawa 1996): one uniform offset, N equally spaced points over the cumulated weights. Each
 * instance is drawn floor(N w) or ceil(N w) times. */
#include "rebalance/sampler.h"

static void fill_systematic(const struct sampling *sampling, uint32_t *ret_order)
{
	double sum = 0, cumulated = 0;
	double offset = rng_uniform(sampling->rng);
	size_t drawn = 0;

	for (size_t i = 0; i < sampling->count; i++)
		sum += sampling->weight[i];
	for (size_t i = 0; i < sampling->count; i++) {
		cumulated += sampling->weight[i] * ((double)sampling->count / sum);
		while (drawn < sampling->count && (double)drawn + offset < cumulated)
			ret_order[drawn++] = sampling->train[i];
	}
	/* Rounding may leave the last point behind the last sum. */
	while (drawn < sampling->count)
		ret_order[drawn++] = sampling->train[sampling->count - 1];
	rng_shuffle(sampling->rng, ret_order, sampling->count);
}

const struct sampler sampler_systematic = {
	.name = "systematic",
	.summary = "systematic resampling by difficulty: less noise than independent draws",
	.uses_difficulty = true,
	.fill = fill_systematic,
};
