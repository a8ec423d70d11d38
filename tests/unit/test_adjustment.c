/* adjustment: values against the vectors of reference code and against numpy, what must change nothing, bad input. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "rebalance/adjustment.h"

#define K 3
#define L 8
#define NONE                                                                                                           \
	{                                                                                                              \
		NAN, NAN, NAN, false, NULL                                                                             \
	}

static const uint32_t counts[K] = { 100, 10, 1 };
static const double logits[4][K] = { { 2, .5, -1 }, { .2, -.3, .1 }, { -1, 0, 1.5 }, { 1, 1, -2 } };

static struct adjustment_state make_state(const struct adjustment *adjustment, struct adjustment_parameters given,
					  const uint32_t class_counts[K], size_t features)
{
	struct adjustment_state state;
	struct err err;

	cr_assert_eq(adjustment_state_init(&state, adjustment, &given, class_counts, features, K, &err), ERR_OK);
	return state;
}

static void fill(double *z)
{
	memset(z, 0, K * L * sizeof *z);
	for (size_t i = 0; i < 4; i++)
		for (size_t c = 0; c < K; c++)
			z[c * L + i] = logits[i][c];
}

static size_t argmax(const double *z, size_t i)
{
	size_t best = 0;

	for (size_t c = 1; c < K; c++)
		best = z[c * L + i] > z[best * L + i] ? c : best;
	return best;
}

Test(adjustment, post_hoc_logit_adjustment_equals_the_vectors)
{
	static const struct {
		double tau, shift[K];
		size_t predicted[4];
	} cases[] = {
		{ NAN, { -.1043600153, -2.406945108, -4.709530201 }, { 2, 2, 2, 1 } },
		{ 2, { -.2087200306, -4.813890217, -9.41906039 }, { 2, 2, 2, 2 } },
	};

	for (size_t t = 0; t < ARRAY_LENGTH(cases); t++) {
		struct adjustment_parameters given = NONE;
		given.tau = cases[t].tau;
		struct adjustment_state state = make_state(&adjustment_post_hoc, given, counts, 2);
		double z[K * L];
		fill(z);
		state.adjustment->prepare(&state, &(struct adjustment_classifier){ 0 });
		state.adjustment->apply(&state, NULL, L, z);
		for (size_t i = 0; i < 4; i++) {
			cr_expect_eq(argmax(z, i), cases[t].predicted[i]);
			for (size_t c = 0; c < K; c++)
				cr_expect_float_eq(z[c * L + i], logits[i][c] - cases[t].shift[c], 1e-9);
		}
		adjustment_state_done(&state);
	}
}

Test(adjustment, a_target_prior_is_bayes_rule)
{
	struct adjustment_parameters given = NONE;
	double z[K * L], sum = 0, expected[K];

	given.target_prior = "2,1,1";
	struct adjustment_state state = make_state(&adjustment_target_prior, given, counts, 2);
	cr_expect_eq(state.target[0], .5);
	fill(z);
	state.adjustment->prepare(&state, &(struct adjustment_classifier){ 0 });
	state.adjustment->apply(&state, NULL, L, z);
	for (size_t c = 0; c < K; c++) {
		expected[c] = exp(logits[0][c]) * (c == 0 ? .5 : .25) / (counts[c] / 111.0);
		sum += expected[c];
	}
	double total = exp(z[0]) + exp(z[L]) + exp(z[2 * L]);
	for (size_t c = 0; c < K; c++)
		cr_expect_float_eq(exp(z[c * L]) / total, expected[c] / sum, 1e-12);
	adjustment_state_done(&state);
}

Test(adjustment, a_class_that_nobody_wants_is_never_predicted)
{
	struct adjustment_parameters given = NONE;
	double z[K * L] = { [2 * L] = 500 };

	given.target_prior = "1,1,0";
	struct adjustment_state state = make_state(&adjustment_target_prior, given, counts, 2);
	state.adjustment->prepare(&state, &(struct adjustment_classifier){ 0 });
	state.adjustment->apply(&state, NULL, L, z);
	cr_expect_neq(argmax(z, 0), 2);
	cr_expect(isfinite(z[2 * L]));
	adjustment_state_done(&state);
}

Test(adjustment, target_priors_that_will_not_do)
{
	/* The last one's first number is as long as its buffer. */
	static const char *const bad[] = { "0.5,0.5",
					   "1,1,1,1",
					   "1,1,x",
					   "1,,1",
					   "",
					   "0,0,0",
					   "1,-1,1",
					   "1,1,inf",
					   "1,1,1,",
					   "0000000000000000000000000000000"
					   "000000000000000000000000000000001,1,1" };

	for (size_t t = 0; t < ARRAY_LENGTH(bad); t++) {
		struct adjustment_parameters given = NONE;
		struct adjustment_state state;
		struct err err;
		given.target_prior = bad[t];
		cr_expect_eq(adjustment_state_init(&state, &adjustment_target_prior, &given, counts, 2, K, &err),
			     ERR_INPUT, "%s", bad[t]);
		cr_expect(strstr(err.message, "3 shares") != NULL, "%s", err.message);
	}
}

