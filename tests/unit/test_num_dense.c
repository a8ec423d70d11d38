/* num: the dense layer in both precisions against naive loops in double, on odd shapes. Compiled twice (num/real.h). */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "num/blas.h"
#include "num/blas_library.h"
#include "num/tile.h"

#if REAL_IS_DOUBLE
#define GEMM blas_library.dgemm
#else
#define GEMM blas_library.sgemm
#endif

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

/* d = 96 and more go through OpenBLAS. */
static const struct {
	size_t count, features, classes;
} shapes[] = { { 1, 1, 2 },   { 5, 3, 3 },    { 8, 4, 4 },   { 17, 7, 5 },  { 32, 24, 4 },
	       { 63, 13, 9 }, { 64, 60, 11 }, { 33, 95, 5 }, { 33, 96, 5 }, { 33, 300, 3 } };

static struct tile gather(struct fixture *f, size_t count, size_t features)
{
	struct tile tile = { .lanes = tile_real_lanes(count), .count = count, .data = f->tile };

	for (size_t i = 0; i < count; i++)
		f->index[i] = (uint32_t)(count - 1 - i);
	tile_gather(&tile, f->x, features, f->index, count % 2 == 0);
	return tile;
}

Test(tile, forward_equals_the_triple_loop)
{
	struct fixture *f = make_fixture();

	for (size_t s = 0; s < ARRAY_LENGTH(shapes); s++) {
		size_t d = shapes[s].features;
		struct tile tile = gather(f, shapes[s].count, d);
		const struct tile_layer layer = { d, shapes[s].classes, f->weight, f->bias, NULL };
		tile_forward(&layer, &tile, f->out);
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
		const struct tile_layer layer = { d, k, NULL, NULL, NULL };
		tile_backward(&layer, &tile, f->out2, f->out, bias_gradient);
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
		const struct tile_layer layer = { d, k, f->weight, NULL, NULL };
		tile_backpropagate(&layer, f->delta, lanes, f->x);
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

/* Whether OpenBLAS multiplies with kernels that were looked at. OPENBLAS_CORETYPE=Haswell runs this with others. */
static bool knows_kernels(void)
{
	static const char *const cores[] = { " Sandybridge ", " Haswell ", " Zen ", " SkylakeX ", " Cooperlake " };

	for (size_t i = 0; i < ARRAY_LENGTH(cores); i++)
		if (strstr(blas_name(), cores[i]) != NULL)
			return true;
	return false;
}

/* The pieces of a large product have the digits of the whole. */
Test(blas, pieces_have_the_digits_of_the_whole)
{
	enum { ROWS = 400, COLUMNS = 300, SUM = 256 };
	AUTO(mem_freep) real *a = NULL;
	AUTO(mem_freep) real *b = NULL;
	AUTO(mem_freep) real *whole = NULL;
	AUTO(mem_freep) real *shared = NULL;
	AUTO(pool_freep) struct pool *pool = NULL;
	struct rng rng;
	struct err err;

	cr_assert_eq(mem_new(&a, ROWS * SUM, &err), ERR_OK);
	cr_assert_eq(mem_new(&b, COLUMNS * SUM, &err), ERR_OK);
	cr_assert_eq(mem_new(&whole, ROWS * COLUMNS, &err), ERR_OK);
	cr_assert_eq(mem_new(&shared, ROWS * COLUMNS, &err), ERR_OK);
	cr_assert_eq(pool_create(3, &pool, &err), ERR_OK);
	rng_init(&rng, 1, RNG_SPLIT);
	for (size_t i = 0; i < ROWS * SUM; i++)
		a[i] = (real)(rng_uniform(&rng) - 0.5);
	for (size_t i = 0; i < COLUMNS * SUM; i++)
		b[i] = (real)(rng_uniform(&rng) - 0.5);
	const struct blas_size size = { ROWS, COLUMNS, SUM, pool };
	for (int form = 0; form < 3; form++) {
		for (size_t i = 0; i < ROWS * COLUMNS; i++)
			whole[i] = shared[i] = form < 2 ? 1 : 0;
		if (form == 0)
			blas_multiply_add(&size, a, b, shared);
		else if (form == 1)
			blas_multiply_transposed_add(&size, a, b, shared);
		else
			blas_multiply_first_transposed(&size, a, b, shared);
		if (!knows_kernels())
			cr_skip_test("kernels that nobody has looked at: %s", blas_name());
		GEMM(CblasRowMajor, form == 2 ? CblasTrans : CblasNoTrans, form == 1 ? CblasTrans : CblasNoTrans, ROWS,
		     COLUMNS, SUM, 1, a, form == 2 ? ROWS : SUM, b, form == 1 ? SUM : COLUMNS, form == 2 ? 0 : 1, whole,
		     COLUMNS);
		cr_expect(memcmp(whole, shared, ROWS * COLUMNS * sizeof *whole) == 0, "form %d", form);
	}
}
