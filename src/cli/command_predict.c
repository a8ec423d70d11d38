/* hardrow predict: the model of a recorded run on new rows. */
#include <stdio.h>

#include "app/predict.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/data_folders.h"
#include "cli/print.h"
#include "cli/query.h"
#include "num/blas.h"
#include "out/out.h"

struct options {
	bool probabilities;
	const char *data;
	struct option_list data_dirs;
};

/* What a person ought to know of the file, on standard error. */
static void tell(const char *file, const struct predicted *predicted)
{
	const struct new_rows *rows = &predicted->rows;

	if (rows->unused.length > 0)
		print_clean(stderr, "hardrow: %s: not used: %.300s\n", file, rows->unused.data);
	if (rows->unknown > 0)
		print_clean(stderr,
			    "hardrow: %s: %zu row%s a text that the run's data does not have: it counts as none\n",
			    file, rows->unknown, rows->unknown == 1 ? " has" : "s have");
}

static void fill_row(const struct predicted *predicted, size_t i, size_t count, struct out_value *values)
{
	const struct dataset *dataset = predicted->run->dataset;

	values[0] = (struct out_value){ .type = OUT_INTEGER, .integer = (int64_t)i };
	values[1] =
	    dataset->target != NULL
		? (struct out_value){ .type = OUT_REAL, .real = predicted_number(predicted, i) }
		: (struct out_value){ .type = OUT_TEXT, .text = dataset->class_names[predicted_class(predicted, i)] };
	for (size_t c = 2; c < count; c++)
		values[c] = (struct out_value){ .type = OUT_REAL, .real = predicted_probability(predicted, i, c - 2) };
}

static enum err_code write_rows(const struct invocation *invocation, const struct predicted *predicted,
				const struct out_column *columns, size_t count, struct err *err)
{
	const struct out_target target = { .file = stdout, .terminal = invocation->terminal };
	AUTO(out_freep) struct out *out = NULL;
	AUTO(mem_freep) struct out_value *values = NULL;

	if (mem_new(&values, count, err) != ERR_OK ||
	    out_begin((size_t)option_index("csv", out_format_name), &target, columns, count, &out, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < predicted->rows.count; i++) {
		fill_row(predicted, i, count, values);
		if (out_row(out, values, err) != ERR_OK)
			return err->code;
	}
	return out_end(out, err);
}

static enum err_code write_all(const struct invocation *invocation, const struct predicted *predicted, struct err *err)
{
	const struct options *options = invocation->options;
	const struct dataset *dataset = predicted->run->dataset;
	size_t classes = options->probabilities ? dataset->classes : 0;
	AUTO(mem_freep) struct out_column *columns = NULL;
	struct text names AUTO(text_done) = { 0 };
	AUTO(mem_freep) size_t *begins = NULL;

	if (mem_new(&columns, classes + 2, err) != ERR_OK || mem_new(&begins, classes, err) != ERR_OK)
		return err->code;
	for (size_t c = 0; c < classes; c++) {
		begins[c] = names.length;
		if (text_append(&names, err, "p_%s", dataset->class_names[c]) != ERR_OK ||
		    text_append_bytes(&names, "", 1, err) != ERR_OK)
			return err->code;
	}
	columns[0].name = "instance_id";
	columns[1].name = dataset->target != NULL ? "prediction" : "predicted";
	for (size_t c = 0; c < classes; c++)
		columns[c + 2].name = names.data + begins[c];
	return write_rows(invocation, predicted, columns, classes + 2, err);
}

static enum err_code run_predict(const struct invocation *invocation, struct err *err)
{
	const struct options *options = invocation->options;
	const char *file = invocation->arguments[1];
	AUTO(data_folders_done) struct data_folders folders = { 0 };
	AUTO(track_freep) struct track *track = NULL;
	struct predicted predicted AUTO(predicted_done) = { 0 };
	int64_t run_id = 0;

	if (command_parse_run(invocation, 0, &run_id, err) != ERR_OK || blas_load(err) != ERR_OK ||
	    data_folders_init(&folders, &options->data_dirs, err) != ERR_OK ||
	    track_open_existing(invocation->database, NULL, &track, err) != ERR_OK)
		return err->code;
	query_warn(track_db(track));
	const struct stored_run_source source = { data_folders_path(&folders), options->data };
	if (predict_rows(track, run_id, file, &source, &predicted, err) != ERR_OK)
		return err->code;
	if (options->probabilities && predicted.run->row.is_regression)
		return err_set(err, ERR_USAGE, "run %lld predicts a number: it has no --probabilities",
			       (long long)run_id);
	tell(file, &predicted);
	return write_all(invocation, &predicted, err);
}

static const struct option_spec specs[] = {
	{ .name = "probabilities",
	  .letter = 'p',
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct options, probabilities),
	  .help = "those of all classes, too" },
	{ .name = "data",
	  .letter = 'd',
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct options, data),
	  .argument = "NAME|FILE",
	  .help = "the run's data, if the file does not hold it and its name does not lead to it" },
	DATA_DIR_OPTION(struct options, data_dirs),
};

const struct command command_predict = {
	.name = "predict",
	.arguments = "RUN FILE",
	.summary = "Apply the model of a run to new rows",
	.details =
	    "FILE (CSV, ARFF or KEEL, also with gzip; - is standard input) has the columns that the run was trained\n"
	    "on, in any order, with or without the label; it is read as the run's file was. Its rows are encoded,\n"
	    "filled in and scaled as the run's training part says. CSV on standard output: instance_id counts the\n"
	    "rows of FILE from 0.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct options),
	.minimum = 2,
	.maximum = 2,
	.run = run_predict,
};
