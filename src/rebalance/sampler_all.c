#include <string.h>

#include "rebalance/sampler.h"

static size_t fill_all(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	size_t count = sampling->instances.train.count;

	memcpy(ret_order, sampling->instances.train.index, count * sizeof *ret_order);
	if (!work->keep_order)
		rng_shuffle(&work->rng, ret_order, count);
	return count;
}

const struct sampler sampler_all = {
	.name = "all",
	.summary = "each instance once an epoch, shuffled",
	.expected = "1",
	.fill = fill_all,
};
