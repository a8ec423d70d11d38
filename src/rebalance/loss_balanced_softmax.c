#include <math.h>

#include "rebalance/loss.h"

/* Ren et al. 2020: softmax weighted by the counts. An absent class is left as it is. */
static void prepare_log_counts(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
			       double *ret_constant)
{
	(void)parameters;
	for (size_t c = 0; c < classes; c++)
		ret_constant[c] = counts[c] == 0 ? 0 : log((double)counts[c]);
}

const struct loss loss_balanced_softmax = {
	.name = "balanced-softmax",
	.summary = "cross-entropy of logits plus the log class counts (Ren et al. 2020)",
	.formula = "-log softmax(z + log n)_y",
	.prepare = prepare_log_counts,
	.evaluate = loss_evaluate_shifted,
};
