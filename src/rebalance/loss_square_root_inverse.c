#include <math.h>

#include "rebalance/loss.h"

/* The root is taken before a kernel smooths, as in imbalanced-regression, the code of Yang et al. 2021. */
static double take_root(uint32_t count)
{
	return sqrt(count);
}

const struct loss loss_square_root_inverse = {
	.name = "square-root-inverse",
	.summary = "classes weighted by one over the square root of their count",
	.formula = "-log p_y, p = softmax(z)",
	.class_weights = "1 / sqrt(n_c), scaled to mean 1 over the instances",
	.weights_mean = MEAN_OF_INSTANCES,
	.weigh_classes = loss_weigh_by_inverse,
	.size = take_root,
};
