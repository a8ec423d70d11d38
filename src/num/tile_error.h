/* Values and gradients of losses of a difference d = z - t between an output and its target over tiles (num/tile.h).
 * Shapes: L lanes; z, t (L), scale (L) the factor of each instance's loss, 0 for padding. Each value is the sum over
 * instances of scale times loss, each ret_delta (L) its gradient by z; it may be z. */
#ifndef HARDROW_NUM_TILE_ERROR_H
#define HARDROW_NUM_TILE_ERROR_H

#include <stddef.h>

/* tanh(slope |d|)^gamma |d|^power, slope > 0, gamma > 0, power 1 or 2 (focal-R, Yang et al. 2021, section 4.1). */
double tile_focal_error(const double *z, const double *t, const double *scale, size_t lanes, double slope, double gamma,
			int power, double *ret_delta);

/* The targets of a batch; padded to a multiple of 8 by copies of the first one that have weight 0. 64-byte aligned. */
struct tile_targets {
	const double *target, *weight; /* (padded); weight 1 of the batch's own */
	size_t padded;
};

/* Balanced MSE in its batch form, BMC (Ren et al. 2022, "Balanced MSE for Imbalanced Visual Regression", eq. 9): with
 * s = noise > 0 and t_j the targets of the batch,
 *     loss = -2 s^2 log(exp(-d^2 / (2 s^2)) / sum_j exp(-(z - t_j)^2 / (2 s^2)))
 * *noise_gradient gains the value's derivative by s, the factor 2 s^2 held fixed (as their code detaches it). */
double tile_balanced_error(const double *z, const double *t, const double *scale, size_t lanes,
			   const struct tile_targets *targets, double noise, double *noise_gradient, double *ret_delta);

#endif
