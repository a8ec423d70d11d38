/* Chawla et al., "SMOTE: Synthetic Minority Over-sampling Technique", JAIR 16, 2002 (figure 3 and section 4.2): between
 * an instance and one of its k = 5 nearest of the class. How many rows are new is over-sampling's, as
 * imbalanced-learn's sampling_strategy has it; i is drawn uniformly, as there, and new rows are others in every epoch.
 */
#include "rebalance/sampler_synthetic.h"

static double share_alike(const struct sampling *sampling, uint32_t at)
{
	(void)sampling;
	(void)at;
	return 1;
}

static double weigh_smote(const struct sampling *sampling, size_t c)
{
	return (double)sampler_filled(sampling, c) / sampling->instances.train.class_count[c];
}

static size_t fill_smote(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	return synthetic_fill(sampling, work, share_alike, ret_order);
}

const struct sampler sampler_smote = {
	.name = "smote",
	.summary = "each instance once, and smaller classes filled up to --ratio of the largest with points between an "
		   "instance and one of its --neighbours nearest of the class",
	.expected = "max(1, floor(r n_max) / n_c), one of them x_i, the others x_i + l (x_j - x_i), l uniform; more "
		    "than N draws an epoch",
	.uses_ratio = true,
	.needs_classes = true,
	.mixes = true,
	.defaults = { .ratio = 1, .neighbours = 5 },
	.weigh_class = weigh_smote,
	.most_draws = sampler_most_filled,
	.fill = fill_smote,
};
