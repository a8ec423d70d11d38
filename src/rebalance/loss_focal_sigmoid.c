#include "rebalance/loss.h"

static void prepare_one_minus_alpha(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
				    double *ret_constant)
{
	(void)counts;
	for (size_t c = 0; c < classes; c++)
		ret_constant[c] = 1 - parameters->alpha;
}

const struct loss loss_focal_sigmoid = {
	.name = "focal-sigmoid",
	.summary = "focal loss on sigmoid scores, --alpha --gamma (Lin et al. 2017)",
	.formula = "sum_c alpha_t (1 - p_t)^gamma BCE(z_c, [c = y]), alpha_t = alpha if c = y else 1 - alpha",
	.link = LINK_SIGMOID,
	.defaults = { .alpha = 0.25, .gamma = 2 },
	.prepare = prepare_one_minus_alpha,
	.evaluate = loss_evaluate_sigmoid,
};
