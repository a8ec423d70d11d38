/* Runs out of the file again, with all that belongs to them alone.
 *
 * First track_choose() runs, in any number of calls; nothing is locked, so a person may be asked. Then
 * track_delete_chosen(), one transaction. */
#ifndef HARDROW_TRACK_TRACK_DELETE_H
#define HARDROW_TRACK_TRACK_DELETE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "track/track.h"

/* Which runs: that one, or (run_id 0) all of an experiment, of a status, or of both; NULL: of any; no run if both are.
 */
struct track_choice {
	int64_t run_id;
	const char *experiment, *status;
};

/* What the chosen runs are. bytes: about what they take in the file. */
struct track_chosen {
	int64_t runs, epochs, bytes;
};

/* Adds to the runs that are chosen. ERR_INPUT: there is no such run or experiment. */
MUST_CHECK enum err_code track_choose(struct track *track, const struct track_choice *choice, struct err *err);

MUST_CHECK enum err_code track_count_chosen(struct track *track, struct track_chosen *ret_chosen, struct err *err);

/* What went besides the chosen runs: blocks of no epoch (of a program that was killed by an older version), data sets.
 */
struct track_freed {
	int64_t orphan_blocks, datasets;
};

/* Deletes the chosen runs with all their rows and blocks, then blocks of no epoch, and splits and data sets of no run,
 * these only while nobody trains: a sweep may be about to use them. `experiment`: goes too if it has no run left; or
 * NULL. ERR_INPUT, and nothing is deleted: one of the runs is 'running'; a sweep of `experiment` is at work; a run that
 * is not chosen was adjusted from one that is, and would not say any more what it is. */
MUST_CHECK enum err_code track_delete_chosen(struct track *track, const char *experiment, struct track_freed *ret_freed,
					     struct err *err);

/* Gives free space back to the file system. *ret_bytes: the size of the file after it. */
MUST_CHECK enum err_code track_vacuum(struct track *track, int64_t *ret_bytes, struct err *err);

#endif
