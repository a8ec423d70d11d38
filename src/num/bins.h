/* Bins of a target: what stands for classes where a number is predicted, so that all that goes by the size of a class
 * goes by bins. */
#ifndef HARDROW_NUM_BINS_H
#define HARDROW_NUM_BINS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Classes, or bins in their place, at most: the index of one is a uint16, and one more says that it is not known. */
#define CLASSES_MOST 65535

/* Bin b < count is [low + b width, low + (b + 1) width); the last includes its upper end. */
struct bins {
	double low, width;
	size_t count;
	bool is_whole; /* one for each whole number */
};

/* ERR_INPUT with what is expected, unless `text` says how targets are put into bins. */
MUST_CHECK enum err_code bins_check(const char *text, struct err *err);

/* Bins of equal width from the smallest of the targets (n) to the largest, those without a target too.
 *     N         so many, 2 or more
 *     width:W   [i W, (i + 1) W), W > 0
 *     auto      width:1 if all targets are whole numbers, at most AUTO_SPAN apart, as the ages of Yang et al.
 *               2021; else one for AUTO_INSTANCES instances, from AUTO_LEAST to AUTO_MOST, as of their STS-B
 * ERR_INPUT: as bins_check; targets that are all alike; bins so narrow that two edges are the same number; more bins
 * than classes can be. */
#define BINS_AUTO_SPAN 100
#define BINS_AUTO_INSTANCES 20
#define BINS_AUTO_LEAST 10
#define BINS_AUTO_MOST 50
MUST_CHECK enum err_code bins_lay_out(const char *text, const double *target, size_t n, struct bins *ret_bins,
				      struct err *err);

/* What each is called, (count), freed with mem_free_texts(): LOW..HIGH, those of whole numbers LOW. */
MUST_CHECK enum err_code bins_name(const struct bins *bins, char ***ret_names, struct err *err);

/* Which one a target is in; the first or the last if it is in none. */
uint32_t bins_find(const struct bins *bins, double target);

#endif
