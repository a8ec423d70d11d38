/* Zhou et al., "BBN: Bilateral-Branch Network with Cumulative Learning for Long-Tailed Visual Recognition", CVPR
 * 2020: the sampler of the re-balancing branch. */
#include "rebalance/sampler.h"

/* A class is drawn with p_c proportional to n_max / n_c, each of its instances with p_c / n_c. */
static double weigh_reversed(const struct sampling *sampling, size_t c)
{
	double size = sampling->class_size[c];

	return sampling->largest / size / size;
}

const struct sampler sampler_reversed = {
	.name = "reversed",
	.summary = "draws with replacement: a class by one over its size, then any of its instances",
	.expected = "N p_c / n_c, p_c = (n_max / n_c) / sum_j (n_max / n_j)",
	.weigh_class = weigh_reversed,
	.fill = sampler_draw_by_weight,
};
