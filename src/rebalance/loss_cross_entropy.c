#include "rebalance/loss.h"

const struct loss loss_cross_entropy = {
	.name = "cross-entropy",
	.summary = "every instance counts the same",
	.formula = "-log p_y, p = softmax(z)",
};
