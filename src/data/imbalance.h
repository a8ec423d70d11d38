/* Long-tailed training parts (Cui et al. 2019, "Class-balanced loss based on effective number of samples"; Cao et al.
 * 2019, LDAM, for the step). */
#ifndef HARDROW_DATA_IMBALANCE_H
#define HARDROW_DATA_IMBALANCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/dataset.h"
#include "data/split.h"

enum imbalance_kind { IMBALANCE_NONE, IMBALANCE_EXP, IMBALANCE_STEP };

struct imbalance {
	enum imbalance_kind kind;
	double ratio; /* r, in (0, 1]: the last class's size over the first's */
	size_t max;   /* n_max, the first class's size; 0: the largest for which every class has enough instances */
};

/* "none", "exp:R" or "step:R"; max becomes 0. ERR_INPUT with what is expected. */
MUST_CHECK enum err_code imbalance_parse(const char *text, struct imbalance *ret_imbalance, struct err *err);

/* A data set without the training instances that the profile leaves out, and its split: class c = 0 .. K-1, in class
 * order, keeps n_c = int(n_max r^(c / (K-1))) of its training instances (exp), or n_max in the first int(K/2) classes
 * and int(n_max r) in the others (step). Of a relabelled data set the classes are the sub-classes. Of a
 * data set with targets they are the bins that have training instances, K of them, from the lowest; each keeps
 * min(n_c, its own count), one at least, and n_max without `max` is the largest bin's count; and their test part is
 * balanced: a bin keeps at most as many as the median of those bins that have test instances. Who stays is drawn with
 * stream RNG_IMBALANCE of `seed`; the test part of classes is whole. instance_id and source_line stay what they were.
 * The new data set is called NAME-exp:R, with -MAX behind if max is given. ERR_INPUT: a class that would keep none, or
 * one that has fewer instances than `max` asks for. */
MUST_CHECK enum err_code imbalance_apply(const struct imbalance *imbalance, const struct dataset *dataset,
					 struct split **split, uint64_t seed, struct dataset **ret_dataset,
					 struct err *err);

#endif
