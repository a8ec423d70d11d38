/* train: whole runs against an independent implementation (tests/reference), and what must hold of every run. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "reference/golden.h"
#include "train/trainer.h"

/* Relative to the larger of 1 and the value for sums and weights, which may be near 0. */
static void expect_near(double actual, double expected, double tolerance, const char *what, const char *name,
			size_t epoch)
{
	cr_expect_leq(fabs(actual - expected), tolerance * fmax(fabs(expected), 1e-3),
		      "%s, epoch %zu: %s is %.17g, not %.17g", name, epoch, what, actual, expected);
}

static struct dataset *read_bundled(const char *name)
{
	struct dataset *dataset = NULL;
	struct err err;
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/datasets/%s.csv", getenv("HARDROW_SOURCE"), name);
	cr_assert_eq(dataset_read_csv(path, "class", MISSING_ERROR, &dataset, &err), ERR_OK, "%s", err.message);
	return dataset;
}

static void set(struct run_settings *settings, const char *name, const char *value)
{
	struct err err;
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);

	cr_assert_not_null(spec, "%s", name);
	cr_assert_eq(option_set(spec, settings, value, &err), ERR_OK, "%s", err.message);
}

static struct run_settings defaults(void)
{
	struct run_settings settings;

	option_reset(settings_specs, settings_spec_count, &settings);
	return settings;
}

static struct split *make_split(const struct dataset *dataset, const struct run_settings *settings)
{
	struct split *split = NULL;
	struct err err;

	cr_assert_eq(
	    split_create(dataset, settings->test_fraction, settings->stratified, settings->split_seed, &split, &err),
	    ERR_OK, "%s", err.message);
	return split;
}

static struct trainer *make_trainer(const struct dataset *dataset, const struct split *split,
				    const struct run_settings *settings)
{
	struct trainer *trainer = NULL;
	struct err err;

	cr_assert_eq(trainer_create(dataset, split, settings, &trainer, &err), ERR_OK, "%s", err.message);
	return trainer;
}

static void compare_instance(const struct golden_case *golden, size_t epoch, const struct evaluation *evaluation,
			     const struct golden_instance *expected)
{
	size_t i = expected->position;

	expect_near(evaluation->p_true[i], expected->p_true, 1e-10, "p_true", golden->name, epoch);
	expect_near(evaluation->difficulty->du[i], expected->du, 1e-10, "du", golden->name, epoch);
	expect_near(evaluation->difficulty->dl[i], expected->dl, 1e-10, "dl", golden->name, epoch);
	expect_near(evaluation->difficulty->value[i], expected->difficulty, 1e-10, "difficulty", golden->name, epoch);
}

static void compare_sums(const struct golden_case *golden, const struct golden_epoch *expected,
			 const struct evaluation *evaluation)
{
	struct golden_instance sum = { 0 };

	for (size_t i = 0; i < evaluation->dataset->instances; i++) {
		sum.p_true += evaluation->p_true[i];
		sum.du += evaluation->difficulty->du[i];
		sum.dl += evaluation->difficulty->dl[i];
		sum.difficulty += evaluation->difficulty->value[i];
	}
	expect_near(sum.p_true, expected->sum.p_true, 1e-10, "sum of p_true", golden->name, expected->epoch);
	expect_near(sum.du, expected->sum.du, 1e-10, "sum of du", golden->name, expected->epoch);
	expect_near(sum.dl, expected->sum.dl, 1e-10, "sum of dl", golden->name, expected->epoch);
	expect_near(sum.difficulty, expected->sum.difficulty, 1e-10, "sum of difficulty", golden->name,
		    expected->epoch);
}

