/* What can come next on a command line: asked by the shells' completions, packaging/completion. */
#ifndef HARDROW_CLI_COMPLETE_H
#define HARDROW_CLI_COMPLETE_H

#include <stdio.h>

#include "base/err.h"

/* Writes what the last of `count` words behind the program's name can become, which may be empty, a line each: the
 * whole word, and behind a tab, if there is one, what it is. "@files" and "@folders" are lines of their own: those too.
 * What is offered comes from the tables of commands, options, methods, data sets and reports, and from the file that
 * --db names, else `database`; nothing of it if it cannot be read now. */
MUST_CHECK enum err_code complete_write(FILE *file, char *const *words, size_t count, const char *database,
					struct err *err);

#endif
