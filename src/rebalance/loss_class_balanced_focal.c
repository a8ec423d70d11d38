#include "rebalance/loss.h"

const struct loss loss_class_balanced_focal = {
	.name = "class-balanced-focal",
	.summary = "sigmoid focal loss, classes weighted by their effective number, --beta --gamma (Cui et al. 2019)",
	.formula = "sum_c (1 - p_t)^gamma BCE(z_c, [c = y]), p_t = sigma(z_c) if c = y else sigma(-z_c)",
	.link = LINK_SIGMOID,
	.defaults = { .gamma = 1 },
	.class_weights = "(1 - beta) / (1 - beta^n_c), scaled to mean 1",
	.uses_beta = true,
	.starts_low = true,
	.weigh_classes = loss_weigh_by_effective_number,
	.prepare = loss_prepare_ones,
	.evaluate = loss_evaluate_sigmoid,
};
