#include <math.h>

#include "rebalance/loss.h"

/* The limits of imbalanced-regression, the code of Yang et al. 2021, so that no weight is out of all proportion. */
static double limit(uint32_t count)
{
	return fmin(fmax(count, 5), 1000);
}

const struct loss loss_inverse = {
	.name = "inverse",
	.summary = "classes weighted by one over their count, which is taken for 5 at least and 1000 at most",
	.formula = "-log p_y, p = softmax(z)",
	.class_weights = "1 / min(max(n_c, 5), 1000), scaled to mean 1 over the instances",
	.weights_mean = MEAN_OF_INSTANCES,
	.weigh_classes = loss_weigh_by_inverse,
	.size = limit,
};
