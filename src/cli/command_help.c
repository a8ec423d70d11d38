/* hardrow help: the commands, or the options of one, or of one of its arguments. */
#include "base/mem.h"
#include "cli/command.h"
#include "cli/help.h"
#include "train/settings.h"

struct options {
	bool all;
	const char *method;
};

static enum err_code help_run(const struct invocation *invocation, struct err *err)
{
	const struct options *options = invocation->options;
	const struct command *command = NULL;
	struct help_choice choice = { .all = options->all };
	struct run_settings settings;

	if (invocation->argument_count == 0) {
		help_write_commands(stdout);
		return ERR_OK;
	}
	if (command_find(invocation->arguments[0], &command, err) != ERR_OK)
		return err->code;
	if (invocation->argument_count == 2 && command->help == NULL)
		return err_set(err, ERR_USAGE, "help %s does not take '%s'", command->name, invocation->arguments[1]);
	if (invocation->argument_count == 2)
		return command->help(invocation->arguments[1], err);
	if (options->method != NULL) {
		if (option_set(option_find(settings_specs, settings_spec_count, "method"), &settings, options->method,
			       err) != ERR_OK)
			return err->code;
		choice.method = method_at((size_t)settings.method);
	}
	return help_write_command(stdout, command, &choice, err);
}

static const struct option_spec specs[] = {
	{ .name = "all",
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct options, all),
	  .help = "all options of the command, not only those that people need first" },
	{ .name = "method",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct options, method),
	  .argument = "NAME",
	  .help = "of 'help train': all options but the parameters of other methods" },
};

const struct command command_help = {
	.name = "help",
	.arguments = "[COMMAND [REPORT]]",
	.summary = "List the commands, or show the options of one, or the parameters of a report",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct options),
	.maximum = 2,
	.no_database = true,
	.run = help_run,
};
