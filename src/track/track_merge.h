/* The runs of one file into another. */
#ifndef HARDROW_TRACK_TRACK_MERGE_H
#define HARDROW_TRACK_TRACK_MERGE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "track/track.h"

struct track_merge {
	void *context;
	void (*say)(void *context, const char *line); /* one line for each run that is replaced, each conflict */
	const atomic_bool *stop;		      /* may be NULL */
	size_t added, replaced, kept;		      /* runs; kept: `into` has them already, as long or longer */
	size_t conflicts;
};

/* ERR_INPUT "FILE: damaged: …": something in the file is not what was written. Views do not count: they hold nothing.
 */
MUST_CHECK enum err_code track_check_source(struct track *from, const atomic_bool *stop, struct err *err);

/* Adds the runs of `from`, with their data sets, splits and experiments, in one transaction of `into`; both are of the
 * newest version. What is there already is found by name and content: data sets as by track_put_dataset(), splits as by
 * track_put_split(), experiments by name, runs by run_uid. Ids become others, runs stay in their order. A run that was
 * running becomes 'interrupted'.
 *
 * Of two copies of a run the one that ended counts more than one that did not, then the one with more epochs: a longer
 * one replaces the shorter, under its number. Conflicts, which leave `into` as it is there: a run that has other
 * numbers in epochs that both have, a longer copy of a run that is running in `into`, another text of an experiment
 * (its runs are added to the one that is there). Counts into *merge. */
MUST_CHECK enum err_code track_merge(struct track *into, struct track *from, struct track_merge *merge,
				     struct err *err);

#endif
