/* Checksums of rows that are written once, and of those that are seldom changed, in the table `checksum`. */
#ifndef HARDROW_TRACK_TRACK_CHECKSUM_H
#define HARDROW_TRACK_TRACK_CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "track/track.h"

/* Whose rows, by the id of the first: a data set with its classes, instances and features; a split with its classes; a
 * run; its summary, of the columns that db/measures.h lists first, later and latest; an experiment with its lists; a
 * process that writes. */
enum track_subject {
	SUBJECT_DATASET,
	SUBJECT_SPLIT,
	SUBJECT_RUN,
	SUBJECT_SUMMARY,
	SUBJECT_EXPERIMENT,
	SUBJECT_WRITER,
	SUBJECT_MEASURES,
	SUBJECT_GRADIENTS,
	SUBJECT_COUNT
};

/* Those of a summary, for SQL. */
#define SUMMARY_SUBJECTS "'summary', 'measures', 'gradients'"

/* As in checksum.subject; NULL behind the last. */
const char *track_subject_name(size_t i);

/* The chain over all values of the subject's rows (db_sum_row); *ret_values: how many, 0 if there is no such row. */
MUST_CHECK enum err_code track_sum_subject(struct track *track, enum track_subject subject, int64_t id,
					   uint64_t *ret_sum, uint64_t *ret_values, struct err *err);

/* Writes it, in the transaction that wrote the rows. */
MUST_CHECK enum err_code track_put_checksum(struct track *track, enum track_subject subject, int64_t id,
					    struct err *err);

/* The same, for who summed the rows while binding them (db_sum_bound). */
MUST_CHECK enum err_code track_put_sum(struct track *track, enum track_subject subject, int64_t id, uint64_t sum,
				       struct err *err);

/* Runs an UPDATE of runs that ends in RETURNING run_id, and writes the checksums of those runs. */
MUST_CHECK enum err_code track_change_runs(struct track *track, struct db_stmt *update, struct err *err);

#endif
