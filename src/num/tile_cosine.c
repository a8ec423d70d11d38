/* Compiled twice: as double and as float (num/real.h). */
#include "num/tile_cosine.h"

#include <string.h>
#include <tgmath.h>

#include "num/vector.h"

VECTOR_CLONES void tile_unit_features(const struct tile *tile, size_t features, size_t heads, real *ret_unit,
				      real *ret_inverse)
{
	size_t lanes = tile->lanes;
	size_t width = features / heads;

	for (size_t h = 0; h < heads; h++) {
		const real *x = tile->data + h * width * lanes;
		real *unit = ret_unit + h * width * lanes;
		real *inverse = ret_inverse + h * lanes;
		memset(inverse, 0, lanes * sizeof *inverse);
		for (size_t j = 0; j < width; j++)
			for (size_t i = 0; i < lanes; i++)
				inverse[i] += x[j * lanes + i] * x[j * lanes + i];
		for (size_t i = 0; i < lanes; i++)
			inverse[i] = inverse[i] > 0 ? 1 / sqrt(inverse[i]) : 0;
		for (size_t j = 0; j < width; j++)
			for (size_t i = 0; i < lanes; i++)
				unit[j * lanes + i] = x[j * lanes + i] * inverse[i];
	}
}

VECTOR_CLONES void tile_unit_features_backward(const struct tile *unit, const real *inverse, size_t features,
					       size_t heads, real *delta)
{
	size_t lanes = unit->lanes;
	size_t width = features / heads;

	for (size_t h = 0; h < heads; h++)
		for (size_t first = 0; first < lanes; first += REAL_LANES) {
			const real *x = unit->data + h * width * lanes + first;
			real *d = delta + h * width * lanes + first;
			real along[REAL_LANES] = { 0 };
			for (size_t j = 0; j < width; j++)
				for (size_t i = 0; i < REAL_LANES; i++)
					along[i] += x[j * lanes + i] * d[j * lanes + i];
			for (size_t j = 0; j < width; j++)
				for (size_t i = 0; i < REAL_LANES; i++) {
					real across = d[j * lanes + i] - x[j * lanes + i] * along[i];
					d[j * lanes + i] = across * inverse[h * lanes + first + i];
				}
		}
}

static double dot(size_t n, const real *a, const real *b)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (double)a[i] * b[i];
	return sum;
}

/* a / b, or 0 where there is nothing to divide by. */
static double ratio(double a, double b)
{
	return b > 0 ? a / b : 0;
}

void tile_unit_weights(const struct tile_cosine *cosine, const real *weight, size_t features, size_t classes,
		       real *ret_unit)
{
	size_t width = features / cosine->heads;
	double share = cosine->scale / (double)cosine->heads;

	/* The heads of a class are neighbours, and so are the classes. */
	for (size_t at = 0; at < classes * features; at += width) {
		double factor = ratio(share, sqrt(dot(width, weight + at, weight + at)) + cosine->gamma);
		for (size_t j = at; j < at + width; j++)
			ret_unit[j] = (real)(factor * weight[j]);
	}
}

void tile_unit_weights_backward(const struct tile_cosine *cosine, const real *weight, size_t features, size_t classes,
				const real *g, real *gradient)
{
	size_t width = features / cosine->heads;
	double share = cosine->scale / (double)cosine->heads;

	for (size_t at = 0; at < classes * features; at += width) {
		double norm = sqrt(dot(width, weight + at, weight + at));
		double along = ratio(dot(width, weight + at, g + at), norm * (norm + cosine->gamma));
		double factor = ratio(share, norm + cosine->gamma);
		for (size_t j = at; j < at + width; j++)
			gradient[j] += (real)(factor * (g[j] - weight[j] * along));
	}
}
