/* The cosine classifier over tiles (num/tile.h), in both precisions (num/real.h): a dense layer without bias whose
 * inputs and weights are scaled to length 1. Shapes: d features in H heads of d / H neighbours each, k classes. */
#ifndef HARDROW_NUM_TILE_COSINE_H
#define HARDROW_NUM_TILE_COSINE_H

#include "num/tile.h"

/* The multi-head form of Tang et al. 2020, eq. 4; with one head and gamma 0 the cosine of Cao et al. 2019 (LDAM):
 *     z_c = (s / H) sum_h w^_ch · x^_h,   x^_h = x_h / |x_h|,   w^_ch = w_ch / (|w_ch| + gamma)
 * What is 0 has no direction: its x^ or w^ is 0, and no gradient passes it (unless gamma > 0, for weights). */
struct tile_cosine {
	double scale; /* s */
	size_t heads; /* H; 0: no cosine classifier */
	double gamma;
};

#define tile_unit_features REAL_NAME(tile_unit_features)
#define tile_unit_features_backward REAL_NAME(tile_unit_features_backward)
#define tile_unit_weights REAL_NAME(tile_unit_weights)
#define tile_unit_weights_backward REAL_NAME(tile_unit_weights_backward)

/* ret_unit (d, L) = x^ of each instance of the tile; ret_inverse (H, L) = 1 / |x_h|, 0 where x_h is 0. */
void tile_unit_features(const struct tile *tile, size_t features, size_t heads, real *ret_unit, real *ret_inverse);

/* delta (d, L) from the gradient by x^ to that by x:  delta_h <- (delta_h - x^_h (x^_h · delta_h)) / |x_h|. */
void tile_unit_features_backward(const struct tile *unit, const real *inverse, size_t features, size_t heads,
				 real *delta);

/* ret_unit (k, d) = (s / H) w^: Z = ret_unit · x^. */
void tile_unit_weights(const struct tile_cosine *cosine, const real *weight, size_t features, size_t classes,
		       real *ret_unit);

/* gradient (k, d) += the gradient by w, given g (k, d) that by ret_unit: with n = |w_ch|,
 *     (s / H) / (n + gamma) (g_ch - w_ch (w_ch · g_ch) / (n (n + gamma))) */
void tile_unit_weights_backward(const struct tile_cosine *cosine, const real *weight, size_t features, size_t classes,
				const real *g, real *gradient);

#endif
