/* The command line of one command into its option struct. */
#ifndef HARDROW_CLI_ARGUMENTS_H
#define HARDROW_CLI_ARGUMENTS_H

#include "cli/command.h"

struct arguments {
	void *options; /* the command's struct, owned */
	struct common_options common;
	const char **words; /* the arguments that are no options, owned array of borrowed texts */
	size_t word_count;
	struct named_value parameters[ARGUMENTS_PARAMETERS_MAX];
	size_t parameter_count;
};

/* Reads argv[1] .. argv[argc-1]; argv[0] is the command's name. Options and words may be mixed; "--" ends the options.
 * Names must be whole (no abbreviations: a later option must not change what a script means). ERR_USAGE for an unknown
 * or repeated-too-often option, a bad value and a wrong number of words (not checked when --help is given). */
MUST_CHECK enum err_code arguments_read(const struct command *command, int argc, char **argv,
					struct arguments *ret_arguments, struct err *err);

/* Frees what is owned. */
void arguments_done(struct arguments *arguments);

#endif
