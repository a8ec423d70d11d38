#include "rebalance/adjustment.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"

static const struct adjustment *const adjustments[] = {
	&adjustment_post_hoc, &adjustment_target_prior, &adjustment_temperature, &adjustment_tau_norm,
	&adjustment_ncm,      &adjustment_ncm_cosine,	&adjustment_tde,
};

const struct adjustment *adjustment_at(size_t i)
{
	return i < ARRAY_LENGTH(adjustments) ? adjustments[i] : NULL;
}

const char *adjustment_name(size_t i)
{
	return i < ARRAY_LENGTH(adjustments) ? adjustments[i]->name : NULL;
}

static double fill(double given, double initial)
{
	if (initial == 0)
		return NAN;
	return isnan(given) ? initial : given;
}

struct adjustment_parameters adjustment_fill_parameters(const struct adjustment *adjustment,
							const struct adjustment_parameters *given)
{
	static const struct adjustment none = { .name = "none" };
	const struct adjustment *of = adjustment != NULL ? adjustment : &none;

	return (struct adjustment_parameters){
		.tau = fill(given->tau, of->defaults.tau),
		.temperature = fill(given->temperature, of->defaults.temperature),
		.effect = fill(given->effect, of->defaults.effect),
		.drop_bias = of->has_bias_choice && given->drop_bias,
		.target_prior = !of->has_target_prior	      ? NULL
				: given->target_prior != NULL ? given->target_prior
							      : "uniform",
	};
}

static enum err_code bad_prior(const char *text, size_t classes, struct err *err)
{
	return err_set(err, ERR_INPUT, "target-prior '%s' will not do: it takes uniform, or %zu shares, as %s", text,
		       classes, classes == 2 ? "0.7,0.3" : "0.5,0.3,0.2");
}

/* Shares separated by commas, scaled to the sum 1. */
static enum err_code read_prior(const char *text, size_t classes, double *ret_prior, struct err *err)
{
	const char *rest = text;
	double sum = 0;

	for (size_t c = 0; c < classes; c++) {
		char number[64] = "";
		size_t length = strcspn(rest, ",");
		bool is_last = rest[length] == '\0';
		if (length >= sizeof number || is_last != (c + 1 == classes))
			return bad_prior(text, classes, err);
		memcpy(number, rest, length);
		if (!parse_real(number, &ret_prior[c]) || !isfinite(ret_prior[c]) || ret_prior[c] < 0)
			return bad_prior(text, classes, err);
		sum += ret_prior[c];
		rest += length + 1;
	}
	if (!(sum > 0))
		return bad_prior(text, classes, err);
	for (size_t c = 0; c < classes; c++)
		ret_prior[c] /= sum;
	return ERR_OK;
}

enum err_code adjustment_state_init(struct adjustment_state *state, const struct adjustment *adjustment,
				    const struct adjustment_parameters *given, const uint32_t *counts, size_t features,
				    size_t classes, struct err *err)
{
	AUTO(adjustment_state_done)
	struct adjustment_state made = {
		.adjustment = adjustment,
		.parameters = adjustment_fill_parameters(adjustment, given),
		.features = features,
		.classes = classes,
	};
	double sum = 0;

	if (adjustment != NULL &&
	    (mem_new(&made.prior, classes, err) != ERR_OK || mem_new(&made.target, classes, err) != ERR_OK ||
	     mem_new(&made.values, adjustment->count_values(features, classes), err) != ERR_OK))
		return err->code;
	for (size_t c = 0; c < classes; c++)
		sum += counts[c];
	for (size_t c = 0; adjustment != NULL && c < classes; c++) {
		made.prior[c] = counts[c] / sum;
		made.target[c] = 1.0 / (double)classes;
	}
	const char *target = made.parameters.target_prior;
	if (target != NULL && strcmp(target, "uniform") != 0 && read_prior(target, classes, made.target, err) != ERR_OK)
		return err->code;
	*state = made;
	made = (struct adjustment_state){ 0 };
	return ERR_OK;
}

void adjustment_state_done(struct adjustment_state *state)
{
	free(state->prior);
	free(state->target);
	free(state->values);
	*state = (struct adjustment_state){ 0 };
}

void adjustment_state_clear(struct adjustment_state *state)
{
	size_t count = state->adjustment->count_values(state->features, state->classes);

	memset(state->values, 0, count * sizeof *state->values);
}

size_t adjustment_count_affine(size_t features, size_t classes)
{
	(void)features;
	return 2 * classes;
}

void adjustment_apply_affine(const struct adjustment_state *state, const double *features, size_t lanes, double *logits)
{
	const double *scale = state->values;
	const double *shift = state->values + state->classes;

	(void)features;
	for (size_t c = 0; c < state->classes; c++)
		for (size_t i = 0; i < lanes; i++)
			logits[c * lanes + i] = scale[c] * logits[c * lanes + i] + shift[c];
}
