/* A data set whose label is a number gets bins of it for classes (num/bins.h). */
#ifndef HARDROW_DATA_TARGET_BINS_H
#define HARDROW_DATA_TARGET_BINS_H

#include "base/err.h"
#include "data/dataset.h"

/* Sets classes, class_names and y of a data set with targets, whatever they were, and gives it another identity: the
 * sha256 becomes dataset_identify's of "bins" and the text. `text` says how the targets are put into bins, over those
 * of the whole data set. ERR_INPUT: as bins_lay_out(). */
MUST_CHECK enum err_code dataset_bin_target(struct dataset *dataset, const char *text, struct err *err);

#endif
