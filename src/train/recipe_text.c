/* A recipe in words: as options that say all of it, as JSON, as the key of its run, as the name of its method. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "train/recipe.h"

/* Options that say all of a recipe, and the texts among them. */
struct saying {
	struct run_settings options;
	char hidden[NETWORK_HIDDEN_MAX * 8 + 1];
	char batch_size[24], record[RECORD_RULE_TEXT], record_weights[RECORD_RULE_TEXT];
};

static void say_hidden(const struct recipe *recipe, struct saying *saying)
{
	size_t length = 0;

	for (size_t l = 0; l < recipe->shape.hidden_count; l++)
		length += (size_t)snprintf(
		    saying->hidden + length, sizeof saying->hidden - length, "%s%zu", l == 0 ? "" : ",",
		    recipe->shape.hidden[l] / (l + recipe->shape.branch_layers < recipe->shape.hidden_count ||
						       recipe->shape.branch_layers == 0
						   ? 1
						   : 2));
	saying->options.hidden = recipe->shape.hidden_count > 0 ? saying->hidden : NULL;
}

static void say_model(const struct recipe *recipe, struct saying *saying)
{
	struct run_settings *options = &saying->options;

	options->model = (int)recipe->model;
	options->activation = (int)recipe->shape.activation;
	options->precision = (int)recipe->shape.precision + 1;
	options->dropout = recipe->shape.dropout;
	options->cosine = recipe->shape.cosine;
	options->classifier = recipe->shape.cosine.heads > 0	? CLASSIFIER_COSINE
			      : recipe->shape.branch_layers > 0 ? CLASSIFIER_BILATERAL
								: CLASSIFIER_LINEAR;
	options->branch_layers = recipe->shape.branch_layers;
	if (recipe->shape.cosine.heads == 0)
		options->cosine.scale = options->cosine.gamma = NAN;
	say_hidden(recipe, saying);
}

static void say_method(const struct recipe *recipe, struct run_settings *options)
{
	const struct method *method = &recipe->method;
	const struct stage *stage = method->stage;
	const struct adjustment *adjustment = method->adjustment;

	options->method = option_index(method->name, method_name);
	options->apply = (int)recipe->apply;
	options->sampler = option_index(method->sampler->name, sampler_name) + 1;
	options->loss = option_index(method->loss->name, loss_name) + 1;
	options->second_stage = stage == NULL ? 1 : option_index(stage->name, stage_name) + 2;
	options->adjustment = adjustment == NULL ? 1 : option_index(adjustment->name, adjustment_name) + 2;
	options->difficulty = recipe->difficulty;
	options->sampler_parameters = recipe->sampler_parameters;
	options->loss_parameters = recipe->loss_parameters;
	options->adjustment_parameters = recipe->adjustment_parameters;
	options->kernel_kind = (int)recipe->kernel.kind + 1;
	options->kernel = recipe->kernel;
	options->feature_parameters = recipe->feature_parameters;
	options->reduction = (int)recipe->reduction + 1;
	options->second_stage_epochs = recipe->second_stage_epochs;
	options->tune_folds = recipe->tune_folds;
	bool is_chosen = recipe->tune_folds == 0 || recipe->is_chosen;
	if (!is_chosen)
		options->adjustment_parameters.temperature = NAN;
	options->tau = recipe->loss_parameters.tau;
	if (isnan(options->tau) && is_chosen)
		options->tau = recipe->adjustment_parameters.tau;
}

/* recipe_resolve() makes the recipe of them, recipe_restore() also one with a chosen parameter. */
static void say(const struct recipe *recipe, struct saying *saying)
{
	*saying = (struct saying){ .options = { .data = recipe->data, .training = recipe->training } };
	say_model(recipe, saying);
	say_method(recipe, &saying->options);
	(void)snprintf(saying->batch_size, sizeof saying->batch_size, "%zu", recipe->batch_size);
	record_rule_write(&recipe->record, saying->record);
	record_rule_write(&recipe->record_weights, saying->record_weights);
	saying->options.batch_size = saying->batch_size;
	saying->options.record = saying->record;
	saying->options.record_weights = saying->record_weights;
}

enum err_code recipe_append_json(const struct recipe *recipe, struct text *json, struct err *err)
{
	struct saying saying;

