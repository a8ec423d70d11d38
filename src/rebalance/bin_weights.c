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

static double size_of(enum bin_weights weights, uint32_t count)
{
	switch (weights) {
	case BIN_WEIGHTS_NONE:
		break;
	case BIN_WEIGHTS_INVERSE:
		return fmin(fmax(count, 5), 1000);
	case BIN_WEIGHTS_SQUARE_ROOT_INVERSE:
		return sqrt(count);
	}
	return 1;
}

enum err_code bin_weights_fill(enum bin_weights weights, const struct kernel *kernel, const uint32_t *counts,
			       size_t bins, double *ret_weight, struct err *err)
{
	static const struct kernel no_kernel = { .kind = KERNEL_NONE };
	AUTO(mem_freep) double *size = NULL;
	double instances = 0, sum = 0;

	if (mem_new(&size, bins, err) != ERR_OK)
		return err->code;
	for (size_t b = 0; b < bins; b++)
		size[b] = size_of(weights, counts[b]);
	kernel_smooth_sizes(weights == BIN_WEIGHTS_NONE ? &no_kernel : kernel, size, bins, ret_weight);
	for (size_t b = 0; b < bins; b++) {
		ret_weight[b] = counts[b] == 0 ? 0 : 1 / ret_weight[b];
		instances += counts[b];
		sum += counts[b] * ret_weight[b];
	}
	for (size_t b = 0; b < bins; b++)
		ret_weight[b] *= instances / sum;
	return ERR_OK;
}