Test(adjustment, tau_norm_equals_the_vectors)
{
	static const double weight[] = { 3, 4, .6, .8, 0, .1 };
	static const double features[] = { .5, .25 };
	static const struct {
		double tau, z[K];
	} cases[] = {
		{ 1e-300, { 2.5, .5, .025 } },
		{ .5, { 1.118033989, .5, .0790569415 } },
		{ NAN, { .8103282983, .5, .1252968084 } },
		{ 1, { .5, .5, .25 } },
	};

	for (size_t t = 0; t < ARRAY_LENGTH(cases); t++)
		for (int dropped = 0; dropped < 2; dropped++) {
			const double bias[K] = { .5, -1, 2 };
			struct adjustment_parameters given = NONE;
			given.tau = cases[t].tau;
			given.drop_bias = dropped;
			struct adjustment_state state = make_state(&adjustment_tau_norm, given, counts, 2);
			struct adjustment_classifier classifier = { .weight = weight, .bias = bias };
			double z[K * L] = { 0 };
			for (size_t c = 0; c < K; c++)
				z[c * L] = weight[2 * c] * features[0] + weight[2 * c + 1] * features[1] + bias[c];
			state.adjustment->prepare(&state, &classifier);
			state.adjustment->apply(&state, NULL, L, z);
			for (size_t c = 0; c < K; c++)
				cr_expect_float_eq(z[c * L] - (dropped ? 0 : bias[c]), cases[t].z[c], 1e-9);
			adjustment_state_done(&state);
		}
}

/* Neither is a weight vector without length divided by it. */
Test(adjustment, weights_of_zero_keep_the_logits)
{
	static const struct adjustment *const cases[] = { &adjustment_tau_norm, &adjustment_tde };
	static const double nothing[K * 2] = { 0 }, bias[K] = { .5, -1, 2 }, something[2] = { 1, 2 };

	for (size_t t = 0; t < ARRAY_LENGTH(cases); t++)
		for (size_t has_mean = 0; has_mean < 2; has_mean++) {
			struct adjustment_parameters given = NONE;
			struct adjustment_state state = make_state(cases[t], given, counts, 2);
			struct adjustment_classifier classifier = {
				.weight = nothing, .bias = bias, .scale = 16, .heads = 1
			};
			double features[2 * L] = { [0] = 3, [L] = -1 }, z[K * L] = { 0 };
			classifier.mean_feature = has_mean ? something : nothing;
			for (size_t c = 0; c < K; c++)
				z[c * L] = bias[c];
			state.adjustment->prepare(&state, &classifier);
			state.adjustment->apply(&state, features, L, z);
			for (size_t c = 0; c < K; c++)
				cr_expect_eq(z[c * L], bias[c], "%s", cases[t]->name);
			adjustment_state_done(&state);
		}
}

Test(adjustment, tde_leaves_an_absent_class_alone)
{
	static const uint32_t present[K] = { 2, 1, 0 };
	static const double weight[] = { 3, 4, .6, .8, 1, 1 }, mean[2] = { 1, 2 };
	struct adjustment_parameters given = NONE;
	struct adjustment_state state = make_state(&adjustment_tde, given, present, 2);
	struct adjustment_classifier classifier = { .weight = weight, .scale = 16, .heads = 1, .mean_feature = mean };
	double features[2 * L] = { [0] = 3, [L] = -1 }, z[K * L] = { 0 };

	state.adjustment->prepare(&state, &classifier);
	state.adjustment->apply(&state, features, L, z);
	cr_expect_neq(z[0], 0.0);
	cr_expect_neq(z[L], 0.0);
	cr_expect_eq(z[2 * L], 0.0);
	adjustment_state_done(&state);
}

Test(adjustment, features_without_a_direction_have_no_effect)
{
	static const double weight[] = { 3, 4, .6, .8, 0, .1 }, nothing[2] = { 0 };
	struct adjustment_parameters given = NONE;
	struct adjustment_state state = make_state(&adjustment_tde, given, counts, 2);
	struct adjustment_classifier classifier = {
		.weight = weight, .scale = 16, .heads = 1, .mean_feature = nothing
	};
	double features[2 * L] = { [0] = 3, [L] = -1 }, z[K * L] = { 0 };

	state.adjustment->prepare(&state, &classifier);
	state.adjustment->apply(&state, features, L, z);
	for (size_t c = 0; c < K; c++)
		cr_expect_eq(z[c * L], 0.0);
	adjustment_state_done(&state);
}

