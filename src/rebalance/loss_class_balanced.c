#include <math.h>

#include "rebalance/loss.h"

/* Cui et al. 2019, eq. 5: weight (1 - beta) / (1 - beta^n), n the class's count; beta = 0 weighs all classes alike. The
 * effective number is computed as expm1(n log beta): 1 - beta^n loses its digits for small n (1 - beta). */
void loss_weigh_by_effective_number(const struct loss_parameters *parameters, const double *sizes, size_t classes,
				    double *ret_weight)
{
	double beta = parameters->beta;

	for (size_t c = 0; c < classes; c++)
		ret_weight[c] = (1.0 - beta) / -expm1(sizes[c] * log(beta));
}

const struct loss loss_class_balanced = {
	.name = "class-balanced",
	.summary = "classes weighted by their effective number, --beta (Cui et al. 2019)",
	.formula = "-log p_y, p = softmax(z)",
	.class_weights = "(1 - beta) / (1 - beta^n_c), scaled to mean 1",
	.uses_beta = true,
	.weigh_classes = loss_weigh_by_effective_number,
};
