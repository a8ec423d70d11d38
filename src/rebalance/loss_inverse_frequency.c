#include "rebalance/loss.h"

static double weigh_by_inverse_frequency(double beta, uint32_t count)
{
	(void)beta;
	return 1.0 / (double)count;
}

const struct loss loss_inverse_frequency = {
	.name = "inverse-frequency",
	.summary = "classes weighted by one over their count",
	.formula = "-log p_y, p = softmax(z)",
	.class_weights = "1 / n_c, scaled to mean 1",
	.weigh_class = weigh_by_inverse_frequency,
};
