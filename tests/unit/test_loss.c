/* loss: values against the vectors of reference code, gradients against central differences, probabilities of both
 * links. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "num/tile_loss.h"
#include "rebalance/loss.h"

#define K 3
#define L 8

static const uint32_t counts[K] = { 100, 10, 1 };
static const double logits[4][K] = { { 2, .5, -1 }, { .2, -.3, .1 }, { -1, 0, 1.5 }, { 1, 1, -2 } };
static const double classes[4] = { 0, 1, 2, 1 };
static const struct loss_parameters own = { NAN, NAN, NAN, NAN, NAN };

struct fixture {
	double z[K * L], y[L], scale[L], delta[K * L];
} __attribute__((aligned(64)));

/* The four instances of the vectors, each with its class weight over 4. */
static void fill(struct fixture *f, const struct loss *loss, double beta)
{
	double weight[K];

	memset(f, 0, sizeof *f);
	loss_weigh_classes(loss, beta, counts, K, weight);
	for (size_t i = 0; i < 4; i++) {
		for (size_t c = 0; c < K; c++)
			f->z[c * L + i] = logits[i][c];
		f->y[i] = classes[i];
		f->scale[i] = weight[(size_t)classes[i]] / 4;
	}
}

static struct loss_state make_state(const struct loss *loss, struct loss_parameters parameters,
				    const uint32_t class_counts[K])
{
	struct loss_state state;
	struct err err;

	cr_assert_eq(loss_state_init(&state, loss, &parameters, class_counts, K, &err), ERR_OK);
	return state;
}

/* Value and gradient at f->z, which is kept. */
static double evaluate(const struct loss_state *state, struct fixture *f)
{
	double z[K * L] __attribute__((aligned(64)));
	struct loss_tile tile = { z, f->y, f->scale, L };

	memcpy(z, f->z, sizeof z);
	return loss_evaluate(state, &tile, f->delta);
}

