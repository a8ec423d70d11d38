/* What is computed from the weights of recorded runs, into the file. */
#ifndef HARDROW_TRACK_TRACK_INFLUENCE_H
#define HARDROW_TRACK_TRACK_INFLUENCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "track/track_read.h"

/* A number for each of `count` instances, named by their instance_id. */
struct track_influence {
	int64_t run_id;
	size_t epoch;
	uint32_t instance_id; /* whom they are about; of track_put_influence alone */
	size_t count;
	const uint32_t *ids;
	const double *values;
};

/* Inner products of loss gradients, of an instance with training instances. Replaces those of the same run, epoch and
 * instance. */
MUST_CHECK enum err_code track_put_influence(struct track *track, const struct track_influence *influence,
					     struct err *err);

/* Predicted changes of loss. Replaces those of the same run and epoch. */
MUST_CHECK enum err_code track_put_loss_changes(struct track *track, const struct track_influence *changes,
						struct err *err);

/* What the steps of an epoch were made of, by position. */
struct track_steps {
	double *draws;	    /* (n) how often each instance was drawn */
	double *difficulty; /* (n) at the epoch before; 1 before the first */
};

/* Fills the arrays of *ret_steps. *ret_found: whether the epoch and the one before it, if any, are
 * recorded; if not they may be partly filled. */
MUST_CHECK enum err_code track_read_steps(struct track *track, const struct track_run_row *row, size_t epoch,
					  struct track_steps *ret_steps, bool *ret_found, struct err *err);

#endif
