/* Kernels over the bins of a target: what neighbouring bins have counts for a bin, too (Yang et al. 2021, "Delving into
 * Deep Imbalanced Regression", sections 3.1 and 3.2). The windows are those of their code, imbalanced-regression:
 *     gaussian    a 1 at the centre of `size` bins through a Gaussian filter as SciPy's gaussian_filter1d has it:
 * weights exp(-x^2 / (2 sigma^2)) up to |x| = int(4 sigma + 1/2), of sum 1, the row of bins mirrored behind its ends
 * (the last bin twice). In a short window what falls behind its ends comes back, so that it is wider than the Gaussian
 * itself. triangular  1 - |x| / (h + 1), h = (size - 1) / 2; no sigma laplace     exp(-|x| / sigma) Shapes: k bins, w =
 * size. */
#ifndef HARDROW_REBALANCE_KERNEL_H
#define HARDROW_REBALANCE_KERNEL_H

#include <stddef.h>
#include <stdint.h>

#define KERNEL_SIZE_MAX 101

enum kernel_kind { KERNEL_NONE, KERNEL_GAUSSIAN, KERNEL_TRIANGULAR, KERNEL_LAPLACE };
const char *kernel_name(size_t i); /* NULL behind the last */

struct kernel {
	enum kernel_kind kind;
	size_t size;  /* odd, at most KERNEL_SIZE_MAX */
	double sigma; /* in bins, > 0 */
};

/* ret_window (w), its largest value 1; of KERNEL_NONE w is taken for 1, and returned in any case. */
size_t kernel_fill(const struct kernel *kernel, double ret_window[KERNEL_SIZE_MAX]);

/* The size of bin b, smoothed: the sum of the window times the sizes around it; beyond the ends all are 0. `size` makes
 * the size of a bin of its count; NULL: that is its size. Without a kernel it is the bin's own, exactly. */
double kernel_smooth_size(const struct kernel *kernel, const uint32_t *counts, size_t bins, size_t b,
			  double (*size)(uint32_t count));

/* Statistics of bins: ret_smoothed (k, d) = the mean of rows (k, d) around each bin, weighted by the window; beyond the
 * ends the rows are mirrored (the last one once: PyTorch's padding "reflect"). */
void kernel_smooth_rows(const struct kernel *kernel, const double *rows, size_t bins, size_t columns,
			double *ret_smoothed);

#endif
