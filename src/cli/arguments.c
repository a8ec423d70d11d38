#include "cli/arguments.h"

#include <assert.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "train/settings.h"

#define OPTIONS_MAX (SETTINGS_MAX + 32) /* those of a run, and the command's own */
#define NAME_MAX_LENGTH 48

/* getopt_long returns this plus the index of a long option; letters stay below. */
#define FIRST_LONG 256

/* What getopt_long needs, built from the tables: long option i sets specs[i] in targets[i]. */
struct table {
	struct option longs[OPTIONS_MAX + 1];
	const struct option_spec *specs[OPTIONS_MAX];
	void *targets[OPTIONS_MAX];
	char letters[2 * OPTIONS_MAX + 3];
	size_t count;
};

static void add_specs(struct table *table, const struct option_spec *specs, size_t count, void *target)
{
	for (size_t i = 0; i < count; i++) {
		const struct option_spec *spec = &specs[i];
		size_t at = table->count++;
		char letter[3] = { spec->letter, spec->type == OPTION_FLAG ? '\0' : ':', '\0' };

		assert(at < OPTIONS_MAX && strlen(spec->name) < NAME_MAX_LENGTH);
		table->longs[at] = (struct option){
			.name = spec->name,
			.has_arg = spec->type == OPTION_FLAG ? no_argument : required_argument,
			.val = FIRST_LONG + (int)at,
		};
		table->specs[at] = spec;
		table->targets[at] = target;
		(void)strcat(table->letters, letter);
	}
}

/* True if argv[optind] is a long option, but none of the table's whole names. */
static bool is_foreign(const struct table *table, int argc, char **argv)
{
	if (optind >= argc || strncmp(argv[optind], "--", 2) != 0 || argv[optind][2] == '\0')
		return false;
	const char *name = argv[optind] + 2;
	size_t length = strcspn(name, "=");
	for (size_t i = 0; i < table->count; i++)
		if (strlen(table->longs[i].name) == length && strncmp(table->longs[i].name, name, length) == 0)
			return false;
	return true;
}

static enum err_code unknown_option(const struct command *command, const struct table *table, const char *option,
				    struct err *err)
{
	char name[NAME_MAX_LENGTH] = "";
	const char *names[OPTIONS_MAX];

	(void)strncat(name, option, strcspn(option, "=") < sizeof name ? strcspn(option, "=") : sizeof name - 1);
	for (size_t i = 0; i < table->count; i++)
		names[i] = table->longs[i].name;
	const char *nearest = option_nearest_of(name, names, table->count);
	if (nearest != NULL)
		return err_set(err, ERR_USAGE, "%s has no option '--%s': did you mean '--%s'?", command->name, name,
			       nearest);
	return err_set(err, ERR_USAGE, "%s has no option '--%s': 'hardrow help %s%s' lists them", command->name, name,
		       command->name, command_has_first(command) ? " --all" : "");
}

/* `--NAME VALUE` or `--NAME=VALUE` at argv[optind]; the text is cut at '=' in place. */
static enum err_code take_parameter(struct arguments *arguments, int argc, char **argv, struct err *err)
{
	char *name = argv[optind++] + 2;
	char *equals = strchr(name, '=');
	const char *value = NULL;

	if (equals != NULL) {
		*equals = '\0';
		value = equals + 1;
	} else if (optind < argc) {
		value = argv[optind++];
	}
	if (value == NULL)
		return err_set(err, ERR_USAGE, "--%s takes a value", name);
	if (arguments->parameter_count == ARGUMENTS_PARAMETERS_MAX)
		return err_set(err, ERR_USAGE, "more than %d parameters", ARGUMENTS_PARAMETERS_MAX);
	arguments->parameters[arguments->parameter_count++] = (struct named_value){ name, value };
	return ERR_OK;
}

static size_t index_of(const struct table *table, int option)
{
	size_t i = 0;

	if (option >= FIRST_LONG)
		return (size_t)(option - FIRST_LONG);
	while (table->specs[i]->letter != option)
		i++;
	return i;
}

static enum err_code set_option(const struct table *table, size_t index, int argc, char **argv, struct err *err)
{
	const struct option_spec *spec = table->specs[index];
	const char *text = spec->type == OPTION_FLAG ? "yes" : optarg;

