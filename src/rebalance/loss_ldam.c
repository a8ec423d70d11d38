#include <math.h>

#include "rebalance/loss.h"

/* Cao et al. 2019, eq. 13, with the largest margin C as in their code, times s as the logits are. */
static void prepare_margins(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
			    double *ret_constant)
{
	double least = HUGE_VAL;

	for (size_t c = 0; c < classes; c++)
		least = counts[c] > 0 ? fmin(least, counts[c]) : least;
	for (size_t c = 0; c < classes; c++)
		ret_constant[c] =
		    counts[c] == 0 ? 0 : parameters->scale * parameters->margin * pow(least / counts[c], 0.25);
}

static double evaluate_with_margin(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	for (size_t i = 0; i < tile->lanes; i++) {
		size_t y = (size_t)tile->y[i];
		tile->logits[y * tile->lanes + i] -= state->constant[y];
	}
	return loss_evaluate_cross_entropy(state, tile, ret_delta);
}

const struct loss loss_ldam = {
	.name = "ldam",
	.summary = "margins by class count on a cosine classifier of scale s, the largest --margin (Cao et al. 2019)",
	.formula = "-log softmax(z - s m_y onehot(y))_y, m_c = C (n_min / n_c)^(1/4), z = s cos",
	.needs_cosine = true,
	.reduction = REDUCTION_WEIGHTS,
	.defaults = { .margin = 0.5 },
	.prepare = prepare_margins,
	.evaluate = evaluate_with_margin,
};