static void compare_epoch(const struct golden_case *golden, const struct golden_epoch *expected,
			  const struct trainer *trainer)
{
	const struct evaluation *evaluation = trainer_evaluation(trainer);
	const struct dense_layer *layer = &trainer_network(trainer)->layers[0];

	expect_near(evaluation->train.loss, expected->loss, 1e-10, "loss", golden->name, expected->epoch);
	/* Where predictions tie, rounding decides: the reference gives -1. */
	if (expected->accuracy >= 0)
		expect_near(evaluation->train.accuracy, expected->accuracy, 1e-15, "accuracy", golden->name,
			    expected->epoch);
	expect_near(evaluation->effective_sample_size, expected->effective_sample_size, 1e-10, "effective sample size",
		    golden->name, expected->epoch);
	compare_sums(golden, expected, evaluation);
	for (size_t i = 0; i < ARRAY_LENGTH(expected->single); i++)
		compare_instance(golden, expected->epoch, evaluation, &expected->single[i]);
	for (size_t c = 0; c < 3; c++) {
		for (size_t j = 0; j < 4; j++)
			expect_near(layer->weight[c * 4 + j], expected->weight[c][j], 1e-10, "a weight", golden->name,
				    expected->epoch);
		expect_near(layer->bias[c], expected->bias[c], 1e-10, "a bias", golden->name, expected->epoch);
	}
}

static struct run_settings settings_of(const struct golden_case *golden)
{
	struct run_settings settings = defaults();

	set(&settings, "test-fraction", "0");
	set(&settings, "batch-size", "full");
	set(&settings, "init", "zero");
	set(&settings, "sampler", "all");
	set(&settings, "scale", golden->standardised ? "standard" : "none");
	set(&settings, "loss", golden->loss);
	set(&settings, "optimizer", golden->optimizer);
	settings.optimization.learning_rate = golden->learning_rate;
	settings.optimization.momentum = golden->momentum;
	settings.optimization.nesterov = golden->nesterov;
	settings.optimization.weight_decay = golden->weight_decay;
	settings.beta = golden->beta;
	settings.prior = golden->prior;
	return settings;
}

Test(reference, full_batch_training_is_the_same_to_1e_10)
{
	for (size_t g = 0; g < ARRAY_LENGTH(golden_cases); g++) {
		const struct golden_case *golden = &golden_cases[g];
		struct run_settings settings = settings_of(golden);
		struct dataset *dataset = read_bundled(golden->dataset);
		struct split *split = make_split(dataset, &settings);
		struct trainer *trainer = make_trainer(dataset, split, &settings);
		const struct golden_epoch *expected = golden->epochs;
		for (size_t epoch = 1; expected->epoch != 0; epoch++) {
			cr_assert(trainer_run_epoch(trainer));
			if (epoch == expected->epoch)
				compare_epoch(golden, expected++, trainer);
		}
		trainer_free(trainer);
		split_free(split);
		dataset_free(dataset);
	}
}

Test(reference, descent_converges_to_the_known_optimum)
{
	for (size_t g = 0; g < ARRAY_LENGTH(golden_optima); g++) {
		const struct golden_optimum *golden = &golden_optima[g];
		struct run_settings settings = defaults();
		if (!golden->standardised)
			continue; /* raw features take a million steps */
		struct dataset *dataset = read_bundled(golden->dataset);
		set(&settings, "test-fraction", "0");
		set(&settings, "batch-size", "full");
		set(&settings, "init", "zero");
		set(&settings, "scale", "standard");
		set(&settings, "learning-rate", "0.3");
		settings.optimization.weight_decay = golden->weight_decay;
		struct split *split = make_split(dataset, &settings);
		struct trainer *trainer = make_trainer(dataset, split, &settings);
		for (size_t epoch = 1; epoch <= 6000; epoch++)
			cr_assert(trainer_run_epoch(trainer));
		const struct dense_layer *layer = &trainer_network(trainer)->layers[0];
		double squares = 0;
		for (size_t i = 0; i < 12; i++)
			squares += layer->weight[i] * layer->weight[i];
		double loss = trainer_evaluation(trainer)->train.loss;
		expect_near(loss, golden->loss, 1e-6, "loss", golden->dataset, g);
		expect_near(loss + golden->weight_decay / 2 * squares, golden->objective, 1e-9, "objective",
			    golden->dataset, g);
		for (size_t c = 0; c < 3; c++) {
			for (size_t j = 0; j < 4; j++)
				cr_expect_float_eq(layer->weight[c * 4 + j], golden->weight[c][j], 1e-6);
			cr_expect_float_eq(layer->bias[c], golden->bias[c], 1e-6);
		}
		trainer_free(trainer);
		split_free(split);
		dataset_free(dataset);
	}
}

