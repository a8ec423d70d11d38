#include <math.h>

#include "rebalance/loss.h"

/* The weighted softmax of the code of Tang et al. 2020. */
static void weigh_by_log_frequency(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
				   double *ret_weight)
{
	double largest = 0;

	(void)parameters;
	for (size_t c = 0; c < classes; c++)
		largest = fmax(largest, counts[c]);
	for (size_t c = 0; c < classes; c++)
		ret_weight[c] = 1 - log((double)counts[c] / largest);
}

const struct loss loss_log_frequency = {
	.name = "log-frequency",
	.summary = "classes weighted by the logarithm of the largest count over theirs; the largest has weight 1",
	.formula = "-log p_y, p = softmax(z)",
	.class_weights = "1 - log(n_c / n_max)",
	.keeps_weights = true,
	.reduction = REDUCTION_WEIGHTS,
	.weigh_classes = weigh_by_log_frequency,
};
