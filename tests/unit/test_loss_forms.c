/* loss: those with a form of their own, over whole batches, with margins, or with random numbers. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/mem.h"
#include "loss_fixture.h"
#include "num/tile_loss.h"
#include "rebalance/loss_pairwise.h"

/* Li et al. 2019: the second call with momentum is of the same batch. */
Test(loss, ghm_equals_the_vectors_of_reference_code)
{
	static const struct {
		size_t bins;
		double momentum, value[2];
	} cases[] = {
		{ 10, 0, { 0.704973256239, 0.704973256239 } },
		{ 30, 0, { 0.662525960301, 0.662525960301 } },
		{ 0, NAN, { 2.6501038412, 1.51434505212 } },
	};
	size_t filled = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct fixture f;
		struct loss_parameters parameters = fixture_own;
		parameters.bins = cases[i].bins;
		parameters.momentum = cases[i].momentum;
		struct loss_state state = fixture_state(&loss_ghm, parameters, fixture_counts);
		fixture_fill(&f, &state, REDUCTION_BATCH);
		for (int call = 0; call < 2; call++) {
			fixture_show(&state, &f);
			double value = fixture_evaluate(&state, &f);
			cr_expect_float_eq(value, cases[i].value[call], 1e-9, "case %zu: %.12g", i, value);
		}
		for (size_t b = 0; b < 30 && i == 2; b++)
			filled += state.memory[30 + b] > 0;
		loss_state_done(&state);
	}
	cr_expect_eq(filled, 8);
}

/* A batch in two tiles, the second with one instance, is the same batch. */
Test(loss, ghm_does_not_depend_on_tiles)
{
	struct fixture whole, part[2];
	struct loss_state state = fixture_state(&loss_ghm, fixture_own, fixture_counts);
	double value = 0;

	fixture_fill(&whole, &state, REDUCTION_BATCH);
	for (int p = 0; p < 2; p++) {
		part[p] = whole;
		for (size_t i = 0; i < 4; i++)
			part[p].scale[i] = (i < 3) == (p == 0) ? whole.scale[i] : 0;
	}
	for (int p = 0; p < 2; p++) {
		struct fixture seen = part[p];
		struct loss_tile tile = { seen.z, seen.y, seen.scale, L };
		loss_ghm.see_tile(&state, &tile);
	}
	loss_ghm.finish_batch(&state);
	for (int p = 0; p < 2; p++)
		value += fixture_evaluate(&state, &part[p]);
	cr_expect_float_eq(value, 2.6501038412, 1e-9);
	loss_state_done(&state);
}

/* Gradient norms next to the edges b / M of the bins: b / M <= g < (b + 1) / M, whatever their product with M rounds
 * to. */
Test(loss, ghm_bins_are_exact_at_their_edges)
{
	struct loss_parameters parameters = fixture_own;
	size_t missed = 0;

	parameters.bins = 49;
	struct loss_state state = fixture_state(&loss_ghm, parameters, fixture_counts);
	for (size_t edge = 1; edge < 49; edge++) {
		struct fixture f = { 0 };
		double expected[49] = { 0 }, z = log((double)edge / (double)(49 - edge));
		for (size_t i = 0; i < 40; i++)
			z = nextafter(z, -INFINITY);
		for (size_t at = 0; at < K * L; at++) {
			f.z[at] = z;
			f.y[at % L] = K;
			f.scale[at % L] = 1;
			for (size_t i = 0; i < 3; i++)
				z = nextafter(z, INFINITY);
		}
		tile_sigmoid_error(f.z, f.y, L, K, f.delta);
		for (size_t at = 0; at < K * L; at++) {
			size_t bin = edge - (f.delta[at] < (double)edge / 49);
			expected[bin]++;
			missed += bin != (size_t)(f.delta[at] * 49);
		}
		state.loss->see_tile(&state, &(struct loss_tile){ f.z, f.y, f.scale, L });
		for (size_t b = 0; b < 49; b++) {
			cr_expect_eq(state.memory[b], expected[b], "edge %zu, bin %zu", edge, b);
			state.memory[b] = 0;
		}
	}
	cr_expect_gt(missed, 0);
	loss_state_done(&state);
}

