#include "rebalance/loss.h"

void loss_weigh_by_inverse(const struct loss_parameters *parameters, const double *sizes, size_t classes,
			   double *ret_weight)
{
	(void)parameters;
	for (size_t c = 0; c < classes; c++)
		ret_weight[c] = 1.0 / sizes[c];
}

const struct loss loss_inverse_frequency = {
	.name = "inverse-frequency",
	.summary = "classes weighted by one over their count",
	.formula = "-log p_y, p = softmax(z)",
	.class_weights = "1 / n_c, scaled to mean 1",
	.weigh_classes = loss_weigh_by_inverse,
};
