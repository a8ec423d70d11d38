/* What the losses that train sigmoid scores of each class share: cells (instance, class) weighted one way or another.
 */
#include <math.h>

#include "num/tile_loss.h"
#include "rebalance/loss.h"

double loss_evaluate_sigmoid(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	const struct loss_parameters *parameters = &state->parameters;
	struct sigmoid_cells cells = {
		.gamma = isnan(parameters->gamma) ? 0 : parameters->gamma,
		.target_weight = isnan(parameters->alpha) ? 1 : parameters->alpha,
		.other_weight = state->constant,
		.lowest_logit = isnan(parameters->xi) ? -HUGE_VAL : log(parameters->xi) - log1p(-parameters->xi),
	};

	return tile_sigmoid_loss(&cells, tile->logits, tile->y, tile->scale, tile->lanes, state->classes, ret_delta);
}

void loss_prepare_ones(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
		       double *ret_constant)
{
	(void)parameters;
	(void)counts;
	for (size_t c = 0; c < classes; c++)
		ret_constant[c] = 1;
}
