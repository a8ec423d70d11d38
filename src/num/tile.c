#include "num/tile.h"

#include <math.h>

#include "num/vector.h"

static const vector *as_vectors(const double *data)
{
	return (const vector *)data;
}

size_t tile_lanes(size_t count)
{
	return (count + VECTOR_LANES - 1) / VECTOR_LANES * VECTOR_LANES;
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
				 const struct tile_out *ret)
{
	const vector lowest = vector_splat(-INFINITY);

	for (size_t i = 0; i < lanes; i += VECTOR_LANES) {
		vector best = *as_vectors(log_p + i);
		vector best_class = vector_splat(0.0);
		vector p_true = *as_vectors(p + i);
		vector log_p_true = best;
		vector truth = *as_vectors(y + i);
		vector other = vector_select(vector_same(truth, best_class), lowest, best);
		for (size_t c = 1; c < classes; c++) {
			vector log_p_c = *as_vectors(log_p + c * lanes + i);
			vector this_class = vector_splat((double)c);
			vector_mask is_true = vector_same(truth, this_class);
			vector_mask is_better = vector_less(best, log_p_c);
			p_true = vector_select(is_true, *as_vectors(p + c * lanes + i), p_true);
			log_p_true = vector_select(is_true, log_p_c, log_p_true);
			best = vector_select(is_better, log_p_c, best);
			best_class = vector_select(is_better, this_class, best_class);
			other = vector_max(other, vector_select(is_true, lowest, log_p_c));
		}
		*(vector *)(ret->p_true + i) = p_true;
		*(vector *)(ret->log_p_true + i) = log_p_true;
		*(vector *)(ret->predicted + i) = best_class;
		*(vector *)(ret->margin + i) = log_p_true - other;
	}
}

VECTOR_CLONES void tile_log(const double *p, size_t count, double floor, double *ret_p, double *ret_log_p)
{
	const vector lowest = vector_splat(floor);

	for (size_t i = 0; i < count; i += VECTOR_LANES) {
		vector floored = vector_max(*as_vectors(p + i), lowest);
		*(vector *)(ret_p + i) = floored;
		*(vector *)(ret_log_p + i) = vector_log(floored);
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
			vector change = now - vector_max(*q, lowest);
			/* Rounding may give the two factors different signs where both are next to nothing. */
			vector psi = vector_max(change * (log_now - vector_max(*log_q, log_lowest)), zero);
			vector_mask is_true = vector_same(*as_vectors(y + i), vector_splat((double)c));
			vector_mask is_learning = is_true ^ vector_is_negative(change);
			dl += vector_select(is_learning, psi, zero);
			du += vector_select(is_learning, zero, psi);
			*q = *as_vectors(p + c * lanes + i);
			*log_q = *as_vectors(log_p + c * lanes + i);
		}
		*(vector *)(ret_du + i) = du;
		*(vector *)(ret_dl + i) = dl;
	}
}
