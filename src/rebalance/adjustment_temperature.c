#include "rebalance/adjustment.h"

static void prepare_temperature(struct adjustment_state *state, const struct adjustment_classifier *classifier)
{
	(void)classifier;
	for (size_t c = 0; c < state->classes; c++) {
		state->values[c] = 1 / state->parameters.temperature;
		state->values[state->classes + c] = 0;
	}
}

const struct adjustment adjustment_temperature = {
	.name = "temperature",
	.summary = "temperature scaling: other probabilities, the same predicted classes; --temperature",
	.formula = "z_c / T",
	.defaults = { .temperature = 1 },
	.count_values = adjustment_count_affine,
	.prepare = prepare_temperature,
	.apply = adjustment_apply_affine,
};
