/* What the settings of a method come to, and whether they go together. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "train/settings.h"

struct adjustment_parameters settings_adjustment_parameters(const struct run_settings *settings)
{
	struct adjustment_parameters parameters = settings->adjustment_parameters;

	parameters.tau = settings->loss_parameters.tau;
	return parameters;
}

#define TEMPERATURE_FOLDS 5

enum err_code settings_tune_folds(const struct run_settings *settings, size_t *ret_folds, struct err *err)
{
	struct method method = { 0 };

	if (settings_compose(settings, &method, err) != ERR_OK)
		return err->code;
	const struct adjustment *adjustment = method.adjustment;
	bool has_tau = adjustment != NULL && adjustment->defaults.tau != 0;
	bool has_temperature = adjustment != NULL && adjustment->defaults.temperature != 0;
	bool is_given = has_tau ? !isnan(settings->loss_parameters.tau)
				: has_temperature && !isnan(settings->adjustment_parameters.temperature);
	if (settings->tune_folds == 1)
		return err_set(err, ERR_INPUT, "tune-folds 1 will not do: it takes 0, or a whole number from 2");
	if (settings->tune_folds > 0 && !has_tau && !has_temperature)
		return err_set(err, ERR_INPUT,
			       "tune-folds %zu will not do: method %s has no adjustment with a tau or a temperature",
			       settings->tune_folds, method.name);
	if (settings->tune_folds > 0 && is_given)
		return err_set(err, ERR_INPUT, "tune-folds %zu will not do: the %s is given", settings->tune_folds,
			       has_tau ? "tau" : "temperature");
	*ret_folds = settings->tune_folds > 0	    ? settings->tune_folds
		     : has_temperature && !is_given ? TEMPERATURE_FOLDS
						    : 0;
	return ERR_OK;
}

enum err_code settings_second_stage(const struct run_settings *settings, size_t *ret_epochs, struct err *err)
{
	struct method method = { 0 };
	struct tile_cosine cosine = { 0 };

	if (settings_compose(settings, &method, err) != ERR_OK || settings_cosine(settings, &cosine, err) != ERR_OK)
		return err->code;
	size_t epochs = settings->second_stage_epochs > 0 ? settings->second_stage_epochs : (settings->epochs + 4) / 5;
	if (method.stage == NULL && settings->second_stage_epochs > 0)
		return err_set(err, ERR_INPUT, "second-stage-epochs %zu will not do: method %s has no second stage",
			       settings->second_stage_epochs, method.name);
	if (method.stage != NULL && epochs >= settings->epochs)
		return err_set(err, ERR_INPUT,
			       "second-stage-epochs %zu will not do: of %zu epochs none is left before them", epochs,
			       settings->epochs);
	if (method.stage != NULL && method.stage->retrains_classifier && settings->model == MODEL_LOGREG)
		return err_set(err, ERR_INPUT,
			       "second stage %s will not do: logreg has no hidden layers to keep; model mlp has",
			       method.stage->name);
	if (method.stage != NULL && method.stage->learns_scales && cosine.heads > 0)
		return err_set(err, ERR_INPUT, "second stage %s will not do: it needs the linear classifier",
			       method.stage->name);
	*ret_epochs = method.stage != NULL ? epochs : 0;
	return ERR_OK;
}

enum err_code settings_fill_method(struct run_settings *settings, struct err *err)
{
	struct method method = { 0 };
	size_t stage_epochs = 0, folds = 0;

	if (settings_compose(settings, &method, err) != ERR_OK ||
	    settings_second_stage(settings, &stage_epochs, err) != ERR_OK ||
	    settings_tune_folds(settings, &folds, err) != ERR_OK)
		return err->code;
	struct adjustment_parameters given = settings_adjustment_parameters(settings);
	struct adjustment_parameters adjusted = adjustment_fill_parameters(method.adjustment, &given);
	settings->sampler = option_index(method.sampler->name, sampler_name) + 1;
	settings->loss = option_index(method.loss->name, loss_name) + 1;
	settings->adjustment =
	    method.adjustment == NULL ? 1 : option_index(method.adjustment->name, adjustment_name) + 2;
	settings->second_stage = method.stage == NULL ? 1 : option_index(method.stage->name, stage_name) + 2;
	settings->second_stage_epochs = stage_epochs;
	settings->tune_folds = folds;
	settings->sampler_parameters = sampler_fill_parameters(method.sampler, &settings->sampler_parameters);
	settings->reduction = (int)settings_reduction(settings, &method) + 1;
	settings->loss_parameters = loss_fill_parameters(method.loss, &settings->loss_parameters);
	settings->adjustment_parameters = adjusted;
	if (folds > 0)
		settings->adjustment_parameters.temperature = NAN;
	else if (isnan(settings->loss_parameters.tau))
		settings->loss_parameters.tau = adjusted.tau;
	return ERR_OK;
}

static enum err_code append_other(struct text *text, const void *own, const void *composed, const char *name,
				  struct err *err)
{
	return composed == own ? ERR_OK : text_append(text, err, "+%s", composed != NULL ? name : "none");
}

enum err_code settings_append_method(const struct run_settings *settings, struct text *text, struct err *err)
{
	struct run_settings plain = *settings;
	struct method own = { 0 }, method = { 0 };

	plain.sampler = plain.loss = plain.second_stage = plain.adjustment = 0;
	if (settings_compose(&plain, &own, err) != ERR_OK || settings_compose(settings, &method, err) != ERR_OK ||
	    text_append(text, err, "%s", own.name) != ERR_OK ||
	    (settings->apply != APPLY_DRAW &&
	     text_append(text, err, "+%s", method_apply_name((size_t)settings->apply)) != ERR_OK) ||
	    append_other(text, own.sampler, method.sampler, method.sampler->name, err) != ERR_OK ||
	    (own.sampler != method.sampler && option_index(method.sampler->name, loss_name) >= 0 &&
	     text_append(text, err, "-sampling") != ERR_OK) ||
	    append_other(text, own.loss, method.loss, method.loss->name, err) != ERR_OK ||
	    append_other(text, own.stage, method.stage, method.stage == NULL ? NULL : method.stage->name, err) !=
		ERR_OK)
		return err->code;
	return append_other(text, own.adjustment, method.adjustment,
			    method.adjustment == NULL ? NULL : method.adjustment->name, err);
}

static bool is_dropped(const struct option_spec *spec, const void *given, const void *filled)
{
	switch (spec->type) {
	case OPTION_REAL:
		return !isnan(*(const double *)given) && isnan(*(const double *)filled);
	case OPTION_COUNT:
		return *(const size_t *)given > 0 && *(const size_t *)filled == 0;
	case OPTION_FLAG:
		return *(const bool *)given && !*(const bool *)filled;
	case OPTION_TEXT:
		return *(const char *const *)given != NULL && *(const char *const *)filled == NULL;
	default:
		return false;
	}
}

enum err_code settings_check_use(const struct run_settings *settings, const struct option_spec *spec, struct err *err)
{
	struct run_settings filled = *settings;
	struct method method = { 0 };

	if (settings_fill_method(&filled, err) != ERR_OK || settings_compose(settings, &method, err) != ERR_OK)
		return err->code;
	if (!is_dropped(spec, (const char *)settings + spec->offset, (const char *)&filled + spec->offset))
		return ERR_OK;
	return err_set(err, ERR_INPUT, "%s will not do: sampler %s, loss %s and adjustment %s have no such parameter",
		       spec->name, method.sampler->name, method.loss->name,
		       method.adjustment != NULL ? method.adjustment->name : "none");
}

enum err_code settings_check_uses(const struct run_settings *settings, struct err *err)
{
	for (size_t i = 0; i < settings_spec_count; i++)
		if (settings_check_use(settings, &settings_specs[i], err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

enum err_code settings_check_training(const struct run_settings *settings, struct err *err)
{
	bool is_sgd = strcmp(optimizer_name((size_t)settings->optimizer), "sgd") == 0;
	struct tile_cosine cosine = { 0 };

	if (settings_cosine(settings, &cosine, err) != ERR_OK)
		return err->code;
	if (settings->init == INIT_ZERO && (settings->model == MODEL_MLP || cosine.heads > 0))
		return err_set(err, ERR_INPUT, "init 'zero' will not do: from zeros %s",
			       settings->model == MODEL_MLP ? "hidden layers learn nothing"
							    : "a cosine classifier learns nothing");
	if (settings->optimization.nesterov && (!is_sgd || settings->optimization.momentum == 0))
		return err_set(err, ERR_INPUT, "nesterov will not do: %s",
			       is_sgd ? "momentum is 0" : "it is of optimizer sgd");
	if (settings->warm_up_epochs > settings->epochs)
		return err_set(err, ERR_INPUT, "warm-up-epochs %zu will not do: there are %zu epochs in all",
			       settings->warm_up_epochs, settings->epochs);
	return ERR_OK;
}

enum err_code settings_check_parts(const struct run_settings *settings, struct err *err)
{
	struct tile_cosine cosine = { 0 };
	struct network_shape shape;
	struct method method = { 0 };
	size_t count = 0;

	/* Features that any number of heads divides. */
	if (settings_compose(settings, &method, err) != ERR_OK || settings_cosine(settings, &cosine, err) != ERR_OK ||
	    settings_shape(settings, cosine.heads + !cosine.heads, 2, &shape, err) != ERR_OK ||
	    settings_second_stage(settings, &count, err) != ERR_OK ||
	    settings_tune_folds(settings, &count, err) != ERR_OK)
		return err->code;
	if (method.adjustment != NULL && method.adjustment->defaults.tau != 0 && method.loss->defaults.tau != 0)
		return err_set(err, ERR_INPUT,
			       "adjustment %s will not do: loss %s has a tau, too, and there is only one",
			       method.adjustment->name, method.loss->name);
	enum adjustment_needs needs = method.adjustment != NULL ? method.adjustment->needs : NEEDS_ANY_CLASSIFIER;
	if (needs != NEEDS_ANY_CLASSIFIER && (needs == NEEDS_COSINE_CLASSIFIER) != (cosine.heads > 0))
		return err_set(err, ERR_INPUT, "adjustment %s will not do: it needs --classifier %s",
			       method.adjustment->name, needs == NEEDS_COSINE_CLASSIFIER ? "cosine" : "linear");
	return ERR_OK;
}

enum err_code settings_check(const struct run_settings *settings, const struct split *split, size_t features,
			     struct err *err)
{
	AUTO(adjustment_state_done) struct adjustment_state adjustment = { 0 };
	struct adjustment_parameters parameters = settings_adjustment_parameters(settings);
	struct network_shape shape;
	struct method method = { 0 };

	if (settings_check_parts(settings, err) != ERR_OK || settings_compose(settings, &method, err) != ERR_OK ||
	    settings_shape(settings, features, split->classes, &shape, err) != ERR_OK ||
	    loss_check(method.loss, &settings->loss_parameters, split->classes, err) != ERR_OK)
		return err->code;
	if (settings->tune_folds > split->train_count)
		return err_set(err, ERR_INPUT, "tune-folds %zu will not do: there are %zu training instances",
			       settings->tune_folds, (size_t)split->train_count);
	return adjustment_state_init(&adjustment, method.adjustment, &parameters, split->train_class, features,
				     split->classes, err);
}
