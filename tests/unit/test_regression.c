/* regression: losses by central differences; read-outs, du, dl, difficulty and metrics of a few instances by hand. */
#include "rebalance/regression.h"

#include <criterion/criterion.h>
#include <math.h>

#include "base/mem.h"
#include "base/rng.h"
#include "num/tile.h"
#include "rebalance/method.h"

#define LANES 8
#define BINS 3

static const uint32_t bin_counts[BINS] = { 120, 30, 5 };

struct batch {
	double z[LANES], y[LANES], scale[LANES], delta[LANES];
} __attribute__((aligned(64)));

static double evaluate(const struct loss_state *state, struct batch *batch)
{
	struct batch copy = *batch;
	struct loss_state fresh = *state;
	const struct loss_tile tile = { copy.z, batch->y, batch->scale, LANES };

	if (fresh.loss->see_tile != NULL) {
		fresh.loss->see_tile(&fresh, &tile);
		fresh.loss->finish_batch(&fresh);
	}
	return loss_evaluate(&fresh, &tile, batch->delta);
}

/* Of every loss of a regression: gradients, padding, and numbers as large as they come. */
Test(regression, gradients_of_losses_equal_central_differences)
{
	/* Each loss's own; a noise that is learned would change from one call to the next. */
	const struct loss_parameters none = {
		.gamma = NAN, .focal_beta = NAN, .huber_beta = NAN, .noise = NAN, .noise_rate = 0, .batch = LANES
	};
	const double step = 1e-6;
	struct rng rng;
	size_t losses = 0;

	rng_init(&rng, 3, RNG_SAMPLING);
	for (size_t l = 0; loss_at(l) != NULL; l++) {
		struct loss_state state;
		struct batch batch;
		struct err err;
		if (loss_at(l)->task != TASK_REGRESSION)
			continue;
		losses++;
		cr_assert_eq(loss_state_init(&state, loss_at(l), &none, bin_counts, BINS, &err), ERR_OK);
		for (size_t i = 0; i < LANES; i++) {
			batch.y[i] = 4 * rng_uniform(&rng) - 2;
			batch.z[i] = 4 * rng_uniform(&rng) - 2;
			batch.scale[i] = i == LANES - 1 ? 0 : 0.5 + rng_uniform(&rng);
		}
		(void)evaluate(&state, &batch);
		cr_expect_eq(batch.delta[LANES - 1], 0, "%s: padding", loss_at(l)->name);
		for (size_t at = 0; at < LANES; at++) {
			struct batch other = batch;
			other.z[at] = batch.z[at] + step;
			double above = evaluate(&state, &other);
			other.z[at] = batch.z[at] - step;
			double slope = (above - evaluate(&state, &other)) / (2 * step);
			cr_expect_float_eq(batch.delta[at], slope, 1e-6 * fmax(fabs(slope), 1e-2),
					   "%s: %.12g and %.12g", loss_at(l)->name, batch.delta[at], slope);
		}
		batch.z[0] = 1e100;
		batch.z[1] = batch.y[1];
		cr_expect(isfinite(evaluate(&state, &batch)), "%s", loss_at(l)->name);
		for (size_t at = 0; at < LANES; at++)
			cr_expect(isfinite(batch.delta[at]), "%s", loss_at(l)->name);
		loss_state_done(&state);
	}
	cr_expect_eq(losses, 6);
}

/* Six instances, the last two of the test part: targets in three bins. */
static const uint32_t y[] = { 0, 0, 1, 2, 0, 2 };
static const double target[] = { 1, 3, 5, 11, 2, 9 };
static const uint32_t train[] = { 0, 1, 2, 3 }, test[] = { 4, 5 };
static const uint32_t test_counts[BINS] = { 1, 0, 1 };
/* The train part's mean and population deviation. */
#define MEAN 5.0
#define SD 3.7416573867739413

