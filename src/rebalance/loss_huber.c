#include <math.h>

#include "rebalance/loss.h"

/* Huber 1964 over beta, as in PyTorch's smooth_l1_loss and the code of Yang et al. 2021. */
static double evaluate_huber(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	double beta = state->parameters.huber_beta;
	double sum = 0;

	for (size_t i = 0; i < tile->lanes; i++) {
		double difference = tile->logits[i] - tile->y[i];
		double size = fabs(difference);
		bool is_near = size < beta;
		sum += tile->scale[i] * (is_near ? 0.5 * size * size / beta : size - 0.5 * beta);
		ret_delta[i] = tile->scale[i] * (is_near ? difference / beta : (difference > 0) - (difference < 0));
	}
	return sum;
}

const struct loss loss_huber = {
	.name = "huber",
	.task = TASK_REGRESSION,
	.summary = "squared difference near 0, absolute difference from --huber-beta on (Huber 1964)",
	.formula = "d^2 / (2 beta) if |d| < beta, else |d| - beta / 2, d = z - t",
	.link = LINK_IDENTITY,
	.defaults = { .huber_beta = 1 },
	.evaluate = evaluate_huber,
};
