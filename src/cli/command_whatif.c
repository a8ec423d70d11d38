/* hardrow whatif: the weights that another rule would have given. */
#include <stdio.h>

#include "app/whatif.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/data_folders.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/query.h"
#include "num/blas.h"

struct whatif_options {
	size_t epoch;
	bool instances;
	const char *format, *data;
	bool csv_safe;
	struct option_list data_dirs;
	struct run_settings settings;
};

static struct out_value text_of(const char *text)
{
	return (struct out_value){ .type = OUT_TEXT, .text = text };
}

static struct out_value integer_of(size_t number)
{
	return (struct out_value){ .type = OUT_INTEGER, .integer = (int64_t)number };
}

static struct out_value real_of(double number)
{
	return (struct out_value){ .type = OUT_REAL, .real = number };
}

static enum err_code write_instances(const struct whatif *whatif, size_t format, const struct out_target *target,
				     struct err *err)
{
	static const struct out_column columns[] = { { "instance_id", OUT_ALIGN_AUTO },
						     { "class", OUT_ALIGN_AUTO },
						     { "recorded_weight", OUT_ALIGN_AUTO },
						     { "weight", OUT_ALIGN_AUTO } };
	const struct dataset *dataset = &whatif->run.dataset;
	AUTO(out_freep) struct out *out = NULL;

	if (out_begin(format, target, columns, ARRAY_LENGTH(columns), &out, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < dataset->instances; i++) {
		if (whatif->run.split->is_test[i] != 0)
			continue;
		const struct out_value values[] = { integer_of(dataset->instance_id[i]),
						    text_of(dataset->class_names[dataset->y[i]]),
						    real_of(whatif->recorded[i]), real_of(whatif->weight[i]) };
		if (out_row(out, values, err) != ERR_OK)
			return err->code;
	}
	return out_end(out, err);
}

static enum err_code write_classes(const struct whatif *whatif, size_t format, const struct out_target *target,
				   struct err *err)
{
	static const struct out_column columns[] = { { "class", OUT_ALIGN_AUTO },
						     { "instances", OUT_ALIGN_AUTO },
						     { "recorded_share", OUT_ALIGN_AUTO },
						     { "share", OUT_ALIGN_AUTO } };
	const struct dataset *dataset = &whatif->run.dataset;
	AUTO(out_freep) struct out *out = NULL;

	if (out_begin(format, target, columns, ARRAY_LENGTH(columns), &out, err) != ERR_OK)
		return err->code;
	for (size_t c = 0; c < dataset->classes; c++) {
		const struct out_value values[] = { text_of(dataset->class_names[c]),
						    integer_of(whatif->run.split->train_class[c]),
						    real_of(whatif->recorded_share[c]), real_of(whatif->share[c]) };
		if (out_row(out, values, err) != ERR_OK)
			return err->code;
	}
	return out_end(out, err);
}

static enum err_code write_rows(const struct whatif_options *options, const struct whatif *whatif, size_t format,
				const struct out_target *target, struct err *err)
{
	return options->instances ? write_instances(whatif, format, target, err)
				  : write_classes(whatif, format, target, err);
}

static enum err_code show(const struct invocation *invocation, const struct whatif *whatif, struct err *err)
{
	const struct whatif_options *options = invocation->options;
	const struct out_target target = query_target(invocation, options->csv_safe);
	size_t format = (size_t)option_index(options->format, out_format_name);
	AUTO(text_done) struct text method = { 0 };
	AUTO(text_done) struct text words = { 0 };

	if (recipe_append_method(&whatif->recipe, &method, err) != ERR_OK)
		return err->code;
	if (!out_is_for_people(format))
		return write_rows(options, whatif, format, &target, err);
	if (text_append(&words, err,
			"After epoch %zu: weights of run %lld (%s, effective sample size %.1f) and by %s (%.1f)",
			whatif->epoch, (long long)whatif->run.run_id, whatif->run.row.method, whatif->recorded_size,
			method.data, whatif->size) != ERR_OK ||
	    out_words(format, &target, words.data, err) != ERR_OK)
		return err->code;
	(void)fputc('\n', stdout);
	if (write_rows(options, whatif, format, &target, err) != ERR_OK)
		return err->code;
	if (!whatif->all_alike)
		return ERR_OK;
	text_clear(&words);
	(void)fputc('\n', stdout);
	if (text_append(&words, err, "By %s all instances weigh alike; what else it changes does not show in weights.",
			method.data) != ERR_OK)
		return err->code;
	return out_words(format, &target, words.data, err);
}

static enum err_code run_whatif(const struct invocation *invocation, struct err *err)
{
	const struct whatif_options *options = invocation->options;
	AUTO(data_folders_done) struct data_folders folders = { 0 };
	AUTO(track_freep) struct track *track = NULL;
	struct whatif whatif AUTO(whatif_done) = { 0 };
	struct whatif_request request = { .settings = &options->settings, .epoch = options->epoch };

	if (command_parse_run(invocation, 0, &request.run_id, err) != ERR_OK || blas_load(err) != ERR_OK ||
	    data_folders_init(&folders, &options->data_dirs, err) != ERR_OK ||
	    track_open_existing(invocation->database, NULL, &track, err) != ERR_OK)
		return err->code;
	query_warn(track_db(track));
	request.source = (struct stored_run_source){ data_folders_path(&folders), options->data };
	request.stop = interrupt_catch(track_db(track));
	enum err_code code = whatif_compute(track, &request, &whatif, err);
	interrupt_release();
	return code != ERR_OK ? code : show(invocation, &whatif, err);
}

static const struct option_spec specs[] = {
	{ .name = "epoch",
	  .type = OPTION_COUNT,
	  .offset = offsetof(struct whatif_options, epoch),
	  .min = 1,
	  .argument = "T",
	  .help = "after this epoch; without it the last whose instances are recorded" },
	{ .name = "instances",
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct whatif_options, instances),
	  .help = "the weight of each training instance instead of the share of each class" },
	FORMAT_OPTION(struct whatif_options, format),
	CSV_SAFE_OPTION(struct whatif_options, csv_safe),
	{ .name = "data",
	  .letter = 'd',
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct whatif_options, data),
	  .argument = "NAME|FILE",
	  .help = "the run's data, if the file does not hold it and its name does not lead to it" },
	DATA_DIR_OPTION(struct whatif_options, data_dirs),
};

const struct command command_whatif = {
	.name = "whatif",
	.arguments = "RUN --method NAME",
	.summary = "The weights that another rule would have given, from the recorded predictions",
	.details = "Nothing is trained: a run of that method would have predicted otherwise from its second epoch on.\n"
		   "The difficulty is the recorded one, the weights have mean 1 over the training part.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct whatif_options),
	.shared = settings_specs,
	.shared_count = &settings_spec_count,
	.shared_offset = offsetof(struct whatif_options, settings),
	.shared_first = "method",
	.shared_last = "ratio",
	.minimum = 1,
	.maximum = 1,
	.run = run_whatif,
};
