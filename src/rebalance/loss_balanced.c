#include "rebalance/loss.h"

static void weigh_to_balance(const struct loss_parameters *parameters, const double *sizes, size_t classes,
			     double *ret_weight)
{
	double all = loss_sum_sizes(sizes, classes);

	(void)parameters;
	for (size_t c = 0; c < classes; c++)
		ret_weight[c] = all / ((double)classes * sizes[c]);
}

/* What scikit-learn calls "balanced", over the sum of the weights as there. */
const struct loss loss_balanced = {
	.name = "balanced",
	.summary = "classes weighted so that each has the same sum, N / K",
	.formula = "-log p_y, p = softmax(z)",
	.class_weights = "N / (K n_c)",
	.weights_mean = MEAN_AS_IT_COMES,
	.reduction = REDUCTION_WEIGHTS,
	.weigh_classes = weigh_to_balance,
};