	say(recipe, &saying);
	if (text_append(json, err, "{") != ERR_OK ||
	    option_append_json(settings_specs, settings_spec_count, &saying.options, json, err) != ERR_OK)
		return err->code;
	return text_append(json, err, "}");
}

/* Whether the option, not given while all others are, comes to the same. */
static bool is_default(const struct recipe *recipe, const struct saying *saying, const struct option_spec *spec)
{
	struct saying other = *saying;
	struct recipe without;
	struct err err;

	option_reset_recorded(spec, 1, &other.options);
	if (option_is_same(spec, &saying->options, &other.options))
		return true;
	if (recipe_restore(&other.options, &recipe->subject, &without, &err) != ERR_OK)
		return false;
	say(&without, &other);
	return option_is_same(spec, &saying->options, &other.options);
}

static int compare_names(const void *left, const void *right)
{
	return strcmp((*(const struct option_spec *const *)left)->name,
		      (*(const struct option_spec *const *)right)->name);
}

enum err_code recipe_append_key(const struct recipe *recipe, struct text *json, struct err *err)
{
	struct recipe untuned = *recipe;
	const struct option_spec *parts[SETTINGS_MAX];
	struct saying saying;
	size_t count = 0;

	untuned.is_chosen = false;
	say(&untuned, &saying);
	for (size_t i = 0; i < settings_spec_count; i++) {
		const struct option_spec *spec = &settings_specs[i];
		bool is_seed = spec->type == OPTION_SEED;
		if (!is_seed && !is_default(&untuned, &saying, spec))
			parts[count++] = spec;
	}
	qsort(parts, count, sizeof(parts[0]), compare_names);
	if (text_append(json, err, "{") != ERR_OK)
		return err->code;
	for (size_t i = 0; i < count; i++)
		if ((i > 0 && text_append(json, err, ",") != ERR_OK) ||
		    option_append_json(parts[i], 1, &saying.options, json, err) != ERR_OK)
			return err->code;
	return text_append(json, err, "}");
}

enum err_code recipe_check_use(const struct recipe *recipe, const struct run_settings *options,
			       const struct option_spec *spec, struct err *err)
{
	const struct method *method = &recipe->method;
	struct saying saying;

	say(recipe, &saying);
	if (!option_is_given(spec, options) || option_is_given(spec, &saying.options))
		return ERR_OK;
	return err_set(err, ERR_INPUT, "%s will not do: sampler %s, loss %s and adjustment %s have no such parameter",
		       spec->name, method->sampler->name, method->loss->name,
		       method->adjustment != NULL ? method->adjustment->name : "none");
}

enum err_code recipe_check_uses(const struct recipe *recipe, const struct run_settings *options, struct err *err)
{
	for (size_t i = 0; i < settings_spec_count; i++)
		if (recipe_check_use(recipe, options, &settings_specs[i], err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static enum err_code append_other(struct text *text, const void *own, const void *composed, const char *name,
				  struct err *err)
{
	return composed == own ? ERR_OK : text_append(text, err, "+%s", composed != NULL ? name : "none");
}

enum err_code recipe_append_method(const struct recipe *recipe, struct text *text, struct err *err)
{
	const struct method *method = &recipe->method;
	struct method own = *method_at((size_t)option_index(method->name, method_name));

	if (recipe->apply != APPLY_DRAW)
		own = method_applied(&own, recipe->apply);
	(void)method_in_task(&own, (enum task)recipe->data.task, &own);
	if (text_append(text, err, "%s", own.name) != ERR_OK ||
	    (recipe->apply != APPLY_DRAW &&
	     text_append(text, err, "+%s", method_apply_name((size_t)recipe->apply)) != ERR_OK) ||
	    append_other(text, own.sampler, method->sampler, method->sampler->name, err) != ERR_OK ||
	    (own.sampler != method->sampler && option_index(method->sampler->name, loss_name) >= 0 &&
	     text_append(text, err, "-sampling") != ERR_OK) ||
	    append_other(text, own.loss, method->loss, method->loss->name, err) != ERR_OK ||
	    append_other(text, own.stage, method->stage, method->stage == NULL ? NULL : method->stage->name, err) !=
		ERR_OK)
		return err->code;
	return append_other(text, own.adjustment, method->adjustment,
			    method->adjustment == NULL ? NULL : method->adjustment->name, err);
}
