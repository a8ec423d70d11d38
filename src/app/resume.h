/* Interrupted runs go on, finished ones are trained further. */
#ifndef HARDROW_APP_RESUME_H
#define HARDROW_APP_RESUME_H

#include <stddef.h>
#include <stdint.h>

#include "app/runner.h"
#include "app/stored_run.h"
#include "base/err.h"

struct resume_request {
	const int64_t *run_ids; /* (count) */
	size_t count, jobs;
	size_t epochs; /* to train them to; 0: to their own number */
	struct stored_run_source source;
};

/* Each run goes on from its state, and is then byte for byte what it would be had nothing stopped it. ERR_INPUT, before
 * anything is written: no such run, one that is named twice, one without a state, one that is done (without `epochs`)
 * or still running, one that cannot be trained to `epochs` (recipe_check_extension). ERR_INPUT also if a run's state is
 * gone when its turn comes: another process has trained it meanwhile. */
MUST_CHECK enum err_code resume_runs(const char *database, const struct resume_request *request,
				     const struct track_environment *environment, const struct runner_watch *watch,
				     struct runner_progress *ret_progress, struct err *err);

#endif