static struct predictions *make(bool scales_target, const uint32_t *train_counts)
{
	const struct instances instances = {
		.count = 6,
		.classes = BINS,
		.y = y,
		.target = target,
		.train = { 4, train, train_counts },
		.test = { 2, test, test_counts },
	};
	const struct difficulty_settings settings = { .prior = 1, .floor = 1e-12 };
	struct predictions *predictions = NULL;
	struct err err;

	cr_assert_eq(regression_create_predictions(&instances, &settings, scales_target, &predictions, &err), ERR_OK);
	return predictions;
}

static void take(struct predictions *predictions, size_t epoch, const double *predicted)
{
	struct regression *regression = predictions->regression;
	double outputs[TILE_INSTANCES] = { 0 };

	for (size_t i = 0; i < 6; i++)
		outputs[i] = (predicted[i] - regression->shift) / regression->factor;
	predictions_begin_epoch(predictions, epoch);
	predictions_take_tile(predictions, 0, outputs, NULL);
	predictions_measure(predictions);
}

static const double epochs[2][6] = { { 2, 3, 9, 5, 2, 5 }, { 1, 4, 5, 8, 4, 10 } };

Test(regression, du_dl_and_difficulty_follow_the_residuals)
{
	for (int scales = 0; scales < 2; scales++) {
		AUTO(predictions_freep) struct predictions *predictions = make(scales == 1, bin_counts);
		const struct regression *regression = predictions->regression;
		cr_expect_float_eq(regression->mean, MEAN, 1e-15);
		cr_expect_float_eq(regression->sd, SD, 1e-14);
		for (size_t i = 0; i < 6; i++) {
			double trained = scales == 1 ? (target[i] - MEAN) / SD : target[i];
			cr_expect_float_eq(predictions->y[i], trained, 1e-14);
			cr_expect_eq(predictions->difficulty->value[i], 1);
		}
		double sum_du[6] = { 0 }, sum_dl[6] = { 0 }, past[6], total[6] = { 0 };
		for (size_t i = 0; i < 6; i++)
			past[i] = fabs(MEAN - target[i]) / SD;
		for (size_t t = 0; t < 2; t++) {
			take(predictions, t + 1, epochs[t]);
			for (size_t i = 0; i < 6; i++) {
				double residual = epochs[t][i] - target[i], now = fabs(residual) / SD;
				double du = now > past[i] ? now - past[i] : 0, dl = now < past[i] ? past[i] - now : 0;
				sum_du[i] += du;
				sum_dl[i] += dl;
				total[i] += fabs(residual);
				past[i] = now;
				cr_expect_float_eq(regression->residual[i], residual, 1e-13);
				cr_expect_float_eq(predictions->difficulty->du[i], du, 1e-13);
				cr_expect_float_eq(predictions->difficulty->dl[i], dl, 1e-13);
				cr_expect_float_eq(predictions->difficulty->value[i], (1 + sum_du[i]) / (1 + sum_dl[i]),
						   1e-13);
				cr_expect_float_eq(regression->mean_abs_residual[i], total[i] / (double)(t + 1), 1e-13);
			}
		}
		cr_expect_float_eq(regression->mean_loss[3], (36 + 9) / 2.0, 1e-12);
	}
}

static void expect_metrics(const struct regression_metrics *metrics, size_t instances, const double expected[5])
{
	const double values[] = { metrics->mse, metrics->mae, metrics->geometric_mean, metrics->pearson,
				  metrics->balanced_mae };

	cr_expect_eq(metrics->instances, instances);
	for (size_t i = 0; i < ARRAY_LENGTH(values); i++)
		cr_expect((isnan(values[i]) && isnan(expected[i])) || fabs(values[i] - expected[i]) < 1e-12,
			  "value %zu: %.15g, not %.15g", i, values[i], expected[i]);
}

