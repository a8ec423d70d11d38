/* Labels that are made wrong on purpose, to see which measure finds them. */
#ifndef HARDROW_DATA_FLIP_H
#define HARDROW_DATA_FLIP_H

#include <stdint.h>

#include "base/err.h"
#include "data/dataset.h"

enum flip_kind { FLIP_SYMMETRIC, FLIP_NEXT };
const char *flip_kind_name(size_t i); /* NULL behind the last */

/* A copy in which the share of the labels, rounded to whole instances, is wrong: those of instances drawn with stream
 * RNG_FLIP of `seed` from all but the data set's own test part. FLIP_SYMMETRIC: any other class, all alike; FLIP_NEXT:
 * the next class, behind the last the first (pair noise: Han et al. 2018, "Co-teaching"). dataset->flipped_from says
 * what they were. The copy is called NAME-flip:SHARE or NAME-flip:SHARE-next, its sha256 is dataset_derive's. */
MUST_CHECK enum err_code dataset_flip(const struct dataset *dataset, double share, enum flip_kind kind, uint64_t seed,
				      struct dataset **ret_dataset, struct err *err);

#endif
