#include <math.h>

#include "rebalance/loss.h"

static double evaluate(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	double sum = 0;

	(void)state;
	for (size_t i = 0; i < tile->lanes; i++) {
		double difference = tile->logits[i] - tile->y[i];
		sum += tile->scale[i] * fabs(difference);
		ret_delta[i] = tile->scale[i] * ((difference > 0) - (difference < 0));
	}
	return sum;
}

const struct loss loss_l1 = {
	.name = "l1",
	.task = TASK_REGRESSION,
	.summary = "absolute difference",
	.formula = "|z - t|",
	.link = LINK_IDENTITY,
	.evaluate = evaluate,
};
