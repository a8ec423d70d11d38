#include "num/tile_loss.h"

#include "num/vector.h"

static const vector *as_vectors(const double *data)
{
	return (const vector *)data;
}

/* x <= 0 as vector_exp wants it: rounding may have put a logarithm above 0. */
VECTOR_INLINE vector at_most_zero(vector x)
{
	return -vector_max(-x, vector_splat(0.0));
}

VECTOR_CLONES double tile_cross_entropy(const double *log_p, const double *y, const double *scale, size_t lanes,
					size_t classes)
{
	vector sum = vector_splat(0.0);

	for (size_t c = 0; c < classes; c++)
		for (size_t i = 0; i < lanes; i += VECTOR_LANES) {
			vector_mask is_true = vector_same(*as_vectors(y + i), vector_splat((double)c));
			vector loss = vector_select(is_true, *as_vectors(log_p + c * lanes + i), vector_splat(0.0));
			sum -= loss * *as_vectors(scale + i);
		}
	return vector_sum(sum);
}

VECTOR_CLONES double tile_focal(const double *log_p, const double *p, const double *y, const double *scale,
				size_t lanes, size_t classes, double gamma, double *ret_delta)
{
	vector value = vector_splat(0.0);

	for (size_t i = 0; i < lanes; i += VECTOR_LANES) {
		vector truth = *as_vectors(y + i);
		vector loss = vector_splat(0.0), p_true = loss, rest = loss;
		/* 1 - p_y as the sum of the others keeps its digits where p_y is next to 1. */
		for (size_t c = 0; c < classes; c++) {
			vector_mask is_true = vector_same(truth, vector_splat((double)c));
			vector p_c = *as_vectors(p + c * lanes + i);
			loss = vector_select(is_true, -*as_vectors(log_p + c * lanes + i), loss);
			p_true = vector_select(is_true, p_c, p_true);
			rest += vector_select(is_true, vector_splat(0.0), p_c);
		}
		vector above_zero = vector_max(rest, vector_splat(1e-300));
		vector power = vector_exp(at_most_zero(vector_log(above_zero) * gamma));
		/* -log p_y / (1 - p_y), by its series where both are next to nothing. */
		vector_mask is_small = vector_less(rest, vector_splat(1e-6));
		vector ratio = vector_select(is_small, 1.0 + rest * 0.5, loss / above_zero);
		vector weighted = power * *as_vectors(scale + i);
		vector factor = weighted * (1.0 + gamma * p_true * ratio);
		for (size_t c = 0; c < classes; c++) {
			vector_mask is_true = vector_same(truth, vector_splat((double)c));
			vector error = vector_select(is_true, -rest, *as_vectors(p + c * lanes + i));
			*(vector *)(ret_delta + c * lanes + i) = error * factor;
		}
		value += weighted * loss;
	}
	return vector_sum(value);
}

/* log sigma(u) = min(u, 0) - log(1 + e^-|u|), where neither part overflows; NaN for NaN and infinity. */
VECTOR_INLINE vector log_sigmoid(vector u)
{
	vector lower = at_most_zero(u);
	vector minus_magnitude = lower + at_most_zero(-u);

	/* u - u is 0, or not a number: what is the lesser of that and 0 is the compiler's choice. */
	return lower - vector_log(1.0 + vector_exp(minus_magnitude)) + (u - u);
}

VECTOR_CLONES double tile_sigmoid_loss(const struct sigmoid_cells *cells, const double *logits, const double *y,
				       const double *scale, size_t lanes, size_t classes, double *ret_delta)
{
	const vector zero = vector_splat(0.0);
	vector value = zero;

	for (size_t c = 0; c < classes; c++)
		for (size_t i = 0; i < lanes; i += VECTOR_LANES) {
			vector z = *as_vectors(logits + c * lanes + i);
			vector_mask is_true = vector_same(*as_vectors(y + i), vector_splat((double)c));
			vector_mask is_low = vector_less(z, vector_splat(cells->lowest_logit));
			vector sign = vector_select(is_true, vector_splat(1.0), vector_splat(-1.0));
			vector other = vector_select(is_low, zero, vector_splat(cells->other_weight[c]));
			vector weight = vector_select(is_true, vector_splat(cells->target_weight), other);
			vector u = z * sign;
			vector log_p = log_sigmoid(u);
			vector log_rest = at_most_zero(log_p - u);
			vector power = vector_exp(log_rest * cells->gamma) * weight * *as_vectors(scale + i);
			vector slope = vector_exp(log_rest) - cells->gamma * vector_exp(at_most_zero(log_p)) * log_p;
			value -= power * log_p;
			*(vector *)(ret_delta + c * lanes + i) = -sign * power * slope;
		}
	return vector_sum(value);
}

/* sigma(-u), exactly 1/2 at 0. */
VECTOR_INLINE vector sigmoid_error(vector u)
{
	vector small = vector_exp(at_most_zero(u) + at_most_zero(-u));
	vector inverse = 1.0 / (1.0 + small);

	return vector_select(vector_is_negative(u), inverse, small * inverse);
}

VECTOR_INLINE vector sign_of_cell(const double *y, size_t c)
{
	return vector_select(vector_same(*as_vectors(y), vector_splat((double)c)), vector_splat(1.0),
			     vector_splat(-1.0));
}

VECTOR_CLONES void tile_sigmoid_error(const double *logits, const double *y, size_t lanes, size_t classes,
				      double *ret_error)
{
	for (size_t c = 0; c < classes; c++)
		for (size_t i = 0; i < lanes; i += VECTOR_LANES) {
			vector u = *as_vectors(logits + c * lanes + i) * sign_of_cell(y + i, c);
			*(vector *)(ret_error + c * lanes + i) = sigmoid_error(u);
		}
}

VECTOR_CLONES double tile_weighted_sigmoid(const double *logits, const double *weight, const double *y,
					   const double *scale, size_t lanes, size_t classes, double *ret_delta)
{
	vector value = vector_splat(0.0);

	for (size_t c = 0; c < classes; c++)
		for (size_t i = 0; i < lanes; i += VECTOR_LANES) {
			vector sign = sign_of_cell(y + i, c);
			vector u = *as_vectors(logits + c * lanes + i) * sign;
			vector weighted = *as_vectors(weight + c * lanes + i) * *as_vectors(scale + i);
			value -= weighted * log_sigmoid(u);
			*(vector *)(ret_delta + c * lanes + i) = -sign * weighted * sigmoid_error(u);
		}
	return vector_sum(value);
}

VECTOR_CLONES void tile_log_sigmoid(const double *logits, size_t lanes, size_t classes, double *ret_log_score)
{
	for (size_t i = 0; i < classes * lanes; i += VECTOR_LANES)
		*(vector *)(ret_log_score + i) = log_sigmoid(*as_vectors(logits + i));
}
