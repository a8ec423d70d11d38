/* num: tiles against naive loops and the C library, on odd shapes. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "num/blas.h"
#include "num/tile.h"

#define MOST_FEATURES 300
#define MOST_CLASSES 11

/* Filled with numbers in [-2, 2). */
struct fixture {
	double x[TILE_INSTANCES * MOST_FEATURES] __attribute__((aligned(64)));
	double tile[MOST_FEATURES * TILE_INSTANCES] __attribute__((aligned(64)));
	double weight[MOST_CLASSES * MOST_FEATURES], bias[MOST_CLASSES];
	double delta[MOST_CLASSES * TILE_INSTANCES] __attribute__((aligned(64)));
	double out[MOST_CLASSES * MOST_FEATURES + MOST_CLASSES * TILE_INSTANCES] __attribute__((aligned(64)));
	double out2[MOST_CLASSES * TILE_INSTANCES] __attribute__((aligned(64)));
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
	struct tile tile = { .lanes = tile_lanes(count), .count = count, .data = f->tile };

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
					expected += f->weight[c * d + j] * f->x[f->index[i] * d + j];
				cr_assert_float_eq(f->out[c * tile.lanes + i], expected, 1e-12,
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
		double bias_gradient[MOST_CLASSES];
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
			cr_assert_float_eq(bias_gradient[c], bias, 1e-12);
			for (size_t j = 0; j < d; j++) {
				double expected = 0.5;
				for (size_t i = 0; i < tile.count; i++)
					expected += f->out2[c * tile.lanes + i] * f->x[f->index[i] * d + j];
				cr_assert_float_eq(f->out[c * d + j], expected, 1e-12,
						   "shape %zu class %zu feature %zu", s, c, j);
			}
		}
	}
	free(f);
}

/* k = 2, z = (0, x): p_0 = 1 / (1 + e^x), against long double. */
Test(softmax, is_exact_to_four_units_in_the_last_place)
{
	double z[16] __attribute__((aligned(64))) = { 0 };
	double log_p[16] __attribute__((aligned(64)));
	double p[16] __attribute__((aligned(64)));

	for (double x = -700; x <= 700; x += 0.377) {
		z[8] = x;
		tile_softmax(z, 8, 2, log_p, p);
		long double expected = 1.0L / (1.0L + expl((long double)x));
		long double log_expected =
		    x > 0 ? -(long double)x - log1pl(expl(-(long double)x)) : -log1pl(expl((long double)x));
		cr_assert_leq(fabsl(p[0] - expected), 4 * 0x1p-52L * expected, "p at %g", x);
		/* log p is a difference: its error is that of its largest term. */
		cr_assert_leq(fabsl(log_p[0] - log_expected), 4 * 0x1p-52L * fmaxl(fabsl((long double)x), 1),
			      "log p at %g", x);
	}
}

Test(softmax, extreme_logits_stay_finite_and_bad_ones_do_not)
{
	static const struct {
		double z0, z1, p0, p1;
		bool finite;
	} cases[] = {
		{ 0, 1e300, 0, 1, true },     { -1e300, 0, 0, 1, true }, { 5, 5, 0.5, 0.5, true },
		{ INFINITY, 0, 0, 0, false }, { NAN, 0, 0, 0, false },	 { 0, NAN, 0, 0, false },
	};
	double z[16] __attribute__((aligned(64))) = { 0 };
	double log_p[16] __attribute__((aligned(64)));
	double p[16] __attribute__((aligned(64)));

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		z[0] = cases[i].z0;
		z[8] = cases[i].z1;
		tile_softmax(z, 8, 2, log_p, p);
		cr_expect_eq(isfinite(p[0]) && isfinite(p[8]) && isfinite(log_p[0]), cases[i].finite, "case %zu", i);
		if (cases[i].finite) {
			cr_expect_eq(p[0], cases[i].p0, "case %zu", i);
			cr_expect_eq(p[8], cases[i].p1, "case %zu", i);
		}
	}
}

Test(read_out, the_first_maximum_is_predicted)
{
	double log_p[24] __attribute__((aligned(64))) = { 0 };
	double p[24] __attribute__((aligned(64))) = { 0 };
	double y[8] __attribute__((aligned(64))) = { 2, 1 };
	double p_true[8] __attribute__((aligned(64)));
	double log_p_true[8] __attribute__((aligned(64)));
	double predicted[8] __attribute__((aligned(64)));

	for (size_t c = 0; c < 3; c++)
		for (size_t i = 0; i < 2; i++) {
			p[c * 8 + i] = i == 0 ? (c == 0 ? 0.2 : 0.4) : (double)(c + 1) / 6;
			log_p[c * 8 + i] = log(p[c * 8 + i]);
		}
	tile_read_out(log_p, p, y, 8, 3, p_true, log_p_true, predicted);
	cr_expect_eq(predicted[0], 1.0);
	cr_expect_eq(p_true[0], 0.4);
	cr_expect_eq(predicted[1], 2.0);
	cr_expect_eq(p_true[1], 2.0 / 6);
	cr_expect_eq(log_p_true[1], log(2.0 / 6));
}

Test(blas, has_one_thread_when_told)
{
	blas_use_one_thread();
	cr_expect_eq(blas_threads(), 1);
	cr_expect(strstr(blas_name(), "OpenBLAS") != NULL, "%s", blas_name());
}
