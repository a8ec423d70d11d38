/* What becomes of the features before they are learned from, found in the training part only: missing values are filled
 * in, levels that it does not have are 0, and the rest is scaled. */
#ifndef HARDROW_DATA_SCALE_H
#define HARDROW_DATA_SCALE_H

#include "base/err.h"
#include "data/dataset.h"
#include "data/split.h"
#include "num/packed.h"

enum scale_kind { SCALE_NONE, SCALE_STANDARD };
const char *scale_kind_name(size_t i); /* NULL behind the last */

/* How it is done. spare_x: where the data set has its x, if nobody needs it any more: the values take its memory, and
 * it becomes NULL; NULL: x stays. */
struct scaling {
	enum scale_kind kind;
	double **spare_x;
	bool packs; /* SCALE_STANDARD with spare_x: packed if they can be, in half the memory */
};

struct scaled {
	/* (n, d) row-major, all instances, prepared; the data set's own if nothing is to be done; NULL: packed */
	const double *x;
	double *values; /* what x points to if it is not the data set's, or what is packed, else NULL; owned */
	struct packed_feature *how; /* (d) of what is packed, else NULL */
	double *fill;		    /* (d) what missing values became (data/filling.h); NULL: there are none */
	double *mean;		    /* (d) of the training part; 0 for SCALE_NONE */
	/* (d) population standard deviation of the training part; 1 for SCALE_NONE, 0 for constant columns and unknown
	 * levels */
	double *sd;
};

/* SCALE_STANDARD: (x - mean) / sd; a column that is constant in the training part, up to rounding, becomes 0
 * everywhere; so do, whatever the kind, levels that no training instance has (data/levels.h). Mean and deviation by the
 * two-pass formula in double. What is packed gives the same numbers when it is read; it can be packed if nothing is
 * missing and each feature's numbers fit into 4 bytes exactly (base/packing.h). ERR_INPUT: a number is not finite, or
 * above 1e30 once it is scaled. Zero-initialise *ret_scaled; scaled_done() frees. The data set must outlive it. */
MUST_CHECK enum err_code scale_fit(const struct dataset *dataset, const struct split *split,
				   const struct scaling *scaling, struct scaled *ret_scaled, struct err *err);

/* What is packed, for network_inputs_create_packed(); it borrows of `scaled`. */
struct packed_rows scaled_packed(const struct scaled *scaled, size_t features);
void scaled_done(struct scaled *scaled);

#endif
