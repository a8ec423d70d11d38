#include <math.h>

#include "rebalance/loss.h"

/* The weighted softmax of the code of Tang et al. 2020. */
static void weigh_by_log_frequency(const struct loss_parameters *parameters, const double *sizes, size_t classes,
				   double *ret_weight)
{
	double largest = 0;

	(void)parameters;
	for (size_t c = 0; c < classes; c++)
		largest = fmax(largest, sizes[c]);
	for (size_t c = 0; c < classes; c++)
		ret_weight[c] = 1 - log(sizes[c] / largest);
}

const struct loss loss_log_frequency = {
	.name = "log-frequency",
	.summary = "classes weighted by the logarithm of the largest count over theirs; the largest has weight 1",
	.formula = "-log p_y, p = softmax(z)",
	.class_weights = "1 - log(n_c / n_max)",
	.weights_mean = MEAN_AS_IT_COMES,
	.reduction = REDUCTION_WEIGHTS,
	.weigh_classes = weigh_by_log_frequency,
};
