/* Kang et al., "Decoupling Representation and Classifier for Long-Tailed Recognition", ICLR 2020: from uniform
 * draws in the first epoch to classes alike in the last. lambda_t = linspace(0, 1, T) as in their code; one epoch alone
 * is uniform. */
#include "rebalance/sampler.h"

static double weigh_progressively(const struct sampling *sampling, size_t c)
{
	double last = (double)sampling->epochs - 1;
	double past = (double)sampling->epoch - 1;
	double lambda = past == 0 ? 0 : past < last ? past / last : 1;
	double uniform = 1.0 / (double)sampling->instances.train.count;
	double balanced = 1.0 / (sampling->ratios * sampling->class_size[c]);

	return (1 - lambda) * uniform + lambda * balanced;
}

const struct sampler sampler_progressive = {
	.name = "progressive",
	.summary = "draws with replacement, uniform in the first epoch, all classes alike in the last",
	.expected = "1 - l + l N / (K n_c), l = (t - 1) / (T - 1) in epoch t of T",
	.uses_epochs = true,
	.weigh_class = weigh_progressively,
	.fill = sampler_draw_by_weight,
};
