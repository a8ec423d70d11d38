/* From the columns of a table to the design matrix X and the own test part of a data set. */
#ifndef HARDROW_DATA_DESIGN_H
#define HARDROW_DATA_DESIGN_H

#include "base/err.h"
#include "data/dataset.h"
#include "data/reading.h"
#include "data/table.h"

/* Sets dataset->x, features, feature_names and own_part from the rows of the table, whose x may be taken over; adds to
 * table->notes what it left out. Missing values are NaN in x, in all features of their column; MISSING_INDICATOR adds
 * features "NAME=?" (struct reading).
 *
 * Left out, unless reading->keep_ids: a column of numbers that counts the rows (x, x + 1, …; at least 20 rows, or its
 * name says so), and a text column with another value in each of at least 20 rows. A text column that holds "train" and
 * "test" only is the own test part. Texts "true" and "false" are 1 and 0. Other text columns become levels, by
 * reading->encode. ERR_INPUT, with column and line: a text column under ENCODE_ERROR, of more levels than max_levels,
 * or of dates, percentages and the like; no feature is left. */
MUST_CHECK enum err_code design_make(struct table *table, const struct reading *reading, struct dataset *dataset,
				     struct err *err);

#endif
