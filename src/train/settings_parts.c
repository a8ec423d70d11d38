/* Which part of a method has which parameter, read off what each fills in by itself. */
#include <assert.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "train/recipe.h"

#define PARTS_MAX 128

/* The options that say what the method's parts have: all else is as if nothing was given. */
static void say_parts(const struct method *method, struct run_settings *ret_settings)
{
	struct run_settings *settings = ret_settings;
	double *temperature = &settings->adjustment_parameters.temperature;

	option_reset(settings_specs, settings_spec_count, settings);
	settings->loss_parameters.tau = settings->adjustment_parameters.tau = settings->tau;
	settings->sampler_parameters = sampler_fill_parameters(method->sampler, &settings->sampler_parameters);
	settings->loss_parameters = method_fill_loss_parameters(method, &settings->loss_parameters);
	settings->adjustment_parameters =
	    adjustment_fill_parameters(method->adjustment, &settings->adjustment_parameters);
	settings->tau =
	    isnan(settings->loss_parameters.tau) ? settings->adjustment_parameters.tau : settings->loss_parameters.tau;
	settings->cosine = method->cosine.heads > 0 ? method->cosine : settings->cosine;
	settings->kernel = method_fill_kernel(method, 0, &settings->kernel);
	settings->feature_parameters = method_fill_feature_parameters(method, &settings->feature_parameters);
	/* Unless it is given it is chosen. */
	settings->tune_folds = isnan(*temperature) ? 0 : SETTINGS_TEMPERATURE_FOLDS;
	*temperature = NAN;
}

/* A part as a method that has nothing else. */
struct lone_part {
	const char *kind, *name; /* as the help calls it */
	struct method method;
};

static struct method *add_part(struct lone_part *parts, size_t *count, const char *kind, const char *name)
{
	assert(*count < PARTS_MAX);
	struct lone_part *part = &parts[(*count)++];
	*part = (struct lone_part){ kind, name, { .sampler = &sampler_all, .loss = &loss_cross_entropy } };
	return &part->method;
}

/* All that can have a parameter, into `parts` (PARTS_MAX); returns how many. */
static size_t list_parts(struct lone_part *parts)
{
	size_t count = 0;

	for (size_t i = 0; sampler_at(i) != NULL; i++)
		add_part(parts, &count, "sampler ", sampler_name(i))->sampler = sampler_at(i);
	for (size_t i = 0; loss_at(i) != NULL; i++)
		add_part(parts, &count, "", loss_name(i))->loss = loss_at(i);
	for (size_t i = 0; stage_at(i) != NULL; i++)
		add_part(parts, &count, "second stage ", stage_name(i))->stage = stage_at(i);
	for (size_t i = 0; adjustment_at(i) != NULL; i++)
		add_part(parts, &count, "adjustment ", adjustment_name(i))->adjustment = adjustment_at(i);
	add_part(parts, &count, "classifier ", classifier_name(CLASSIFIER_COSINE))->cosine = settings_cosine;
	for (size_t i = 0; method_at(i) != NULL; i++) {
		const struct tile_cosine *own = &method_at(i)->cosine;
		if (own->heads > 0 && memcmp(own, &settings_cosine, sizeof *own) != 0)
			add_part(parts, &count, "method ", method_name(i))->cosine = *own;
		if (method_at(i)->smooths_features)
			add_part(parts, &count, "method ", method_name(i))->smooths_features = true;
	}
	return count;
}

