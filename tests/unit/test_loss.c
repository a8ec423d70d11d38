/* loss: values against the vectors of reference code, gradients against central differences, probabilities of both
 * links. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "loss_fixture.h"

/* Some of the parameters, by their place in struct loss_parameters. */
struct given {
	size_t at;
	double value;
};
#define GIVE(parameter, value)                                                                                         \
	{                                                                                                              \
		offsetof(struct loss_parameters, parameter), value                                                     \
	}

static struct loss_parameters give(const struct given given[2])
{
	struct loss_parameters parameters = fixture_own;

	for (int i = 0; i < 2; i++)
		if (given[i].at != 0 || given[i].value != 0)
			memcpy((char *)&parameters + given[i].at, &given[i].value, sizeof(double));
	return parameters;
}

Test(loss, values_equal_the_vectors_of_reference_code)
{
	static const struct {
		const struct loss *loss;
		struct given given[2];
		enum loss_reduction reduction;
		double value;
	} cases[] = {
		{ &loss_cross_entropy, { { 0 } }, REDUCTION_BATCH, 0.661560692671 },
		{ &loss_class_balanced, { GIVE(beta, .9999) }, REDUCTION_BATCH, 0.326151657624 },
		{ &loss_class_balanced, { GIVE(beta, .9999) }, REDUCTION_WEIGHTS, 0.39891727226 },
		{ &loss_class_balanced, { GIVE(beta, .99) }, REDUCTION_BATCH, 0.33058545321 },
		{ &loss_class_balanced, { GIVE(beta, .99) }, REDUCTION_WEIGHTS, 0.403147631207 },
		{ &loss_balanced, { { 0 } }, REDUCTION_BATCH, 4.46439567431 },
		{ &loss_balanced, { { 0 } }, REDUCTION_WEIGHTS, 0.398873859666 },
		{ &loss_inverse_frequency, { { 0 } }, REDUCTION_WEIGHTS, 0.398873859666 },
		{ &loss_focal, { GIVE(gamma, .5) }, REDUCTION_BATCH, 0.497900293088 },
		{ &loss_focal, { { 0 } }, REDUCTION_BATCH, 0.389822090221 },
		{ &loss_focal, { GIVE(gamma, 2) }, REDUCTION_BATCH, 0.25782955954 },
		{ &loss_focal, { GIVE(gamma, 1e-300) }, REDUCTION_BATCH, 0.661560692671 },
		{ &loss_focal_reweighted, { { 0 } }, REDUCTION_BATCH, 0.131553202809 },
		{ &loss_logit_adjusted, { { 0 } }, REDUCTION_BATCH, 1.93199142357 },
		{ &loss_logit_adjusted, { GIVE(tau, 2) }, REDUCTION_BATCH, 4.11675298267 },
		{ &loss_balanced_softmax, { { 0 } }, REDUCTION_BATCH, 1.9319914236 },
		{ &loss_cdt, { { 0 } }, REDUCTION_BATCH, 0.777699077512 },
		{ &loss_class_balanced_sigmoid, { GIVE(beta, .9999) }, REDUCTION_BATCH, 1.10615975769 },
		{ &loss_class_balanced_focal, { GIVE(beta, .99) }, REDUCTION_BATCH, 0.487070559589 },
		{ &loss_class_balanced_focal, { GIVE(beta, .9999) }, REDUCTION_BATCH, 0.481547608065 },
		/* Of torchvision the sum over the batch and over the classes, and the mean over both. */
		{ &loss_focal_sigmoid, { { 0 } }, REDUCTION_BATCH, 0.346968461545 },
		{ &loss_focal_sigmoid, { { 0 } }, REDUCTION_BATCH, 1.38787384618 / 4 },
		{ &loss_focal_sigmoid, { { 0 } }, REDUCTION_BATCH, 3 * 0.115656153848 },
		{ &loss_acsl, { { 0 } }, REDUCTION_BATCH, 0.702304977133 },
		{ &loss_equalization, { GIVE(lambda, .05) }, REDUCTION_BATCH, 1.39696115754 },
		{ &loss_equalization, { GIVE(lambda, 1e-300) }, REDUCTION_BATCH, 3 * 0.564369249067 },
		{ &loss_softmax_equalization, { GIVE(gamma, 1), GIVE(lambda, .05) }, REDUCTION_BATCH, 0.533751335632 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct fixture f;
		struct loss_state state = fixture_state(cases[i].loss, give(cases[i].given), fixture_counts);
		fixture_fill(&f, &state, cases[i].reduction);
		double value = fixture_evaluate(&state, &f);
		cr_expect_float_eq(value, cases[i].value, 1e-9, "case %zu, %s: %.12g", i, cases[i].loss->name, value);
		loss_state_done(&state);
	}
}

Test(loss, cross_entropy_of_each_instance_equals_the_vector)
{
	static const double expected[4] = { 0.2413112967, 1.420827656, 0.2663678998, 0.7177359187 };
	struct fixture f;
	struct loss_state state = fixture_state(&loss_cross_entropy, fixture_own, fixture_counts);

	fixture_fill(&f, &state, REDUCTION_BATCH);
	for (size_t i = 0; i < 4; i++) {
		memset(f.scale, 0, sizeof f.scale);
		f.scale[i] = 1;
		cr_expect_float_eq(fixture_evaluate(&state, &f), expected[i], 1e-9, "instance %zu", i);
	}
	loss_state_done(&state);
}

/* Which cells count: those of acsl, and those of equalization with a last class that is rare. */
Test(loss, masks_equal_the_vectors)
{
	static const struct {
		const struct loss *loss;
		bool counts[4][K];
	} cases[] = {
		{ &loss_acsl, { { 1, 0, 0 }, { 0, 1, 0 }, { 0, 0, 1 }, { 1, 1, 0 } } },
		{ &loss_equalization, { { 1, 1, 0 }, { 1, 1, 0 }, { 1, 1, 1 }, { 1, 1, 0 } } },
	};

	for (size_t l = 0; l < ARRAY_LENGTH(cases); l++) {
		struct loss_parameters parameters = give((struct given[2]){ GIVE(lambda, .05) });
		struct loss_state state = fixture_state(cases[l].loss, parameters, fixture_counts);
		struct fixture f;
		fixture_fill(&f, &state, REDUCTION_BATCH);
		(void)fixture_evaluate(&state, &f);
		for (size_t at = 0; at < 4 * K; at++)
			cr_expect_eq(f.delta[at % K * L + at / K] != 0, cases[l].counts[at / K][at % K], "%s, cell %zu",
				     cases[l].loss->name, at);
		loss_state_done(&state);
	}
}

Test(loss, temperatures_of_cdt_equal_the_vector)
{
	static const double expected[3] = { 1, 1.584893192, 2.511886432 };
	struct loss_state state = fixture_state(&loss_cdt, fixture_own, fixture_counts);

	for (size_t c = 0; c < 3; c++)
		cr_expect_float_eq(1 / state.constant[c], expected[c], 1e-9);
	loss_state_done(&state);
}

/* Cui et al. 2019, scikit-learn's "balanced", BagofTricks' cost-sensitive and Tang et al. 2020's weighted softmax. */
Test(loss, class_weights_equal_the_published_vectors)
{
	static const struct {
		const struct loss *loss;
		struct given given[2];
		double weight[3];
	} cases[] = {
		{ &loss_class_balanced, { GIVE(beta, 0.9) }, { 0.239329236, 0.3674419731, 2.393228791 } },
		{ &loss_class_balanced, { GIVE(beta, 0.99) }, { 0.04223746876, 0.280043613, 2.677718918 } },
		{ &loss_class_balanced, { GIVE(beta, 0.999) }, { 0.02836301168, 0.2712555449, 2.700381443 } },
		{ &loss_class_balanced, { { 0 } }, { 0.02715872162, 0.270368874, 2.702472404 } },
		{ &loss_inverse_frequency, { { 0 } }, { 0.02702702703, 0.2702702703, 2.702702703 } },
		{ &loss_balanced, { { 0 } }, { 0.37, 3.7, 37 } },
		{ &loss_cost_sensitive, { { 0 } }, { 0.01, 0.1, 1 } },
		{ &loss_cost_sensitive, { GIVE(gamma, 0.5) }, { 0.1, 0.316227766017, 1 } },
		{ &loss_log_frequency, { { 0 } }, { 1, 3.302585093, 5.605170186 } },
		{ &loss_cross_entropy, { { 0 } }, { 1, 1, 1 } },
		{ &loss_difficulty, { { 0 } }, { 1, 1, 1 } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct loss_parameters given = give(cases[i].given);
		struct loss_parameters parameters = loss_fill_parameters(cases[i].loss, &given);
		double weight[3];
		loss_weigh_classes(cases[i].loss, &parameters, fixture_counts, 3, weight);
		for (size_t c = 0; c < 3; c++)
			cr_expect_float_eq(weight[c], cases[i].weight[c], 1e-9 * fmax(1, weight[c]),
					   "case %zu class %zu", i, c);
	}
}

Test(loss, beta_zero_weighs_all_classes_alike)
{
	struct loss_parameters parameters = { .beta = 0 };
	double weight[3];

	loss_weigh_classes(&loss_class_balanced, &parameters, fixture_counts, 3, weight);
	for (size_t c = 0; c < 3; c++)
		cr_expect_eq(weight[c], 1.0);
}

Test(loss, an_absent_class_weighs_nothing)
{
	static const uint32_t with_absent[3] = { 8, 0, 2 };

	for (size_t i = 0; loss_at(i) != NULL; i++) {
		struct loss_parameters parameters = loss_fill_parameters(loss_at(i), &fixture_own);
		double weight[3];
		loss_weigh_classes(loss_at(i), &parameters, with_absent, 3, weight);
		cr_expect_eq(weight[1], 0.0, "%s", loss_at(i)->name);
		for (size_t c = 0; c < 3; c += 2)
			cr_expect(isfinite(weight[c]) && weight[c] > 0, "%s", loss_at(i)->name);
		if (loss_at(i)->weights_mean == MEAN_OF_CLASSES)
			cr_expect_float_eq(weight[0] + weight[2], 2, 1e-12, "%s", loss_at(i)->name);
	}
}

Test(loss, gradients_equal_central_differences)
{
	const double step = 1e-5;
	struct loss_parameters parameters = fixture_own;
	struct rng rng;

	/* The last class is rare then. */
	parameters.lambda = 0.05;
	rng_init(&rng, 3, RNG_SAMPLING);
	for (size_t l = 0; loss_at(l) != NULL; l++) {
		struct fixture f, other;
		if (loss_at(l)->task != TASK_CLASSIFICATION)
			continue;
		struct loss_state state = fixture_state(loss_at(l), parameters, fixture_counts);
		for (size_t i = 0; i < L; i++) {
			f.y[i] = rng_below(&rng, K);
			f.scale[i] = 0.5 + rng_uniform(&rng);
			for (size_t c = 0; c < K; c++)
				f.z[c * L + i] = 6 * rng_uniform(&rng) - 3;
		}
		fixture_show(&state, &f);
		(void)fixture_evaluate(&state, &f);
		for (size_t at = 0; at < K * L; at++) {
			other = f;
			other.z[at] = f.z[at] + step;
			double above = fixture_evaluate(&state, &other);
			other.z[at] = f.z[at] - step;
			double slope = (above - fixture_evaluate(&state, &other)) / (2 * step);
			cr_expect_float_eq(f.delta[at], slope, 1e-6 * fmax(fabs(slope), 1e-3), "%s: %.12g and %.12g",
					   loss_at(l)->name, f.delta[at], slope);
		}
		loss_state_done(&state);
	}
}

/* Logits of a thousand, either way round; absent classes; two classes. */
Test(loss, nothing_overflows_and_padding_has_no_gradient)
{
	static const uint32_t class_counts[2][K] = { { 100, 0, 1 }, { 100, 1, 0 } };

	for (size_t l = 0; loss_at(l) != NULL; l++)
		for (size_t k = 2; k <= K && loss_at(l)->task == TASK_CLASSIFICATION; k++) {
			struct loss_state state;
			struct err err;
			struct fixture f = { 0 };
			cr_assert_eq(loss_state_init(&state, loss_at(l), &fixture_own, class_counts[K - k], k, &err),
				     ERR_OK);
			for (size_t i = 0; i < L - 1; i++) {
				f.y[i] = i % 2 == 0 ? 0 : (double)k - 1;
				f.scale[i] = 1;
				for (size_t c = 0; c < k; c++)
					f.z[c * L + i] = (i + c) % 3 == 0 ? 1000 : (i + c) % 3 == 1 ? -1000 : 40;
			}
			fixture_show(&state, &f);
			cr_expect(isfinite(fixture_evaluate(&state, &f)), "%s, %zu classes", loss_at(l)->name, k);
			for (size_t at = 0; at < k * L; at++)
				cr_expect(isfinite(f.delta[at]) && (at % L < L - 1 || f.delta[at] == 0),
					  "%s, %zu classes, at %zu: %g", loss_at(l)->name, k, at, f.delta[at]);
			loss_state_done(&state);
		}
}

Test(loss, adjustments_of_absent_classes_are_left_out)
{
	static const uint32_t with_absent[K] = { 30, 0, 10 };
	static const struct {
		const struct loss *loss;
		double constant[K];
	} cases[] = {
		{ &loss_logit_adjusted, { -0.28768207245078, 0, -1.38629436111589 } },
		{ &loss_balanced_softmax, { 3.40119738166216, 0, 2.30258509299405 } },
		{ &loss_cdt, { 1, 1, 0.802741561760231 } },
		{ &loss_equalization, { 1, 1, 1 } },
		{ &loss_softmax_equalization, { 0, 0, 0 } },
		{ &loss_ldam, { 11.3975352847739, 0, 15 } },
	};
	static const struct {
		const char *delta;
		double margin[K][K];
	} pairs[] = {
		{ "adaptive",
		  { { 1.07456993182354, 1.07456993182354, 1.07456993182354 },
		    { 0, 0, 0 },
		    { 1.4142135623731, 1.4142135623731, 1.4142135623731 } } },
		{ "equalized",
		  { { 0, 0, -.693147180559945 }, { 0, 0, -.693147180559945 }, { 0, 0, -.693147180559945 } } },
		{ "logit-adjusted",
		  { { 0, .287682072451781, -1.09861228866811 },
		    { -.287682072451781, 0, -1.38629436111989 },
		    { 1.09861228866811, 1.38629436111989, 0 } } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct loss_state state = fixture_state(cases[i].loss, fixture_own, with_absent);
		for (size_t c = 0; c < K; c++)
			cr_expect_float_eq(state.constant[c], cases[i].constant[c], 1e-10, "%s class %zu: %.15g",
					   cases[i].loss->name, c, state.constant[c]);
		loss_state_done(&state);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(pairs); i++) {
		struct loss_parameters parameters = fixture_own;
		parameters.pairwise_delta = pairs[i].delta;
		parameters.gamma = parameters.lambda = 0.5;
		struct loss_state state = fixture_state(&loss_pairwise, parameters, with_absent);
		for (size_t at = 0; at < K * K; at++)
			cr_expect_float_eq(state.constant[at], pairs[i].margin[at / K][at % K], 1e-13, "%s, %zu",
					   pairs[i].delta, at);
		loss_state_done(&state);
	}
}

Test(loss, a_share_of_lambda_is_not_rare)
{
	static const uint32_t quarter[K] = { 50, 25, 25 };
	struct loss_parameters parameters = fixture_own;

	parameters.lambda = 0.25;
	struct loss_state sigmoid = fixture_state(&loss_equalization, parameters, quarter);
	struct loss_state softmax = fixture_state(&loss_softmax_equalization, parameters, quarter);
	parameters.pairwise_delta = "equalized";
	struct loss_state pairs = fixture_state(&loss_pairwise, parameters, quarter);
	cr_expect_eq(sigmoid.constant[1], 1.0);
	cr_expect_eq(softmax.constant[1], 0.0);
	cr_expect_eq(pairs.constant[1], 0.0);
	loss_state_done(&sigmoid);
	loss_state_done(&softmax);
	loss_state_done(&pairs);
}

Test(loss, probabilities_are_what_the_link_says)
{
	for (size_t l = 0; loss_at(l) != NULL; l++) {
		struct fixture f;
		double p[K * L] __attribute__((aligned(64))), log_p[K * L] __attribute__((aligned(64)));
		if (loss_at(l)->task != TASK_CLASSIFICATION)
			continue;
		struct loss_state state = fixture_state(loss_at(l), fixture_own, fixture_counts);
		fixture_fill(&f, &state, REDUCTION_BATCH);
		loss_state_done(&state);
		loss_predict(loss_at(l), f.z, L, K, log_p, p);
		for (size_t i = 0; i < 4; i++) {
			double sum = 0, score[K];
			for (size_t c = 0; c < K; c++) {
				double e = exp(fixture_logits[i][c]);
				sum += score[c] = loss_at(l)->link == LINK_SIGMOID ? e / (1 + e) : e;
			}
			for (size_t c = 0; c < K; c++) {
				cr_expect_float_eq(p[c * L + i], score[c] / sum, 1e-14, "%s", loss_at(l)->name);
				cr_expect_float_eq(log_p[c * L + i], log(score[c] / sum), 1e-14, "%s",
						   loss_at(l)->name);
			}
		}
	}
}

Test(loss, parameters_that_a_loss_has_not_are_not_filled_in)
{
	static const struct loss_parameters given = { .gamma = 3, .tau = 3, .bins = 3, .pairwise_alpha = "inverse" };
	struct loss_parameters focal = loss_fill_parameters(&loss_focal, &given);
	struct loss_parameters sigmoid = loss_fill_parameters(&loss_focal_sigmoid, &fixture_own);

	cr_expect_eq(focal.gamma, 3.0);
	cr_expect(isnan(focal.tau));
	cr_expect_eq(focal.bins, 0);
	cr_expect_null(focal.pairwise_alpha);
	cr_expect_eq(sigmoid.gamma, 2.0);
	cr_expect_eq(sigmoid.alpha, 0.25);
}
