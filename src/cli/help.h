/* Help texts, made from the command and option tables. */
#ifndef HARDROW_CLI_HELP_H
#define HARDROW_CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"

/* The commands with their summaries. */
void help_write_commands(FILE *file);

/* Usage, details, options with range, choices and default. */
MUST_CHECK enum err_code help_write_command(FILE *file, const struct command *command, struct err *err);

/* One entry: "  LEFT" and then `right`, wrapped at blanks, in a column of its own. */
void help_write_entry(FILE *file, const char *left, const char *right);

#endif
