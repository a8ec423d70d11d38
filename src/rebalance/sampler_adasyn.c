/* He, Bai, Garcia and Li, "ADASYN: Adaptive Synthetic Sampling Approach for Imbalanced Learning", IJCNN 2008 (eqs. 2 to
 * 5): SMOTE from each instance in proportion to r_i, the share of other classes among its k = 5 nearest in the whole
 * training part; G r_i / sum r of them is an expectation here, which the paper and imbalanced-learn round. A class that
 * no other is near to is left as it is (there that is an error). */
#include "rebalance/sampler_synthetic.h"

static double share_strangers(const struct sampling *sampling, uint32_t at)
{
	return sampling->neighbourhood->strangers[at];
}

static void weigh_strangers(const struct sampling *sampling, double *ret_weight)
{
	synthetic_weigh(sampling, share_strangers, ret_weight);
}

static size_t fill_strangers(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	return synthetic_fill(sampling, work, share_strangers, ret_order);
}

const struct sampler sampler_adasyn = {
	.name = "adasyn",
	.summary = "smote from each instance in proportion to the other classes among its k nearest",
	.expected = "1 + (floor(r n_max) - n_c) s_i / sum over the class of s_j, s_i of other classes among the k "
		    "nearest; x_i once, the others x_i + l (x_j - x_i), l uniform; more than N draws an epoch",
	.uses_ratio = true,
	.needs_classes = true,
	.mixes = true,
	.crowd = 1,
	.defaults = { .ratio = 1, .neighbours = 5 },
	.weigh = weigh_strangers,
	.most_draws = sampler_most_filled,
	.fill = fill_strangers,
};
