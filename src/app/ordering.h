/* What an earlier run says of who is easy: the losses that a curriculum goes by (rebalance/sampler_curriculum.c). They
 * are copied into the run that uses them, as the matrix ORDERING_MATRIX of epoch 0, so that it needs the other one no
 * more. Shapes: n instances. */
#ifndef HARDROW_APP_ORDERING_H
#define HARDROW_APP_ORDERING_H

#include <stdint.h>

#include "base/err.h"
#include "data/dataset.h"
#include "track/track_read.h"

#define ORDERING_MATRIX "curriculum_loss"

/* The mean_loss of each instance in the summary of the run; *ret_loss (n) is freed with free(), infinite where it is
 * not known. ERR_INPUT: no such run, one of another data set, or without a summary. */
MUST_CHECK enum err_code ordering_read(struct track *track, int64_t run_id, const struct dataset *dataset,
				       double **ret_loss, struct err *err);

/* The copy in the run that uses them, or in the one whose weights were adjusted; NULL for one that ended before it
 * had it. */
MUST_CHECK enum err_code ordering_restore(struct track *track, const struct track_run_row *row, double **ret_loss,
					  struct err *err);

#endif
