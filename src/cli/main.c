/* hardrow: from words to a command and from errors to words. */
#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/arguments.h"
#include "cli/command.h"
#include "cli/complete.h"
#include "cli/help.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "db/db.h"

static int exit_code(enum err_code code)
{
	switch (code) {
	case ERR_OK:
		return 0;
	case ERR_INPUT:
	case ERR_SYSTEM:
	case ERR_MISSING:
		return 1;
	case ERR_USAGE:
		return 2;
	case ERR_FOREIGN:
		return 3;
	case ERR_INTERRUPTED:
		return 130;
	}
	return 1;
}

static const char *database_path(const char *given)
{
	const char *path = getenv("HARDROW_DB");

	if (given != NULL)
		return given;
	return path != NULL && *path != '\0' ? path : "hardrow.db";
}

static enum err_code call(const struct command *command, int argc, char **argv, struct err *err)
{
	AUTO(arguments_done) struct arguments arguments = { 0 };

	if (arguments_read(command, argc - 1, argv + 1, &arguments, err) != ERR_OK)
		return err->code;
	if (arguments.common.help && arguments.word_count > 0 && command->help != NULL)
		return command->help(arguments.words[0], err);
	if (arguments.common.help)
		return help_write_command(stdout, command, &(const struct help_choice){ 0 }, err);
	const char *database = database_path(arguments.common.database);
	AUTO(text_done) struct text db_option = { 0 };
	if (db_append_option(&db_option, database, err) != ERR_OK)
		return err->code;
	struct invocation invocation = {
		.options = arguments.options,
		.arguments = arguments.words,
		.argument_count = arguments.word_count,
		.parameters = arguments.parameters,
		.parameter_count = arguments.parameter_count,
		.database = database,
		.db_option = db_option.data,
		.terminal = isatty(STDOUT_FILENO) == 1,
		.width = print_width(stdout),
		.error_terminal = isatty(STDERR_FILENO) == 1,
		.argv = argv,
	};
	return command->run(&invocation, err);
}

static enum err_code dispatch(int argc, char **argv, struct err *err)
{
	const struct command *command = NULL;

	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		help_write_commands(stdout);
		return ERR_OK;
	}
	if (strcmp(argv[1], "--version") == 0) {
		(void)printf("hardrow %s (SQLite %s)\n", HARDROW_VERSION, db_version());
		return ERR_OK;
	}
	if (strcmp(argv[1], "--complete") == 0)
		return complete_write(stdout, argv + 2, (size_t)argc - 2, database_path(NULL), err);
	if (argv[1][0] == '-')
		return err_set(err, ERR_USAGE, "'%s' comes too early: the command is the first word", argv[1]);
	if (command_find(argv[1], &command, err) != ERR_OK)
		return err->code;
	return call(command, argc, argv, err);
}

/* What is still in stdio's buffer may fail to reach a full disk: that is an error like any other. */
static enum err_code flush(enum err_code code, struct err *err)
{
	bool failed = fflush(stdout) != 0 || ferror(stdout) != 0;

	if (failed && code == ERR_OK)
		return err_set(err, ERR_SYSTEM, "cannot write to standard output: %s", strerror(errno));
	return code;
}

/* A closed standard stream fails, and the first file that is opened does not take its place. */
static void fill_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			(void)!open("/dev/full", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int main(int argc, char **argv)
{
	fill_streams();
	/* How wide characters are, whatever the locale of the environment; without it each counts as one column. */
	(void)setlocale(LC_CTYPE, "C.UTF-8");
	interrupt_begin();
	struct err err = { 0 };
	enum err_code code = flush(dispatch(argc, argv, &err), &err);

	if (code != ERR_OK)
		print_clean(stderr, "hardrow: %s\n", err.message);
	return exit_code(code);
}
