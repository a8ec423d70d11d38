/* rebalance: difficulty against golden values, class weights against published vectors. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "rebalance/difficulty.h"
#include "rebalance/dynamics.h"
#include "rebalance/method.h"

#define N 4
#define K 3

/* Predictions of four instances over three epochs, classes 0, 1, 2, 0. */
static const double epochs[3][N][K] = {
	{ { .50, .30, .20 }, { .25, .50, .25 }, { .60, .30, .10 }, { .20, .50, .30 } },
	{ { .70, .20, .10 }, { .40, .30, .30 }, { .30, .30, .40 }, { .05, .80, .15 } },
	{ { .90, .06, .04 }, { .15, .75, .10 }, { .10, .20, .70 }, { .02, .93, .05 } },
};
static const double classes[N] = { 0, 1, 2, 0 };

/* Checked against 40-digit decimal arithmetic. */
static const double golden_du[3][N] = {
	{ 0, 0, 0.437670098316617, 0.135687601186826 },
	{ 0, 0.181781746979756, 0, 0.348945242941704 },
	{ 0, 0, 0, 0.047063193558543 },
};
static const double golden_dl[3][N] = {
	{ 0.139199618375420, 0.115524530093324, 0.003512017188594, 0.003512017188594 },
	{ 0.177155676191054, 0, 0.623832462503951, 0.103972077083992 },
	{ 0.273796522174262, 0.877260600329923, 0.428153704925065, 0.109861228866811 },
};
static const struct {
	double prior;
	double value[3][N];
} golden_difficulty[] = {
	{ 1.0,
	  { { 0.877809282824437, 0.896439274102149, 1.432638646764137, 1.131713005658398 },
	    { 0.759673322337598, 1.059395571409702, 0.883445463610898, 1.340545522781221 },
	    { 0.628870771628369, 0.593030191232287, 0.699426595983139, 1.258226411661895 } } },
	{ 0.1,
	  { { 0.418060867651768, 0.463984308220967, 5.194277079317334, 2.276910522933912 },
	    { 0.240179484457197, 1.307423089416977, 0.739223453711912, 2.817723672641906 },
	    { 0.144895655672187, 0.257856498166862, 0.465314533137539, 1.990563564756224 } } },
	{ 0.01,
	  { { 0.067024300121450, 0.079665703528747, 33.131255834584408, 10.782076366051712 },
	    { 0.030641451713795, 1.527842779711436, 0.702398957832933, 4.210211154038315 },
	    { 0.016662450601762, 0.191249093311556, 0.420150972361608, 2.382701478996041 } } },
	{ 10.0,
	  { { 0.986271143323468, 0.988579481988339, 1.043400565759508, 1.013212918000310 },
	    { 0.969334587115946, 1.006550052514758, 0.982152231750992, 1.037313810869082 },
	    { 0.944273526295644, 0.926224030232431, 0.944115762493577, 1.030766378604799 } } },
};

struct predictions {
	double p[K * TILE_INSTANCES], log_p[K * TILE_INSTANCES], y[TILE_INSTANCES];
} __attribute__((aligned(64)));

static void set_instance(struct predictions *predictions, size_t i, const double *p, double y)
{
	for (size_t c = 0; c < K; c++) {
		predictions->p[c * TILE_INSTANCES + i] = p[c];
		predictions->log_p[c * TILE_INSTANCES + i] = log(p[c]);
	}
	predictions->y[i] = y;
}

static void fill(struct predictions *predictions, size_t epoch)
{
	memset(predictions, 0, sizeof *predictions);
	for (size_t i = 0; i < N; i++)
		set_instance(predictions, i, epochs[epoch][i], classes[i]);
}

static struct difficulty *make_difficulty(double prior, enum difficulty_kind kind)
{
	struct difficulty *difficulty = NULL;
	struct err err;
	struct difficulty_settings settings = { .prior = prior, .floor = 1e-12, .kind = kind };

	cr_assert_eq(difficulty_create(N, K, &settings, &difficulty, &err), ERR_OK);
	return difficulty;
}

Test(difficulty, equals_the_golden_values)
{
	for (size_t g = 0; g < ARRAY_LENGTH(golden_difficulty); g++) {
		struct difficulty *difficulty = make_difficulty(golden_difficulty[g].prior, DIFFICULTY_CUMULATIVE);
		cr_expect_eq(difficulty->value[0], 1.0);
		for (size_t t = 0; t < 3; t++) {
			struct predictions now;
			fill(&now, t);
			difficulty_update(difficulty, 0, now.log_p, now.p, now.y);
			for (size_t i = 0; i < N; i++) {
				cr_expect_float_eq(difficulty->du[i], golden_du[t][i], 2e-15);
				cr_expect_float_eq(difficulty->dl[i], golden_dl[t][i], 2e-15);
				double expected = golden_difficulty[g].value[t][i];
				/* A small prior divides the rounding of the printed predictions by little. */
				cr_expect_float_eq(difficulty->value[i], expected, 1e-13 * expected);
			}
		}
		difficulty_free(difficulty);
	}
}

