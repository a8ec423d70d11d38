/* Nearest neighbours among rows of numbers, by blocks of inner products: never all distances at once. */
#ifndef HARDROW_NUM_NEAREST_H
#define HARDROW_NUM_NEAREST_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Some rows of X (n, d) row-major: `index` (count), ascending. */
struct nearest_rows {
	size_t count;
	const uint32_t *index;
};

/* ret_near (queries, k): of each query the k rows of `among` that are nearest in Euclidean distance, itself left out,
 * the nearest first; of equally near ones the lower index. Distances are compared as sums of squared differences in
 * double: the inner products only say who need not be looked at. `among` has k rows besides any query. BLAS is loaded.
 */
MUST_CHECK enum err_code nearest_find(const double *x, size_t features, const struct nearest_rows *queries,
				      const struct nearest_rows *among, size_t k, uint32_t *ret_near, struct err *err);

#endif
