/* Compiled twice: as double and as float (num/real.h). */
#include <string.h>

#include "num/blas.h"
#include "num/tile.h"
#include "num/vector.h"

/* From here on OpenBLAS's blocked kernels beat the loops below (bench/README.md). */
#define WIDE_FEATURES 256

static const real_vector *as_vectors(const real *data)
{
	return (const real_vector *)data;
}

size_t tile_real_lanes(size_t count)
{
	return (count + REAL_LANES - 1) / REAL_LANES * REAL_LANES;
}

void tile_narrow(const double *from, size_t from_lanes, size_t rows, real *ret_to, size_t to_lanes)
{
	for (size_t j = 0; j < rows; j++)
		for (size_t i = 0; i < to_lanes; i++)
			ret_to[j * to_lanes + i] = i < from_lanes ? (real)from[j * from_lanes + i] : 0;
}

void tile_widen(const real *from, size_t from_lanes, size_t rows, double *ret_to, size_t to_lanes)
{
	for (size_t j = 0; j < rows; j++)
		for (size_t i = 0; i < to_lanes; i++)
			ret_to[j * to_lanes + i] = from[j * from_lanes + i];
}

void tile_gather(struct tile *tile, const real *x, size_t features, const uint32_t *index)
{
	for (size_t i = 0; i < tile->count; i++) {
		const real *row = x + index[i] * features;
		for (size_t j = 0; j < features; j++)
			tile->data[j * tile->lanes + i] = row[j];
	}
	for (size_t j = 0; j < features && tile->count < tile->lanes; j++)
		memset(tile->data + j * tile->lanes + tile->count, 0, (tile->lanes - tile->count) * sizeof(real));
}

/* `n` <= 4 classes of `m` <= 2 vectors of instances: the sums stay in registers, and each load serves n or m of them.
 */
VECTOR_INLINE void forward_block(int n, int m, const real *x, size_t lanes, const real *weight, const real *bias,
				 size_t features, real *logits)
{
	real_vector sum[4][2];

	for (int c = 0; c < n; c++)
		for (int v = 0; v < m; v++)
			sum[c][v] = real_vector_splat(bias[c]);
	for (size_t j = 0; j < features; j++)
		for (int c = 0; c < n; c++)
			for (int v = 0; v < m; v++)
				sum[c][v] += as_vectors(x + j * lanes)[v] * weight[(size_t)c * features + j];
	for (int c = 0; c < n; c++)
		for (int v = 0; v < m; v++)
			((real_vector *)(logits + (size_t)c * lanes))[v] = sum[c][v];
}

VECTOR_INLINE void forward_classes(int n, const struct tile *tile, const real *weight, const real *bias,
				   size_t features, real *logits)
{
	size_t lanes = tile->lanes;
	size_t i = 0;

	for (; i + 2 * REAL_LANES <= lanes; i += 2 * REAL_LANES)
		forward_block(n, 2, tile->data + i, lanes, weight, bias, features, logits + i);
	if (i < lanes)
		forward_block(n, 1, tile->data + i, lanes, weight, bias, features, logits + i);
}

VECTOR_CLONES static void forward(const struct tile *tile, const real *weight, const real *bias, size_t features,
				  size_t classes, real *logits)
{
	for (size_t c = 0; c < classes; c += 4) {
		const real *w = weight + c * features;
		real *z = logits + c * tile->lanes;
		switch (classes - c) {
		case 1:
			forward_classes(1, tile, w, bias + c, features, z);
			break;
		case 2:
			forward_classes(2, tile, w, bias + c, features, z);
			break;
		case 3:
			forward_classes(3, tile, w, bias + c, features, z);
			break;
		default:
			forward_classes(4, tile, w, bias + c, features, z);
		}
	}
}

void tile_forward(const struct tile *tile, const real *weight, const real *bias, size_t features, size_t classes,
		  real *ret_logits)
{
	if (features < WIDE_FEATURES) {
		forward(tile, weight, bias, features, classes, ret_logits);
		return;
	}
	for (size_t c = 0; c < classes; c++)
		for (size_t i = 0; i < tile->lanes; i++)
			ret_logits[c * tile->lanes + i] = bias[c];
	blas_multiply_add(classes, tile->lanes, features, weight, tile->data, ret_logits);
}

/* `n` <= 4 classes of `m` <= 4 features: the sums stay in registers, and each load serves n or m of them. */
VECTOR_INLINE void backward_block(int n, int m, const real *x, size_t lanes, const real *delta, size_t features,
				  real *gradient)
{
	real_vector sum[4][4];

	for (int c = 0; c < n; c++)
		for (int j = 0; j < m; j++)
			sum[c][j] = (real_vector){ 0 };
	for (size_t i = 0; i < lanes; i += REAL_LANES)
		for (int j = 0; j < m; j++) {
			real_vector v = *as_vectors(x + (size_t)j * lanes + i);
			for (int c = 0; c < n; c++)
				sum[c][j] += *as_vectors(delta + (size_t)c * lanes + i) * v;
		}
	for (int c = 0; c < n; c++)
		for (int j = 0; j < m; j++)
			gradient[(size_t)c * features + (size_t)j] += real_vector_sum(sum[c][j]);
}

VECTOR_INLINE void backward_classes(int n, const struct tile *tile, const real *delta, size_t features, real *gradient)
{
	size_t lanes = tile->lanes;
	size_t j = 0;

	for (; j + 4 <= features; j += 4)
		backward_block(n, 4, tile->data + j * lanes, lanes, delta, features, gradient + j);
	for (; j < features; j++)
		backward_block(n, 1, tile->data + j * lanes, lanes, delta, features, gradient + j);
}

VECTOR_CLONES static void backward(const struct tile *tile, const real *delta, size_t features, size_t classes,
				   real *gradient)
{
	for (size_t c = 0; c < classes; c += 4) {
		const real *d = delta + c * tile->lanes;
		real *g = gradient + c * features;
		switch (classes - c) {
		case 1:
			backward_classes(1, tile, d, features, g);
			break;
		case 2:
			backward_classes(2, tile, d, features, g);
			break;
		case 3:
			backward_classes(3, tile, d, features, g);
			break;
		default:
			backward_classes(4, tile, d, features, g);
		}
	}
}

VECTOR_CLONES static void backward_bias(const real *delta, size_t lanes, size_t classes, real *gradient)
{
	for (size_t c = 0; c < classes; c++) {
		real_vector sum = (real_vector){ 0 };
		for (size_t i = 0; i < lanes; i += REAL_LANES)
			sum += *as_vectors(delta + c * lanes + i);
		gradient[c] += real_vector_sum(sum);
	}
}

void tile_backward(const struct tile *tile, const real *delta, size_t features, size_t classes, real *weight_gradient,
		   real *bias_gradient)
{
	if (features < WIDE_FEATURES)
		backward(tile, delta, features, classes, weight_gradient);
	else
		blas_multiply_transposed_add(classes, features, tile->lanes, delta, tile->data, weight_gradient);
	backward_bias(delta, tile->lanes, classes, bias_gradient);
}

void tile_backpropagate(const real *delta, size_t lanes, const real *weight, size_t features, size_t classes,
			real *ret_delta)
{
	blas_multiply_first_transposed(features, lanes, classes, weight, delta, ret_delta);
}
