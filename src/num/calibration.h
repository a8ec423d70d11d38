/* What calibration looks like in few instances. */
#ifndef HARDROW_NUM_CALIBRATION_H
#define HARDROW_NUM_CALIBRATION_H

#include <stddef.h>

#include "base/err.h"

/* The expected calibration error (Guo et al. 2017, `bins` equal bins with their upper edge) that a perfectly calibrated
 * model would show on average, one that is right with exactly the probability confidence[i] (n): the sum over bins of
 * E|right ones - sum of confidences| / n. Exact for bins of up to 500 instances, above by the normal distribution. NaN
 * for n = 0 or bins < 1. ERR_SYSTEM: no memory. */
MUST_CHECK enum err_code calibration_level(const double *confidence, size_t n, double bins, double *ret_level,
					   struct err *err);

#endif
