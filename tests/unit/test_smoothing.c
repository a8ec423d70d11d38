/* rebalance: kernels over bins, weights by smoothed sizes and smoothed features, against the published vectors and
 * values that NumPy and SciPy gave (gaussian_filter1d, convolve1d, pad, interp). */
#include <criterion/criterion.h>
#include <math.h>

#include "base/mem.h"
#include "rebalance/feature_smoothing.h"
#include "rebalance/kernel.h"
#include "rebalance/loss.h"

#define GAUSSIAN_5_2                                                                                                   \
	{                                                                                                              \
		KERNEL_GAUSSIAN, 5, 2                                                                                  \
	}

Test(kernel, windows_equal_scipys)
{
	static const struct {
		struct kernel kernel;
		double window[9];
	} cases[] = {
		{ GAUSSIAN_5_2, { 0.8582852377730947, 0.9458276490853568, 1, 0.9458276490853568, 0.8582852377730947 } },
		{ { KERNEL_GAUSSIAN, 5, 1 },
		  { 0.14644427977485497, 0.6068661223405359, 1, 0.6068661223405359, 0.14644427977485497 } },
		{ { KERNEL_GAUSSIAN, 9, 1 },
		  { 0.0003354626279025118, 0.011108996538242308, 0.13533528323661267, 0.6065306597126334, 1,
		    0.6065306597126334, 0.13533528323661267, 0.011108996538242308, 0.0003354626279025118 } },
		{ { KERNEL_GAUSSIAN, 3, 2.5 }, { 0.9999755311613839, 1, 0.9999755311613839 } },
		{ { KERNEL_GAUSSIAN, 1, 2 }, { 1 } },
		{ { KERNEL_TRIANGULAR, 5, 7 }, { 1. / 3, 2. / 3, 1, 2. / 3, 1. / 3 } },
		{ { KERNEL_LAPLACE, 5, 2 },
		  { 0.36787944117144233, 0.6065306597126334, 1, 0.6065306597126334, 0.36787944117144233 } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		double window[KERNEL_SIZE_MAX];
		cr_assert_eq(kernel_fill(&cases[i].kernel, window), cases[i].kernel.size);
		for (size_t j = 0; j < cases[i].kernel.size; j++)
			cr_expect_float_eq(window[j], cases[i].window[j], 1e-14, "case %zu at %zu: %.17g", i, j,
					   window[j]);
	}
}

/* Yang et al.'s FDS divides by the sum: a row of one bin only, far from both ends, gives the window. */
Test(kernel, rows_are_smoothed_by_a_window_of_sum_one)
{
	static const struct {
		struct kernel kernel;
		double window[9];
	} cases[] = {
		{ GAUSSIAN_5_2, { 0.1862506917, 0.20524768, 0.2170032566, 0.20524768, 0.1862506917 } },
		{ { KERNEL_GAUSSIAN, 5, 1 },
		  { 0.05842298904, 0.2421052763, 0.3989434694, 0.2421052763, 0.05842298904 } },
		{ { KERNEL_GAUSSIAN, 9, 1 },
		  { 0.0001338306246, 0.00443186162, 0.05399112742, 0.2419714457, 0.3989434694, 0.2419714457,
		    0.05399112742, 0.00443186162, 0.0001338306246 } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		size_t half = cases[i].kernel.size / 2;
		double rows[42] = { [20] = 1 }, smoothed[42];
		kernel_smooth_rows(&cases[i].kernel, rows, 21, 2, smoothed);
		for (size_t j = 0; j < cases[i].kernel.size; j++)
			cr_expect_float_eq(smoothed[2 * (10 - half + j)], cases[i].window[j], 1e-10, "case %zu at %zu",
					   i, j);
		cr_expect_eq(smoothed[2 * (10 - half) - 2], 0.0);
		cr_expect_eq(smoothed[21], 0.0);
	}
}

/* The published vector of LDS: square roots first, then the window. */
Test(kernel, sizes_are_smoothed_with_nothing_beyond_the_ends)
{
	static const uint32_t counts[6] = { 0, 4, 9, 16, 0, 1 };
	static const double density[6] = {
		4.466511011, 8.270623898, 8.674965895, 9.412338661, 7.303993959, 4.433140951
	};

	for (size_t b = 0; b < 6; b++) {
		double size =
		    kernel_smooth_size(&(struct kernel)GAUSSIAN_5_2, counts, 6, b, loss_square_root_inverse.size);
		cr_expect_float_eq(size, density[b], 1e-9, "bin %zu: %.12g", b, size);
	}
}

static void weigh(const struct loss *loss, struct kernel kernel, const uint32_t *counts, size_t bin_count,
		  double *ret_weight)
{
	const struct loss_parameters parameters = { .beta = 0.9, .kernel = kernel };

	loss_weigh_classes(loss, &parameters, counts, bin_count, ret_weight);
}

Test(bin_weights, equal_the_vectors)
{
	static const uint32_t counts[6] = { 0, 4, 9, 16, 0, 1 };
	static const struct {
		const struct loss *loss;
		struct kernel kernel;
		double weight[6];
	} cases[] = {
		{ &loss_square_root_inverse,
		  GAUSSIAN_5_2,
		  { 0, 1.0524341432000788, 1.003379965066474, 0.9247740960115829, 0, 1.9634582054160958 } },
		{ &loss_square_root_inverse,
		  { KERNEL_LAPLACE, 5, 2 },
		  { 0, 1.1745603298449918, 0.9360679934474279, 0.8976629888465179, 0, 2.514538918048896 } },
		{ &loss_square_root_inverse, { 0 }, { 0, 1.5, 1, 0.75, 0, 3 } },
		{ &loss_inverse,
		  GAUSSIAN_5_2,
		  { 0, 1.1289599521847147, 0.964008846025096, 0.9543442380728534, 0, 1.5385727678696237 } },
		{ &loss_inverse, { 0 }, { 0, 2, 1.1111111111111112, 0.625, 0, 2 } },
		{ &loss_mse, GAUSSIAN_5_2, { 0, 1, 1, 1, 0, 1 } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		double weight[6];
		weigh(cases[i].loss, cases[i].kernel, counts, 6, weight);
		for (size_t b = 0; b < 6; b++)
			cr_expect_float_eq(weight[b], cases[i].weight[b], 1e-13, "case %zu bin %zu: %.17g", i, b,
					   weight[b]);
	}
}

Test(bin_weights, inverse_sizes_end_at_a_thousand)
{
	static const uint32_t counts[3] = { 4000, 1000, 5 };
	double weight[3];

	weigh(&loss_inverse, (struct kernel){ 0 }, counts, 3, weight);
	cr_expect_float_eq(weight[1], weight[0], 1e-13);
	cr_expect_float_eq(weight[2], 200 * weight[0], 1e-11);
}

/* Bins 2 and 5 have nobody, bin 4 one instance. */
static const uint32_t bins[12] = { 0, 0, 0, 1, 1, 3, 3, 3, 3, 4, 6, 6 };
static const double features[2][24] = {
	{ 0.3, 0.3,  0.9, -0.5, 0.4, 0.0, -0.7, -0.5, 0.0, -0.8, 0.0, 1.3,
	  4.5, -1.9, 3.3, 3.7,	2.9, 3.6, 1.5,	3.8,  1.1, 1.2,	 1.2, 5.0 },
	{ -2.3, 0.3,  1.6, 1.4, 0.2, 0.6, -1.6, -0.6, -1.2, -1.3, -0.1, 2.0,
	  4.9,	-3.3, 5.2, 4.4, 6.4, 6.1, 0.6,	5.8,  1.0,  0.9,  1.9,	7.0 },
};
static const double golden_scale[2][14] = {
	{ 1.558081876381, 0.514721590771, 0.810579734423, 3.113252399509, 0.843548554608, 1.588669032733,
	  1.365470426379, 0.843306239888, 1, 1, 0.932516906006, 0.956309371622, 0.649808384537, 0.649808384537 },
	{ 0.901066900574, 0.527765637456, 0.937236022406, 2.726102177816, 0.958507044981, 1.463525790577,
	  1.172692692786, 0.804574071844, 1, 1, 0.944442058395, 0.969613059942, 0.649808384537, 0.649808384537 },
};
static const double golden_shift[2][14] = {
	{ -0.756251819986, 1.849375976019, 0.031196577812, -7.4784961171, -0.01806646836, -2.197600349684,
	  0.121142326453, 0.290824299514, 0, 0, -0.046967637678, 0.159122593101, -0.610111591858, -0.012129212497 },
	{ -0.341146914567, 1.956013419164, -0.023690058692, -6.635713555393, -0.026504833906, -1.959043989555,
	  0.109861074498, 0.409506241857, 0, 0, -0.052216351415, 0.138633751775, -0.645825768464, -0.060181939868 },
};

static void init(struct feature_smoothing *smoothing, size_t bin_count, size_t feature_count)
{
	struct err err;

	cr_assert_eq(
	    feature_smoothing_init(smoothing, &(struct kernel)GAUSSIAN_5_2, 0.9, bin_count, feature_count, &err),
	    ERR_OK);
}

Test(feature_smoothing, equals_the_golden_values_in_two_epochs)
{
	struct feature_smoothing smoothing;

	init(&smoothing, 7, 2);
	for (size_t at = 0; at < 14; at++)
		cr_expect(smoothing.scale[at] == 1 && smoothing.shift[at] == 0);
	for (size_t epoch = 0; epoch < 2; epoch++) {
		/* In two pieces. */
		feature_smoothing_see(&smoothing, features[epoch], 12, bins, 5);
		feature_smoothing_see(&smoothing, features[epoch] + 5, 12, bins + 5, 7);
		feature_smoothing_end_epoch(&smoothing);
		for (size_t at = 0; at < 14; at++) {
			cr_expect_float_eq(smoothing.scale[at], golden_scale[epoch][at], 1e-11, "epoch %zu at %zu",
					   epoch, at);
			cr_expect_float_eq(smoothing.shift[at], golden_shift[epoch][at], 1e-11, "epoch %zu at %zu",
					   epoch, at);
		}
	}
	feature_smoothing_done(&smoothing);
}

/* The vector of imbalanced-regression's calibrate_mean_var: x = 2 becomes 3.66227766 where the ratio of the variances,
 * 25, is clipped to 10. */
Test(feature_smoothing, the_ratio_of_variances_is_clipped)
{
	struct feature_smoothing smoothing;

	init(&smoothing, 1, 1);
	smoothing.running_mean[0] = 1;
	smoothing.running_variance[0] = 4;
	smoothing.kernel.kind = KERNEL_NONE;
	feature_smoothing_recall(&smoothing);
	cr_expect_eq(smoothing.scale[0], 1.0);
	cr_expect_eq(smoothing.shift[0], 0.0);
	cr_expect_float_eq(feature_smoothing_scale(4, 100) * (2 - 1) + 0.5, 3.66227766, 1e-8);
	cr_expect_float_eq(feature_smoothing_scale(100, 4), sqrt(0.1), 1e-15);
	cr_expect_eq(feature_smoothing_scale(0, 4), 1.0);
	feature_smoothing_done(&smoothing);
}
