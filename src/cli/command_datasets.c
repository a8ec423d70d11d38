/* hardrow datasets: what is known, what is here, and how to get the rest. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/data_folders.h"
#include "cli/print.h"
#include "cli/query.h"
#include "out/out.h"

struct datasets_options {
	struct option_list data_dirs;
	int format;
	const char *mirror, *to;
};

static const struct option_spec specs[] = {
	DATA_DIR_OPTION(struct datasets_options, data_dirs),
	{ .name = "format",
	  .letter = 'f',
	  .type = OPTION_CHOICE,
	  .offset = offsetof(struct datasets_options, format),
	  .choice = out_format_name,
	  .initial = "table",
	  .help = "how the list is written" },
	{ .name = "to",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct datasets_options, to),
	  .argument = "FOLDER",
	  .help = "fetch: put the files here; default: ~/.local/share/hardrow/datasets" },
	{ .name = "mirror",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct datasets_options, mirror),
	  .argument = "URL",
	  .help = "fetch: take UCI's files from this folder (https:// or file://)" },
};

static const struct out_column columns[] = {
	{ .name = "name" },    { .name = "title" },	   { .name = "instances" },	  { .name = "features" },
	{ .name = "classes" }, { .name = "class_counts" }, { .name = "imbalance_ratio" }, { .name = "file" },
	{ .name = "licence" }, { .name = "doi" },
};

/* "50 50 50" in class order, and the largest over the smallest. */
static enum err_code count_classes(const struct dataset *dataset, struct text *counts, double *ret_ratio,
				   struct err *err)
{
	size_t smallest = SIZE_MAX, largest = 0;

	for (size_t c = 0; c < dataset->classes; c++) {
		size_t count = 0;
		for (size_t i = 0; i < dataset->instances; i++)
			count += dataset->y[i] == c;
		smallest = count < smallest ? count : smallest;
		largest = count > largest ? count : largest;
		if (text_append(counts, err, c == 0 ? "%zu" : " %zu", count) != ERR_OK)
			return err->code;
	}
	*ret_ratio = (double)largest / (double)smallest;
	return ERR_OK;
}

/* The row of one data set; what is only known from the file is NULL when it is not here. */
static enum err_code write_entry(struct out *out, const struct catalogue *catalogue,
				 const struct catalogue_entry *entry, const struct data_path *path, struct err *err)
{
	AUTO(text_done) struct text counts = { 0 };
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	struct out_value values[ARRAY_LENGTH(columns)] = {
		{ .type = OUT_TEXT, .text = entry->name },
		{ .type = OUT_TEXT, .text = entry->title },
		{ .type = OUT_INTEGER, .integer = (int64_t)entry->rows },
		{ .type = OUT_INTEGER, .integer = (int64_t)entry->features },
		[8] = { .type = OUT_TEXT, .text = entry->licence },
		[9] = { .type = OUT_TEXT, .text = entry->doi },
	};
	enum err_code code = catalogue_open(
	    catalogue, path, entry->name,
	    &(struct reading){ .missing = MISSING_MEAN, .has_target = catalogue_is_regression(entry) }, &dataset, err);

	if (!catalogue_is_regression(entry))
		values[4] = (struct out_value){ .type = OUT_INTEGER, .integer = (int64_t)entry->classes };
	if (code == ERR_OK && catalogue_is_regression(entry)) {
		values[7] = (struct out_value){ .type = OUT_TEXT, .text = dataset->path };
	} else if (code == ERR_OK) {
		double ratio = 0;
		if (count_classes(dataset, &counts, &ratio, err) != ERR_OK)
			return err->code;
		values[5] = (struct out_value){ .type = OUT_TEXT, .text = counts.data };
		values[6] = (struct out_value){ .type = OUT_REAL, .real = ratio };
		values[7] = (struct out_value){ .type = OUT_TEXT, .text = dataset->path };
	} else if (code == ERR_INPUT) {
		/* Found, but not what it should be: say so in the place of the file. */
		values[7] = (struct out_value){ .type = OUT_TEXT, .text = err->message };
	} else if (code != ERR_MISSING) {
		return code;
	}
	return out_row(out, values, err);
}

