#include "rebalance/sampler_synthetic.h"

#include <string.h>

/* The members of class c. */
static const uint32_t *members_of(const struct sampling *sampling, size_t c)
{
	return sampling->by_class + sampling->class_start[c];
}

/* Draws that fill class c up. */
static size_t missing_of(const struct sampling *sampling, size_t c)
{
	return sampler_filled(sampling, c) - sampling->instances.train.class_count[c];
}

void synthetic_weigh(const struct sampling *sampling, synthetic_share *share, double *ret_weight)
{
	for (size_t c = 0; c < sampling->instances.classes; c++) {
		const uint32_t *members = members_of(sampling, c);
		uint32_t count = sampling->instances.train.class_count[c];
		double missing = (double)missing_of(sampling, c);
		double sum = 0;
		for (uint32_t i = 0; i < count && missing > 0; i++)
			sum += share(sampling, members[i]);
		for (uint32_t i = 0; i < count; i++)
			ret_weight[members[i]] = 1 + (sum > 0 ? missing * share(sampling, members[i]) / sum : 0);
	}
}

/* The first whose cumulated share is above the point. */
static uint32_t find_drawn(const double *cumulated, uint32_t count, double point)
{
	uint32_t low = 0, high = count - 1;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (cumulated[middle] > point)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void draw_between(const struct sampling *sampling, size_t c, struct sampler_work *work, size_t at,
			 uint32_t *ret_order)
{
	const struct neighbourhood *neighbourhood = sampling->neighbourhood;
	uint32_t count = sampling->instances.train.class_count[c];
	size_t near = neighbourhood_count(neighbourhood, count);
	double point = rng_uniform(&work->rng) * work->scratch[count - 1];
	uint32_t i = members_of(sampling, c)[find_drawn(work->scratch, count, point)];
	const uint32_t *row = neighbourhood->near + i * neighbourhood->most;

	ret_order[at] = i;
	work->mixture.partner[at] = near > 0 ? row[rng_below(&work->rng, (uint32_t)near)] : i;
	work->mixture.share[at] = rng_uniform(&work->rng);
}

/* rng_shuffle() of draws and their partners. */
static void shuffle(struct sampler_work *work, uint32_t *order, size_t count)
{
	struct mixture *mixture = &work->mixture;

	for (size_t i = count; i > 1; i--) {
		size_t j = rng_below(&work->rng, (uint32_t)i);
		uint32_t drawn = order[i - 1], partner = mixture->partner[i - 1];
		double share = mixture->share[i - 1];
		order[i - 1] = order[j];
		mixture->partner[i - 1] = mixture->partner[j];
		mixture->share[i - 1] = mixture->share[j];
		order[j] = drawn;
		mixture->partner[j] = partner;
		mixture->share[j] = share;
	}
}

size_t synthetic_fill(const struct sampling *sampling, struct sampler_work *work, synthetic_share *share,
		      uint32_t *ret_order)
{
	size_t drawn = 0;

	for (size_t c = 0; c < sampling->instances.classes; c++) {
		const uint32_t *members = members_of(sampling, c);
		uint32_t count = sampling->instances.train.class_count[c];
		size_t missing = missing_of(sampling, c);
		double sum = 0;
		for (uint32_t i = 0; i < count; i++, drawn++) {
			ret_order[drawn] = work->mixture.partner[drawn] = members[i];
			work->mixture.share[drawn] = 0;
			work->scratch[i] = sum += missing > 0 ? share(sampling, members[i]) : 0;
		}
		for (size_t end = drawn + (sum > 0 ? missing : 0); drawn < end; drawn++)
			draw_between(sampling, c, work, drawn, ret_order);
	}
	shuffle(work, ret_order, drawn);
	return drawn;
}
