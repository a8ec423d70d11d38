/* Chou, Chang, Pan, Wei and Juan, "Remix: Rebalanced Mixup", ECCV workshops 2020 (eqs. 3 to 5): mixup whose label is
 * all the rarer class's where one class is kappa times as large as the other and the rarer's share of the row is above
 * 1 - tau. (Their l is the share of i, here it is that of j.) */
#include "rebalance/sampler_remix.h"

double remix_label_share(const struct sampler_parameters *parameters, double n_i, double n_j, double share)
{
	if (n_i >= parameters->remix_kappa * n_j && 1 - share < parameters->remix_tau)
		return 1;
	if (n_j >= parameters->remix_kappa * n_i && share < parameters->remix_tau)
		return 0;
	return share;
}

static size_t fill_remix(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	const uint32_t *count = sampling->instances.train.class_count;
	const uint32_t *y = sampling->instances.y;
	size_t draws = sampler_all.fill(sampling, work, ret_order);
	struct mixture *mixture = &work->mixture;

	sampler_mix(sampling, work, draws);
	for (size_t i = 0; i < draws; i++)
		mixture->label_share[i] = remix_label_share(&sampling->parameters, count[y[ret_order[i]]],
							    count[y[mixture->partner[i]]], mixture->share[i]);
	return draws;
}

const struct sampler sampler_remix = {
	.name = "remix",
	.summary = "mixup, but the label is the rarer class's where the other is much larger",
	.expected = "1; x_i + l (x_j - x_i), loss (1 - m) L(y_i) + m L(y_j), j any, l ~ Beta(a, a), m = 1 where "
		    "n_i >= k n_j and 1 - l < t, 0 where n_j >= k n_i and l < t, else l",
	.needs_classes = true,
	.mixes = true,
	.mixes_labels = true,
	.defaults = { .mixup_alpha = 1, .remix_kappa = 3, .remix_tau = 0.5 },
	.fill = fill_remix,
};
