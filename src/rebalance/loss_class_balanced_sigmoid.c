#include "rebalance/loss.h"

/* Cui et al. 2019 as in their code: the class weight of the instance times the sum over its cells. */
const struct loss loss_class_balanced_sigmoid = {
	.name = "class-balanced-sigmoid",
	.summary = "sigmoid cross-entropy, classes weighted by their effective number, --beta (Cui et al. 2019)",
	.formula = "sum_c BCE(z_c, [c = y])",
	.link = LINK_SIGMOID,
	.class_weights = "(1 - beta) / (1 - beta^n_c), scaled to mean 1",
	.uses_beta = true,
	.starts_low = true,
	.weigh_classes = loss_weigh_by_effective_number,
	.prepare = loss_prepare_ones,
	.evaluate = loss_evaluate_sigmoid,
};
