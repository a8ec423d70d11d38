/* num: distributions and tests against SciPy, and against what autorank and baycomp print. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "num/calibration.h"
#include "num/comparisons.h"
#include "num/distributions.h"
#include "reference/distributions.h"

static double call(const char *function, const double *x)
{
	if (strcmp(function, "student_t_sides") == 0)
		return student_t_sides(x[0], x[1]);
	if (strcmp(function, "student_t_quantile") == 0)
		return student_t_quantile(x[0], x[1]);
	if (strcmp(function, "chi_square_tail") == 0)
		return chi_square_tail(x[0], x[1]);
	if (strcmp(function, "f_tail") == 0)
		return f_tail(x[0], x[1], x[2]);
	if (strcmp(function, "studentized_range_tail") == 0)
		return studentized_range_tail(x[0], x[1]);
	if (strcmp(function, "studentized_range_quantile") == 0)
		return studentized_range_quantile(x[0], x[1]);
	if (strcmp(function, "mcnemar_p") == 0)
		return mcnemar_p(x[0], x[1]);
	cr_assert_fail("no function %s", function);
	return NAN;
}

Test(distributions, are_those_of_scipy)
{
	for (size_t i = 0; i < ARRAY_LENGTH(distribution_values); i++) {
		const double *x = distribution_values[i].arguments;
		double expected = distribution_values[i].value;
		double found = call(distribution_values[i].function, x);
		cr_expect_leq(fabs(found - expected), 1e-10 * fmax(1, fabs(expected)),
			      "%s(%g, %g, %g) is %.17g, not %.17g", distribution_values[i].function, x[0], x[1], x[2],
			      found, expected);
	}
}

Test(distributions, say_nan_outside_of_their_arguments)
{
	static const struct {
		const char *function;
		double arguments[3];
	} cases[] = {
		{ "student_t_sides", { 1, 0 } },
		{ "student_t_sides", { NAN, 3 } },
		{ "student_t_quantile", { 0, 3 } },
		{ "student_t_quantile", { 1, 3 } },
		{ "student_t_quantile", { 0.5, NAN } },
		{ "chi_square_tail", { -1, 3 } },
		{ "chi_square_tail", { 1, 0 } },
		{ "f_tail", { -1, 2, 2 } },
		{ "f_tail", { 1, 0, 2 } },
		{ "studentized_range_tail", { 1, 1 } },
		{ "studentized_range_tail", { -1, 2 } },
		{ "studentized_range_quantile", { 0.05, 1 } },
		{ "mcnemar_p", { -1, 2 } },
		{ "mcnemar_p", { NAN, 2 } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect(isnan(call(cases[i].function, cases[i].arguments)), "case %zu", i);
	/* Whatever rounding leaves of the tail at infinity, there is an end. */
	for (double k = 2; k < 100; k++)
		cr_expect_gt(studentized_range_quantile(1e-300, k), 8);
	cr_expect_eq(student_t_sides(INFINITY, 3), 0);
	cr_expect_eq(f_tail(INFINITY, 3, 3), 0);
	cr_expect_eq(chi_square_tail(INFINITY, 3), 0);
}

Test(comparisons, of_paired_differences_are_those_of_scipy)
{
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(difference_values); i++) {
		const double *d = difference_values[i].d;
		size_t n = difference_values[i].n;
		double p = NAN;
		cr_expect_leq(fabs(resampled_p(d, n, difference_values[i].ratio) - difference_values[i].p), 1e-10,
			      "resampled p %zu", i);
		/* SciPy's interval of differences that are all 0 is of no width. */
		double half_width = resampled_half_width(d, n, difference_values[i].ratio, 0.95);
		cr_expect(difference_values[i].half_width == 0
			      ? isnan(half_width)
			      : fabs(half_width - difference_values[i].half_width) <= 1e-10,
			  "half width %zu", i);
		cr_assert_eq(signed_rank_p(d, n, &p, &err), ERR_OK);
		cr_expect_leq(fabs(p - difference_values[i].signed_rank), 1e-10, "signed rank %zu: %.17g", i, p);
	}
	cr_expect(isnan(resampled_p((const double[]){ 1 }, 1, 0.25)));
	cr_expect(isnan(resampled_half_width((const double[]){ 1 }, 1, 0.25, 0.95)));
	/* SciPy says 0, and an interval of no width: two splits of few rows are no such evidence. */
	cr_expect(isnan(resampled_p((const double[]){ 0.1, 0.3 - 0.2 }, 2, 0.25)));
	cr_expect(isnan(resampled_half_width((const double[]){ 0.1, 0.3 - 0.2 }, 2, 0.25, 0.95)));
	cr_expect_eq(resampled_p((const double[]){ 0, 0 }, 2, 0.25), 1);
	static const double many[COMPARISONS_MAX + 1] = { 1 };
	double p = 0;
	cr_assert_eq(signed_rank_p(many, ARRAY_LENGTH(many), &p, &err), ERR_OK);
	cr_expect(isnan(p));
	cr_assert_eq(signed_rank_posterior(many, ARRAY_LENGTH(many), 0, 1, &p, &err), ERR_OK);
	cr_expect(isnan(p));
}

