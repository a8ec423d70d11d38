#include "rebalance/loss.h"

const struct loss loss_acsl = {
	.name = "acsl",
	.summary =
	    "adaptive class suppression: only scores above --xi of other classes are pushed down (Wang et al. 2021)",
	.formula = "sum_c m_c BCE(z_c, [c = y]), m_c = 1 if c = y or sigma(z_c) >= xi, else 0",
	.link = LINK_SIGMOID,
	.defaults = { .xi = 0.7 },
	.prepare = loss_prepare_ones,
	.evaluate = loss_evaluate_sigmoid,
};
