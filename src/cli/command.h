/* Commands as data. A command = one file (command_NAME.c) that defines `const struct command command_NAME`, and one
 * line in COMMANDS. Parsing, ranges, help texts and suggestions come from its option table. */
#ifndef HARDROW_CLI_COMMAND_H
#define HARDROW_CLI_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/option.h"

/* How many parameters one call can have. */
#define ARGUMENTS_PARAMETERS_MAX 32

/* In the order of the help. */
#define COMMANDS(X)                                                                                                    \
	X(train)                                                                                                       \
	X(sweep)                                                                                                       \
	X(resume)                                                                                                      \
	X(report)                                                                                                      \
	X(runs)                                                                                                        \
	X(show)                                                                                                        \
	X(summarize)                                                                                                   \
	X(compare)                                                                                                     \
	X(sql)                                                                                                         \
	X(datasets)                                                                                                    \
	X(methods)                                                                                                     \
	X(adjust)                                                                                                      \
	X(whatif)                                                                                                      \
	X(predict)                                                                                                     \
	X(import)                                                                                                      \
	X(influence)                                                                                                   \
	X(merge)                                                                                                       \
	X(export)                                                                                                      \
	X(materialize)                                                                                                 \
	X(verify)                                                                                                      \
	X(delete)                                                                                                      \
	X(help)

/* `--NAME VALUE` that no option table knows: the command itself says what it means. */
struct named_value {
	const char *name; /* as typed, without the dashes, '_' for '-' kept as it is */
	const char *value;
};

/* One call of a command. Everything is borrowed from main() and lives until it returns. */
struct invocation {
	const void *options; /* the command's struct, filled from its table */
	const char *const *arguments;
	size_t argument_count; /* within the command's minimum..maximum */
	const struct named_value *parameters;
	size_t parameter_count; /* 0 unless the command takes parameters */
	const char *database;	/* --db, HARDROW_DB or hardrow.db */
	const char *db_option;	/* " --db FILE" with it, for commands that are advised, see db_append_option() */
	bool terminal;		/* standard output is one */
	size_t width;		/* how wide tables may be: COLUMNS, or the terminal's columns; 0: no bound */
	bool error_terminal;	/* standard error is one: progress may redraw its line */
	char *const *argv;	/* the command line as it was typed, for the record; NULL behind the last */
};

struct command {
	const char *name;
	const char *arguments; /* as the help shows them: "RUN…", "[FILE.csv]"; NULL for none */
	const char *summary;   /* one line, no full stop */
	const char *details;   /* more paragraphs for `help NAME`, each line broken by hand; NULL for none */
	const struct option_spec *options;
	size_t option_count;
	size_t options_size; /* of the struct that the options land in */
	/* A table that another folder owns, shown after the command's own; NULL for none. Its struct lies at
	 * shared_offset in the command's. */
	const struct option_spec *shared;
	const size_t *shared_count;
	size_t shared_offset;
	const char *shared_first, *shared_last; /* only these of them are offered, by name; NULL: all */
	size_t minimum, maximum;		/* number of arguments */
	bool takes_parameters; /* `--NAME VALUE` that the table does not know goes to invocation.parameters */
	bool no_database;      /* the help does not offer --db */
	/* What --help shows if there is an argument: of that one. NULL: the command's help whatever there is. */
	enum err_code (*help)(const char *argument, struct err *err);
	/* Prints results on stdout, notes and progress on stderr; an error is returned, not printed. */
	enum err_code (*run)(const struct invocation *invocation, struct err *err);
};

#define COMMAND_DECLARE(name) extern const struct command command_##name;
COMMANDS(COMMAND_DECLARE)
#undef COMMAND_DECLARE

/* Command i in the order of the help, NULL behind the last. */
const struct command *command_at(size_t i);

/* ERR_USAGE with the nearest name if there is none called `name`. */
MUST_CHECK enum err_code command_find(const char *name, const struct command **ret_command, struct err *err);

/* Argument i is a run number. ERR_USAGE: it is not one. */
MUST_CHECK enum err_code command_parse_run(const struct invocation *invocation, size_t i, int64_t *ret_run_id,
					   struct err *err);

/* Whether some of its options are those that people need first. */
bool command_has_first(const struct command *command);

/* What the command offers of the table it shares: *ret_count of them, 0 if it shares none. */
const struct option_spec *command_shared(const struct command *command, size_t *ret_count);

/* The options every command has besides its own (--db, --help). */
struct common_options {
	const char *database;
	bool help;
};

extern const struct option_spec common_options[];
extern const size_t common_option_count;

#endif
