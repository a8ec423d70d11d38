/* hardrow methods: the named methods, and what each of them computes. */
#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/help.h"
#include "out/out.h"
#include "rebalance/method.h"
#include "train/settings.h"

struct methods_options {
	int format;
};

static const struct option_spec specs[] = {
	{ .name = "format",
	  .letter = 'f',
	  .type = OPTION_CHOICE,
	  .offset = offsetof(struct methods_options, format),
	  .choice = out_format_name,
	  .initial = "table",
	  .help = "how the list is written" },
};

static const struct out_column columns[] = {
	{ .name = "method" },	  { .name = "sampler" }, { .name = "loss" },	{ .name = "also" },
	{ .name = "parameters" }, { .name = "source" },	 { .name = "formula" }, { .name = "summary" },
};

static enum err_code append_parameter(struct text *text, const char *name, double value, struct err *err)
{
	return text_append(text, err, "%s--%s %.12g", text->length > 0 ? " " : "", name, value);
}

/* A parameter that every loss has the same default for: the setting's. */
static enum err_code append_setting(struct text *text, const char *name, struct err *err)
{
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);

	return text_append(text, err, "%s--%s %s", text->length > 0 ? " " : "", name, spec->initial);
}

/* Those of the classifier, the second stage and the adjustment. */
static enum err_code append_late_parameters(struct text *text, const struct method *method, struct err *err)
{
	const struct adjustment *adjustment = method->adjustment;

	const struct tile_cosine *cosine = &method->cosine;

	/* A single head without gamma is what the classifier is anyway. */
	if (cosine->heads > 1 && (append_parameter(text, "classifier-scale", cosine->scale, err) != ERR_OK ||
				  append_parameter(text, "classifier-heads", (double)cosine->heads, err) != ERR_OK ||
				  append_parameter(text, "classifier-gamma", cosine->gamma, err) != ERR_OK))
		return err->code;
	if (method->stage != NULL && method->stage->defers_weights && !method->loss->uses_beta &&
	    append_setting(text, "beta", err) != ERR_OK)
		return err->code;
	if (adjustment == NULL)
		return ERR_OK;
	if ((adjustment->defaults.tau != 0 && append_parameter(text, "tau", adjustment->defaults.tau, err) != ERR_OK) ||
	    (adjustment->defaults.effect != 0 &&
	     append_parameter(text, "effect", adjustment->defaults.effect, err) != ERR_OK) ||
	    (adjustment->has_target_prior && text_append(text, err, "--target-prior uniform") != ERR_OK) ||
	    (adjustment->defaults.temperature != 0 && text_append(text, err, "--tune-folds 5") != ERR_OK))
		return err->code;
	return ERR_OK;
}

/* "--beta 0.9999 --gamma 1": what can be set and what it is by itself. */
static enum err_code append_parameters(struct text *text, const struct method *method, struct err *err)
{
	const struct loss *loss = method->loss;
	const struct sampler *sampler = method->sampler;
	const struct {
		const char *name;
		double initial;
	} own[] = {
		{ "gamma", loss->defaults.gamma },	 { "tau", loss->defaults.tau },
		{ "alpha", loss->defaults.alpha },	 { "xi", loss->defaults.xi },
		{ "lambda", loss->defaults.lambda },	 { "margin", loss->defaults.margin },
		{ "bins", (double)loss->defaults.bins }, { "bin-momentum", loss->defaults.momentum },
	};

	if (sampler->uses_difficulty &&
	    (append_setting(text, "difficulty", err) != ERR_OK || append_setting(text, "prior", err) != ERR_OK ||
	     append_setting(text, "apply", err) != ERR_OK))
		return err->code;
	if (sampler->uses_class_power &&
	    append_parameter(text, "class-power", sampler->defaults.class_power, err) != ERR_OK)
		return err->code;
	if (sampler->uses_ratio && append_parameter(text, "ratio", sampler->defaults.ratio, err) != ERR_OK)
		return err->code;
	if (loss->defaults.pairwise_alpha != NULL &&
	    text_append(text, err, "--pairwise-alpha %s --pairwise-delta %s", loss->defaults.pairwise_alpha,
			loss->defaults.pairwise_delta) != ERR_OK)
		return err->code;
	if (loss->uses_beta && append_setting(text, "beta", err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < ARRAY_LENGTH(own); i++)
		if (own[i].initial != 0 && append_parameter(text, own[i].name, own[i].initial, err) != ERR_OK)
			return err->code;
	return append_late_parameters(text, method, err);
}

/* What the method does besides its sampler and loss. */
static enum err_code append_also(struct text *text, const struct method *method, struct err *err)
{
	if (method->cosine.heads > 0 && text_append(text, err, "cosine classifier") != ERR_OK)
		return err->code;
	if (method->stage != NULL &&
	    text_append(text, err, "%ssecond stage %s", text->length > 0 ? ", " : "", method->stage->name) != ERR_OK)
		return err->code;
	if (method->adjustment != NULL &&
	    text_append(text, err, "%sadjustment %s", text->length > 0 ? ", " : "", method->adjustment->name) != ERR_OK)
		return err->code;
	return ERR_OK;
}

static enum err_code append_part(struct text *text, const char *label, const char *formula, struct err *err)
{
	return formula == NULL ? ERR_OK : text_append(text, err, "; %s: %s", label, formula);
}

/* The loss, and whatever differs from plain training. */
static enum err_code append_formula(struct text *text, const struct method *method, struct err *err)
{
	if (text_append(text, err, "%s", method->loss->formula) != ERR_OK ||
	    append_part(text, "class weights", method->loss->class_weights, err) != ERR_OK ||
	    append_part(text, "draws", method->sampler == &sampler_all ? NULL : method->sampler->expected, err) !=
		ERR_OK ||
	    append_part(text, "second stage", method->stage == NULL ? NULL : method->stage->formula, err) != ERR_OK)
		return err->code;
	return append_part(text, "afterwards", method->adjustment == NULL ? NULL : method->adjustment->formula, err);
}

static struct out_value text_value(const char *text)
{
	return (struct out_value){ .type = text != NULL ? OUT_TEXT : OUT_NULL, .text = text };
}

static enum err_code list(const struct invocation *invocation, struct err *err)
{
	const struct methods_options *options = invocation->options;
	AUTO(out_freep) struct out *out = NULL;
	struct out_target target = { .file = stdout, .terminal = invocation->terminal };
	size_t shown = options->format == OUT_FORMAT_TABLE ? 7 : ARRAY_LENGTH(columns);

