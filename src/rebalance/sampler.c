#include "rebalance/sampler.h"

#include "base/mem.h"

static const struct sampler *const samplers[] = {
	&sampler_all,
	&sampler_bootstrap,
	&sampler_multinomial,
	&sampler_systematic,
};

const struct sampler *sampler_at(size_t i)
{
	return i < ARRAY_LENGTH(samplers) ? samplers[i] : NULL;
}

const char *sampler_name(size_t i)
{
	return i < ARRAY_LENGTH(samplers) ? samplers[i]->name : NULL;
}
