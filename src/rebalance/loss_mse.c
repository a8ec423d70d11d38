#include "rebalance/loss.h"

static double evaluate(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	double sum = 0;

	(void)state;
	for (size_t i = 0; i < tile->lanes; i++) {
		double difference = tile->logits[i] - tile->y[i];
		sum += tile->scale[i] * difference * difference;
		ret_delta[i] = tile->scale[i] * 2 * difference;
	}
	return sum;
}

const struct loss loss_mse = {
	.name = "mse",
	.task = TASK_REGRESSION,
	.summary = "squared difference",
	.formula = "(z - t)^2",
	.link = LINK_IDENTITY,
	.evaluate = evaluate,
};
