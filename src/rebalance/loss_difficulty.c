#include "rebalance/loss.h"

const struct loss loss_difficulty = {
	.name = "difficulty",
	.summary = "instance i counts N w_i, w = D / sum D (Yu et al. 2022, as loss weights)",
	.formula = "-N w_i log p_y, p = softmax(z)",
	.uses_difficulty = true,
};
