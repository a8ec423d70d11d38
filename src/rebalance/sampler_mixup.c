/* Zhang, Cisse, Dauphin and Lopez-Paz, "mixup: Beyond Empirical Risk Minimization", ICLR 2018 (eq. 1): every instance i
 * with another j drawn uniformly, l ~ Beta(alpha, alpha) of its own for each pair; (1 - l) of the loss is that by i's
 * label, l that by j's. Their code has one l for a batch and i's of the same batch for j. */
#include "rebalance/sampler.h"

static size_t fill_mixup(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	size_t count = sampler_all.fill(sampling, work, ret_order);

	sampler_mix(sampling, work, count);
	for (size_t i = 0; i < count; i++)
		work->mixture.label_share[i] = work->mixture.share[i];
	return count;
}

const struct sampler sampler_mixup = {
	.name = "mixup",
	.summary = "every instance once, mixed with another, and so are their losses",
	.expected = "1; x_i + l (x_j - x_i), loss (1 - l) L(y_i) + l L(y_j), j any, l ~ Beta(a, a)",
	.mixes = true,
	.mixes_labels = true,
	.defaults = { .mixup_alpha = 1 },
	.fill = fill_mixup,
};
