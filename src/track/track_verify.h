/* Reading with suspicion: what is recorded against its checksums, and against what must be so. Names each finding; none
 * ends the work. */
#ifndef HARDROW_TRACK_TRACK_VERIFY_H
#define HARDROW_TRACK_TRACK_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "track/track_read.h"

struct track_findings {
	void *context;
	/* run_id 0: it is about the file. One line without the run. */
	void (*say)(void *context, int64_t run_id, const char *finding);
	uint64_t values;      /* how many were compared with a checksum */
	uint64_t unchecked;   /* rows without one, of older versions */
	bool has_other_views; /* than this program makes: no damage, see db_check() */
};

/* SQLite's own checks, all that the table checksum is about, and what must be so of data sets, splits and blocks. */
MUST_CHECK enum err_code track_verify_file(struct track *track, struct track_findings *findings, struct err *err);

/* The run's weights and state, and what must be so of its rows, but for its epochs. */
MUST_CHECK enum err_code track_verify_run(struct track *track, int64_t run_id, struct track_findings *findings,
					  struct err *err);

/* Into *record the run's first epoch behind record->epoch; has_blocks: they are recorded and their lengths are right.
 * The record has room for the run's instances and classes. Compares the checksums. *ret_found: there is one. */
MUST_CHECK enum err_code track_verify_epoch(struct track *track, int64_t run_id, struct track_findings *findings,
					    struct epoch_record *record, bool *ret_found, struct err *err);

/* Fills in the numbers of the epoch's row of regression_epoch that has row->part and row->shot; NaN, and no instances,
 * if there is none. */
MUST_CHECK enum err_code track_read_regression(struct track *track, int64_t run_id, size_t epoch,
					       struct record_regression *row, struct err *err);

/* Hands the rows of instance_summary to `take`, by position. Texts live until it returns. A finding if there are some,
 * but not one of each instance. */
MUST_CHECK enum err_code track_read_summaries(struct track *track, const struct track_run_row *row,
					      void (*take)(void *context, size_t i,
							   const struct track_summary *summary),
					      void *context, struct track_findings *findings, struct err *err);

/* The numbers of all runs, ascending; *ret_runs is freed with free(). */
MUST_CHECK enum err_code track_list_runs(struct track *track, int64_t **ret_runs, size_t *ret_count, struct err *err);

#endif
