/* Kang et al., "Decoupling Representation and Classifier for Long-Tailed Recognition", ICLR 2020; the square root
 * is from Mahajan et al., "Exploring the Limits of Weakly Supervised Pretraining", ECCV 2018. */
#include <math.h>

#include "rebalance/sampler.h"

/* A class is drawn with p_c = n_c^q / sum_j n_j^q, each of its instances with p_c / n_c; of smoothed sizes s_c each
 * instance in proportion to s_c^(q - 1). */
static double weigh_by_power(const struct sampling *sampling, size_t c)
{
	return pow(sampling->class_size[c], sampling->parameters.class_power - 1);
}

#define EXPECTED "N p_c / n_c, p_c = n_c^q / sum_j n_j^q"

const struct sampler sampler_square_root = {
	.name = "square-root",
	.summary = "draws with replacement: a class by the square root of its size, --class-power, then any instance",
	.expected = EXPECTED,
	.uses_class_power = true,
	.defaults = { .class_power = 0.5 },
	.weigh_class = weigh_by_power,
	.fill = sampler_draw_by_weight,
};

const struct sampler sampler_class_balanced = {
	.name = "class-balanced",
	.summary = "draws with replacement: any class, --class-power, then any of its instances",
	.expected = EXPECTED,
	.uses_class_power = true,
	.defaults = { .class_power = 0 },
	.weigh_class = weigh_by_power,
	.fill = sampler_draw_by_weight,
};
