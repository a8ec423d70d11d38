/* Programs of the system, run to their end. */
#ifndef HARDROW_BASE_PROCESS_H
#define HARDROW_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

struct process {
	const char *const *arguments; /* NULL-terminated; the first is the program, looked up in PATH */
	const char *package;	      /* of Debian, that has the program */
	size_t most;		      /* bytes that it may write to standard output; 0: any number */
	bool last_line;		      /* the last line on its standard error says what is wrong, else the first */
};

/* Starts the program with the environment of this one, gives it `input` to read on standard input, waits for its end
 * and appends what it wrote on standard output to *output. ERR_SYSTEM: it does not start (the message names the
 * package), or it ends with another exit code than 0 (the message is the line of its standard error).
 * ERR_INTERRUPTED: Ctrl-C ended it, or a signal came while it ran and has ended it. It does not outlive this thread. */
MUST_CHECK enum err_code process_run(const struct process *process, const char *input, struct text *output,
				     struct err *err);

#endif