/* Errors after the second epoch: train 0, 1, 0, -3, test 2, 1. */
Test(regression, metrics_follow_their_definitions)
{
	AUTO(predictions_freep) struct predictions *predictions = make(true, bin_counts);
	const struct regression *regression = predictions->regression;
	/* Pearson of (1, 3, 5, 11) and (1, 4, 5, 8): 36 / sqrt(56 * 25). */
	const double all[] = { 10 / 4.0, 1, 0, 36 / sqrt(56 * 25.0), (0.5 + 0 + 3) / 3 };
	const double many[] = { 0.5, 0.5, 0, 1, 0.5 };
	const double few[] = { 9, 3, 3, NAN, 3 };
	const double test_all[] = { 2.5, 1.5, sqrt(2.0), 1, 1.5 };
	const double none[] = { NAN, NAN, NAN, NAN, NAN };

	for (size_t t = 0; t < 2; t++)
		take(predictions, t + 1, epochs[t]);
	expect_metrics(&regression->train[GROUP_ALL], 4, all);
	expect_metrics(&regression->train[GROUP_MANY], 2, many);
	expect_metrics(&regression->train[GROUP_FEW], 1, few);
	expect_metrics(&regression->test[GROUP_ALL], 2, test_all);
	expect_metrics(&regression->test[GROUP_MEDIUM], 0, none);
	cr_expect_float_eq(predictions->train.loss, 2.5, 1e-12);
	cr_expect(isnan(predictions->train.accuracy) && isnan(predictions->test.macro_f1));
}

/* Targets that are all alike have deviation 1, whatever rounding says. */
Test(regression, constant_targets_are_not_divided_by_nothing)
{
	static const double alike[] = { 0.1, 0.1, 0.1, 0.1, 7, 0.1 };
	struct instances instances = {
		.count = 6,
		.classes = BINS,
		.y = y,
		.target = alike,
		.train = { 4, train, bin_counts },
		.test = { 2, test, test_counts },
	};
	const struct difficulty_settings settings = { .prior = 1, .floor = 1e-12 };
	AUTO(predictions_freep) struct predictions *predictions = NULL;
	struct err err;

	cr_assert_eq(regression_create_predictions(&instances, &settings, true, &predictions, &err), ERR_OK);
	cr_expect_eq(predictions->regression->sd, 1);
	take(predictions, 1, alike);
	cr_expect(isnan(predictions->regression->train[GROUP_ALL].pearson));
}

/* Weights of classes become weights of bins; what needs probabilities is refused. */
Test(regression, methods_of_classes_are_those_of_bins_or_none)
{
	static const struct {
		const char *name;
		const struct loss *weights; /* NULL: it is refused */
	} cases[] = {
		{ "base", &loss_cross_entropy },
		{ "class-balanced", &loss_class_balanced },
		{ "inverse-frequency", &loss_inverse_frequency },
		{ "cost-sensitive", &loss_cost_sensitive },
		{ "difficulty", &loss_cross_entropy },
		{ "over-sampling", &loss_cross_entropy },
		{ "drw", &loss_cross_entropy },
		{ "crt", &loss_cross_entropy },
		{ "lws", NULL },
		{ "focal", NULL },
		{ "self-paced", NULL },
		{ "post-hoc", NULL },
		{ "temperature", NULL },
		{ "ldam", NULL },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct method *method = NULL;
		struct method made;
		for (size_t m = 0; method_at(m) != NULL; m++)
			if (strcmp(method_at(m)->name, cases[i].name) == 0)
				method = method_at(m);
		cr_assert_not_null(method, "%s", cases[i].name);
		bool fits = method_in_task(method, TASK_REGRESSION, &made);
		cr_expect_eq(fits, cases[i].weights != NULL, "%s", cases[i].name);
		if (fits) {
			cr_expect_eq(made.loss, &loss_mse);
			cr_expect_eq(method_weights(&made), cases[i].weights, "%s", cases[i].name);
		}
		cr_expect(method_in_task(method, TASK_CLASSIFICATION, &made), "%s", cases[i].name);
	}
}
