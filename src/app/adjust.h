/* Adjustments of recorded runs: other predictions from their weights, without training again. */
#ifndef HARDROW_APP_ADJUST_H
#define HARDROW_APP_ADJUST_H

#include <stddef.h>
#include <stdint.h>

#include "app/runner.h"
#include "app/stored_run.h"
#include "base/err.h"
#include "train/settings.h"

struct adjust_request {
	/* Of these the adjustment, its parameters and tune_folds count. */
	const struct run_settings *settings;
	struct stored_run_source source;
	const char *name; /* the method the new run is recorded under; NULL: METHOD+ADJUSTMENT */
	/* Set to end between two epochs of a cross-validation; may be NULL. */
	const atomic_bool *stop;
};

struct adjust_result {
	int64_t run_id; /* of the new run */
	size_t epochs;
	char chosen[80]; /* what cross-validation chose, in words; empty if there was none */
};

/* Records a new run: that of `run_id`, in its experiment, with the adjusted predictions of each epoch whose weights are
 * recorded. ERR_INPUT: there are none, or the adjustment does not go with the run. Nothing is written then.
 * ERR_INTERRUPTED: stopped; what was done is in the file, the run is 'interrupted'. */
MUST_CHECK enum err_code adjust_run(struct recorder *recorder, int64_t run_id, const struct adjust_request *request,
				    const struct track_environment *environment, struct adjust_result *ret_result,
				    struct err *err);

/* The same once more, for the run that was read as `adjusted`: its adjustment on the weights, which are read from
 * `track`, of the epochs that it has, into the recorder's file, under no experiment. Of the request only `stop` and
 * `source` count. ERR_INPUT, ERR_MISSING: the source run cannot be read, or has no weights. */
MUST_CHECK enum err_code adjust_again(struct track *track, const struct stored_run *adjusted, struct recorder *recorder,
				      const struct adjust_request *request, const struct track_environment *environment,
				      struct adjust_result *ret_result, struct err *err);

#endif
