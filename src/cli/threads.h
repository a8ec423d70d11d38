/* The option of commands that train: how many threads share the work of a run. */
#ifndef HARDROW_CLI_THREADS_H
#define HARDROW_CLI_THREADS_H

#include "base/option.h"
#include "cli/progress.h"

#define THREADS_MAX 256

/* A line of an option table, for the size_t `field` of `owner`. */
#define THREADS_OPTION(owner, field, start)                                                                            \
	{                                                                                                              \
		.name = "threads", .type = OPTION_COUNT, .offset = offsetof(owner, field), .max = THREADS_MAX,         \
		.argument = "N", .initial = start,                                                                     \
		.help = "share the work of a run among so many, 0: as processors are free; the results are the same"   \
	}

/* The threads of each of `jobs` runs at once. Tells the person where they are more than the processors. */
int threads_count(size_t given, size_t jobs, struct progress *progress);

#endif