/* Cao et al. 2019: cosines 0.25 of the other vectors' logits, scale 30; weights as of class-balanced. */
Test(loss, ldam_equals_the_vectors_of_reference_code)
{
	static const double margin[K] = { .158113883, .2811706626, .5 };
	static const struct {
		const struct loss *weighing;
		double value;
	} cases[] = { { &loss_ldam, 6.19565237165 }, { &loss_class_balanced, 4.85520788556 } };
	struct loss_state state = fixture_state(&loss_ldam, fixture_own, fixture_counts);

	for (size_t c = 0; c < K; c++)
		cr_expect_float_eq(state.constant[c] / 30, margin[c], 1e-9);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct fixture f;
		struct loss_state weighing = fixture_state(cases[i].weighing, fixture_own, fixture_counts);
		fixture_fill(&f, &weighing, loss_ldam.reduction);
		for (size_t at = 0; at < K * L; at++)
			f.z[at] *= 30 * 0.25;
		double value = fixture_evaluate(&state, &f);
		cr_expect_float_eq(value, cases[i].value, 1e-9, "case %zu: %.12g", i, value);
		loss_state_done(&weighing);
	}
	loss_state_done(&state);
}

/* Focal loss with the weights of class-balanced beside it, and not in its factor as in focal-reweighted. */
Test(loss, focal_with_class_weights_equals_the_vector)
{
	struct loss_state state = fixture_state(&loss_focal, fixture_own, fixture_counts);
	struct loss_state weighing = fixture_state(&loss_class_balanced, fixture_own, fixture_counts);
	struct fixture f;

	fixture_fill(&f, &weighing, REDUCTION_BATCH);
	cr_expect_float_eq(fixture_evaluate(&state, &f), 0.140122812689, 1e-9);
	loss_state_done(&weighing);
	loss_state_done(&state);
}

/* Menon et al. 2021: the special cases are the losses that the vectors are of; ldam's logits are 7.5 times the others',
 * its margins 30 times (n_min / n_c)^(1/4) / 2. */
Test(loss, pairwise_margins_have_known_special_cases)
{
	static const struct {
		const char *alpha, *delta;
		double factor, value;
	} cases[] = {
		{ "one", "zero", 1, 0.661560692671 },
		{ "inverse", "zero", 1, 3 * 4.46439567431 },
		{ "1.11,11.1,111", "zero", 1, 3 * 4.46439567431 },
		{ NULL, NULL, 1, 1.93199142357 },
		{ "one", "equalized", 1, 0.533751335632 },
		{ "one", "7,4.74341649,4.74341649;8.435119878,-3,8.435119878;15,15,0", 7.5, 6.19565237165 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct loss_parameters parameters = fixture_own;
		struct fixture f;
		parameters.pairwise_alpha = cases[i].alpha;
		parameters.pairwise_delta = cases[i].delta;
		parameters.gamma = 1;
		parameters.lambda = 0.05;
		struct loss_state state = fixture_state(&loss_pairwise, parameters, fixture_counts);
		fixture_fill(&f, &state, REDUCTION_BATCH);
		for (size_t at = 0; at < K * L; at++)
			f.z[at] *= cases[i].factor;
		double value = fixture_evaluate(&state, &f);
		cr_expect_float_eq(value, cases[i].value, 1e-8 * fmax(1, value), "case %zu: %.12g", i, value);
		loss_state_done(&state);
	}
}

/* Its definition, term by term, for the margins of every form. */
Test(loss, pairwise_margins_equal_their_definition)
{
	static const double alpha[K] = { 3, 0.25, 7 };
	static const double share[K] = { 100.0 / 111, 10.0 / 111, 1.0 / 111 };
	static const char *const deltas[] = { "zero", "adaptive", "equalized", "logit-adjusted",
					      "9,0.5,-1;2,9,0;1e-3,-2.5,9" };
	static const double matrix[K][K] = { { 9, 0.5, -1 }, { 2, 9, 0 }, { 1e-3, -2.5, 9 } };

	for (size_t d = 0; d < ARRAY_LENGTH(deltas); d++) {
		struct loss_parameters parameters = fixture_own;
		struct fixture f;
		double expected = 0;
		parameters.pairwise_alpha = "3, 0.25, 7";
		parameters.pairwise_delta = deltas[d];
		parameters.gamma = 0.7;
		parameters.lambda = 0.05;
		parameters.tau = 1.5;
		struct loss_state state = fixture_state(&loss_pairwise, parameters, fixture_counts);
		fixture_fill(&f, &state, REDUCTION_BATCH);
		for (size_t i = 0; i < 4; i++) {
			size_t y = (size_t)fixture_class[i];
			double sum = 1;
			for (size_t c = 0; c < K; c++) {
				const double margins[] = { 0, pow(share[y], -0.25), c == 2 ? log(0.3) : 0,
							   1.5 * log(share[c] / share[y]), matrix[y][c] };
				sum += c == y ? 0 : exp(margins[d] + fixture_logits[i][c] - fixture_logits[i][y]);
			}
			expected += alpha[y] * log(sum) / 4;
		}
		cr_expect_float_eq(fixture_evaluate(&state, &f), expected, 1e-12 * fmax(1, expected), "%s", deltas[d]);
		loss_state_done(&state);
	}
}

Test(loss, parameters_that_do_not_fit_are_refused)
{
	static const struct {
		const struct loss *loss;
		const char *alpha, *delta;
		double gamma;
		const char *message;
	} cases[] = {
		{ &loss_pairwise, "1,2", NULL, 1, "pairwise-alpha '1,2' will not do: it has 2 numbers for 3 classes" },
		{ &loss_pairwise, NULL, "0,1;1,0", 1,
		  "pairwise-delta '0,1;1,0' will not do: it has 2 rows for 3 classes" },
		{ &loss_pairwise, NULL, "equalized", 2, "gamma 2 will not do: it is a probability here, at most 1" },
		{ &loss_softmax_equalization, NULL, NULL, 1.5,
		  "gamma 1.5 will not do: it is a probability here, at most 1" },
	};
	static const char *const no_alpha[] = { "", "two", "1,", "1;2", "0,1", "1,-1", "1,nan", "1,,2" };
	static const char *const no_delta[] = { "",	     "one",	 "1,2",	      "1;2", "1,2;3",
						"1,2,3;4,5", "1,2;3,4;", "1,2;3,inf", "0;,1" };
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct loss_parameters parameters = fixture_own;
		parameters.pairwise_alpha = cases[i].alpha;
		parameters.pairwise_delta = cases[i].delta;
		parameters.gamma = cases[i].gamma;
		cr_assert_eq(loss_check(cases[i].loss, &parameters, K, &err), ERR_INPUT);
		cr_expect_str_eq(err.message, cases[i].message);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(no_alpha); i++)
		cr_expect_eq(pairwise_check_alpha(no_alpha[i], &err), ERR_INPUT, "%s", no_alpha[i]);
	for (size_t i = 0; i < ARRAY_LENGTH(no_delta); i++)
		cr_expect_eq(pairwise_check_delta(no_delta[i], &err), ERR_INPUT, "%s", no_delta[i]);
}

