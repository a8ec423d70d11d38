#include "rebalance/bin_weights.h"

#include <math.h>

#include "base/mem.h"

const char *bin_weights_name(size_t i)
{
	static const char *const names[] = {
		[BIN_WEIGHTS_NONE] = "none",
		[BIN_WEIGHTS_INVERSE] = "inverse",
		[BIN_WEIGHTS_SQUARE_ROOT_INVERSE] = "square-root-inverse",
	};

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

static double size_for_inverse(uint32_t count)
{
	return fmin(fmax(count, 5), 1000);
}

static double size_for_square_root(uint32_t count)
{
	return sqrt(count);
}

void bin_weights_fill(enum bin_weights weights, const struct kernel *kernel, const uint32_t *counts, size_t bins,
		      double *ret_weight)
{
	double instances = 0, sum = 0;

	for (size_t b = 0; b < bins; b++) {
		ret_weight[b] = counts[b] == 0 ? 0
				: weights == BIN_WEIGHTS_NONE
				    ? 1
				    : 1 / kernel_smooth_size(kernel, counts, bins, b,
							     weights == BIN_WEIGHTS_INVERSE ? size_for_inverse
											    : size_for_square_root);
		instances += counts[b];
		sum += counts[b] * ret_weight[b];
	}
	for (size_t b = 0; b < bins; b++)
		ret_weight[b] *= instances / sum;
}
