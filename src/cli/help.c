#include "cli/help.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "train/settings.h"

/* Where the help column starts, and where its lines end. */
#define HELP_COLUMN 28
#define HELP_WIDTH 100

void help_write_entry(FILE *file, const char *left, const char *right)
{
	int column = 2 + (int)text_width(left, strlen(left));

	(void)fprintf(file, "  %s", left);
	if (column + 2 > HELP_COLUMN) {
		(void)fputc('\n', file);
		column = 0;
	}
	while (*right != '\0') {
		size_t length = strcspn(right, " ");
		int width = (int)text_width(right, length);
		if (column > HELP_COLUMN && column + 1 + width > HELP_WIDTH) {
			(void)fputc('\n', file);
			column = 0;
		}
		if (column < HELP_COLUMN) {
			(void)fprintf(file, "%*s", HELP_COLUMN - column, "");
			column = HELP_COLUMN;
		} else {
			(void)fputc(' ', file);
			column++;
		}
		(void)fprintf(file, "%.*s", (int)length, right);
		column += width;
		right += length + strspn(right + length, " ");
	}
	(void)fputc('\n', file);
}

void help_write_commands(FILE *file)
{
	(void)fputs("usage: hardrow COMMAND [options]\n\n", file);
	for (size_t i = 0; command_at(i) != NULL; i++)
		help_write_entry(file, command_at(i)->name, command_at(i)->summary);
	(void)fputs("\n'hardrow help COMMAND' shows a command's options; 'hardrow --version' the version. Tables are "
		    "as wide as\n"
		    "the terminal, or as COLUMNS in the environment says; '| less -S' shows them in one piece.\n",
		    file);
}

static enum err_code append_choices(struct text *text, const struct option_spec *spec, struct err *err)
{
	for (size_t i = 0; spec->choice(i) != NULL; i++)
		if (text_append(text, err, "%s%s", i == 0 ? ": " : ", ", spec->choice(i)) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static enum err_code append_range(struct text *text, const struct option_spec *spec, struct err *err)
{
	if (spec->min != 0 || spec->above_min || spec->max != 0)
		if (text_append(text, err, ", %s %.12g", spec->above_min ? "above" : "from", spec->min) != ERR_OK)
			return err->code;
	if (spec->max != 0)
		return text_append(text, err, " to %.12g", spec->max);
	return ERR_OK;
}

/* What stands right of an option: its help, what it takes, its default. */
static enum err_code describe(const struct option_spec *spec, struct text *text, struct err *err)
{
	const char *joint = spec->describe != NULL && spec->help != NULL ? ": " : "";

	if ((spec->describe != NULL && spec->describe(spec, text, err) != ERR_OK) ||
	    text_append(text, err, "%s%s", joint, spec->help != NULL ? spec->help : "") != ERR_OK)
		return err->code;
	if (spec->type == OPTION_CHOICE && append_choices(text, spec, err) != ERR_OK)
		return err->code;
	if ((spec->type == OPTION_COUNT || spec->type == OPTION_REAL) && append_range(text, spec, err) != ERR_OK)
		return err->code;
	if (spec->initial == NULL)
		return ERR_OK;
	return text_append(text, err, " (default %s)", spec->initial);
}

static enum err_code write_option(FILE *file, const struct option_spec *spec, struct err *err)
{
	AUTO(text_done) struct text left = { 0 };
	AUTO(text_done) struct text right = { 0 };
	const char *argument = spec->type == OPTION_CHOICE && spec->argument == NULL ? "NAME" : spec->argument;

	if (spec->letter != 0 && text_append(&left, err, "-%c, ", spec->letter) != ERR_OK)
		return err->code;
	if (text_append(&left, err, "--%s", spec->name) != ERR_OK)
		return err->code;
	if (argument != NULL && text_append(&left, err, " %s", argument) != ERR_OK)
		return err->code;
	if (describe(spec, &right, err) != ERR_OK)
		return err->code;
	help_write_entry(file, left.data, right.data);
	return ERR_OK;
}

/* The options of a command, in the order in which they are parsed. */
struct listed {
	const struct option_spec *specs;
	size_t count;
	const char *section; /* whose options are shown; NULL: all */
	const struct help_choice *choice;
};

static bool is_shown(const struct listed *listed, size_t i)
{
	const struct option_spec *spec = &listed->specs[i];
	const char *section = option_section(listed->specs, i);

	if (listed->section == NULL)
		return true;
	return section != NULL && strcmp(section, listed->section) == 0 &&
	       (spec->is_first || listed->choice->all ||
		(listed->choice->method != NULL && settings_has_option(listed->choice->method, spec)));
}

static enum err_code write_options(FILE *file, const struct listed *listed, struct err *err)
{
	for (size_t i = 0; i < listed->count; i++)
		if (is_shown(listed, i) && write_option(file, &listed->specs[i], err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static enum err_code write_sections(FILE *file, const struct command *command, const struct help_choice *choice,
				    struct err *err)
{
	for (size_t i = 0; settings_section(i) != NULL; i++) {
		struct listed own = { command->options, command->option_count, settings_section(i), choice };
		struct listed shared = { command->shared, *command->shared_count, settings_section(i), choice };
		(void)fprintf(file, "%s:\n", settings_section(i));
		if (write_options(file, &own, err) != ERR_OK || write_options(file, &shared, err) != ERR_OK)
			return err->code;
		(void)fputc('\n', file);
	}
	return ERR_OK;
}

static enum err_code write_all(FILE *file, const struct command *command, struct err *err)
{
	struct listed own = { .specs = command->options, .count = command->option_count };
	struct listed shared = { .section = NULL };

	shared.specs = command_shared(command, &shared.count);
	return write_options(file, &own, err) != ERR_OK ? err->code : write_options(file, &shared, err);
}

enum err_code help_write_command(FILE *file, const struct command *command, const struct help_choice *choice,
				 struct err *err)
{
	bool is_long = command_has_first(command);

	if (choice->method != NULL && !is_long)
		return err_set(err, ERR_USAGE, "%s has the same options for every method", command->name);
	(void)fprintf(file, "usage: hardrow %s [options]%s%s\n\n%s.\n", command->name,
		      command->arguments == NULL ? "" : " ", command->arguments == NULL ? "" : command->arguments,
		      command->summary);
	if (command->details != NULL)
		(void)fprintf(file, "\n%s\n", command->details);
	(void)fputc('\n', file);
	if ((is_long ? write_sections(file, command, choice, err) : write_all(file, command, err)) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < common_option_count; i++)
		if (!(command->no_database && strcmp(common_options[i].name, "db") == 0) &&
		    write_option(file, &common_options[i], err) != ERR_OK)
			return err->code;
	if (is_long && !choice->all && choice->method == NULL)
		(void)fprintf(file,
			      "\n'hardrow help %s --all' shows all options, 'hardrow help %s --method NAME' those that "
			      "a method has.\n",
			      command->name, command->name);
	return ERR_OK;
}
