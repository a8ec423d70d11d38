/* hardrow show: one run. */
#include "base/mem.h"
#include "cli/command.h"
#include "cli/query.h"

struct options {
	bool all;
};

static enum err_code show_command(const struct invocation *invocation, struct err *err)
{
	const struct options *options = invocation->options;
	const struct report_setting settings[] = { { "run", invocation->arguments[0] },
						   { "all", options->all ? "yes" : "no" } };

	return query_run_named(invocation, "run", settings, ARRAY_LENGTH(settings),
			       &(const struct query_form){ .format = "table" }, err);
}

static const struct option_spec specs[] = {
	{ .name = "all",
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct options, all),
	  .help = "also the settings that are off" },
};

const struct command command_show = {
	.name = "show",
	.arguments = "RUN",
	.summary = "Show one run: result, environment, settings, classes",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct options),
	.minimum = 1,
	.maximum = 1,
	.run = show_command,
};
