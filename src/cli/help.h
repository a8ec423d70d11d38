/* Help texts, made from the command and option tables. */
#ifndef HARDROW_CLI_HELP_H
#define HARDROW_CLI_HELP_H

#include <stdio.h>

#include "cli/command.h"
#include "rebalance/method.h"

/* The commands with their summaries. */
void help_write_commands(FILE *file);

/* Which options are shown of a command that has some which people need first. */
struct help_choice {
	bool all;		     /* not only those */
	const struct method *method; /* all but the parameters of other methods; NULL: `all` says */
};

/* Usage, details, options with range, choices and default; those of a command that has some which people need first in
 * sections, and where the others are found. */
MUST_CHECK enum err_code help_write_command(FILE *file, const struct command *command, const struct help_choice *choice,
					    struct err *err);

/* One entry: "  LEFT" and then `right`, wrapped at blanks, in a column of its own. */
void help_write_entry(FILE *file, const char *left, const char *right);

#endif
