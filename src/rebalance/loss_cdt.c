#include <math.h>

#include "num/tile.h"
#include "num/tile_loss.h"
#include "rebalance/loss.h"

/* Ye et al. 2020: temperature a_c = (n_max / n_c)^gamma; the constant is 1 / a_c. Temperatures are for training
 * only: predictions are of z itself. An absent class has temperature 1. */
static void prepare_temperatures(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
				 double *ret_constant)
{
	double largest = 0;

	for (size_t c = 0; c < classes; c++)
		largest = fmax(largest, counts[c]);
	for (size_t c = 0; c < classes; c++)
		ret_constant[c] = counts[c] == 0 ? 1 : pow((double)counts[c] / largest, parameters->gamma);
}

static void multiply_classes(const struct loss_state *state, size_t lanes, double *data)
{
	for (size_t c = 0; c < state->classes; c++)
		for (size_t i = 0; i < lanes; i++)
			data[c * lanes + i] *= state->constant[c];
}

static double evaluate_cdt(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	multiply_classes(state, tile->lanes, tile->logits);
	tile_softmax(tile->logits, tile->lanes, state->classes, tile->logits, ret_delta);
	tile_cross_entropy_delta(ret_delta, tile->y, tile->scale, tile->lanes, state->classes, ret_delta);
	multiply_classes(state, tile->lanes, ret_delta);
	return tile_cross_entropy(tile->logits, tile->y, tile->scale, tile->lanes, state->classes);
}

const struct loss loss_cdt = {
	.name = "cdt",
	.summary = "cross-entropy of logits over class-dependent temperatures, --gamma (Ye et al. 2020)",
	.formula = "-log softmax(z / a)_y, a_c = (n_max / n_c)^gamma",
	.defaults = { .gamma = 0.2 },
	.prepare = prepare_temperatures,
	.evaluate = evaluate_cdt,
};
