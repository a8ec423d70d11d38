/* hardrow export: what is recorded of runs, as files for other programs. */
#include <stdio.h>

#include "app/export.h"
#include "base/mem.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "cli/query.h"
#include "track/track_read.h"

struct export_options {
	int what, format;
	const char *folder;
	bool force;
};

static enum err_code run_export(const struct invocation *invocation, struct err *err)
{
	const struct export_options *options = invocation->options;
	AUTO(track_freep) struct track *track = NULL;
	AUTO(mem_freep) int64_t *runs = NULL;
	size_t count = invocation->argument_count;
	size_t files = 0;

	if (options->folder == NULL)
		return err_set(err, ERR_USAGE, "--out FOLDER says where the files go");
	if (mem_new(&runs, count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < count; i++)
		if (command_parse_run(invocation, i, &runs[i], err) != ERR_OK)
			return err->code;
	if (track_open_existing(invocation->database, NULL, &track, err) != ERR_OK)
		return err->code;
	query_warn(track_db(track));
	const struct export_request request = {
		.what = options->what,
		.format = options->format,
		.folder = options->folder,
		.force = options->force,
		.stop = interrupt_catch(track_db(track)),
	};
	enum err_code code = export_runs(track, runs, count, &request, &files, err);
	interrupt_release();
	if (code == ERR_OK)
		print_clean(stdout, "%zu file%s in %s\n", files, TEXT_PLURAL(files), options->folder);
	return code;
}

static const struct option_spec specs[] = {
	{ .name = "what",
	  .letter = 'w',
	  .type = OPTION_CHOICE,
	  .offset = offsetof(struct export_options, what),
	  .choice = export_what_name,
	  .initial = "all",
	  .help = "what is recorded of the runs" },
	{ .name = "format",
	  .letter = 'f',
	  .type = OPTION_CHOICE,
	  .offset = offsetof(struct export_options, format),
	  .choice = export_format_name,
	  .initial = "csv",
	  .help = "npy: one array a series (epochs, instances[, classes])" },
	{ .name = "out",
	  .letter = 'o',
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct export_options, folder),
	  .argument = "FOLDER",
	  .help = "where the files go; made if it is not there" },
	{ .name = "force",
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct export_options, force),
	  .help = "replace files of the same names; without it the folder must be empty" },
};

const struct command command_export = {
	.name = "export",
	.arguments = "RUN... --out FOLDER",
	.summary = "Write what is recorded of runs as CSV, JSON lines or arrays of numpy",
	.details = "All files of the command appear at its end, or none.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct export_options),
	.minimum = 1,
	.maximum = 1000,
	.run = run_export,
};
