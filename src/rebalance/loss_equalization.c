#include "rebalance/loss.h"

/* Tan et al. 2020: rare classes are not pushed down by instances of others. A class that is absent altogether would
 * then never be trained: it counts as frequent. The reference's detector starts its biases at scores of
 * 0.001, for its background; here they start as those of other losses. */
static void prepare_equalization(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
				 double *ret_constant)
{
	double all = loss_count_instances(counts, classes);

	for (size_t c = 0; c < classes; c++)
		ret_constant[c] = counts[c] > 0 && (double)counts[c] / all < parameters->lambda ? 0 : 1;
}

const struct loss loss_equalization = {
	.name = "equalization",
	.summary = "rare classes, of a share below --lambda, are not pushed down by others (Tan et al. 2020)",
	.formula = "sum_c (1 - [n_c / N < lambda] [c != y]) BCE(z_c, [c = y])",
	.link = LINK_SIGMOID,
	.defaults = { .lambda = 0.00177 },
	.prepare = prepare_equalization,
	.evaluate = loss_evaluate_sigmoid,
};
