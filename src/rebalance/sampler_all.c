#include <string.h>

#include "rebalance/sampler.h"

static void fill_all(const struct sampling *sampling, uint32_t *ret_order)
{
	memcpy(ret_order, sampling->train, sampling->count * sizeof *ret_order);
	if (!sampling->keep_order)
		rng_shuffle(sampling->rng, ret_order, sampling->count);
}

const struct sampler sampler_all = {
	.name = "all",
	.summary = "each instance once an epoch, shuffled",
	.fill = fill_all,
};
