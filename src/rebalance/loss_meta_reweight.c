#include "rebalance/loss.h"

/* Ren et al., "Learning to Reweight Examples for Robust Deep Learning", ICML 2018, Algorithm 1. The weights come from
 * the gradients and are the trainer's (train/meta_weights.h). */
const struct loss loss_meta_reweight = {
	.name = "meta-reweight",
	.summary = "instances of a batch weigh by whether a step on them helps a balanced meta set, taken out of the "
		   "training part: --meta-per-class of each class, at most half of it (Ren et al. 2018)",
	.formula =
	    "-w_i log p_y, p = softmax(z), w_i = max(0, <g_i, g>) / sum over the batch, 0 where all are; g_i the "
	    "gradient of -log p_y, g that of its mean over the meta set, class by class",
	.uses_meta_set = true,
	.reduction = REDUCTION_WEIGHTS,
	.defaults = { .meta_per_class = 10 },
};
