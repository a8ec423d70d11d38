#include "rebalance/loss.h"

static void weigh_by_inverse_frequency(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
				       double *ret_weight)
{
	(void)parameters;
	for (size_t c = 0; c < classes; c++)
		ret_weight[c] = 1.0 / (double)counts[c];
}

const struct loss loss_inverse_frequency = {
	.name = "inverse-frequency",
	.summary = "classes weighted by one over their count",
	.formula = "-log p_y, p = softmax(z)",
	.class_weights = "1 / n_c, scaled to mean 1",
	.weigh_classes = weigh_by_inverse_frequency,
};
