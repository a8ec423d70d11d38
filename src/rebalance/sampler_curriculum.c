/* Bengio et al., "Curriculum Learning", ICML 2009: easy instances first. Who is easy and how fast the others follow are
 * those of Hacohen and Weinshall, "On The Power of Curriculum Learning in Training Deep Networks", ICML 2019: by the
 * loss of an earlier training (self-taught scoring, section 2.2) or, without one, of the first epochs, and by fixed
 * exponential pacing (eq. 4) in epochs. Draws are uniform among the easiest, as in their Algorithm 1, and the share is
 * taken of each class by itself: their code deals the order out over the classes in turns. The defaults are those of
 * that code, 100 batches of 100 of their 2,500 images being 4 epochs. */
#include <math.h>

#include "rebalance/sampler.h"

/* g_t: the share of each class that is drawn from in the epoch to come. */
static double pace(const struct sampling *sampling)
{
	const struct sampler_parameters *parameters = &sampling->parameters;
	size_t past = sampling->epoch - 1 - parameters->first_epochs;

	return fmin(1, parameters->pace_start * pow(parameters->pace_growth, (double)(past / parameters->pace_epochs)));
}

/* The rounding of a share like 0.07 must not cost one. */
static uint32_t count_taken(double share, uint32_t count)
{
	return (uint32_t)ceil(share * count * (1 - 1e-12));
}

static void weigh(const struct sampling *sampling, bool hardest_first, double *ret_weight)
{
	const struct instances *instances = &sampling->instances;
	double share = sampling->is_ranked ? pace(sampling) : 1;

	for (size_t i = 0; i < instances->train.count; i++) {
		uint32_t at = instances->train.index[i];
		uint32_t count = instances->train.class_count[instances->y[at]];
		uint32_t taken = count_taken(share, count);
		uint32_t rank = sampling->is_ranked ? sampling->class_rank[at] : 0;
		ret_weight[at] = hardest_first ? rank + taken >= count : rank < taken;
	}
}

static void weigh_easiest(const struct sampling *sampling, double *ret_weight)
{
	weigh(sampling, false, ret_weight);
}

static void weigh_hardest(const struct sampling *sampling, double *ret_weight)
{
	weigh(sampling, true, ret_weight);
}

const struct sampler sampler_curriculum = {
	.name = "curriculum",
	.summary =
	    "draws with replacement from the easiest of each class, a share that grows by the epoch; easy is what "
	    "cost least in the first epochs, or in --curriculum-run",
	.expected = "N / m of the ceil(g n_c) of each class with the least loss, m of them in all, "
		    "g = min(1, s f^floor((t - 1 - e) / E)); all alike in the first e epochs",
	.uses_p_true = true,
	.has_bounds = true,
	.defaults = { .pace_start = 0.04, .pace_growth = 1.9, .pace_epochs = 4, .first_epochs = 3 },
	.weigh = weigh_easiest,
	.fill = sampler_draw_by_weight,
};

const struct sampler sampler_anti_curriculum = {
	.name = "anti-curriculum",
	.summary =
	    "draws with replacement from the hardest of each class, a share that grows by the epoch: the control "
	    "for curriculum",
	.expected = "N / m of the ceil(g n_c) of each class with the largest loss, m of them in all, "
		    "g = min(1, s f^floor((t - 1 - e) / E)); all alike in the first e epochs",
	.uses_p_true = true,
	.has_bounds = true,
	.defaults = { .pace_start = 0.04, .pace_growth = 1.9, .pace_epochs = 4, .first_epochs = 3 },
	.weigh = weigh_hardest,
	.fill = sampler_draw_by_weight,
};