Test(loss, values_equal_the_vectors_of_reference_code)
{
	static const struct {
		const struct loss *loss;
		double beta;
		struct loss_parameters given;
		double value;
	} cases[] = {
		{ &loss_cross_entropy, 0, { NAN, NAN, NAN, NAN, NAN }, 0.661560692671 },
		{ &loss_class_balanced, .9999, { NAN, NAN, NAN, NAN, NAN }, 0.326151657624 },
		{ &loss_class_balanced, .99, { NAN, NAN, NAN, NAN, NAN }, 0.33058545321 },
		{ &loss_focal, 0, { .5, NAN, NAN, NAN, NAN }, 0.497900293088 },
		{ &loss_focal, 0, { NAN, NAN, NAN, NAN, NAN }, 0.389822090221 },
		{ &loss_focal, 0, { 2, NAN, NAN, NAN, NAN }, 0.25782955954 },
		{ &loss_focal, 0, { 0, NAN, NAN, NAN, NAN }, 0.661560692671 },
		{ &loss_logit_adjusted, 0, { NAN, NAN, NAN, NAN, NAN }, 1.93199142357 },
		{ &loss_logit_adjusted, 0, { NAN, 2, NAN, NAN, NAN }, 4.11675298267 },
		{ &loss_balanced_softmax, 0, { NAN, NAN, NAN, NAN, NAN }, 1.9319914236 },
		{ &loss_cdt, 0, { NAN, NAN, NAN, NAN, NAN }, 0.777699077512 },
		{ &loss_class_balanced_sigmoid, .9999, { NAN, NAN, NAN, NAN, NAN }, 1.10615975769 },
		{ &loss_class_balanced_focal, .99, { NAN, NAN, NAN, NAN, NAN }, 0.487070559589 },
		{ &loss_class_balanced_focal, .9999, { NAN, NAN, NAN, NAN, NAN }, 0.481547608065 },
		{ &loss_focal_sigmoid, 0, { NAN, NAN, NAN, NAN, NAN }, 0.346968461545 },
		{ &loss_acsl, 0, { NAN, NAN, NAN, NAN, NAN }, 0.702304977133 },
		{ &loss_equalization, 0, { NAN, NAN, NAN, NAN, .05 }, 1.39696115754 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct fixture f;
		struct loss_state state = make_state(cases[i].loss, cases[i].given, counts);
		fill(&f, cases[i].loss, cases[i].beta);
		double value = evaluate(&state, &f);
		cr_expect_float_eq(value, cases[i].value, 1e-9, "case %zu, %s: %.12g", i, cases[i].loss->name, value);
		loss_state_done(&state);
	}
}

Test(loss, gradients_equal_central_differences)
{
	const double step = 1e-5;
	struct rng rng;

	rng_init(&rng, 3, RNG_SAMPLING);
	for (size_t l = 0; loss_at(l) != NULL; l++) {
		struct fixture f, other;
		struct loss_state state = make_state(loss_at(l), own, counts);
		for (size_t i = 0; i < L; i++) {
			f.y[i] = rng_below(&rng, K);
			f.scale[i] = 0.5 + rng_uniform(&rng);
			for (size_t c = 0; c < K; c++)
				f.z[c * L + i] = 6 * rng_uniform(&rng) - 3;
		}
		(void)evaluate(&state, &f);
		for (size_t at = 0; at < K * L; at++) {
			other = f;
			other.z[at] = f.z[at] + step;
			double above = evaluate(&state, &other);
			other.z[at] = f.z[at] - step;
			double slope = (above - evaluate(&state, &other)) / (2 * step);
			cr_expect_float_eq(f.delta[at], slope, 1e-6 * fmax(fabs(slope), 1e-3), "%s: %.12g and %.12g",
					   loss_at(l)->name, f.delta[at], slope);
		}
		loss_state_done(&state);
	}
}

/* Logits of a thousand, either way round, and absent classes. */
Test(loss, nothing_overflows_and_padding_has_no_gradient)
{
	static const uint32_t with_absent[K] = { 100, 0, 1 };

	for (size_t l = 0; loss_at(l) != NULL; l++) {
		struct loss_state state = make_state(loss_at(l), own, with_absent);
		struct fixture f = { 0 };
		for (size_t i = 0; i < L - 1; i++) {
			f.y[i] = i % 2 == 0 ? 0 : 2;
			f.scale[i] = 1;
			for (size_t c = 0; c < K; c++)
				f.z[c * L + i] = (i + c) % 3 == 0 ? 1000 : (i + c) % 3 == 1 ? -1000 : 40;
		}
		cr_expect(isfinite(evaluate(&state, &f)), "%s", loss_at(l)->name);
		for (size_t at = 0; at < K * L; at++)
			cr_expect(isfinite(f.delta[at]) && (at % L < L - 1 || f.delta[at] == 0), "%s at %zu: %g",
				  loss_at(l)->name, at, f.delta[at]);
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
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct loss_state state = make_state(cases[i].loss, own, with_absent);
		for (size_t c = 0; c < K; c++)
			cr_expect_float_eq(state.constant[c], cases[i].constant[c], 1e-10, "%s class %zu: %.15g",
					   cases[i].loss->name, c, state.constant[c]);
		loss_state_done(&state);
	}
}

Test(loss, probabilities_are_what_the_link_says)
{
	for (size_t l = 0; loss_at(l) != NULL; l++) {
		struct fixture f;
		double p[K * L] __attribute__((aligned(64))), log_p[K * L] __attribute__((aligned(64)));
		fill(&f, loss_at(l), 0);
		loss_predict(loss_at(l), f.z, L, K, log_p, p);
		for (size_t i = 0; i < 4; i++) {
			double sum = 0, score[K];
			for (size_t c = 0; c < K; c++) {
				double e = exp(logits[i][c]);
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
	static const struct loss_parameters given = { 3, 3, NAN, NAN, NAN };
	struct loss_parameters focal = loss_fill_parameters(&loss_focal, &given);
	struct loss_parameters sigmoid = loss_fill_parameters(&loss_focal_sigmoid, &own);

	cr_expect_eq(focal.gamma, 3.0);
	cr_expect(isnan(focal.tau));
	cr_expect_eq(sigmoid.gamma, 2.0);
	cr_expect_eq(sigmoid.alpha, 0.25);
}