/* Both are samples: 0.01 is more than four standard deviations of the difference. */
Test(comparisons, posterior_is_that_of_baycomp)
{
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(posterior_values); i++) {
		const double expected[] = { posterior_values[i].below, posterior_values[i].within,
					    posterior_values[i].above };
		for (int side = -1; side <= 1; side++) {
			double p = NAN;
			cr_assert_eq(signed_rank_posterior(posterior_values[i].d, posterior_values[i].n,
							   posterior_values[i].rope, side, &p, &err),
				     ERR_OK);
			cr_expect_float_eq(p, expected[side + 1], 0.01, "case %zu, side %d: %g, not %g", i, side, p,
					   expected[side + 1]);
		}
	}
}

/* The ends and what must hold whatever the random numbers are. */
Test(comparisons, posterior_of_signed_ranks)
{
	static const double d[] = { 0.05, -0.02, 0.04, 0.03, 0.06, 0.01, 0.02, 0.05 };
	double below = NAN;
	double within = NAN;
	double above = NAN;
	double again = NAN;
	struct err err;

	cr_assert_eq(signed_rank_posterior(d, 8, 0.01, -1, &below, &err), ERR_OK);
	cr_assert_eq(signed_rank_posterior(d, 8, 0.01, 0, &within, &err), ERR_OK);
	cr_assert_eq(signed_rank_posterior(d, 8, 0.01, 1, &above, &err), ERR_OK);
	cr_assert_eq(signed_rank_posterior(d, 8, 0.01, 1, &again, &err), ERR_OK);
	cr_expect_float_eq(below + within + above, 1, 1e-12);
	cr_expect_eq(above, again);
	cr_assert_eq(signed_rank_posterior(d, 8, 10, 0, &within, &err), ERR_OK);
	cr_expect_eq(within, 1);
	cr_assert_eq(signed_rank_posterior(d, 0, 0.01, 0, &within, &err), ERR_OK);
	cr_expect(isnan(within));
	cr_assert_eq(signed_rank_posterior(d, 8, -1, 0, &within, &err), ERR_OK);
	cr_expect(isnan(within));
}

Test(calibration, level_is_the_mean_of_all_outcomes)
{
	double level = NAN;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(calibration_values); i++) {
		cr_assert_eq(
		    calibration_level(calibration_values[i].confidence, calibration_values[i].n, 15, &level, &err),
		    ERR_OK);
		cr_expect_float_eq(level, calibration_values[i].level, 1e-10, "case %zu: %.17g", i, level);
	}
	cr_assert_eq(calibration_level(NULL, 0, 15, &level, &err), ERR_OK);
	cr_expect(isnan(level));
}

/* De Moivre's mean deviation of a binomial number: 2 v C(n, v) p^v q^(n - v + 1), v the whole number above np. */
Test(calibration, many_in_a_bin_are_nearly_normal)
{
	static const size_t counts[] = { 500, 501, 4000 };
	static double confidence[4000];
	double level = NAN;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(confidence); i++)
		confidence[i] = 0.9;
	for (size_t i = 0; i < ARRAY_LENGTH(counts); i++) {
		double n = (double)counts[i];
		double v = floor(n * 0.9) + 1;
		double expected =
		    2 * v / n *
		    exp(lgamma(n + 1) - lgamma(v + 1) - lgamma(n - v + 1) + v * log(0.9) + (n - v + 1) * log(0.1));
		cr_assert_eq(calibration_level(confidence, counts[i], 15, &level, &err), ERR_OK);
		cr_expect_float_eq(level / expected, 1, counts[i] > 500 ? 1e-3 : 1e-9, "%g: %g, not %g", n, level,
				   expected);
	}
}
