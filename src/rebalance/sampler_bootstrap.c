#include "rebalance/sampler.h"

static void fill_bootstrap(const struct sampling *sampling, uint32_t *ret_order)
{
	for (size_t i = 0; i < sampling->count; i++)
		ret_order[i] = sampling->train[rng_below(sampling->rng, (uint32_t)sampling->count)];
}

const struct sampler sampler_bootstrap = {
	.name = "bootstrap",
	.summary = "uniform draws with replacement",
	.fill = fill_bootstrap,
};
