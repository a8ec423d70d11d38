#include "rebalance/sampler.h"

static size_t fill_bootstrap(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	size_t count = sampling->instances.train.count;

	for (size_t i = 0; i < count; i++)
		ret_order[i] = sampling->instances.train.index[rng_below(&work->rng, (uint32_t)count)];
	return count;
}

const struct sampler sampler_bootstrap = {
	.name = "bootstrap",
	.summary = "uniform draws with replacement",
	.expected = "1",
	.fill = fill_bootstrap,
};