/* The last predictions of 20 epochs under `settings`, (n, k) tiles. */
static double *last_predictions(const struct dataset *dataset, const struct run_settings *settings, size_t *ret_count)
{
	struct split *split = make_split(dataset, settings);
	struct trainer *trainer = make_trainer(dataset, split, settings);
	const struct evaluation *evaluation = trainer_evaluation(trainer);
	size_t count = evaluation->tiles * TILE_INSTANCES * dataset->classes;
	double *copy = malloc(count * sizeof *copy);

	for (int epoch = 0; epoch < 20; epoch++)
		cr_assert(trainer_run_epoch(trainer));
	memcpy(copy, evaluation->p, count * sizeof *copy);
	trainer_free(trainer);
	split_free(split);
	*ret_count = count;
	return copy;
}

Test(run, equal_seeds_give_equal_bytes_and_others_do_not)
{
	struct dataset *dataset = read_bundled("glass");

	for (size_t m = 0; method_name(m) != NULL; m++) {
		struct run_settings settings = defaults();
		size_t count = 0;
		set(&settings, "method", method_name(m));
		set(&settings, "scale", "standard");
		double *first = last_predictions(dataset, &settings, &count);
		double *again = last_predictions(dataset, &settings, &count);
		settings.seed = 1;
		double *other = last_predictions(dataset, &settings, &count);
		cr_expect_eq(memcmp(first, again, count * sizeof *first), 0, "%s", method_name(m));
		cr_expect_neq(memcmp(first, other, count * sizeof *first), 0, "%s", method_name(m));
		free(first);
		free(again);
		free(other);
	}
	dataset_free(dataset);
}

Test(run, weights_have_mean_one_and_test_instances_none)
{
	struct dataset *dataset = read_bundled("glass");

	for (size_t m = 0; method_name(m) != NULL; m++) {
		struct run_settings settings = defaults();
		set(&settings, "method", method_name(m));
		set(&settings, "scale", "standard");
		struct split *split = make_split(dataset, &settings);
		struct trainer *trainer = make_trainer(dataset, split, &settings);
		const struct evaluation *evaluation = trainer_evaluation(trainer);
		size_t draws = 0;
		double sum = 0, share = 0;
		cr_assert(trainer_run_epoch(trainer));
		for (size_t i = 0; i < dataset->instances; i++) {
			draws += trainer_draws(trainer)[i];
			cr_expect_eq(isnan(evaluation->weight[i]) != 0, split->is_test[i] != 0);
			cr_expect(!split->is_test[i] || trainer_draws(trainer)[i] == 0);
			sum += split->is_test[i] ? 0 : evaluation->weight[i];
		}
		for (size_t c = 0; c < dataset->classes; c++)
			share += evaluation->sampling_share[c];
		cr_expect_eq(draws, split->train_count, "%s", method_name(m));
		cr_expect_float_eq(sum / (double)split->train_count, 1, 1e-12, "%s", method_name(m));
		cr_expect_float_eq(share, 1, 1e-12, "%s", method_name(m));
		trainer_free(trainer);
		split_free(split);
	}
	dataset_free(dataset);
}

