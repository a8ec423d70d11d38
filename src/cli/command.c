#include "cli/command.h"

#include <stddef.h>

#include "base/mem.h"
#include "base/parse.h"

#define COMMAND_ENTRY(name) &command_##name,
static const struct command *const commands[] = { COMMANDS(COMMAND_ENTRY) };
#undef COMMAND_ENTRY

const struct option_spec common_options[] = {
	{ .name = "db",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct common_options, database),
	  .argument = "FILE",
	  .help = "the database; without it HARDROW_DB from the environment, else hardrow.db" },
	{ .name = "help",
	  .letter = 'h',
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct common_options, help),
	  .help = "show this and end" },
};

const size_t common_option_count = ARRAY_LENGTH(common_options);

const struct command *command_at(size_t i)
{
	return i < ARRAY_LENGTH(commands) ? commands[i] : NULL;
}

static const char *command_name(size_t i)
{
	return i < ARRAY_LENGTH(commands) ? commands[i]->name : NULL;
}

enum err_code command_find(const char *name, const struct command **ret_command, struct err *err)
{
	int i = option_index(name, command_name);

	if (i >= 0) {
		*ret_command = commands[i];
		return ERR_OK;
	}
	const char *nearest = option_nearest(name, command_name);
	if (nearest != NULL)
		return err_set(err, ERR_USAGE, "no command '%s': did you mean '%s'?", name, nearest);
	return err_set(err, ERR_USAGE, "no command '%s': 'hardrow help' lists them", name);
}

enum err_code command_parse_run(const struct invocation *invocation, size_t i, int64_t *ret_run_id, struct err *err)
{
	const char *word = invocation->arguments[i];

	if (!parse_integer(word, ret_run_id) || *ret_run_id < 1)
		return err_set(err, ERR_USAGE, "'%s' is not a run number; 'hardrow runs%s' lists them", word,
			       invocation->db_option);
	return ERR_OK;
}

const struct option_spec *command_shared(const struct command *command, size_t *ret_count)
{
	const struct option_spec *first = command->shared;
	size_t count = command->shared != NULL ? *command->shared_count : 0;

	if (command->shared_first != NULL) {
		first = option_find(command->shared, count, command->shared_first);
		count = (size_t)(option_find(command->shared, count, command->shared_last) - first) + 1;
	}
	*ret_count = count;
	return first;
}

bool command_has_first(const struct command *command)
{
	for (size_t i = 0; i < command->option_count; i++)
		if (command->options[i].is_first)
			return true;
	return false;
}
