#include <math.h>

#include "num/blas.h"
#include "rebalance/adjustment.h"

/* Kang et al. 2020, eq. 3: w_c / |w_c|^tau. The paper's classifiers have no bias; here it is kept as it is unless it is
 * to be dropped, so that tau 0 changes nothing. From z_c = w_c . x + b_c:
 *     z'_c = (z_c - b_c) / |w_c|^tau + b_c. */
static void prepare_tau_norm(struct adjustment_state *state, const struct adjustment_classifier *classifier)
{
	for (size_t c = 0; c < state->classes; c++) {
		double norm = blas_norm(state->features, classifier->weight + c * state->features);
		double scale = norm == 0 ? 1 : pow(norm, -state->parameters.tau);
		double kept = state->parameters.drop_bias ? 0 : classifier->bias[c];
		state->values[c] = scale;
		state->values[state->classes + c] = kept - scale * classifier->bias[c];
	}
}

const struct adjustment adjustment_tau_norm = {
	.name = "tau-norm",
	.summary = "each class's weight vector over its norm to the power --tau",
	.formula = "w_c . x / |w_c|^tau + b_c, x the features",
	.needs = NEEDS_LINEAR_CLASSIFIER,
	.defaults = { .tau = 0.7 },
	.has_bias_choice = true,
	.count_values = adjustment_count_affine,
	.prepare = prepare_tau_norm,
	.apply = adjustment_apply_affine,
};
