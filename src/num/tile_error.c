#include "num/tile_error.h"

#include "num/vector.h"

static const vector *as_vectors(const double *data)
{
	return (const vector *)data;
}

/* tanh(x), x >= 0; by its series where 1 - exp(-2 x) loses digits. */
VECTOR_INLINE vector hyperbolic_tangent(vector x)
{
	vector power = vector_exp(-2.0 * x);
	vector square = x * x;
	vector series = x * (1.0 - square * (1.0 / 3 - square * (2.0 / 15 - square * (17.0 / 315))));

	return vector_select(vector_less(x, vector_splat(0.01)), series, (1.0 - power) / (1.0 + power));
}

VECTOR_CLONES double tile_focal_error(const double *z, const double *t, const double *scale, size_t lanes, double slope,
				      double gamma, int power, double *ret_delta)
{
	vector value = vector_splat(0.0);

	for (size_t i = 0; i < lanes; i += VECTOR_LANES) {
		vector d = *as_vectors(z + i) - *as_vectors(t + i);
		vector sign = vector_select(vector_is_negative(d), vector_splat(-1.0), vector_splat(1.0));
		vector size = d * sign;
		vector focus = hyperbolic_tangent(slope * size);
		/* 1e-300: a logarithm of 0 is not to be had; what is multiplied by it is 0. */
		vector raised = vector_exp(gamma * vector_log(vector_max(focus, vector_splat(1e-300))));
		/* |d|^(power - 1). */
		vector rest =
		    vector_select(vector_less(vector_splat(1.0), vector_splat(power)), size, vector_splat(1.0));
		/* x / tanh(x), 1 at 0; tanh' = 1 - tanh^2. */
		vector ratio =
		    slope * vector_max(size, vector_splat(1e-300)) / vector_max(focus, slope * vector_splat(1e-300));
		vector growth = (double)power + gamma * ratio * (1.0 - focus * focus);
		vector weighted = raised * *as_vectors(scale + i);
		value += weighted * rest * size;
		*(vector *)(ret_delta + i) = sign * weighted * growth * rest;
	}
	return vector_sum(value);
}

/* Lane by lane: the softmax over the batch's targets of one output. */
struct pairs {
	double nearest;			/* the least squared distance */
	double sum, targets, distances; /* of e_j = exp((nearest - (z - t_j)^2) / (2 s^2)), e_j t_j, e_j (z - t_j)^2 */
};

VECTOR_INLINE struct pairs compare(double z, const struct tile_targets *targets, double noise)
{
	const vector zero = vector_splat(0.0);
	double factor = 0.5 / (noise * noise);
	vector sum = zero, products = zero, distances = zero;
	vector first = vector_splat(z) - *as_vectors(targets->target);
	vector minus_nearest = -first * first;

	for (size_t j = VECTOR_LANES; j < targets->padded; j += VECTOR_LANES) {
		vector d = vector_splat(z) - *as_vectors(targets->target + j);
		minus_nearest = vector_max(minus_nearest, -d * d);
	}
	double nearest = -minus_nearest[0];
	for (int lane = 1; lane < VECTOR_LANES; lane++)
		nearest = -minus_nearest[lane] < nearest ? -minus_nearest[lane] : nearest;
	for (size_t j = 0; j < targets->padded; j += VECTOR_LANES) {
		vector t = *as_vectors(targets->target + j);
		vector square = (vector_splat(z) - t) * (vector_splat(z) - t);
		vector e = vector_exp((vector_splat(nearest) - square) * factor) * *as_vectors(targets->weight + j);
		sum += e;
		products += e * t;
		distances += e * square;
	}
	return (struct pairs){ nearest, vector_sum(sum), vector_sum(products), vector_sum(distances) };
}

VECTOR_INLINE double logarithm(double x)
{
	return vector_log(vector_splat(x))[0];
}

VECTOR_CLONES double tile_balanced_error(const double *z, const double *t, const double *scale, size_t lanes,
					 const struct tile_targets *targets, double noise, double *noise_gradient,
					 double *ret_delta)
{
	double value = 0;

	for (size_t i = 0; i < lanes; i++) {
		struct pairs pairs = compare(z[i], targets, noise);
		double d = z[i] - t[i];
		value += scale[i] * (d * d - pairs.nearest + 2 * noise * noise * logarithm(pairs.sum));
		*noise_gradient += scale[i] * 2 * (pairs.distances / pairs.sum - d * d) / noise;
		ret_delta[i] = scale[i] * 2 * (pairs.targets / pairs.sum - t[i]);
	}
	return value;
}
