#include "cli/threads.h"

#include <stdio.h>

#include "base/pool.h"
#include "base/text.h"

int threads_count(size_t given, size_t jobs, struct progress *progress)
{
	char line[160];

	if (given == 0) {
		size_t share = pool_free_processors() / jobs;
		given = share < 1 ? 1 : share < THREADS_MAX ? share : THREADS_MAX;
	}
	(void)snprintf(line, sizeof line, "%zu run%s at once of %zu threads each, on %zu processor%s: fewer are faster",
		       jobs, TEXT_PLURAL(jobs), given, pool_processors(), TEXT_PLURAL(pool_processors()));
	if (given > 1 && jobs * given > pool_processors())
		progress_notice(progress, line);
	return (int)given;
}
