/* Kumar, Packer and Koller, "Self-Paced Learning for Latent Variable Models", NIPS 2010: an epoch trains on those whose
 * loss is below lambda = 1 / K (eq. 3 for given weights w), and lambda grows from epoch to epoch by the factor mu,
 * theirs 1.3, from where about half of them are below it. The soft form is the linear one of Jiang et al., "Easy
 * Samples First: Self-paced Reranking for Zero-Example Multimedia Search", ACM MM 2014 (eq. 8); an instance is drawn
 * with its weight as the probability, so that the expected loss is the weighted one. Not the self-paced under-sampling
 * of Liu et al. 2020 (sampler_self_paced.c). */
#include <math.h>

#include "rebalance/sampler.h"

/* From 0 a bound would never grow. */
#define LEAST_BOUND 1e-6

/* lambda_t, from which a share s of the losses of the first epochs is below. */
static double bound(const struct sampling *sampling)
{
	const struct sampler_parameters *parameters = &sampling->parameters;
	size_t last = sampling->instances.train.count - 1;
	size_t below = (size_t)(parameters->pace_start * (double)sampling->instances.train.count);
	double past = (double)(sampling->epoch - 1 - parameters->first_epochs);
	double first = sampling->ranked[below < last ? below : last].loss;

	return fmax(LEAST_BOUND, first) * pow(parameters->pace_growth, past);
}

/* A loss that is not a number is above any bound. */
static void weigh_by_bound(const struct sampling *sampling, double *ret_weight)
{
	const struct part *train = &sampling->instances.train;
	double lambda = sampling->is_ranked ? bound(sampling) : INFINITY;

	for (size_t i = 0; i < train->count; i++) {
		double loss = -sampling->log_p_true[train->index[i]];
		double soft = sampling->parameters.is_soft && sampling->is_ranked ? 1 - loss / lambda : 1;
		ret_weight[train->index[i]] = !sampling->is_ranked ? 1 : loss < lambda ? soft : 0;
	}
}

static size_t fill_below(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order)
{
	const struct part *train = &sampling->instances.train;
	size_t drawn = 0;

	for (size_t i = 0; i < train->count; i++)
		if (rng_uniform(&work->rng) < sampling->weight[train->index[i]])
			ret_order[drawn++] = train->index[i];
	rng_shuffle(&work->rng, ret_order, drawn);
	return drawn;
}

const struct sampler sampler_self_paced_learning = {
	.name = "self-paced-learning",
	.summary = "each instance whose loss is below a bound that grows by the epoch, once, shuffled",
	.expected =
	    "v_i = [-log p_y < lambda], with --pace-soft max(0, 1 + log p_y / lambda), lambda = lambda_1 "
	    "f^(t - 1 - e), lambda_1 the quantile s of the losses of the first e epochs, which have everyone; N "
	    "or fewer draws an epoch",
	.has_soft_bound = true,
	.uses_p_true = true,
	.has_bounds = true,
	.defaults = { .pace_start = 0.5, .pace_growth = 1.3, .first_epochs = 1 },
	.weigh = weigh_by_bound,
	.fill = fill_below,
};
