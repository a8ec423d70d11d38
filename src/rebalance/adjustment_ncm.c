/* Nearest class mean (Kang et al. 2020, section 4; features and distances of their code, "cl2n"): features minus the
 * mean over the training part, scaled to length 1; a class's mean is that of its training instances' and is not scaled
 * again. Two ways to score a class: minus the squared distance, or the dot product over the number of features. */
#include <math.h>
#include <string.h>

#include "num/tile.h"
#include "rebalance/adjustment.h"

/* Lower than any score, so that a class without a mean is never predicted. */
#define ABSENT (-700.0)

/* values: instances (1), instances of each class (k), sum of features (h), sums of scaled features by class (k, h). */
static size_t count_ncm(size_t features, size_t classes)
{
	return 1 + classes + features + classes * features;
}

static double *members_of(const struct adjustment_state *state)
{
	return state->values + 1;
}

static double *sum_of_all(const struct adjustment_state *state)
{
	return members_of(state) + state->classes;
}

static double *sum_of(const struct adjustment_state *state, size_t c)
{
	return sum_of_all(state) + state->features * (1 + c);
}

/* 1 / length of each lane's features (h, L) less the centre; 0 where that is nothing. */
static void invert_lengths(const struct adjustment_state *state, const double *features, size_t lanes,
			   double *ret_inverse)
{
	const double *sum = sum_of_all(state);

	memset(ret_inverse, 0, lanes * sizeof *ret_inverse);
	for (size_t j = 0; j < state->features; j++) {
		double centre = sum[j] / state->values[0];
		for (size_t i = 0; i < lanes; i++) {
			double x = features[j * lanes + i] - centre;
			ret_inverse[i] += x * x;
		}
	}
	for (size_t i = 0; i < lanes; i++)
		ret_inverse[i] = ret_inverse[i] > 0 ? 1 / sqrt(ret_inverse[i]) : 0;
}

static void see_centre(struct adjustment_state *state, const struct adjustment_tile *tile)
{
	double *sum = sum_of_all(state);

	for (size_t i = 0; i < tile->lanes; i++)
		state->values[0] += tile->is_train[i];
	for (size_t j = 0; j < state->features; j++)
		for (size_t i = 0; i < tile->lanes; i++)
			sum[j] += tile->is_train[i] * tile->features[j * tile->lanes + i];
}

static void see_classes(struct adjustment_state *state, const struct adjustment_tile *tile)
{
	const double *all = sum_of_all(state);
	double inverse[TILE_INSTANCES];

	invert_lengths(state, tile->features, tile->lanes, inverse);
	for (size_t i = 0; i < tile->lanes; i++)
		members_of(state)[(size_t)tile->y[i]] += tile->is_train[i];
	for (size_t j = 0; j < state->features; j++) {
		double centre = all[j] / state->values[0];
		for (size_t i = 0; i < tile->lanes; i++)
			sum_of(state, (size_t)tile->y[i])[j] +=
			    tile->is_train[i] * (tile->features[j * tile->lanes + i] - centre) * inverse[i];
	}
}

static void see_ncm(struct adjustment_state *state, size_t pass, const struct adjustment_tile *tile)
{
	if (pass == 0)
		see_centre(state, tile);
	else
		see_classes(state, tile);
}

static void prepare_ncm(struct adjustment_state *state, const struct adjustment_classifier *classifier)
{
	(void)state;
	(void)classifier;
}

/* Sets each logit to its class's dot product of features and mean, or minus their squared distance. */
static void apply_ncm(const struct adjustment_state *state, const double *features, size_t lanes, double *logits)
{
	bool is_cosine = state->adjustment == &adjustment_ncm_cosine;
	const double *all = sum_of_all(state);
	double inverse[TILE_INSTANCES];

	invert_lengths(state, features, lanes, inverse);
	for (size_t c = 0; c < state->classes; c++) {
		double members = members_of(state)[c];
		double *z = logits + c * lanes;
		for (size_t i = 0; i < lanes; i++)
			z[i] = members > 0 ? 0 : ABSENT;
		for (size_t j = 0; j < state->features && members > 0; j++) {
			double centre = all[j] / state->values[0];
			double mean = sum_of(state, c)[j] / members;
			for (size_t i = 0; i < lanes; i++) {
				double x = (features[j * lanes + i] - centre) * inverse[i];
				z[i] += is_cosine ? x * mean / (double)state->features : -(x - mean) * (x - mean);
			}
		}
	}
}

const struct adjustment adjustment_ncm = {
	.name = "ncm",
	.summary = "nearest class mean of the features, by Euclidean distance",
	.formula = "-|x - m_c|^2, x = (features - their mean) of length 1, m_c its mean over class c",
	.count_values = count_ncm,
	.passes = 2,
	.see = see_ncm,
	.prepare = prepare_ncm,
	.apply = apply_ncm,
};

const struct adjustment adjustment_ncm_cosine = {
	.name = "ncm-cosine",
	.summary = "nearest class mean of the features, by dot product",
	.formula = "x . m_c / h, x = (features - their mean) of length 1, m_c its mean over class c, h features",
	.count_values = count_ncm,
	.passes = 2,
	.see = see_ncm,
	.prepare = prepare_ncm,
	.apply = apply_ncm,
};
