/* Predictions of somebody else's model become a run like any other. */
#ifndef HARDROW_APP_IMPORT_H
#define HARDROW_APP_IMPORT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "rebalance/difficulty.h"
#include "record/recorder.h"

struct import_settings {
	const char *model; /* recorded as the run's model */
	struct difficulty_settings difficulty;
	size_t el2n_epoch;
};

struct import_result {
	int64_t run_id;
	size_t instances, classes, epochs;
};

/* A CSV with the columns epoch (whole, from 1), instance_id (whole, from 0), class (the true one) and one probability
 * per class: p_<class name> for each, or p_0 … p_k-1 in the order of the sorted class names. Rows in any order; every
 * epoch must hold every instance once. All instances are training part; du, dl, difficulty and weights are as after a
 * training epoch, with p_0 = 1/k. Probabilities must be within [0, 1] and sum to 1 within 0.001. ERR_INPUT: one line
 * with file and line. Nothing is written unless the whole file is good. */
MUST_CHECK enum err_code import_predictions(const char *file, const struct import_settings *settings,
					    const char *database, const struct track_environment *environment,
					    const struct recorder_watch *watch, struct import_result *ret_result,
					    struct err *err);

#endif