static bool is_of_difficulty(const char *name)
{
	static const char *const names[] = { "apply", "difficulty", "prior" };

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

/* Whether the method has a parameter whose value by itself is the table's, whatever the part. */
static bool has_common(const struct method *method, const char *name)
{
	if (is_of_difficulty(name))
		return method->sampler->uses_difficulty;
	return strcmp(name, "beta") == 0 && (method_weights(method)->uses_beta ||
					     (method->stage != NULL && method->stage->deferred_weights != NULL &&
					      method->stage->deferred_weights->uses_beta));
}

static enum err_code append_value(const struct option_spec *spec, const struct run_settings *settings,
				  struct text *text, struct err *err)
{
	const void *field = (const char *)settings + spec->offset;

	return spec->type == OPTION_TEXT    ? text_append(text, err, "%s", *(const char *const *)field)
	       : spec->type == OPTION_COUNT ? text_append(text, err, "%zu", *(const size_t *)field)
					    : text_append_number(text, *(const double *)field, err);
}

/* Whether it has one whose value by itself goes without saying. */
static bool has_unsaid(const struct method *method, const char *name)
{
	bool has_bias_choice = method->adjustment != NULL && method->adjustment->has_bias_choice;

	return has_common(method, name) || (has_bias_choice && strcmp(name, "drop-bias") == 0) ||
	       (method->sampler->has_soft_bound && strcmp(name, "pace-soft") == 0) ||
	       (sampler_has_order(method->sampler) && strcmp(name, "curriculum-run") == 0);
}

/* Whether a method that has the parameter leaves it to cross-validation. */
static bool is_tuned(const struct option_spec *spec, const struct run_settings *settings)
{
	return settings->tune_folds > 0 && strcmp(spec->name, "temperature") == 0;
}

bool settings_has_option(const struct method *method, const struct option_spec *spec)
{
	const struct recipe recipe = { .method = *method };
	struct run_settings settings;

	if (strcmp(spec->name, "second-stage-epochs") == 0)
		return method->stage != NULL;
	if (strcmp(spec->name, "tune-folds") == 0)
		return recipe_tuned_name(&recipe) != NULL;
	if (strcmp(spec->name, "branch-layers") == 0)
		return method->sampler->is_bilateral;
	if (spec->describe == NULL && !is_of_difficulty(spec->name))
		return true;
	say_parts(method, &settings);
	return has_unsaid(method, spec->name) || is_tuned(spec, &settings) ||
	       (spec->initial == NULL && option_is_given(spec, &settings));
}

enum err_code settings_describe_parts(const struct option_spec *spec, struct text *text, struct err *err)
{
	struct lone_part parts[PARTS_MAX];
	struct run_settings settings;
	size_t all = list_parts(parts), count = 0;

	for (size_t i = 0; i < all; i++)
		if (settings_has_option(&parts[i].method, spec))
			parts[count++] = parts[i];
	for (size_t i = 0; i < count; i++) {
		const char *joint = i == 0 ? "of " : i + 1 < count ? ", " : " and ";
		say_parts(&parts[i].method, &settings);
		if (text_append(text, err, "%s%s%s", joint, parts[i].kind, parts[i].name) != ERR_OK)
			return err->code;
		if (has_unsaid(&parts[i].method, spec->name))
			continue;
		if (text_append(text, err, " (%s", i == 0 ? "without it " : "") != ERR_OK ||
		    (is_tuned(spec, &settings) ? text_append(text, err, "chosen by cross-validation")
					       : append_value(spec, &settings, text, err)) != ERR_OK ||
		    text_append(text, err, ")") != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

enum err_code settings_append_parameters(const struct method *method, struct text *text, struct err *err)
{
	struct run_settings settings, plain;

	option_reset(settings_specs, settings_spec_count, &plain);
	say_parts(method, &settings);
	for (size_t i = 0; i < settings_spec_count; i++) {
		const struct option_spec *spec = &settings_specs[i];
		bool is_own = option_is_given(spec, &settings) && !option_is_given(spec, &plain);
		if (!is_own && !has_common(method, spec->name))
			continue;
		if (text_append(text, err, "%s--%s ", text->length > 0 ? " " : "", spec->name) != ERR_OK ||
		    (is_own ? append_value(spec, &settings, text, err) : text_append(text, err, "%s", spec->initial)) !=
			ERR_OK)
			return err->code;
	}
	return ERR_OK;
}
