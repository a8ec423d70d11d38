/* The rows of one run in two files, value by value. */
#ifndef HARDROW_TRACK_TRACK_COMPARE_H
#define HARDROW_TRACK_TRACK_COMPARE_H

#include <stdint.h>

#include "base/err.h"
#include "track/track_verify.h"

struct track_subject_run {
	struct track *track;
	int64_t run_id;
};

/* Compares every row that a training or an adjustment makes, of epochs, classes, instances, predictions, weights and
 * the summary, bit by bit, and how the run ended; seconds, times and where it ran are left aside. A finding about
 * recorded->run_id for each value that differs and each row that only one of them has. What a run without checksums, of
 * an older version, does not have at all is no difference. */
MUST_CHECK enum err_code track_compare_runs(const struct track_subject_run *recorded,
					    const struct track_subject_run *again, struct track_findings *findings,
					    struct err *err);

#endif
