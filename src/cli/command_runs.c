/* hardrow runs: the runs of a database. */
#include "base/mem.h"
#include "cli/command.h"
#include "cli/query.h"

struct options {
	const char *experiment, *dataset, *method, *status;
	struct query_form form;
};

static enum err_code runs_command(const struct invocation *invocation, struct err *err)
{
	const struct options *options = invocation->options;
	const struct report_setting asked[] = { { "experiment", options->experiment },
						{ "dataset", options->dataset },
						{ "method", options->method },
						{ "status", options->status } };
	struct report_setting settings[ARRAY_LENGTH(asked)];
	size_t count = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(asked); i++)
		if (asked[i].value != NULL)
			settings[count++] = asked[i];
	return query_run_named(invocation, "runs", settings, count, &options->form, err);
}

static const struct option_spec specs[] = {
	{ .name = "experiment",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct options, experiment),
	  .argument = "NAME",
	  .help = "only runs of this experiment" },
	{ .name = "dataset",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct options, dataset),
	  .argument = "NAME",
	  .help = "only runs on this data set" },
	{ .name = "method",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct options, method),
	  .argument = "NAME",
	  .help = "only runs of this method" },
	{ .name = "status",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct options, status),
	  .argument = "NAME",
	  .help = "only runs that are running, done, diverged, failed or interrupted" },
	FORMAT_OPTION(struct options, form.format),
	CSV_SAFE_OPTION(struct options, form.csv_safe),
};

const struct command command_runs = {
	.name = "runs",
	.summary = "List the runs of a database",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct options),
	.run = runs_command,
};
