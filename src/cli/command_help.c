/* hardrow help: the commands, or the options of one. */
#include "cli/command.h"
#include "cli/help.h"

static enum err_code help_run(const struct invocation *invocation, struct err *err)
{
	const struct command *command = NULL;

	if (invocation->argument_count == 0) {
		help_write_commands(stdout);
		return ERR_OK;
	}
	if (command_find(invocation->arguments[0], &command, err) != ERR_OK)
		return err->code;
	return help_write_command(stdout, command, err);
}

const struct command command_help = {
	.name = "help",
	.arguments = "[COMMAND]",
	.summary = "List the commands, or show the options of one",
	.maximum = 1,
	.no_database = true,
	.run = help_run,
};
