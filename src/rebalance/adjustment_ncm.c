/* Nearest class mean (Kang et al. 2020, section 4; features and distances of their code, "cl2n"): features minus the
 * mean over the training part, scaled to length 1; a class's mean is that of its training instances' and is not scaled
 * again. Two ways to score a class: minus the squared distance, or the dot product over the number of features. */
#include <math.h>

#include "rebalance/adjustment.h"

/* Lower than any score, so that a class without a mean is never predicted. */
#define ABSENT (-700.0)

/* values: instances (1), instances of each class (k), centre (h), class means (k, h). */
static size_t count_ncm(size_t features, size_t classes)
{
	return 1 + classes + features + classes * features;
}

static double *members_of(const struct adjustment_state *state)
{
	return state->values + 1;
}

static double *centre_of(const struct adjustment_state *state)
{
	return members_of(state) + state->classes;
}

static double *mean_of(const struct adjustment_state *state, size_t c)
{
	return centre_of(state) + state->features * (1 + c);
}

/* 1 / length of lane i's features less the centre; 0 where that is nothing. */
static double inverse_length(const struct adjustment_state *state, const double *features, size_t lanes, size_t i)
{
	const double *centre = centre_of(state);
	double squares = 0;

	for (size_t j = 0; j < state->features; j++) {
		double x = features[j * lanes + i] - centre[j];
		squares += x * x;
	}
	return squares > 0 ? 1 / sqrt(squares) : 0;
}

static void see_ncm(struct adjustment_state *state, size_t pass, const struct adjustment_tile *tile)
{
	double *centre = centre_of(state);
	size_t lanes = tile->lanes;

	for (size_t i = 0; i < lanes; i++) {
		if (tile->is_train[i] == 0)
			continue;
		if (pass == 0) {
			/* A running mean: nothing is left to divide before the second pass. */
			state->values[0]++;
			for (size_t j = 0; j < state->features; j++)
				centre[j] += (tile->features[j * lanes + i] - centre[j]) / state->values[0];
			continue;
		}
		size_t c = (size_t)tile->y[i];
		double *mean = mean_of(state, c);
		double inverse = inverse_length(state, tile->features, lanes, i);
		members_of(state)[c]++;
		for (size_t j = 0; j < state->features; j++)
			mean[j] +=
			    ((tile->features[j * lanes + i] - centre[j]) * inverse - mean[j]) / members_of(state)[c];
	}
}

static void prepare_ncm(struct adjustment_state *state, const struct adjustment_classifier *classifier)
{
	(void)state;
	(void)classifier;
}

/* Sets each logit of lane i to its class's dot product of features and mean, or minus their squared distance. */
static void score(const struct adjustment_state *state, const double *features, size_t lanes, double *logits,
		  bool is_cosine)
{
	const double *centre = centre_of(state);

	for (size_t i = 0; i < lanes; i++) {
		double inverse = inverse_length(state, features, lanes, i);
		for (size_t c = 0; c < state->classes; c++) {
			const double *mean = mean_of(state, c);
			double dot = 0, squares = 0;
			for (size_t j = 0; j < state->features; j++) {
				double x = (features[j * lanes + i] - centre[j]) * inverse;
				dot += x * mean[j];
				squares += (x - mean[j]) * (x - mean[j]);
			}
			double value = is_cosine ? dot / (double)state->features : -squares;
			logits[c * lanes + i] = members_of(state)[c] > 0 ? value : ABSENT;
		}
	}
}

static void apply_ncm(const struct adjustment_state *state, const double *features, size_t lanes, double *logits)
{
	score(state, features, lanes, logits, false);
}

static void apply_ncm_cosine(const struct adjustment_state *state, const double *features, size_t lanes, double *logits)
{
	score(state, features, lanes, logits, true);
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
	.apply = apply_ncm_cosine,
};