/* Uniform to [.6, .3, .1] to [.5, .2, .3] to [.9, .05, .05], class 0: the vector of independent implementations. */
Test(difficulty, equals_the_vector)
{
	static const double p[3][K] = { { .6, .3, .1 }, { .5, .2, .3 }, { .9, .05, .05 } };
	static const double du[3] = { 0, 0.2379546134, 0 };
	static const double dl[3] = { 0.4411821155, 0.04054651081, 0.8909986874 };
	static const double psi[3] = { 0.4411821155, 0.2785011242, 0.8909986874 };
	static const struct {
		double prior, value[3];
	} cases[] = {
		{ 1, { 0.6938748332, 0.835479987, 0.5217433146 } },
		{ .01, { 0.0221639991, 0.5042509224, 0.1793228578 } },
	};

	for (size_t g = 0; g < ARRAY_LENGTH(cases); g++) {
		struct difficulty *difficulty = make_difficulty(cases[g].prior, DIFFICULTY_CUMULATIVE);
		for (size_t t = 0; t < 3; t++) {
			struct predictions now = { 0 };
			set_instance(&now, 0, p[t], 0);
			difficulty_update(difficulty, 0, now.log_p, now.p, now.y);
			cr_expect_float_eq(difficulty->du[0], du[t], 1e-9);
			cr_expect_float_eq(difficulty->dl[0], dl[t], 1e-9);
			cr_expect_float_eq(difficulty->du[0] + difficulty->dl[0], psi[t], 1e-9);
			cr_expect_float_eq(difficulty->value[0], cases[g].value[t], 1e-9);
		}
		difficulty_free(difficulty);
	}
}

Test(difficulty, per_epoch_takes_the_last_epoch_alone)
{
	struct difficulty *difficulty = make_difficulty(0.1, DIFFICULTY_PER_EPOCH);

	for (size_t t = 0; t < 3; t++) {
		struct predictions now;
		fill(&now, t);
		difficulty_update(difficulty, 0, now.log_p, now.p, now.y);
		for (size_t i = 0; i < N; i++)
			cr_expect_float_eq(difficulty->value[i], (0.1 + golden_du[t][i]) / (0.1 + golden_dl[t][i]),
					   1e-13);
	}
	difficulty_free(difficulty);
}

Test(difficulty, du_plus_dl_is_the_population_stability_index)
{
	struct difficulty *difficulty = make_difficulty(1, DIFFICULTY_CUMULATIVE);
	struct rng rng;
	double past[N][K];

	for (size_t i = 0; i < N; i++)
		for (size_t c = 0; c < K; c++)
			past[i][c] = 1.0 / K;
	rng_init(&rng, 11, RNG_SAMPLING);
	for (int t = 0; t < 5000; t++) {
		struct predictions now = { 0 };
		double p[N][K];
		for (size_t i = 0; i < N; i++) {
			double sum = 0;
			for (size_t c = 0; c < K; c++)
				sum += p[i][c] = exp(20 * rng_uniform(&rng));
			for (size_t c = 0; c < K; c++)
				p[i][c] /= sum;
			set_instance(&now, i, p[i], classes[i]);
		}
		difficulty_update(difficulty, 0, now.log_p, now.p, now.y);
		for (size_t i = 0; i < N; i++) {
			double psi = 0;
			for (size_t c = 0; c < K; c++)
				psi += (p[i][c] - past[i][c]) * (log(p[i][c]) - log(past[i][c]));
			double sum = difficulty->du[i] + difficulty->dl[i];
			cr_assert_geq(difficulty->du[i], 0);
			cr_assert_geq(difficulty->dl[i], 0);
			cr_assert_leq(fabs(sum - psi), 1e-12 * psi, "step %d instance %zu: %.17g and %.17g", t, i, sum,
				      psi);
		}
		memcpy(past, p, sizeof past);
	}
	difficulty_free(difficulty);
}

Test(difficulty, unchanged_predictions_change_nothing)
{
	struct difficulty *difficulty = make_difficulty(1, DIFFICULTY_CUMULATIVE);
	struct predictions now;

	fill(&now, 0);
	difficulty_update(difficulty, 0, now.log_p, now.p, now.y);
	difficulty_update(difficulty, 0, now.log_p, now.p, now.y);
	for (size_t i = 0; i < N; i++) {
		cr_expect_eq(difficulty->du[i], 0.0);
		cr_expect_eq(difficulty->dl[i], 0.0);
	}
	difficulty_free(difficulty);
}

