/* Han, Wang and Mao, "Borderline-SMOTE: A New Over-Sampling Method in Imbalanced Data Sets Learning", ICIC 2005
 * (borderline-1, section 3): SMOTE from the instances in danger alone, of whose m nearest in the whole training part at
 * least half but not all are of other classes; j is one of the k nearest of the class, in danger or not. k = 5 and
 * m = 2 k = 10 are imbalanced-learn's; there as here a class without such instances is left as it is. */
#include "rebalance/sampler_synthetic.h"

static double share_danger(const struct sampling *sampling, uint32_t at)
{
	const struct neighbourhood *neighbourhood = sampling->neighbourhood;
	size_t others = sampling->instances.train.count - 1;
	size_t crowd = neighbourhood->crowd < others ? neighbourhood->crowd : others;
	size_t strangers = neighbourhood->strangers[at];

	return 2 * strangers >= crowd && strangers < crowd;
}

static void weigh_danger(const struct sampling *sampling, double *ret_weight)
{
	synthetic_weigh(sampling, share_danger, ret_weight);
}

static size_t fill_danger(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	return synthetic_fill(sampling, work, share_danger, ret_order);
}

const struct sampler sampler_borderline_smote = {
	.name = "borderline-smote",
	.summary = "smote from the instances alone of whose 2 k nearest at least half, but not all, are of other "
		   "classes",
	.expected = "1 + (floor(r n_max) - n_c) / d_c for the d_c of a class that are in danger, else 1; x_i once, the "
		    "others x_i + l (x_j - x_i), l uniform; more than N draws an epoch",
	.uses_ratio = true,
	.needs_classes = true,
	.mixes = true,
	.crowd = 2,
	.defaults = { .ratio = 1, .neighbours = 5 },
	.weigh = weigh_danger,
	.most_draws = sampler_most_filled,
	.fill = fill_danger,
};
