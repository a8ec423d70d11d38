/* Bins of a target: what stands for classes where a number is predicted, so that all that goes by the size of a class
 * goes by bins. */
#ifndef HARDROW_DATA_TARGET_BINS_H
#define HARDROW_DATA_TARGET_BINS_H

#include <stddef.h>

#include "base/err.h"
#include "data/dataset.h"

enum target_bins_kind { TARGET_BINS_AUTO, TARGET_BINS_COUNT, TARGET_BINS_WIDTH };

struct target_bins {
	enum target_bins_kind kind;
	size_t count;
	double width;
};

/* "auto", a whole number from 2, or "width:W" with W > 0. ERR_INPUT with what is expected. */
MUST_CHECK enum err_code target_bins_parse(const char *text, struct target_bins *ret_bins, struct err *err);

/* Sets classes, class_names and y of a data set with targets, whatever they were, and gives it another identity: the
 * sha256 becomes dataset_identify's of "bins" and the text. Bins are half open and of equal width, from the smallest
 * target of the whole data set to the largest, those without an instance too; the last includes its upper end.
 *     N         so many
 *     width:W   [i W, (i + 1) W)
 *     auto      width:1 if all targets are whole numbers, at most AUTO_SPAN apart, as the ages of Yang et al.
 *               2021; else one for AUTO_INSTANCES instances, from AUTO_LEAST to AUTO_MOST, as of their STS-B
 * Bins are called LOW..HIGH, those of whole numbers LOW. ERR_INPUT: targets that are all alike, more bins than classes
 * can be. */
#define TARGET_BINS_AUTO_SPAN 100
#define TARGET_BINS_AUTO_INSTANCES 20
#define TARGET_BINS_AUTO_LEAST 10
#define TARGET_BINS_AUTO_MOST 50
MUST_CHECK enum err_code dataset_bin_target(struct dataset *dataset, const char *text, struct err *err);

#endif
