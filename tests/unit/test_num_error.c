/* num: losses of differences, against the vectors of reference code and by central differences. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "num/tile_error.h"

#define L 8

/* One of them: the focal loss of a difference, or the balanced one of a batch. */
struct error {
	double slope, gamma;
	int power; /* 0: the balanced one */
	double noise;
};

struct batch {
	double z[L], t[L], scale[L], delta[L], target[2 * L], weight[2 * L];
	double noise_gradient;
} __attribute__((aligned(64)));

static double evaluate(const struct error *error, struct batch *batch)
{
	const struct tile_targets targets = { batch->target, batch->weight, 2 * L };

	batch->noise_gradient = 0;
	if (error->power > 0)
		return tile_focal_error(batch->z, batch->t, batch->scale, L, error->slope, error->gamma, error->power,
					batch->delta);
	return tile_balanced_error(batch->z, batch->t, batch->scale, L, &targets, error->noise, &batch->noise_gradient,
				   batch->delta);
}

/* Differences of either sign, next to nothing and none; the last lane is padding. The batch has 11 targets. */
static void fill(struct batch *batch)
{
	static const double z[L] = { 0.3, -1.2, 2.5, 0.7, -0.4, 1e-3, -3, 5 };
	static const double t[L] = { 1.4, -2, 0.4, 0.7, 0.1, 0, 1, 0 };

	memset(batch, 0, sizeof *batch);
	memcpy(batch->z, z, sizeof z);
	memcpy(batch->t, t, sizeof t);
	for (size_t i = 0; i < L - 1; i++)
		batch->scale[i] = 0.5 + 0.1 * (double)i;
	for (size_t j = 0; j < 2 * L; j++) {
		batch->target[j] = j < L - 1 ? t[j] : j < 11 ? (double)j - 8.5 : t[0];
		batch->weight[j] = j < 11;
	}
}

/* focal-R of imbalanced-regression, d = 3, beta 0.2, gamma 1: sigmoid and tanh form. */
Test(tile_error, focal_errors_equal_the_vectors)
{
	struct batch batch;

	fill(&batch);
	memset(batch.scale, 0, sizeof batch.scale);
	batch.z[0] = 4.4;
	batch.scale[0] = 1;
	cr_expect_float_eq(evaluate(&(struct error){ 0.1, 1, 1, 0 }, &batch), 0.8739378374, 1e-10);
	cr_expect_float_eq(evaluate(&(struct error){ 0.2, 1, 1, 0 }, &batch), 1.611148701, 1e-9);
	cr_expect_float_eq(evaluate(&(struct error){ 0.2, 1, 2, 0 }, &batch), 3 * 1.611148701, 1e-8);
	cr_expect_float_eq(evaluate(&(struct error){ 0.2, 0, 2, 0 }, &batch), 9, 1e-12);
}

/* bmc_loss of Ren et al. 2022's code, with the factor 2 s^2. */
Test(tile_error, balanced_error_equals_the_formula)
{
	struct batch batch;
	double expected = 0;
	const double noise = 0.8;

	fill(&batch);
	for (size_t i = 0; i < L; i++) {
		double sum = 0;
		for (size_t j = 0; j < 11; j++)
			sum += exp(-pow(batch.z[i] - batch.target[j], 2) / (2 * noise * noise));
		double own = exp(-pow(batch.z[i] - batch.t[i], 2) / (2 * noise * noise));
		expected -= batch.scale[i] * 2 * noise * noise * log(own / sum);
	}
	cr_expect_float_eq(evaluate(&(struct error){ .noise = noise }, &batch), expected, 1e-12);
}

/* Outputs far from every target: nothing over- or underflows. */
Test(tile_error, balanced_error_of_far_outputs_is_finite)
{
	struct batch batch;

	fill(&batch);
	for (size_t i = 0; i < L; i++)
		batch.z[i] = i % 2 == 0 ? 1e6 : -1e6;
	cr_expect(isfinite(evaluate(&(struct error){ .noise = 1e-3 }, &batch)));
	for (size_t i = 0; i < L; i++)
		cr_expect(isfinite(batch.delta[i]));
	cr_expect_eq(batch.delta[L - 1], 0);
}

Test(tile_error, gradients_equal_central_differences)
{
	static const struct error errors[] = {
		{ 0.1, 1, 1, 0 }, { 0.2, 1, 2, 0 }, { 3, 2, 1, 0 },	  { 0.7, 0.5, 2, 0 },
		{ .noise = 1 },	  { .noise = 0.3 }, { 0.004, 1.5, 1, 0 },
	};
	const double step = 1e-5;

	for (size_t e = 0; e < ARRAY_LENGTH(errors); e++) {
		struct batch batch, other;
		struct error error = errors[e];
		fill(&batch);
		(void)evaluate(&error, &batch);
		for (size_t i = 0; i < L; i++) {
			other = batch;
			other.z[i] = batch.z[i] + step;
			double above = evaluate(&error, &other);
			other.z[i] = batch.z[i] - step;
			double slope = (above - evaluate(&error, &other)) / (2 * step);
			cr_expect_float_eq(batch.delta[i], slope, 1e-6 * fmax(1e-2, fabs(slope)),
					   "error %zu lane %zu: %g, %g", e, i, batch.delta[i], slope);
		}
		if (error.power > 0)
			continue;
		/* The factor 2 s^2 is held fixed: of the value over it. */
		other = batch;
		error.noise = errors[e].noise + step;
		double above = evaluate(&error, &other) / (2 * error.noise * error.noise);
		error.noise = errors[e].noise - step;
		double below = evaluate(&error, &other) / (2 * error.noise * error.noise);
		double slope = 2 * errors[e].noise * errors[e].noise * (above - below) / (2 * step);
		cr_expect_float_eq(batch.noise_gradient, slope, 1e-6 * fabs(slope), "%g, %g", batch.noise_gradient,
				   slope);
	}
}
