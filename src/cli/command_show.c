/* hardrow show: one run. */
#include "cli/command.h"
#include "cli/query.h"

static enum err_code show_command(const struct invocation *invocation, struct err *err)
{
	const struct report_setting run = { "run", invocation->arguments[0] };

	return query_run_named(invocation, "run", &run, 1, &(const struct query_form){ .format = "table" }, err);
}

const struct command command_show = {
	.name = "show",
	.arguments = "RUN",
	.summary = "Show one run: result, environment, settings, classes",
	.minimum = 1,
	.maximum = 1,
	.run = show_command,
};