Test(adjustment, parameters_that_it_has_not_are_not_filled_in)
{
	static const struct adjustment_parameters given = { 3, 3, 3, true, "1,1,1" };
	struct adjustment_parameters post_hoc = adjustment_fill_parameters(&adjustment_post_hoc, &given);
	struct adjustment_parameters tau_norm = adjustment_fill_parameters(&adjustment_tau_norm, &given);
	struct adjustment_parameters none = adjustment_fill_parameters(NULL, &given);

	cr_expect(post_hoc.tau == 3 && !post_hoc.drop_bias && post_hoc.target_prior == NULL);
	cr_expect(isnan(post_hoc.temperature) && isnan(post_hoc.effect));
	cr_expect(tau_norm.drop_bias);
	cr_expect(isnan(none.tau) && !none.drop_bias && none.target_prior == NULL);
}

Test(adjustment, tde_equals_the_vector)
{
	static const double x[] = { 1, 2, -1, .5 }, mean[] = { .5, .1, .2, -.3 };
	static const double weight[] = { .1, .2, .3, .4, -.2, .1, 0, .5, .3, -.1, .2, .1 };
	static const double trained[K] = { 5.672154845, 3.367255307, -3.181811824 };
	static const double expected[K] = { -1.559959431, .3104511661, -7.869290562 };
	struct adjustment_parameters given = NONE;
	struct adjustment_classifier classifier = {
		.weight = weight, .scale = 16, .gamma = 1.0 / 32, .heads = 2, .mean_feature = mean
	};
	double features[4 * L] = { 0 }, z[K * L] = { 0 };

	given.effect = 1.5;
	struct adjustment_state state = make_state(&adjustment_tde, given, counts, 4);
	for (size_t j = 0; j < 4; j++)
		features[j * L] = x[j];
	for (size_t c = 0; c < K; c++)
		z[c * L] = trained[c];
	state.adjustment->prepare(&state, &classifier);
	state.adjustment->apply(&state, features, L, z);
	for (size_t c = 0; c < K; c++)
		cr_expect_float_eq(z[c * L], expected[c], 2e-9);
	adjustment_state_done(&state);
}

/* Two training instances of class 0, one of class 1, one test instance; class 2 is absent. By numpy:
 *     x = np.array([[1, 0], [3, 1], [0, 4]]); m = x.mean(0); u = x - m; u /= np.linalg.norm(u, axis=1)[:, None]
 *     mean = [u[:2].mean(0), u[2]]; t = [2, 2] - m; t /= np.linalg.norm(t)
 * An instance at m itself has no direction: its features are 0, and class 1's mean has length 1. */
Test(adjustment, nearest_class_mean_equals_numpy)
{
	static const double x[5][2] = { { 1, 0 }, { 3, 1 }, { 0, 4 }, { 2, 2 }, { 4.0 / 3, 5.0 / 3 } };
	static const uint32_t present[K] = { 2, 1, 0 };
	static const struct {
		const struct adjustment *adjustment;
		double train[K], test[K], centre;
	} cases[] = {
		{ &adjustment_ncm,
		  { -.40895536991, -3.50816319177, -700 },
		  { -1.54062140478, -2.11094003925, -700 },
		  -1 },
		{ &adjustment_ncm_cosine,
		  { .29552231505, -.37704079794, -700 },
		  { .01260580633, -.02773500981, -700 },
		  0 },
	};
	double features[2 * L] = { 0 }, y[L] = { 0, 0, 1, 1 }, is_train[L] = { 1, 1, 1 };
	struct adjustment_tile tile = { features, y, is_train, L };

	for (size_t i = 0; i < ARRAY_LENGTH(x); i++)
		for (size_t j = 0; j < 2; j++)
			features[j * L + i] = x[i][j];
	for (size_t t = 0; t < ARRAY_LENGTH(cases); t++) {
		struct adjustment_parameters given = NONE;
		struct adjustment_state state = make_state(cases[t].adjustment, given, present, 2);
		double z[K * L] = { 0 };
		for (size_t pass = 0; pass < state.adjustment->passes; pass++)
			state.adjustment->see(&state, pass, &tile);
		state.adjustment->prepare(&state, &(struct adjustment_classifier){ 0 });
		state.adjustment->apply(&state, features, L, z);
		for (size_t c = 0; c < K; c++) {
			cr_expect_float_eq(z[c * L], cases[t].train[c], 1e-9, "%.11f", z[c * L]);
			cr_expect_float_eq(z[c * L + 3], cases[t].test[c], 1e-9, "%.11f", z[c * L + 3]);
		}
		cr_expect_float_eq(z[L + 4], cases[t].centre, 1e-12);
		adjustment_state_done(&state);
	}
}

Test(adjustment, an_absent_class_is_left_alone)
{
	static const struct adjustment *const affine[] = { &adjustment_post_hoc, &adjustment_target_prior };
	static const uint32_t present[K] = { 100, 10, 0 };

	for (size_t t = 0; t < ARRAY_LENGTH(affine); t++) {
		struct adjustment_parameters given = NONE;
		struct adjustment_state state = make_state(affine[t], given, present, 2);
		double z[K * L];
		fill(z);
		state.adjustment->prepare(&state, &(struct adjustment_classifier){ 0 });
		state.adjustment->apply(&state, NULL, L, z);
		cr_expect_eq(z[2 * L], logits[0][2]);
		adjustment_state_done(&state);
	}
}