static enum err_code list(const struct invocation *invocation, const struct catalogue *catalogue,
			  const struct data_path *path, struct err *err)
{
	const struct datasets_options *options = invocation->options;
	AUTO(out_freep) struct out *out = NULL;
	struct out_target target = query_target(invocation, false);
	size_t shown = out_is_for_people((size_t)options->format) ? 8 : ARRAY_LENGTH(columns);

	if (out_begin((size_t)options->format, &target, columns, shown, &out, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < catalogue_count(catalogue); i++)
		if (write_entry(out, catalogue, catalogue_at(catalogue, i), path, err) != ERR_OK)
			return err->code;
	return out_end(out, err);
}

static enum err_code fetch(const struct invocation *invocation, const struct catalogue_entry *entry, const char *folder,
			   struct err *err)
{
	const struct datasets_options *options = invocation->options;

	if (entry->url == NULL)
		return err_set(err, ERR_INPUT, "%s comes with hardrow, in its folder datasets", entry->name);
	if (catalogue_fetch(entry, options->mirror, folder, err) != ERR_OK)
		return err->code;
	print_clean(stdout, "%s: %s/%s\n", entry->name, folder, entry->file);
	return ERR_OK;
}

/* The named data sets, or all tables that are neither bundled nor here: images are large, and come by name only. */
static enum err_code fetch_all(const struct invocation *invocation, const struct catalogue *catalogue,
			       const struct data_path *path, const char *folder, struct err *err)
{
	for (size_t i = 1; i < invocation->argument_count; i++) {
		const char *name = invocation->arguments[i];
		const struct catalogue_entry *entry = catalogue_find(catalogue, name);
		const char *nearest = catalogue_nearest(name);
		if (entry == NULL && nearest != NULL)
			return err_set(err, ERR_INPUT, "there is no data set '%s'; did you mean '%s'?", name, nearest);
		if (entry == NULL)
			return err_set(err, ERR_INPUT, "there is no data set '%s'; 'hardrow datasets' lists them",
				       name);
		if (fetch(invocation, entry, folder, err) != ERR_OK)
			return err->code;
	}
	for (size_t i = 0; invocation->argument_count == 1 && i < catalogue_count(catalogue); i++) {
		const struct catalogue_entry *entry = catalogue_at(catalogue, i);
		AUTO(mem_freep) char *file = NULL;
		if (entry->url == NULL || catalogue_has_images(entry) ||
		    catalogue_locate(entry, path, &file, err) == ERR_OK)
			continue;
		if (err->code != ERR_MISSING || fetch(invocation, entry, folder, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code run_datasets(const struct invocation *invocation, struct err *err)
{
	const struct datasets_options *options = invocation->options;
	AUTO(catalogue_freep) struct catalogue *catalogue = NULL;
	AUTO(data_folders_done) struct data_folders folders = { 0 };

	if (catalogue_create(&catalogue, err) != ERR_OK ||
	    data_folders_init(&folders, &options->data_dirs, err) != ERR_OK)
		return err->code;
	struct data_path path = data_folders_path(&folders);
	if (invocation->argument_count == 0)
		return list(invocation, catalogue, &path, err);
	if (strcmp(invocation->arguments[0], "fetch") != 0)
		return err_set(err, ERR_USAGE, "datasets does not know '%s'; did you mean 'fetch'?",
			       invocation->arguments[0]);
	return fetch_all(invocation, catalogue, &path, options->to != NULL ? options->to : data_folders_home(&folders),
			 err);
}

const struct command command_datasets = {
	.name = "datasets",
	.arguments = "[fetch [DATASET...]]",
	.summary = "List the known data sets, or fetch those that do not come with hardrow",
	.details = "Data sets are looked for in --data-dir, HARDROW_DATA (folders with ':' between), ./datasets,\n"
		   "../shared/datasets if it is there, ~/.local/share/hardrow/datasets, and where hardrow is "
		   "installed; mnist\n"
		   "and fashion-mnist as folders of four IDX files, plain or .gz.\n"
		   "'fetch' gets the original files with curl and checks their sha256; the two by name only.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct datasets_options),
	.maximum = 100,
	.no_database = true,
	.run = run_datasets,
};