	for (size_t word = 1;; word++) {
		if (option_set(spec, table->targets[index], text, err) != ERR_OK) {
			err->code = ERR_USAGE;
			return err->code;
		}
		if (word >= spec->words)
			return ERR_OK;
		if (optind >= argc)
			return err_set(err, ERR_USAGE, "--%s takes %s", spec->name, spec->argument);
		text = argv[optind++];
	}
}

static enum err_code bad_option(const struct command *command, const struct table *table, bool no_value,
				struct err *err)
{
	if (optopt < FIRST_LONG && no_value)
		return err_set(err, ERR_USAGE, "-%c takes a value", optopt);
	if (optopt < FIRST_LONG)
		return err_set(err, ERR_USAGE, "%s has no option '-%c': 'hardrow help %s%s' lists them", command->name,
			       optopt, command->name, command_has_first(command) ? " --all" : "");
	size_t i = index_of(table, optopt);
	return err_set(err, ERR_USAGE, no_value ? "--%s takes a value" : "--%s takes no value", table->longs[i].name);
}

/* Returned by getopt_long for a word that is no option ('-' at the start of the letters). */
#define WORD 1

static enum err_code take(const struct command *command, const struct table *table, int option, int argc, char **argv,
			  struct arguments *arguments, struct err *err)
{
	if (option == ':' || option == '?')
		return bad_option(command, table, option == ':', err);
	if (option != WORD)
		return set_option(table, index_of(table, option), argc, argv, err);
	arguments->words[arguments->word_count++] = optarg;
	return ERR_OK;
}

static enum err_code read_all(const struct command *command, const struct table *table, int argc, char **argv,
			      struct arguments *arguments, struct err *err)
{
	optind = 1;
	opterr = 0;
	for (;;) {
		/* getopt_long gets to see only whole names of the table, so it never guesses from a prefix. */
		if (is_foreign(table, argc, argv)) {
			if (!command->takes_parameters)
				return unknown_option(command, table, argv[optind] + 2, err);
			if (take_parameter(arguments, argc, argv, err) != ERR_OK)
				return err->code;
			continue;
		}
		int option = getopt_long(argc, argv, table->letters, table->longs, NULL);
		if (option == -1)
			break;
		if (take(command, table, option, argc, argv, arguments, err) != ERR_OK)
			return err->code;
	}
	while (optind < argc)
		arguments->words[arguments->word_count++] = argv[optind++];
	return ERR_OK;
}

static enum err_code check_count(const struct command *command, const struct arguments *arguments, struct err *err)
{
	if (arguments->word_count < command->minimum)
		return err_set(err, ERR_USAGE, "%s needs %s: 'hardrow help %s' says more", command->name,
			       command->arguments, command->name);
	if (arguments->word_count > command->maximum)
		return err_set(err, ERR_USAGE, "%s does not take '%s': 'hardrow help %s' says more", command->name,
			       arguments->words[command->maximum], command->name);
	return ERR_OK;
}

enum err_code arguments_read(const struct command *command, int argc, char **argv, struct arguments *ret_arguments,
			     struct err *err)
{
	AUTO(arguments_done) struct arguments arguments = { 0 };
	AUTO(mem_freep) struct table *table = NULL;
	void *options = NULL;

	if (mem_new(&table, 1, err) != ERR_OK || mem_alloc(1, command->options_size, &options, err) != ERR_OK)
		return err->code;
	arguments.options = options;
	if (mem_new(&arguments.words, (size_t)argc, err) != ERR_OK)
		return err->code;
	option_reset(command->options, command->option_count, options);
	if (command->shared != NULL)
		option_reset(command->shared, *command->shared_count, (char *)options + command->shared_offset);
	option_reset(common_options, common_option_count, &arguments.common);
	(void)strcpy(table->letters, "-:");
	add_specs(table, command->options, command->option_count, options);
	size_t shared_count = 0;
	const struct option_spec *shared = command_shared(command, &shared_count);
	add_specs(table, shared, shared_count, (char *)options + command->shared_offset);
	add_specs(table, common_options, common_option_count, &arguments.common);
	/* The targets hold the address of this local: read before it is handed over. */
	if (read_all(command, table, argc, argv, &arguments, err) != ERR_OK)
		return err->code;
	if (!arguments.common.help && check_count(command, &arguments, err) != ERR_OK)
		return err->code;
	*ret_arguments = arguments;
	arguments = (struct arguments){ 0 };
	return ERR_OK;
}

void arguments_done(struct arguments *arguments)
{
	free(arguments->options);
	free(arguments->words);
}
