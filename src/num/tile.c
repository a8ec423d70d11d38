#include "num/tile.h"

#include <math.h>
#include <string.h>

#include "num/blas.h"
#include "num/vector.h"

/* From here on OpenBLAS's blocked kernels beat the loops below (bench/README.md). */
#define WIDE_FEATURES 256

static const vector *as_vectors(const double *data)
{
	return (const vector *)data;
}

size_t tile_lanes(size_t count)
{
	return (count + VECTOR_LANES - 1) / VECTOR_LANES * VECTOR_LANES;
}

void tile_gather(struct tile *tile, const double *x, size_t features, const uint32_t *index)
{
	for (size_t i = 0; i < tile->count; i++) {
		const double *row = x + index[i] * features;
		for (size_t j = 0; j < features; j++)
			tile->data[j * tile->lanes + i] = row[j];
	}
	for (size_t j = 0; j < features && tile->count < tile->lanes; j++)
		memset(tile->data + j * tile->lanes + tile->count, 0, (tile->lanes - tile->count) * sizeof(double));
}

/* `n` <= 4 classes of `m` <= 2 vectors of instances: the sums stay in registers, and each load serves n or m of them.
 */
VECTOR_INLINE void forward_block(int n, int m, const double *x, size_t lanes, const double *weight, const double *bias,
				 size_t features, double *logits)
{
	vector sum[4][2];

	for (int c = 0; c < n; c++)
		for (int v = 0; v < m; v++)
			sum[c][v] = vector_splat(bias[c]);
	for (size_t j = 0; j < features; j++)
		for (int c = 0; c < n; c++)
			for (int v = 0; v < m; v++)
				sum[c][v] += as_vectors(x + j * lanes)[v] * weight[(size_t)c * features + j];
	for (int c = 0; c < n; c++)
		for (int v = 0; v < m; v++)
			((vector *)(logits + (size_t)c * lanes))[v] = sum[c][v];
}

VECTOR_INLINE void forward_classes(int n, const struct tile *tile, const double *weight, const double *bias,
				   size_t features, double *logits)
{
	size_t lanes = tile->lanes;
	size_t i = 0;

	for (; i + 2 * VECTOR_LANES <= lanes; i += 2 * VECTOR_LANES)
		forward_block(n, 2, tile->data + i, lanes, weight, bias, features, logits + i);
	if (i < lanes)
		forward_block(n, 1, tile->data + i, lanes, weight, bias, features, logits + i);
}

