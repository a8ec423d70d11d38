#include "rebalance/loss.h"

/* Shu et al., "Meta-Weight-Net: Learning an Explicit Mapping For Sample Weighting", NeurIPS 2019, Algorithm 1. The
 * weights are the trainer's (train/meta_weights.h). */
const struct loss loss_meta_weight_net = {
	.name = "meta-weight-net",
	.summary = "instances weigh by a network of their loss, 1-100-1, that learns with the rate --meta-rate what "
		   "helps a balanced meta set, taken out of the training part: --meta-per-class of each class, at most "
		   "half of it (Shu et al. 2019)",
	.formula = "-V(l) log p_y, p = softmax(z), l = -log p_y, V(l) = sigmoid(c . max(0, a l + b) + d); a, b, c, d "
		   "go down the gradient of the meta set's loss after the step that V would make",
	.uses_meta_set = true,
	.has_weight_net = true,
	.reduction = REDUCTION_BATCH,
	.defaults = { .meta_per_class = 10, .meta_rate = 1e-3 },
};
