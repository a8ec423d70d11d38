#include "num/tile.h"
#include "num/tile_loss.h"
#include "rebalance/loss.h"

static double evaluate_focal(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	tile_softmax(tile->logits, tile->lanes, state->classes, tile->logits, ret_delta);
	return tile_focal(tile->logits, ret_delta, tile->y, tile->scale, tile->lanes, state->classes,
			  state->parameters.gamma, ret_delta);
}

const struct loss loss_focal = {
	.name = "focal",
	.summary = "focal loss on softmax, --gamma (Lin et al. 2017)",
	.formula = "(1 - p_y)^gamma (-log p_y), p = softmax(z)",
	.defaults = { .gamma = 1 },
	.evaluate = evaluate_focal,
};
