/* Random over-sampling; the ratio is that of imbalanced-learn's sampling_strategy, for more than two classes too. */
#include <math.h>
#include <string.h>

#include "rebalance/sampler.h"

/* At least floor(ratio n_max) of a class that is there; the rounding of a ratio like 0.1 must not cost one. Of smoothed
 * sizes ratio s_max / s_c times the count. */
static size_t filled(const struct sampler_parameters *parameters, double largest, uint32_t count, double size)
{
	double least = floor(parameters->ratio * largest * (count / size) * (1 + 1e-12));

	return count > 0 && least > count ? (size_t)least : count;
}

size_t sampler_filled(const struct sampling *sampling, size_t c)
{
	return filled(&sampling->parameters, sampling->largest, sampling->instances.train.class_count[c],
		      sampling->class_size[c]);
}

static double weigh_filled(const struct sampling *sampling, size_t c)
{
	return (double)sampler_filled(sampling, c) / sampling->instances.train.class_count[c];
}

size_t sampler_most_filled(const struct sampler_parameters *parameters, const uint32_t *class_count, size_t classes)
{
	const struct kernel *kernel = &parameters->kernel;
	double largest = 0;
	size_t draws = 0;

	for (size_t c = 0; c < classes; c++) {
		double size = kernel_smooth_size(kernel, class_count, classes, c, NULL);
		largest = class_count[c] > 0 && size > largest ? size : largest;
	}
	for (size_t c = 0; c < classes; c++)
		draws += filled(parameters, largest, class_count[c],
				kernel_smooth_size(kernel, class_count, classes, c, NULL));
	return draws;
}

static size_t fill_over(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	size_t drawn = 0;

	for (size_t c = 0; c < sampling->instances.classes; c++) {
		const uint32_t *members = sampling->by_class + sampling->class_start[c];
		uint32_t count = sampling->instances.train.class_count[c];
		size_t end = drawn + sampler_filled(sampling, c);
		memcpy(ret_order + drawn, members, count * sizeof *ret_order);
		for (drawn += count; drawn < end; drawn++)
			ret_order[drawn] = members[rng_below(&work->rng, count)];
	}
	rng_shuffle(&work->rng, ret_order, drawn);
	return drawn;
}

const struct sampler sampler_over = {
	.name = "over-sampling",
	.summary =
	    "each instance once, and smaller classes filled up by draws with replacement to --ratio of the largest",
	.expected = "max(1, floor(r n_max) / n_c); more than N draws an epoch",
	.uses_ratio = true,
	.defaults = { .ratio = 1 },
	.weigh_class = weigh_filled,
	.most_draws = sampler_most_filled,
	.fill = fill_over,
};
