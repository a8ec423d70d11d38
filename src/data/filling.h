/* What stands for missing values, found in the training part. */
#ifndef HARDROW_DATA_FILLING_H
#define HARDROW_DATA_FILLING_H

#include <stdint.h>

#include "base/err.h"
#include "data/dataset.h"
#include "data/split.h"

/* *ret_fill (d), freed with free(): of each feature the value for its missing ones, by dataset->missing: the mean or
 * median of the present values of the training part, 0 if there are none; of the levels of a text column
 * (data/levels.h; first (d)) 1 for the most frequent, the first of several, and 0 for the others. NULL if the data set
 * has no missing value. ERR_INPUT: a mean is not finite. */
MUST_CHECK enum err_code filling_find(const struct dataset *dataset, const struct split *split, const uint32_t *first,
				      double **ret_fill, struct err *err);

#endif
