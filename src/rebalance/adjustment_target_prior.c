#include <math.h>

#include "rebalance/adjustment.h"

/* p'(c|x) ~ p(c|x) target_c / pi_c (Saerens et al. 2002, eq. 2.4). A class that nobody wants gets a logit that no other
 * falls below. */
static void prepare_target_prior(struct adjustment_state *state, const struct adjustment_classifier *classifier)
{
	(void)classifier;
	for (size_t c = 0; c < state->classes; c++) {
		double share = state->prior[c];
		state->values[c] = 1;
		state->values[state->classes + c] = share == 0 ? 0 : log(fmax(state->target[c], 1e-300) / share);
	}
}

const struct adjustment adjustment_target_prior = {
	.name = "target-prior",
	.summary = "probabilities for other class shares than those of the training part: --target-prior",
	.formula = "z_c + log(target_c / pi_c), pi_c = n_c / N",
	.has_target_prior = true,
	.count_values = adjustment_count_affine,
	.prepare = prepare_target_prior,
	.apply = adjustment_apply_affine,
};
