#include <math.h>

#include "rebalance/loss.h"

/* The least count of the classes that are present over each class's, to the power gamma: 1/2 is the square root of the
 * inverse frequencies. */
static void weigh_by_cost(const struct loss_parameters *parameters, const double *sizes, size_t classes,
			  double *ret_weight)
{
	double least = HUGE_VAL;

	for (size_t c = 0; c < classes; c++)
		least = sizes[c] > 0 ? fmin(least, sizes[c]) : least;
	for (size_t c = 0; c < classes; c++)
		ret_weight[c] = pow(least / sizes[c], parameters->gamma);
}

const struct loss loss_cost_sensitive = {
	.name = "cost-sensitive",
	.summary = "classes weighted by a power of one over their count, --gamma; the rarest has weight 1",
	.formula = "-log p_y, p = softmax(z)",
	.class_weights = "(n_min / n_c)^gamma",
	.weights_mean = MEAN_AS_IT_COMES,
	.reduction = REDUCTION_WEIGHTS,
	.defaults = { .gamma = 1 },
	.weigh_classes = weigh_by_cost,
};
