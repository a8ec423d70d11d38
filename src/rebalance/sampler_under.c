/* Random under-sampling; the ratio is that of imbalanced-learn's sampling_strategy, for more than two classes too. */
#include <math.h>

#include "rebalance/sampler.h"

/* At most floor(n_min / ratio) of each class; the rounding of a ratio like 0.1 must not cost one. Of smoothed sizes
 * s_min / (ratio s_c) of each, but one at least. */
static uint32_t kept(const struct sampling *sampling, size_t c)
{
	uint32_t count = sampling->instances.train.class_count[c];
	double share = count / sampling->class_size[c];
	double most = floor(sampling->smallest / sampling->parameters.ratio * share * (1 + 1e-12));

	return most < 1 ? count > 0 : most < count ? (uint32_t)most : count;
}

static double weigh_kept(const struct sampling *sampling, size_t c)
{
	return (double)kept(sampling, c) / sampling->instances.train.class_count[c];
}

static size_t fill_under(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	size_t drawn = 0;

	for (size_t c = 0; c < sampling->instances.classes; c++) {
		const uint32_t *members = sampling->by_class + sampling->class_start[c];
		uint32_t count = kept(sampling, c);
		sampler_choose(work, members, sampling->instances.train.class_count[c], count, ret_order + drawn);
		drawn += count;
	}
	rng_shuffle(&work->rng, ret_order, drawn);
	return drawn;
}

const struct sampler sampler_under = {
	.name = "under-sampling",
	.summary =
	    "of larger classes other instances each epoch, without replacement, down to the smallest's number over "
	    "--ratio",
	.expected = "min(1, floor(n_min / r) / n_c); fewer than N draws an epoch",
	.uses_ratio = true,
	.defaults = { .ratio = 1 },
	.weigh_class = weigh_kept,
	.fill = fill_under,
};
