/* hardrow methods: the named methods, and what each of them computes. */
#include <stdio.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/help.h"
#include "cli/query.h"
#include "out/out.h"
#include "rebalance/method.h"
#include "rebalance/regression.h"
#include "train/settings.h"

struct methods_options {
	int task, format;
};

static const struct option_spec specs[] = {
	{ .name = "task",
	  .type = OPTION_CHOICE,
	  .offset = offsetof(struct methods_options, task),
	  .choice = task_name,
	  .initial = "classification",
	  .help = "list the methods of this task, and as what they train there" },
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

/* "what NAME" in a list; nothing without a name. */
static enum err_code append_item(struct text *text, const char *what, const char *name, struct err *err)
{
	return name == NULL ? ERR_OK : text_append(text, err, "%s%s%s", text->length > 0 ? ", " : "", what, name);
}

/* What the method does besides its sampler and loss. */
static enum err_code append_also(struct text *text, const struct method *method, struct err *err)
{
	const struct loss *weights = method->weights;

	if (append_item(text, "", method->cosine.heads > 0 ? "cosine classifier" : NULL, err) != ERR_OK ||
	    append_item(text, "", method->sampler->is_bilateral ? "bilateral classifier" : NULL, err) != ERR_OK ||
	    append_item(text, "weights of ", weights != NULL && weights->class_weights != NULL ? weights->name : NULL,
			err) != ERR_OK ||
	    append_item(text, "kernel ", method->kernel.kind != KERNEL_NONE ? kernel_name(method->kernel.kind) : NULL,
			err) != ERR_OK ||
	    append_item(text, "", method->smooths_features ? "smoothed features" : NULL, err) != ERR_OK ||
	    append_item(text, "second stage ", method->stage != NULL ? method->stage->name : NULL, err) != ERR_OK)
		return err->code;
	return append_item(text, "adjustment ", method->adjustment != NULL ? method->adjustment->name : NULL, err);
}

static enum err_code append_part(struct text *text, const char *label, const char *formula, struct err *err)
{
	return formula == NULL ? ERR_OK : text_append(text, err, "; %s: %s", label, formula);
}

/* The loss, and whatever differs from plain training. */
static enum err_code append_formula(struct text *text, const struct method *method, struct err *err)
{
	if (text_append(text, err, "%s", method->loss->formula) != ERR_OK ||
	    append_part(text, "class weights", method_weights(method)->class_weights, err) != ERR_OK ||
	    append_part(text, "features", method->smooths_features ? FEATURE_SMOOTHING_FORMULA : NULL, err) != ERR_OK ||
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
	struct out_target target = query_target(invocation, false);
	size_t shown = out_is_for_people((size_t)options->format) ? 7 : ARRAY_LENGTH(columns);

	if (out_begin((size_t)options->format, &target, columns, shown, &out, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; method_at(i) != NULL; i++) {
		struct method in_task;
		if (!method_in_task(method_at(i), (enum task)options->task, &in_task))
			continue;
		const struct method *method = &in_task;
		AUTO(text_done) struct text parameters = { 0 };
		AUTO(text_done) struct text also = { 0 };
		AUTO(text_done) struct text formula = { 0 };
		if (settings_append_parameters(method, &parameters, err) != ERR_OK ||
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

/* As what the task trains it; of those that are for the other task alone, as what that does unless it was asked for. */
static enum err_code find_in_task(size_t i, enum task task, struct method *ret_method, struct err *err)
{
	*ret_method = *method_at(i);
	if (method_in_task(method_at(i), task, ret_method) || task == TASK_CLASSIFICATION)
		return ERR_OK;
	return err_set(err, ERR_USAGE, "method %s is not for task %s", method_name(i), task_name((size_t)task));
}

static enum err_code explain(const char *name, enum task task, struct err *err)
{
	int i = option_index(name, method_name);
	AUTO(text_done) struct text parameters = { 0 };
	struct method in_task;
	const struct method *method = &in_task;

	if (i < 0) {
		const char *nearest = option_nearest(name, method_name);
		return err_set(err, ERR_USAGE, "there is no method '%s': %s%s%s", name,
			       nearest != NULL ? "did you mean '" : "'hardrow methods' lists them",
			       nearest != NULL ? nearest : "", nearest != NULL ? "'?" : "");
	}
	if (find_in_task((size_t)i, task, &in_task, err) != ERR_OK ||
	    settings_append_parameters(method, &parameters, err) != ERR_OK)
		return err->code;
	(void)printf("%s: %s\n\n", method->name, method->summary);
	help_write_entry(stdout, "sampler", method->sampler->name);
	help_write_entry(stdout, "", method->sampler->summary);
	help_write_entry(stdout, "expected draws", method->sampler->expected);
	if (method->sampler->uses_difficulty && task == TASK_REGRESSION)
		help_write_entry(
		    stdout, "du, dl",
		    "rise and fall of |residual| / deviation of the targets from epoch to epoch; " REGRESSION_NOTE);
	help_write_entry(stdout, "loss", method->loss->name);
	help_write_entry(stdout, "", method->loss->summary);
	help_write_entry(stdout, "formula", method->loss->formula);
	if (method_weights(method)->class_weights != NULL)
		help_write_entry(stdout, "class weights", method_weights(method)->class_weights);
	if (method->kernel.kind != KERNEL_NONE)
		help_write_entry(stdout, "kernel", kernel_name(method->kernel.kind));
	if (method->smooths_features)
		help_write_entry(stdout, "features", FEATURE_SMOOTHING_FORMULA);
	if (method->cosine.heads > 0)
		help_write_entry(stdout, "classifier", "cosine");
	if (method->sampler->is_bilateral)
		help_write_entry(
		    stdout, "classifier",
		    "bilateral: z = 2 (a W_c f_c(x_c) + (1 - a) W_r f_r(x_r)), x_c of the first half of the "
		    "draws, x_r of the second; loss a CE(z, y_c) + (1 - a) CE(z, y_r); a = 1/2 and x_c = x_r "
		    "where it predicts");
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
	if (method->loss->link != LINK_IDENTITY)
		help_write_entry(stdout, "probabilities",
				 method->loss->link == LINK_SIGMOID ? "sigmoid scores divided by their sum"
								    : "softmax");
	help_write_entry(stdout, "parameters", parameters.data != NULL ? parameters.data : "none");
	if (method->source != NULL)
		help_write_entry(stdout, "source", method->source);
	return ERR_OK;
}

static enum err_code run_methods(const struct invocation *invocation, struct err *err)
{
	return invocation->argument_count == 0
		   ? list(invocation, err)
		   : explain(invocation->arguments[0],
			     (enum task)((const struct methods_options *)invocation->options)->task, err);
}

const struct command command_methods = {
	.name = "methods",
	.arguments = "[METHOD]",
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