/* One batch, equal start: dividing by the sum of the weights scales the first step by B over that sum. */
Test(run, reduction_by_weights_divides_by_their_sum)
{
	struct dataset *dataset = read_bundled("balance-scale");
	double step[2] = { 0, 0 };
	double weights = 0;

	for (int reduction = 0; reduction < 2; reduction++) {
		struct run_settings settings = defaults();
		set(&settings, "method", "inverse-frequency");
		set(&settings, "batch-size", "full");
		set(&settings, "init", "zero");
		set(&settings, "test-fraction", "0");
		set(&settings, "reduction", reduction == 0 ? "batch" : "weights");
		struct split *split = make_split(dataset, &settings);
		struct trainer *trainer = make_trainer(dataset, split, &settings);
		cr_assert(trainer_run_epoch(trainer));
		step[reduction] = trainer_network(trainer)->layers[0].weight[1];
		weights = 0;
		for (size_t i = 0; i < dataset->instances; i++)
			weights += trainer_evaluation(trainer)->class_weight[dataset->y[i]];
		trainer_free(trainer);
		split_free(split);
	}
	cr_expect_float_eq(step[1] / step[0], (double)dataset->instances / weights, 1e-12);
	dataset_free(dataset);
}

Test(run, divergence_is_noticed)
{
	struct dataset *dataset = read_bundled("wine");
	struct run_settings settings = defaults();
	bool converges = true;

	set(&settings, "learning-rate", "1e308");
	struct split *split = make_split(dataset, &settings);
	struct trainer *trainer = make_trainer(dataset, split, &settings);
	for (int epoch = 0; epoch < 20 && converges; epoch++)
		converges = trainer_run_epoch(trainer);
	cr_expect_not(converges);
	trainer_free(trainer);
	split_free(split);
	dataset_free(dataset);
}

Test(settings, say_which_epochs_are_recorded)
{
	static const struct {
		const char *record;
		const char *epochs; /* of 1..7, 'x' is recorded */
	} cases[] = {
		{ "every:1", "xxxxxxx" },
		{ "every:3", "..x..xx" },
		{ "last", "......x" },
		{ "none", "......." },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct run_settings settings = defaults();
		set(&settings, "record", cases[i].record);
		for (size_t epoch = 1; epoch <= 7; epoch++)
			cr_expect_eq(settings_records_epoch(cases[i].record, epoch, 7),
				     cases[i].epochs[epoch - 1] == 'x', "%s %zu", cases[i].record, epoch);
	}
}

Test(settings, refuse_what_makes_no_sense)
{
	static const struct {
		const char *name, *value;
	} cases[] = {
		{ "prior", "0" },      { "prior", "-1" },	 { "floor", "0" },	   { "record", "every:0" },
		{ "record", "first" }, { "batch-size", "0" },	 { "batch-size", "all" },  { "epochs", "0" },
		{ "beta", "1" },       { "test-fraction", "1" }, { "learning-rate", "0" }, { "learning-rate", "inf" },
		{ "momentum", "1" },   { "method", "smote" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct run_settings settings = defaults();
		struct err err;
		const struct option_spec *spec = option_find(settings_specs, settings_spec_count, cases[i].name);
		cr_expect_eq(option_set(spec, &settings, cases[i].value, &err), ERR_INPUT, "%s %s", cases[i].name,
			     cases[i].value);
	}
}

Test(settings, apply_needs_a_method_with_difficulty)
{
	struct run_settings settings = defaults();
	struct method method;
	struct err err;

	set(&settings, "apply", "weight");
	cr_expect_eq(settings_compose(&settings, &method, &err), ERR_INPUT);
	set(&settings, "method", "difficulty");
	cr_assert_eq(settings_compose(&settings, &method, &err), ERR_OK);
	cr_expect_eq(method.loss, &loss_difficulty);
	set(&settings, "loss", "class-balanced");
	cr_assert_eq(settings_compose(&settings, &method, &err), ERR_OK);
	cr_expect_eq(method.loss, &loss_class_balanced);
}