	if (out_begin((size_t)options->format, &target, columns, shown, &out, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; method_at(i) != NULL; i++) {
		const struct method *method = method_at(i);
		AUTO(text_done) struct text parameters = { 0 };
		AUTO(text_done) struct text also = { 0 };
		AUTO(text_done) struct text formula = { 0 };
		if (append_parameters(&parameters, method, err) != ERR_OK ||
		    append_also(&also, method, err) != ERR_OK || append_formula(&formula, method, err) != ERR_OK)
			return err->code;
		struct out_value values[ARRAY_LENGTH(columns)] = {
			text_value(method->name), text_value(method->sampler->name), text_value(method->loss->name),
			text_value(also.data),	  text_value(parameters.data),	     text_value(method->source),
			text_value(formula.data), text_value(method->summary),
		};
		if (out_row(out, values, err) != ERR_OK)
			return err->code;
	}
	return out_end(out, err);
}

static enum err_code explain(const char *name, struct err *err)
{
	int i = option_index(name, method_name);
	AUTO(text_done) struct text parameters = { 0 };

	if (i < 0) {
		const char *nearest = option_nearest(name, method_name);
		return err_set(err, ERR_USAGE, "there is no method '%s': %s%s%s", name,
			       nearest != NULL ? "did you mean '" : "'hardrow methods' lists them",
			       nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
	}
	const struct method *method = method_at((size_t)i);
	if (append_parameters(&parameters, method, err) != ERR_OK)
		return err->code;
	(void)printf("%s: %s\n\n", method->name, method->summary);
	help_write_entry(stdout, "sampler", method->sampler->name);
	help_write_entry(stdout, "", method->sampler->summary);
	help_write_entry(stdout, "expected draws", method->sampler->expected);
	help_write_entry(stdout, "loss", method->loss->name);
	help_write_entry(stdout, "", method->loss->summary);
	help_write_entry(stdout, "formula", method->loss->formula);
	if (method->loss->class_weights != NULL)
		help_write_entry(stdout, "class weights", method->loss->class_weights);
	if (method->cosine.heads > 0)
		help_write_entry(stdout, "classifier", "cosine");
	help_write_entry(stdout, "divided by",
			 method_reduction(method) == REDUCTION_WEIGHTS ? "the sum of a batch's weights"
								       : "the size of a batch");
	if (method->stage != NULL) {
		help_write_entry(stdout, "second stage", method->stage->name);
		help_write_entry(stdout, "", method->stage->summary);
		help_write_entry(stdout, "its formula", method->stage->formula);
	}
	if (method->adjustment != NULL) {
		help_write_entry(stdout, "adjustment", method->adjustment->name);
		help_write_entry(stdout, "", method->adjustment->summary);
		help_write_entry(stdout, "its formula", method->adjustment->formula);
	}
	help_write_entry(stdout, "probabilities",
			 method->loss->link == LINK_SIGMOID ? "sigmoid scores divided by their sum" : "softmax");
	help_write_entry(stdout, "parameters", parameters.data != NULL ? parameters.data : "none");
	if (method->source != NULL)
		help_write_entry(stdout, "source", method->source);
	return ERR_OK;
}

static enum err_code run_methods(const struct invocation *invocation, struct err *err)
{
	return invocation->argument_count == 0 ? list(invocation, err) : explain(invocation->arguments[0], err);
}

const struct command command_methods = {
	.name = "methods",
	.arguments = "[NAME]",
	.summary = "List the methods, or explain one",
	.details =
	    "The parameters are shown with the values that they have by themselves. Formulas are those of one\n"
	    "instance, before its class weight: z logits, y its class, p probabilities, n_c the count of class c\n"
	    "in the training part and N their sum, BCE(z, t) = -t log sigma(z) - (1 - t) log sigma(-z). Expected "
	    "draws\n"
	    "are those of an instance of class c in an epoch; K is the number of classes.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct methods_options),
	.maximum = 1,
	.no_database = true,
	.run = run_methods,
};
