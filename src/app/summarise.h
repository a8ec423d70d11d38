/* The measures of runs of older versions, computed from their recorded epochs and weights. */
#ifndef HARDROW_APP_SUMMARISE_H
#define HARDROW_APP_SUMMARISE_H

#include "app/verify.h"

/* Writes into the run's rows of instance_summary what its version did not know yet (MEASURES_LATER and
 * MEASURES_LATEST of db/measures.h), and makes the forgetting events of instances that were never learned NULL;
 * commits. The probabilities are float32: a loss is right to 1e-7, and NULL where one was rounded to 0. `request`: of
 * its runs only the source of the data and the stop count. ERR_INPUT: not every epoch of the run is recorded.
 * ERR_SYSTEM: what is recorded does not fit together. */
MUST_CHECK enum err_code summarise_run(struct track *track, int64_t run_id, const struct verify_request *request,
				       size_t *ret_instances, struct err *err);

#endif
