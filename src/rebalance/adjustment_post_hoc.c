#include <math.h>

#include "rebalance/adjustment.h"

/* Menon et al. 2021, eq. 9, with the reference code's log(pi^tau + 1e-12). */
static void prepare_post_hoc(struct adjustment_state *state, const struct adjustment_classifier *classifier)
{
	(void)classifier;
	for (size_t c = 0; c < state->classes; c++) {
		double share = state->prior[c];
		state->values[c] = 1;
		state->values[state->classes + c] = share == 0 ? 0 : -log(pow(share, state->parameters.tau) + 1e-12);
	}
}

const struct adjustment adjustment_post_hoc = {
	.name = "post-hoc",
	.summary = "post-hoc logit adjustment: the log class shares are taken off the logits, --tau times",
	.formula = "z_c - log(pi_c^tau + 1e-12), pi_c = n_c / N",
	.defaults = { .tau = 1 },
	.count_values = adjustment_count_affine,
	.prepare = prepare_post_hoc,
	.apply = adjustment_apply_affine,
};
