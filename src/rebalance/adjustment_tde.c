/* Total direct effect (Tang et al. 2020, eq. 10): what the features owe to the direction e that training moved them in
 * is taken out of them, head by head,
 *     x_j/|x_j|  <-  x_j/|x_j| - effect cos(x_j, e_j) e_j/|e_j|,
 * e the moving average of the batches' mean features, e <- 0.9 e + mean, from 0. In the logits of the cosine classifier
 * that is  z_c - sum_j cos(x_j, e_j) a_cj  with  a_cj = effect (scale / heads) w_j/(|w_j| + gamma) . e_j/|e_j|.
 * Of a class that is absent from the training part a is 0: what it owes to e is not known. */
#include <math.h>

#include "rebalance/adjustment.h"

/* As many heads as there are features at most. values: a (k, heads), e/|e| head by head (h), heads (1). */
static size_t count_tde(size_t features, size_t classes)
{
	return classes * features + features + 1;
}

static double *direction_of(const struct adjustment_state *state)
{
	return state->values + state->classes * state->features;
}

static double *heads_of(const struct adjustment_state *state)
{
	return direction_of(state) + state->features;
}

static double dot_product(const double *a, const double *b, size_t count)
{
	double sum = 0;

	for (size_t j = 0; j < count; j++)
		sum += a[j] * b[j];
	return sum;
}

static void prepare_tde(struct adjustment_state *state, const struct adjustment_classifier *classifier)
{
	size_t heads = classifier->heads;
	size_t width = state->features / heads;
	double factor = state->parameters.effect * classifier->scale / (double)heads;

	*heads_of(state) = (double)heads;
	for (size_t j = 0; j < heads; j++) {
		const double *mean = classifier->mean_feature + j * width;
		double *direction = direction_of(state) + j * width;
		double length = sqrt(dot_product(mean, mean, width));
		for (size_t f = 0; f < width; f++)
			direction[f] = length > 0 ? mean[f] / length : 0;
		for (size_t c = 0; c < state->classes; c++) {
			const double *w = classifier->weight + c * state->features + j * width;
			double norm = sqrt(dot_product(w, w, width)) + classifier->gamma;
			bool is_known = norm > 0 && state->prior[c] > 0;
			state->values[c * heads + j] = is_known ? factor * dot_product(w, direction, width) / norm : 0;
		}
	}
}

static void apply_tde(const struct adjustment_state *state, const double *features, size_t lanes, double *logits)
{
	size_t heads = (size_t)*heads_of(state);
	size_t width = state->features / heads;

	for (size_t i = 0; i < lanes; i++)
		for (size_t j = 0; j < heads; j++) {
			const double *direction = direction_of(state) + j * width;
			double squares = 0, dot = 0;
			for (size_t f = 0; f < width; f++) {
				double x = features[(j * width + f) * lanes + i];
				squares += x * x;
				dot += x * direction[f];
			}
			double cosine = squares > 0 ? dot / sqrt(squares) : 0;
			for (size_t c = 0; c < state->classes; c++)
				logits[c * lanes + i] -= cosine * state->values[c * heads + j];
		}
}

const struct adjustment adjustment_tde = {
	.name = "tde",
	.summary =
	    "total direct effect: the direction that training moved all features in is taken out, --effect times",
	.formula = "z_c - effect (s/H) sum_j cos(x_j, e_j) w_cj/(|w_cj| + g) . e_j/|e_j|, e <- 0.9 e + batch mean of x",
	.needs = NEEDS_COSINE_CLASSIFIER,
	.defaults = { .effect = 1 },
	.count_values = count_tde,
	.prepare = prepare_tde,
	.apply = apply_tde,
};
