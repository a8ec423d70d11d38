#include "rebalance/loss.h"

/* 1 for the rare classes. A class that is absent altogether would never be trained if it were: it counts as frequent.
 */
static void prepare_rare(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
			 double *ret_constant)
{
	double all = loss_count_instances(counts, classes);

	for (size_t c = 0; c < classes; c++)
		ret_constant[c] = counts[c] > 0 && (double)counts[c] / all < parameters->lambda;
}

/* A class that is left out of an instance's softmax has weight 0 in it, so that the sum of exponentials stays the
 * stable one. */
static double evaluate_left_out(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	for (size_t c = 0; c < state->classes; c++)
		for (size_t i = 0; i < tile->lanes && state->constant[c] > 0; i++) {
			bool is_padding = !(tile->scale[i] > 0);
			if (is_padding || tile->y[i] == (double)c)
				continue;
			if (rng_uniform(&state->rng) < state->parameters.gamma)
				tile->logits[c * tile->lanes + i] = LOSS_LEFT_OUT;
		}
	return loss_evaluate_cross_entropy(state, tile, ret_delta);
}

/* Tan et al. 2020, in the form that BagofTricks (Zhang et al. 2021) gave it. */
const struct loss loss_softmax_equalization = {
	.name = "softmax-equalization",
	.summary = "rare classes, of a share below --lambda, are left out of the softmax of others with probability "
		   "--gamma (Tan et al. 2020)",
	.formula = "log(sum_c w_c e^z_c) - z_y, w_c = 0 with probability gamma if n_c / N < lambda and c != y, else 1",
	.draws = true,
	.defaults = { .gamma = 0.9, .lambda = 0.005 },
	.check = loss_check_probability,
	.prepare = prepare_rare,
	.evaluate = evaluate_left_out,
};
