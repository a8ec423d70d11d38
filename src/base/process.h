/* Programs of the system, run to their end. */
#ifndef HARDROW_BASE_PROCESS_H
#define HARDROW_BASE_PROCESS_H

#include "base/err.h"
#include "base/text.h"

/* Starts arguments[0], which is looked up in PATH, with `arguments` (NULL-terminated), gives it `input` to read on
 * standard input, waits for its end and appends what it wrote on standard output to *output. It gets the environment of
 * this program. ERR_SYSTEM: it does not start (the message says that Debian's package `package` has it), or it ends
 * with another exit code than 0 (the message is the first line on its standard error). */
MUST_CHECK enum err_code process_run(const char *const *arguments, const char *package, const char *input,
				     struct text *output, struct err *err);

#endif