VECTOR_CLONES static void forward(const struct tile *tile, const double *weight, const double *bias, size_t features,
				  size_t classes, double *logits)
{
	for (size_t c = 0; c < classes; c += 4) {
		const double *w = weight + c * features;
		double *z = logits + c * tile->lanes;
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

void tile_forward(const struct tile *tile, const double *weight, const double *bias, size_t features, size_t classes,
		  double *ret_logits)
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
VECTOR_INLINE void backward_block(int n, int m, const double *x, size_t lanes, const double *delta, size_t features,
				  double *gradient)
{
	vector sum[4][4];

	for (int c = 0; c < n; c++)
		for (int j = 0; j < m; j++)
			sum[c][j] = vector_splat(0.0);
	for (size_t i = 0; i < lanes; i += VECTOR_LANES)
		for (int j = 0; j < m; j++) {
			vector v = *as_vectors(x + (size_t)j * lanes + i);
			for (int c = 0; c < n; c++)
				sum[c][j] += *as_vectors(delta + (size_t)c * lanes + i) * v;
		}
	for (int c = 0; c < n; c++)
		for (int j = 0; j < m; j++)
			gradient[(size_t)c * features + (size_t)j] += vector_sum(sum[c][j]);
}

VECTOR_INLINE void backward_classes(int n, const struct tile *tile, const double *delta, size_t features,
				    double *gradient)
{
	size_t lanes = tile->lanes;
	size_t j = 0;

	for (; j + 4 <= features; j += 4)
		backward_block(n, 4, tile->data + j * lanes, lanes, delta, features, gradient + j);
	for (; j < features; j++)
		backward_block(n, 1, tile->data + j * lanes, lanes, delta, features, gradient + j);
}

VECTOR_CLONES static void backward(const struct tile *tile, const double *delta, size_t features, size_t classes,
				   double *gradient)
{
	for (size_t c = 0; c < classes; c += 4) {
		const double *d = delta + c * tile->lanes;
		double *g = gradient + c * features;
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

VECTOR_CLONES static void backward_bias(const double *delta, size_t lanes, size_t classes, double *gradient)
{
	for (size_t c = 0; c < classes; c++) {
		vector sum = vector_splat(0.0);
		for (size_t i = 0; i < lanes; i += VECTOR_LANES)
			sum += *as_vectors(delta + c * lanes + i);
		gradient[c] += vector_sum(sum);
	}
}

void tile_backward(const struct tile *tile, const double *delta, size_t features, size_t classes,
		   double *weight_gradient, double *bias_gradient)
{
	if (features < WIDE_FEATURES)
		backward(tile, delta, features, classes, weight_gradient);
	else
		blas_multiply_transposed_add(classes, features, tile->lanes, delta, tile->data, weight_gradient);
	backward_bias(delta, tile->lanes, classes, bias_gradient);
}

void tile_backpropagate(const double *delta, size_t lanes, const double *weight, size_t features, size_t classes,
			double *ret_delta)
{
	blas_multiply_first_transposed(features, lanes, classes, weight, delta, ret_delta);
}

VECTOR_CLONES void tile_softmax(const double *logits, size_t lanes, size_t classes, double *ret_log_p, double *ret_p)
{
	for (size_t i = 0; i < lanes; i += VECTOR_LANES) {
		vector highest = *as_vectors(logits + i);
		for (size_t c = 1; c < classes; c++)
			highest = vector_max(highest, *as_vectors(logits + c * lanes + i));
		vector sum = vector_splat(0.0);
		for (size_t c = 0; c < classes; c++) {
			vector shifted = *as_vectors(logits + c * lanes + i) - highest;
			vector e = vector_exp(shifted);
			sum += e;
			*(vector *)(ret_p + c * lanes + i) = e;
			*(vector *)(ret_log_p + c * lanes + i) = shifted;
		}
		vector log_sum = vector_log(sum);
		vector inverse = 1.0 / sum;
		for (size_t c = 0; c < classes; c++) {
			*(vector *)(ret_p + c * lanes + i) *= inverse;
			*(vector *)(ret_log_p + c * lanes + i) -= log_sum;
		}
	}
}

VECTOR_CLONES void tile_cross_entropy_delta(const double *p, const double *y, const double *scale, size_t lanes,
					    size_t classes, double *ret_delta)
{
	for (size_t c = 0; c < classes; c++)
		for (size_t i = 0; i < lanes; i += VECTOR_LANES) {
			vector_mask is_true = vector_same(*as_vectors(y + i), vector_splat((double)c));
			vector target = vector_select(is_true, vector_splat(1.0), vector_splat(0.0));
			vector error = *as_vectors(p + c * lanes + i) - target;
			*(vector *)(ret_delta + c * lanes + i) = error * *as_vectors(scale + i);
		}
}

VECTOR_CLONES void tile_read_out(const double *log_p, const double *p, const double *y, size_t lanes, size_t classes,
				 double *ret_p_true, double *ret_log_p_true, double *ret_predicted)
{
	for (size_t i = 0; i < lanes; i += VECTOR_LANES) {
		vector best = *as_vectors(log_p + i);
		vector best_class = vector_splat(0.0);
		vector p_true = *as_vectors(p + i);
		vector log_p_true = best;
		vector truth = *as_vectors(y + i);
		for (size_t c = 1; c < classes; c++) {
			vector log_p_c = *as_vectors(log_p + c * lanes + i);
			vector this_class = vector_splat((double)c);
			vector_mask is_true = vector_same(truth, this_class);
			vector_mask is_better = vector_less(best, log_p_c);
			p_true = vector_select(is_true, *as_vectors(p + c * lanes + i), p_true);
			log_p_true = vector_select(is_true, log_p_c, log_p_true);
			best = vector_select(is_better, log_p_c, best);
			best_class = vector_select(is_better, this_class, best_class);
		}
		*(vector *)(ret_p_true + i) = p_true;
		*(vector *)(ret_log_p_true + i) = log_p_true;
		*(vector *)(ret_predicted + i) = best_class;
	}
}

VECTOR_CLONES void tile_du_dl(const double *log_p, const double *p, const double *y, size_t lanes, size_t classes,
			      double floor, struct tile_past *past, double *ret_du, double *ret_dl)
{
	const vector zero = vector_splat(0.0);
	const vector lowest = vector_splat(floor);
	const vector log_lowest = vector_splat(log(floor));

	for (size_t i = 0; i < lanes; i += VECTOR_LANES) {
		vector du = zero, dl = zero;
		for (size_t c = 0; c < classes; c++) {
			vector *q = (vector *)(past->p + c * lanes + i);
			vector *log_q = (vector *)(past->log_p + c * lanes + i);
			vector now = vector_max(*as_vectors(p + c * lanes + i), lowest);
			vector log_now = vector_max(*as_vectors(log_p + c * lanes + i), log_lowest);
			vector change = now - *q;
			/* Rounding may give the two factors different signs where both are next to nothing. */
			vector psi = vector_max(change * (log_now - *log_q), zero);
			vector_mask is_true = vector_same(*as_vectors(y + i), vector_splat((double)c));
			vector_mask is_learning = is_true ^ vector_is_negative(change);
			dl += vector_select(is_learning, psi, zero);
			du += vector_select(is_learning, zero, psi);
			*q = now;
			*log_q = log_now;
		}
		*(vector *)(ret_du + i) = du;
		*(vector *)(ret_dl + i) = dl;
	}
}
