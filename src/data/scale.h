/* What becomes of the features before they are learned from, found in the training part only: missing values are filled
 * in, levels that it does not have are 0, and the rest is scaled. */
#ifndef HARDROW_DATA_SCALE_H
#define HARDROW_DATA_SCALE_H

#include "base/err.h"
#include "data/dataset.h"
#include "data/split.h"

enum scale_kind { SCALE_NONE, SCALE_STANDARD };
const char *scale_kind_name(size_t i); /* NULL behind the last */

struct scaled {
	const double *x; /* (n, d) row-major, all instances, prepared; the data set's own if nothing is to be done */
	double *values;	 /* what x points to if it is not the data set's, else NULL; owned */
	double *fill;	 /* (d) what missing values became (data/filling.h); NULL: there are none */
	double *mean;	 /* (d) of the training part; 0 for SCALE_NONE */
	/* (d) population standard deviation of the training part; 1 for SCALE_NONE, 0 for constant columns and unknown
	 * levels */
	double *sd;
};

/* SCALE_STANDARD: (x - mean) / sd; a column that is constant in the training part, up to rounding, becomes 0
 * everywhere; so do, whatever the kind, levels that no training instance has (data/levels.h). Mean and deviation by the
 * two-pass formula in double. spare_x: where the data set has its x, if nobody needs it any more: the values take its
 * memory, and it becomes NULL; NULL: x stays. Zero-initialise *ret_scaled; scaled_done() frees. The data set must
 * outlive it. */
MUST_CHECK enum err_code scale_fit(const struct dataset *dataset, const struct split *split, enum scale_kind kind,
				   double **spare_x, struct scaled *ret_scaled, struct err *err);
void scaled_done(struct scaled *scaled);

#endif
