#include "rebalance/kernel.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

const char *kernel_name(size_t i)
{
	static const char *const names[] = {
		[KERNEL_NONE] = "none",
		[KERNEL_GAUSSIAN] = "gaussian",
		[KERNEL_TRIANGULAR] = "triangular",
		[KERNEL_LAPLACE] = "laplace",
	};

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

/* x of a row without ends, as an index of `count` with mirrors behind both ends. `repeats`: the last stands twice. */
static size_t mirror(long x, long count, int repeats)
{
	long period = 2 * count - (repeats ? 0 : 2);
	long at = period == 0 ? 0 : (x % period + period) % period;

	return (size_t)(at < count ? at : period - repeats - at);
}

/* The sums that SciPy divides by do not matter: the window is scaled to a largest value of 1. */
static void fill_gaussian(const struct kernel *kernel, double *window)
{
	long radius = (long)(4 * kernel->sigma + 0.5);
	long size = (long)kernel->size;

	for (long x = -radius; x <= radius; x++)
		window[mirror(size / 2 + x, size, 1)] += exp(-0.5 * (double)(x * x) / (kernel->sigma * kernel->sigma));
}

size_t kernel_fill(const struct kernel *kernel, double ret_window[KERNEL_SIZE_MAX])
{
	size_t size = kernel->kind == KERNEL_NONE ? 1 : kernel->size;
	size_t half = size / 2;

	memset(ret_window, 0, size * sizeof *ret_window);
	if (kernel->kind == KERNEL_GAUSSIAN)
		fill_gaussian(kernel, ret_window);
	for (size_t i = 0; i < size; i++) {
		double distance = fabs((double)i - (double)half);
		if (kernel->kind == KERNEL_LAPLACE)
			ret_window[i] = exp(-distance / kernel->sigma);
		else if (kernel->kind != KERNEL_GAUSSIAN)
			ret_window[i] = 1 - distance / (double)(half + 1);
	}
	double largest = ret_window[half];
	for (size_t i = 0; i < size; i++)
		ret_window[i] /= largest;
	return size;
}

double kernel_smooth_size(const struct kernel *kernel, const uint32_t *counts, size_t bins, size_t b,
			  double (*size)(uint32_t count))
{
	double window[KERNEL_SIZE_MAX];
	size_t width = kernel_fill(kernel, window);
	double sum = 0;

	for (size_t i = 0; i < width; i++) {
		size_t at = b + i - width / 2; /* wraps around before the first bin */
		if (at < bins)
			sum += window[i] * (size == NULL ? counts[at] : size(counts[at]));
	}
	return sum;
}

void kernel_smooth_rows(const struct kernel *kernel, const double *rows, size_t bins, size_t columns,
			double *ret_smoothed)
{
	double window[KERNEL_SIZE_MAX];
	size_t width = kernel_fill(kernel, window);
	double sum = 0;

	for (size_t i = 0; i < width; i++)
		sum += window[i];
	memset(ret_smoothed, 0, bins * columns * sizeof *ret_smoothed);
	for (size_t b = 0; b < bins; b++)
		for (size_t i = 0; i < width; i++) {
			const double *row =
			    rows + columns * mirror((long)b + (long)i - (long)(width / 2), (long)bins, 0);
			for (size_t j = 0; j < columns; j++)
				ret_smoothed[b * columns + j] += window[i] / sum * row[j];
		}
}
