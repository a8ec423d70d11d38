/* Private to verify: one run against what its predictions say. */
#ifndef HARDROW_APP_VERIFY_RUN_H
#define HARDROW_APP_VERIFY_RUN_H

#include "app/verify.h"
#include "track/track_verify.h"

/* Compares all that is recorded of the run; counts into *result. An error means that it cannot be read. */
MUST_CHECK enum err_code verify_run(struct track *track, int64_t run_id, const struct verify_request *request,
				    struct track_findings *findings, struct verify_result *result, struct err *err);

#endif
