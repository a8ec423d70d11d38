/* A file with a data set, a split, an experiment and runs for tests of track and record; what cannot be done fails the
 * test. 130 instances are two blocks of 64 and a short one; instance i is of class i % 2. */
#ifndef HARDROW_TESTS_TRACKED_H
#define HARDROW_TESTS_TRACKED_H

#include <stdbool.h>

#include "track/track.h"

#define TRACKED_FILE "t.db"
#define TRACKED_INSTANCES 130
#define TRACKED_CLASSES 2
#define TRACKED_BLOCKS 3
#define TRACKED_VALUES 6

struct track *tracked_open(void);
void tracked_commit(struct track *track);
void tracked_close(struct track *track);

/* Found or written: content and mask go by these texts. */
int64_t tracked_dataset(struct track *track, const char *sha256);
int64_t tracked_split(struct track *track, int64_t dataset_id, const char *sha256);

/* A run of the one experiment with that key, not begun; begun. */
struct track_run tracked_plan(struct track *track, const char *key);
int64_t tracked_run(struct track *track, const char *key);

/* An epoch in a record made for 130 instances, 2 classes, one matrix (2, 3): du is the instance, dl minus that, p is
 * 0.25, the prediction right, the loss epoch / 2, the matrix epoch + 0/3, 1/3, .... draws (n), NULL: not known.
 * False: no memory. */
bool tracked_fill(struct epoch_record *record, size_t epoch, const uint32_t *draws);

/* The same, put. */
void tracked_epoch(struct track *track, int64_t run_id, size_t epoch, const uint32_t *draws);

/* Every epoch of the run has a checksum, and it is right. */
void tracked_verify(struct track *track, int64_t run_id);

/* What another connection reads. */
int64_t tracked_seen(const char *sql);

/* This one alone. */
struct track_summaries tracked_summary(const struct track_summary *summary);

#endif
