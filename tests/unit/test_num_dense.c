/* num: the dense layer in both precisions against naive loops in double, on odd shapes. Compiled twice (num/real.h). */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "num/tile.h"

/* Sums of up to 300 products of numbers below 2, in single precision to 24 bits. */
#define TOLERANCE (REAL_IS_DOUBLE ? 1e-12 : 1e-3)
#define MOST_FEATURES 300
#define MOST_CLASSES 11

/* Filled with numbers in [-2, 2). */
struct fixture {
	real x[TILE_INSTANCES * MOST_FEATURES] __attribute__((aligned(64)));
	real tile[MOST_FEATURES * TILE_INSTANCES] __attribute__((aligned(64)));
	real weight[MOST_CLASSES * MOST_FEATURES], bias[MOST_CLASSES];
	real delta[MOST_CLASSES * TILE_INSTANCES] __attribute__((aligned(64)));
	real out[MOST_CLASSES * MOST_FEATURES + MOST_CLASSES * TILE_INSTANCES] __attribute__((aligned(64)));
	real out2[MOST_CLASSES * TILE_INSTANCES] __attribute__((aligned(64)));
	uint32_t index[TILE_INSTANCES];
};

static struct fixture *make_fixture(void)
{
	struct fixture *f = aligned_alloc(64, (sizeof *f + 63) / 64 * 64);
	struct rng rng;

	memset(f, 0, sizeof *f);
	rng_init(&rng, 7, RNG_SAMPLING);
	for (size_t i = 0; i < ARRAY_LENGTH(f->x); i++)
		f->x[i] = 4 * rng_uniform(&rng) - 2;
	for (size_t i = 0; i < ARRAY_LENGTH(f->weight); i++)
		f->weight[i] = 4 * rng_uniform(&rng) - 2;
	for (size_t i = 0; i < ARRAY_LENGTH(f->bias); i++)
		f->bias[i] = 4 * rng_uniform(&rng) - 2;
	for (size_t i = 0; i < ARRAY_LENGTH(f->delta); i++)
		f->delta[i] = 4 * rng_uniform(&rng) - 2;
	return f;
}

/* d = 300 goes through OpenBLAS. */
static const struct {
	size_t count, features, classes;
} shapes[] = { { 1, 1, 2 },   { 5, 3, 3 },   { 8, 4, 4 },    { 17, 7, 5 },
	       { 32, 24, 4 }, { 63, 13, 9 }, { 64, 60, 11 }, { 33, 300, 3 } };

static struct tile gather(struct fixture *f, size_t count, size_t features)
{
	struct tile tile = { .lanes = tile_real_lanes(count), .count = count, .data = f->tile };

	for (size_t i = 0; i < count; i++)
		f->index[i] = (uint32_t)(count - 1 - i);
	tile_gather(&tile, f->x, features, f->index);
	return tile;
}

Test(tile, forward_equals_the_triple_loop)
{
	struct fixture *f = make_fixture();

	for (size_t s = 0; s < ARRAY_LENGTH(shapes); s++) {
		size_t d = shapes[s].features;
		struct tile tile = gather(f, shapes[s].count, d);
		tile_forward(&tile, f->weight, f->bias, d, shapes[s].classes, f->out);
		for (size_t c = 0; c < shapes[s].classes; c++)
			for (size_t i = 0; i < tile.lanes; i++) {
				double expected = f->bias[c];
				for (size_t j = 0; j < d && i < tile.count; j++)
					expected += (double)f->weight[c * d + j] * f->x[f->index[i] * d + j];
				cr_assert_float_eq(f->out[c * tile.lanes + i], expected, TOLERANCE,
						   "shape %zu class %zu instance %zu", s, c, i);
			}
	}
	free(f);
}

Test(tile, backward_equals_the_triple_loop)
{
	struct fixture *f = make_fixture();

	for (size_t s = 0; s < ARRAY_LENGTH(shapes); s++) {
		size_t d = shapes[s].features;
		size_t k = shapes[s].classes;
		real bias_gradient[MOST_CLASSES];
		struct tile tile = gather(f, shapes[s].count, d);
		for (size_t c = 0; c < k; c++)
			for (size_t i = 0; i < tile.lanes; i++)
				f->out2[c * tile.lanes + i] = i < tile.count ? f->delta[c * tile.lanes + i] : 0;
		for (size_t i = 0; i < k * d; i++)
			f->out[i] = 0.5;
		for (size_t c = 0; c < k; c++)
			bias_gradient[c] = 0.25;
		tile_backward(&tile, f->out2, d, k, f->out, bias_gradient);
		for (size_t c = 0; c < k; c++) {
			double bias = 0.25;
			for (size_t i = 0; i < tile.count; i++)
				bias += f->out2[c * tile.lanes + i];
			cr_assert_float_eq(bias_gradient[c], bias, TOLERANCE);
			for (size_t j = 0; j < d; j++) {
				double expected = 0.5;
				for (size_t i = 0; i < tile.count; i++)
					expected += (double)f->out2[c * tile.lanes + i] * f->x[f->index[i] * d + j];
				cr_assert_float_eq(f->out[c * d + j], expected, TOLERANCE,
						   "shape %zu class %zu feature %zu", s, c, j);
			}
		}
	}
	free(f);
}

Test(tile, backpropagation_equals_the_triple_loop)
{
	struct fixture *f = make_fixture();

	for (size_t s = 0; s < ARRAY_LENGTH(shapes); s++) {
		size_t d = shapes[s].features;
		size_t k = shapes[s].classes;
		size_t lanes = tile_real_lanes(shapes[s].count);
		tile_backpropagate(f->delta, lanes, f->weight, d, k, f->x);
		for (size_t j = 0; j < d; j++)
			for (size_t i = 0; i < lanes; i++) {
				double expected = 0;
				for (size_t c = 0; c < k; c++)
					expected += (double)f->weight[c * d + j] * f->delta[c * lanes + i];
				cr_assert_float_eq(f->x[j * lanes + i], expected, TOLERANCE,
						   "shape %zu feature %zu instance %zu", s, j, i);
			}
	}
	free(f);
}

Test(tile, narrow_and_widen_keep_the_lanes_and_pad_with_zero)
{
	double wide[2 * 8] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 };
	double again[2 * 8];
	real narrow[2 * 16];

	tile_narrow(wide, 8, 2, narrow, 16);
	for (size_t i = 0; i < 16; i++) {
		cr_expect_eq(narrow[i], i < 8 ? wide[i] : 0);
		cr_expect_eq(narrow[16 + i], i < 8 ? wide[8 + i] : 0);
	}
	tile_widen(narrow, 16, 2, again, 8);
	cr_expect_eq(memcmp(wide, again, sizeof wide), 0);
}
