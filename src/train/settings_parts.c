/* Which sampler, loss or adjustment has which parameter, read off what each fills in by itself. */
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "train/settings.h"

/* The options that say what the method's parts have: all else is as if nothing was given. */
static void say_parts(const struct method *method, struct run_settings *ret_settings)
{
	struct run_settings *settings = ret_settings;
	double *temperature = &settings->adjustment_parameters.temperature;

	option_reset(settings_specs, settings_spec_count, settings);
	settings->loss_parameters.tau = settings->adjustment_parameters.tau = settings->tau;
	settings->sampler_parameters = sampler_fill_parameters(method->sampler, &settings->sampler_parameters);
	settings->loss_parameters = loss_fill_parameters(method->loss, &settings->loss_parameters);
	settings->adjustment_parameters =
	    adjustment_fill_parameters(method->adjustment, &settings->adjustment_parameters);
	settings->tau =
	    isnan(settings->loss_parameters.tau) ? settings->adjustment_parameters.tau : settings->loss_parameters.tau;
	settings->cosine = method->cosine.heads > 0 ? method->cosine : settings->cosine;
	/* Unless it is given it is chosen. */
	settings->tune_folds = isnan(*temperature) ? 0 : SETTINGS_TEMPERATURE_FOLDS;
	*temperature = NAN;
}

/* Part i of all samplers, losses and adjustments, in a method that has nothing else; returns what it is called, as its
 * kind and its name, NULL behind the last. */
static const char *part_at(size_t i, struct method *ret_part, const char **ret_kind)
{
	size_t samplers = 0, losses = 0;

	*ret_part = (struct method){ .sampler = &sampler_all, .loss = &loss_cross_entropy };
	while (sampler_at(samplers) != NULL)
		samplers++;
	while (loss_at(losses) != NULL)
		losses++;
	if (i < samplers) {
		*ret_kind = "sampler ";
		ret_part->sampler = sampler_at(i);
		return sampler_name(i);
	}
	if (i < samplers + losses) {
		*ret_kind = "";
		ret_part->loss = loss_at(i - samplers);
		return loss_name(i - samplers);
	}
	*ret_kind = "adjustment ";
	ret_part->adjustment = adjustment_at(i - samplers - losses);
	return adjustment_name(i - samplers - losses);
}

static enum err_code append_value(const struct option_spec *spec, const struct run_settings *settings,
				  struct text *text, struct err *err)
{
	const void *field = (const char *)settings + spec->offset;

	return spec->type == OPTION_TEXT    ? text_append(text, err, "%s", *(const char *const *)field)
	       : spec->type == OPTION_COUNT ? text_append(text, err, "%zu", *(const size_t *)field)
					    : text_append_number(text, *(const double *)field, err);
}

enum err_code settings_describe_parts(const struct option_spec *spec, struct text *text, struct err *err)
{
	struct run_settings settings;
	struct method part;
	const char *kind, *name;
	size_t count = 0, told = 0;

	for (size_t i = 0; part_at(i, &part, &kind) != NULL; i++) {
		say_parts(&part, &settings);
		count += option_is_given(spec, &settings);
	}
	for (size_t i = 0; (name = part_at(i, &part, &kind)) != NULL; i++) {
		say_parts(&part, &settings);
		if (!option_is_given(spec, &settings))
			continue;
		const char *joint = told == 0 ? "of " : told + 1 < count ? ", " : " and ";
		if (text_append(text, err, "%s%s%s (%s", joint, kind, name, told == 0 ? "without it " : "") != ERR_OK ||
		    append_value(spec, &settings, text, err) != ERR_OK || text_append(text, err, ")") != ERR_OK)
			return err->code;
		told++;
	}
	return ERR_OK;
}

/* Whether the method has a parameter whose value by itself is the table's, whatever the part. */
static bool has_common(const struct method *method, const char *name)
{
	static const char *const of_difficulty[] = { "apply", "difficulty", "prior" };
	bool uses_beta = method->loss->uses_beta || (method->stage != NULL && method->stage->defers_weights);

	for (size_t i = 0; i < ARRAY_LENGTH(of_difficulty); i++)
		if (strcmp(name, of_difficulty[i]) == 0)
			return method->sampler->uses_difficulty;
	return uses_beta && strcmp(name, "beta") == 0;
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
