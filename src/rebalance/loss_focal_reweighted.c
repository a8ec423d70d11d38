#include <math.h>

#include "num/tile.h"
#include "rebalance/loss.h"

/* What the code of Cao et al. 2019 (LDAM-DRW, losses.py) has for a focal loss with class weights: the focal loss of
 * l = -w_y log p_y, so that the weight is in the factor too. */
static void prepare_weights(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
			    double *ret_constant)
{
	loss_weigh_classes(&loss_class_balanced, parameters, counts, classes, ret_constant);
}

/* Of lane i with log_p (k, L) and p (k, L): the loss, and p becomes its gradient
 *     (p_c - [c = y]) w (r^gamma + gamma l e^-l r^(gamma - 1)),  r = 1 - e^-l
 */
static double weigh_lane(const struct loss_state *state, const struct loss_tile *tile, size_t i, double *p)
{
	size_t y = (size_t)tile->y[i];
	double gamma = state->parameters.gamma, weight = state->constant[y];
	double loss = -weight * tile->logits[y * tile->lanes + i];
	double rest = -expm1(-loss), power = pow(rest, gamma);
	/* l / r is 1 where both are next to nothing. */
	double slope = power * (1 + gamma * exp(-loss) * (rest > 0 ? loss / rest : 1));
	double others = 0;

	for (size_t c = 0; c < state->classes; c++) {
		double *error = &p[c * tile->lanes + i];
		others += c == y ? 0 : *error;
		*error *= tile->scale[i] * weight * slope;
	}
	p[y * tile->lanes + i] = -others * tile->scale[i] * weight * slope;
	return tile->scale[i] * power * loss;
}

static double evaluate_reweighted(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	double value = 0;

	tile_softmax(tile->logits, tile->lanes, state->classes, tile->logits, ret_delta);
	for (size_t i = 0; i < tile->lanes; i++)
		value += weigh_lane(state, tile, i, ret_delta);
	return value;
}

const struct loss loss_focal_reweighted = {
	.name = "focal-reweighted",
	.summary = "focal loss of the cross-entropy weighted by effective number, --beta --gamma, as LDAM-DRW's code "
		   "has it (Cao et al. 2019)",
	.formula = "(1 - p_y^w_y)^gamma (-w_y log p_y), p = softmax(z), w_c = (1 - beta) / (1 - beta^n_c), scaled to "
		   "mean 1",
	.uses_beta = true,
	.defaults = { .gamma = 1 },
	.prepare = prepare_weights,
	.evaluate = evaluate_reweighted,
};
