#include <math.h>

#include "rebalance/loss.h"

/* Menon et al. 2021, eq. 10, with the reference code's log(pi^tau + 1e-12), pi_c the class's share of the training
 * part. An absent class is left as it is: with log(1e-12) it would hardly be trained down and then be predicted. */
static void prepare_log_prior(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
			      double *ret_constant)
{
	double all = loss_count_instances(counts, classes);

	for (size_t c = 0; c < classes; c++)
		ret_constant[c] = counts[c] == 0 ? 0 : log(pow((double)counts[c] / all, parameters->tau) + 1e-12);
}

const struct loss loss_logit_adjusted = {
	.name = "logit-adjusted",
	.summary = "cross-entropy of logits plus tau times the log class shares, --tau (Menon et al. 2021)",
	.formula = "-log softmax(z + log(pi^tau + 1e-12))_y, pi_c = n_c / N",
	.defaults = { .tau = 1 },
	.prepare = prepare_log_prior,
	.evaluate = loss_evaluate_shifted,
};
