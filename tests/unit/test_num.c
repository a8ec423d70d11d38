/* num: softmax and read-outs against the C library. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "num/blas.h"
#include "num/tile.h"
#include "num/tile_loss.h"

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

Test(sigmoid, of_what_is_not_a_number_is_none)
{
	static const double bad[] = { NAN, -NAN, INFINITY, -INFINITY };
	double z[8] __attribute__((aligned(64))) = { 0 };

	memcpy(z, bad, sizeof bad);
	tile_log_sigmoid(z, 8, 1, z);
	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		cr_expect(isnan(z[i]), "%g", bad[i]);
	cr_expect_float_eq(z[7], -log(2), 1e-15);
}

/* Focal loss next to certainty, where 1 - p and -log p are next to nothing, against long double: rest r = e^-x of two
 * classes, gradient (p_c - [c = y]) (r^2 + 2 p r (-log p)). */
Test(focal, keeps_its_digits_next_to_certainty)
{
	for (double x = 1; x < 60; x += 0.7) {
		double z[16] __attribute__((aligned(64))) = { 0 }, p[16] __attribute__((aligned(64)));
		double y[8] __attribute__((aligned(64))) = { 0 }, scale[8] __attribute__((aligned(64))) = { 1 };
		z[8] = -x;
		tile_softmax(z, 8, 2, z, p);
		(void)tile_focal(z, p, y, scale, 8, 2, 2, p);
		long double r = 1 / (1 + expl((long double)x)), loss = log1pl(expl(-(long double)x));
		long double expected = r * (r * r + 2 * (1 - r) * r * loss);
		cr_expect_leq(fabsl(p[8] / expected - 1), 1e-8L, "%g: %g, not %Lg", x, p[8], expected);
		cr_expect_leq(fabsl(p[0] / -expected - 1), 1e-8L, "%g: %g, not %Lg", x, p[0], -expected);
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
	double margin[8] __attribute__((aligned(64)));
	const struct tile_out out = { p_true, log_p_true, predicted, margin };

	for (size_t c = 0; c < 3; c++)
		for (size_t i = 0; i < 2; i++) {
			p[c * 8 + i] = i == 0 ? (c == 0 ? 0.2 : 0.4) : (double)(c + 1) / 6;
			log_p[c * 8 + i] = log(p[c * 8 + i]);
		}
	tile_read_out(log_p, p, y, 8, 3, &out);
	cr_expect_eq(predicted[0], 1.0);
	cr_expect_eq(p_true[0], 0.4);
	cr_expect_eq(predicted[1], 2.0);
	cr_expect_eq(p_true[1], 2.0 / 6);
	cr_expect_eq(log_p_true[1], log(2.0 / 6));
	cr_expect_eq(margin[0], 0.0);
	cr_expect_eq(margin[1], log(2.0 / 6) - log(3.0 / 6));
	/* The likeliest class is not its own rival. */
	y[1] = 2;
	tile_read_out(log_p, p, y, 8, 3, &out);
	cr_expect_eq(margin[1], log(3.0 / 6) - log(2.0 / 6));
}

Test(blas, has_one_thread)
{
	cr_expect_eq(blas_threads(), 1);
	cr_expect(strstr(blas_name(), "OpenBLAS") != NULL, "%s", blas_name());
}