/* gamma of the cells of rare classes, in the long run, and none of an instance's own. */
Test(loss, softmax_equalization_leaves_out_a_share_of_gamma)
{
	static const uint32_t rare_last[K] = { 500, 498, 2 };
	struct loss_state state = fixture_state(&loss_softmax_equalization, fixture_own, rare_last);
	struct fixture f = { 0 };
	double left_out = 0, cells = 0;

	for (size_t i = 0; i < L; i++) {
		f.y[i] = i % K;
		f.scale[i] = 1;
	}
	for (int repetition = 0; repetition < 1000; repetition++) {
		struct fixture now = f;
		struct loss_tile tile = { now.z, now.y, now.scale, L };
		(void)loss_evaluate(&state, &tile, now.delta);
		for (size_t i = 0; i < L; i++) {
			cr_assert(now.delta[i] != 0 && now.delta[L + i] != 0);
			if (i % K == 2) {
				cr_assert(now.delta[2 * L + i] < 0);
				continue;
			}
			left_out += now.delta[2 * L + i] == 0;
			cells++;
		}
	}
	cr_expect_float_eq(left_out / cells, 0.9, 0.015);
	loss_state_done(&state);
}

/* Else what an instance draws would depend on the tile it is in. */
Test(loss, softmax_equalization_draws_nothing_for_padding)
{
	static const uint32_t rare_last[K] = { 500, 498, 2 };
	struct loss_state state = fixture_state(&loss_softmax_equalization, fixture_own, rare_last);
	struct fixture f = { 0 };
	struct rng untouched = state.rng;
	struct loss_tile tile = { f.z, f.y, f.scale, L };

	(void)loss_evaluate(&state, &tile, f.delta);
	cr_expect_eq(rng_uniform(&state.rng), rng_uniform(&untouched));
	loss_state_done(&state);
}