Test(difficulty, a_probability_of_zero_is_floored)
{
	static const double certain[K] = { 0, 1, 0 };
	struct difficulty *difficulty = make_difficulty(1, DIFFICULTY_CUMULATIVE);
	struct predictions now = { 0 };
	double third = 1.0 / 3;

	set_instance(&now, 0, certain, 0);
	difficulty_update(difficulty, 0, now.log_p, now.p, now.y);
	double fall = (third - 1e-12) * (log(third) - log(1e-12));
	cr_expect_float_eq(difficulty->du[0], fall + (1 - third) * log(3), 1e-12);
	cr_expect_float_eq(difficulty->dl[0], fall, 1e-12);
	difficulty_free(difficulty);
}

Test(dynamics, follow_their_definitions)
{
	/* Right in epochs 2, 3, 5 and 8: forgotten after 3 and after 5. */
	static const double right[] = { 0, 1, 1, 0, 1, 0, 0, 1 };
	static const double p_true[] = { .2, .4, .6, .8, .2, .4, .6, .8 };
	struct dynamics *dynamics = NULL;
	struct err err;
	const double y = 1;

	cr_assert_eq(dynamics_create(1, 2, 3, &dynamics, &err), ERR_OK);
	for (size_t t = 0; t < 8; t++) {
		const double log_p_true = log(p_true[t]), margin = 0, p[] = { 1 - p_true[t], p_true[t] };
		const struct dynamics_tile tile = { &p_true[t], &log_p_true, &margin, &right[t], &y, p, 2, 1 };
		dynamics_begin_epoch(dynamics, t + 1);
		dynamics_update(dynamics, 0, 1, &tile);
	}
	cr_expect_eq(dynamics->forgotten[0], 2.0);
	cr_expect_eq(dynamics->correct[0], 4.0);
	cr_expect_eq(dynamics->first_learned[0], 2.0);
	/* From one half to .2, and from .8 to .2. */
	cr_expect_eq(dynamics->unlearned[0], 2.0);
	cr_expect_float_eq(dynamics->mean[0], 0.5, 1e-15);
	cr_expect_float_eq(dynamics_p_true_sd(dynamics, 0), 0.2236067977499790, 1e-15);
	/* What else the vectors make of mean m and deviation s of two rounds of .2, .4, .6 and .8: the deviation with
	 * its margin of error over four epochs, m (1 - m), and the mean of p (1 - p). */
	double m = dynamics->mean[0], variance = pow(dynamics_p_true_sd(dynamics, 0), 2);
	cr_expect_float_eq(sqrt(variance + variance * variance / 3), 0.2254624876, 1e-9);
	cr_expect_float_eq(m * (1 - m), 0.25, 1e-15);
	cr_expect_float_eq(m - variance - m * m, 0.2, 1e-15);
	cr_expect_float_eq(dynamics->loss[0], -(log(.2) + log(.4) + log(.6) + log(.8)) / 4, 1e-15);
	dynamics_free(dynamics);
}

Test(method, difficulty_applies_its_weights_three_ways)
{
	const struct method *difficulty = method_at(4);

	cr_assert_str_eq(difficulty->name, "difficulty");
	cr_expect_eq(method_applied(difficulty, APPLY_DRAW).sampler, &sampler_multinomial);
	cr_expect_eq(method_applied(difficulty, APPLY_SYSTEMATIC).sampler, &sampler_systematic);
	cr_expect_eq(method_applied(difficulty, APPLY_WEIGHT).sampler, &sampler_all);
	cr_expect_eq(method_applied(difficulty, APPLY_WEIGHT).loss, &loss_difficulty);
}

/* The settings of Cao et al. 2019 and Tang et al. 2020, as their code has them. */
Test(method, cosine_classifiers_are_those_of_the_papers)
{
	static const struct {
		const char *name;
		struct tile_cosine cosine;
	} cases[] = { { "ldam", { 30, 1, 0 } }, { "ldam-drw", { 30, 1, 0 } }, { "tde", { 16, 2, 1.0 / 32 } } };

	for (size_t t = 0; t < ARRAY_LENGTH(cases); t++)
		for (size_t m = 0; method_at(m) != NULL; m++) {
			const struct tile_cosine *cosine = &method_at(m)->cosine;
			if (strcmp(method_name(m), cases[t].name) != 0)
				continue;
			cr_expect(cosine->scale == cases[t].cosine.scale && cosine->heads == cases[t].cosine.heads &&
				      cosine->gamma == cases[t].cosine.gamma,
				  "%s", cases[t].name);
		}
}
