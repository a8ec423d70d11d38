/* The draws of two branches (bilateral.h): first N for the one, each instance once and shuffled, then N for the other,
 * reversed as in sampler_reversed.c and drawn as in their code: a class, then any of its instances. */
#include <math.h>

#include "rebalance/bilateral.h"
#include "rebalance/sampler.h"

/* What they count for: those of either half by the weight of its loss. */
static double weigh_both(const struct sampling *sampling, size_t c)
{
	const struct sampler_parameters *parameters = &sampling->parameters;
	const uint32_t *counts = sampling->instances.train.class_count;
	double alpha = bilateral_alpha(parameters->branch_mix, sampling->epoch, sampling->epochs, NULL);
	double sum = 0;

	for (size_t j = 0; j < sampling->instances.classes; j++)
		sum += counts[j] > 0 ? 1.0 / counts[j] : 0;
	return alpha + (1 - alpha) * (double)sampling->instances.train.count / (sum * counts[c] * counts[c]);
}

static size_t fill_both(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	const struct instances *instances = &sampling->instances;
	const uint32_t *counts = instances->train.class_count;
	size_t drawn = sampler_all.fill(sampling, work, ret_order);
	double sum = 0;

	for (size_t c = 0; c < instances->classes; c++)
		sum += counts[c] > 0 ? 1.0 / counts[c] : 0;
	for (size_t i = 0; i < instances->train.count; i++) {
		double left = rng_uniform(&work->rng) * sum;
		size_t chosen = 0;
		/* The last class that is there, if rounding leaves a rest. */
		for (size_t c = 0; c < instances->classes && left >= 0; c++) {
			left -= counts[c] > 0 ? 1.0 / counts[c] : 0;
			chosen = counts[c] > 0 ? c : chosen;
		}
		ret_order[drawn++] =
		    sampling->by_class[sampling->class_start[chosen] + rng_below(&work->rng, counts[chosen])];
	}
	return drawn;
}

static size_t count_both(const struct sampler_parameters *parameters, const uint32_t *class_count, size_t classes)
{
	return 2 * sampler_most_draws(&sampler_all, parameters, class_count, classes);
}

const struct sampler sampler_bilateral = {
	.name = "bilateral",
	.summary =
	    "for the two branches of classifier bilateral: each instance once an epoch for one, as many reversed "
	    "draws for the other; --branch-mix says which counts how much when",
	.expected =
	    "1 and N p_c / n_c, p_c = (1 / n_c) / sum_j (1 / n_j), that count a and 1 - a; a = 1 - e^2 (parabolic), "
	    "1 - e (linear), cos(e pi / 2) (cosine), e^2 (parabolic-increment), 1/2 (equal) or Beta(0.2, 0.2) "
	    "(beta), e = (t - 1) / T; 2 N draws an epoch",
	.uses_epochs = true,
	.is_bilateral = true,
	.needs_classes = true,
	.defaults = { .branch_mix = "parabolic" },
	.weigh_class = weigh_both,
	.most_draws = count_both,
	.fill = fill_both,
};
