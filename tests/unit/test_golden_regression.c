/* Regression against the golden values of tests/reference, made by an independent implementation. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "data/target_bins.h"
#include "rebalance/regression.h"
#include "reference/golden_regression.h"
#include "train/trainer.h"

#define STRINGS(number) #number
#define TEXT_OF(macro) STRINGS(macro)

static struct dataset *dataset;
static struct split *split;

static void set_up(void)
{
	char path[4096];
	struct err err;

	(void)snprintf(path, sizeof path, "%s/datasets/diabetes.csv", getenv("HARDROW_SOURCE"));
	cr_assert_eq(dataset_read(path, &(struct reading){ .has_target = true }, &dataset, &err), ERR_OK, "%s",
		     err.message);
	cr_assert_eq(dataset_bin_target(dataset, "20", &err), ERR_OK, "%s", err.message);
	cr_assert_eq(split_create(dataset, 0, false, 0, &split, &err), ERR_OK, "%s", err.message);
}

static void tear_down(void)
{
	split_free(split);
	dataset_free(dataset);
}

TestSuite(golden_regression, .init = set_up, .fini = tear_down);

static void set(struct run_settings *settings, const char *name, const char *value)
{
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);
	struct err err;

	cr_assert_not_null(spec, "%s", name);
	cr_assert_eq(option_set(spec, settings, value, &err), ERR_OK, "%s", err.message);
}

static void set_number(struct run_settings *settings, const char *name, double value)
{
	char text[64];

	snprintf(text, sizeof text, "%.17g", value);
	set(settings, name, text);
}

static struct run_settings defaults(void)
{
	static const char *const options[][2] = {
		{ "task", "regression" }, { "target-bins", "20" },  { "scale", "standard" },
		{ "test-fraction", "0" }, { "batch-size", "full" }, { "init", "zero" },
	};
	struct run_settings settings;

	option_reset(settings_specs, settings_spec_count, &settings);
	for (size_t i = 0; i < ARRAY_LENGTH(options); i++)
		set(&settings, options[i][0], options[i][1]);
	return settings;
}

static struct run_settings settings_of(const struct golden_regression_case *golden)
{
	struct run_settings settings = defaults();
	bool is_focal = strncmp(golden->loss, "focal", 5) == 0;

	set(&settings, "method", golden->has_fds ? "fds" : golden->weights[0] == 'n' ? "base" : golden->weights);
	/* A method has weights or smoothed features; of both there is one. */
	if (golden->has_fds && golden->has_lds)
		set(&settings, "method", "lds-fds");
	set(&settings, "loss", golden->loss);
	if (golden->has_lds || golden->has_fds) {
		set(&settings, "kernel", golden->kernel);
		set_number(&settings, "kernel-size", (double)golden->kernel_size);
		if (strcmp(golden->kernel, "triangular") != 0)
			set_number(&settings, "kernel-sigma", golden->kernel_sigma);
	}
	set_number(&settings, "learning-rate", golden->learning_rate);
	set_number(&settings, "momentum", golden->momentum);
	if (is_focal) {
		set_number(&settings, "gamma", golden->gamma);
		set_number(&settings, "focal-beta", golden->focal_beta);
		set(&settings, "focal-form", golden->focal_form);
	}
	if (strcmp(golden->loss, "huber") == 0)
		set_number(&settings, "huber-beta", golden->huber_beta);
	if (strcmp(golden->loss, "balanced-mse") == 0) {
		set_number(&settings, "noise", golden->noise);
		set_number(&settings, "noise-rate", golden->noise_rate);
	}
	if (golden->has_hidden) {
		set(&settings, "model", "mlp");
		set(&settings, "hidden", TEXT_OF(GOLDEN_HIDDEN));
		set(&settings, "activation", "tanh");
		set(&settings, "precision", "double");
		set(&settings, "init", "uniform");
	}
	return settings;
}

static void expect_near(const char *name, size_t epoch, const char *what, double got, double expected)
{
	cr_expect(fabs(got - expected) <= 1e-10 * fmax(1e-2, fabs(expected)),
		  "%s, epoch %zu, %s: %.17g, should be %.17g", name, epoch, what, got, expected);
}

static void expect_epoch(const char *name, const struct trainer *trainer, const struct golden_regression_epoch *golden)
{
	const struct predictions *predictions = trainer_predictions(trainer);
	const struct regression *regression = predictions->regression;
	const struct network *network = trainer_network(trainer);
	size_t last = network_layer_count(network) - 1;
	double weight[GOLDEN_FEATURES], bias = 0;

	expect_near(name, golden->epoch, "mse", regression->train[GROUP_ALL].mse, golden->mse);
	expect_near(name, golden->epoch, "mae", regression->train[GROUP_ALL].mae, golden->mae);
	for (size_t i = 0; i < GOLDEN_INSTANCES; i++) {
		size_t at = golden_regression_instances[i];
		expect_near(name, golden->epoch, "prediction", dataset->target[at] + regression->residual[at],
			    golden->prediction[i]);
	}
	network_read_layer(network, last, weight, &bias);
	for (size_t j = 0; j < network_layer(network, last).inputs; j++)
		expect_near(name, golden->epoch, "weight", weight[j], golden->weight[j]);
	expect_near(name, golden->epoch, "bias", bias, golden->bias);
}

static struct trainer *start(const struct run_settings *settings, struct recipe *recipe, const char *name)
{
	const struct recipe_subject subject = { .dataset = dataset, .split = split };
	struct trainer *trainer = NULL;
	struct err err;

	cr_assert_eq(recipe_resolve(settings, &subject, recipe, &err), ERR_OK, "%s: %s", name, err.message);
	cr_assert_eq(trainer_create(dataset, split, recipe, &trainer, &err), ERR_OK, "%s: %s", name, err.message);
	return trainer;
}

Test(golden_regression, trainings_equal_the_reference)
{
	for (size_t c = 0; c < ARRAY_LENGTH(golden_regression_cases); c++) {
		const struct golden_regression_case *golden = &golden_regression_cases[c];
		struct run_settings settings = settings_of(golden);
		struct recipe recipe;
		AUTO(trainer_freep) struct trainer *trainer = start(&settings, &recipe, golden->name);
		double *mean_feature;
		struct network *network = trainer_open(trainer, &mean_feature);
		if (golden->has_hidden) {
			network_write_layer(network, 0, golden_start_weight[0], golden_start_bias);
			network_write_layer(network, 1, golden_start_last_weight, &golden_start_last_bias);
		}
		const struct golden_regression_epoch *next = golden->epochs;
		for (size_t epoch = 1; next->epoch > 0; epoch++) {
			cr_assert(trainer_run_epoch(trainer), "%s", golden->name);
			if (epoch == next->epoch)
				expect_epoch(golden->name, trainer, next++);
		}
	}
}

static void train_to_optimum(const struct golden_regression_optimum *golden, const char *optimizer, size_t epochs)
{
	struct run_settings settings = defaults();
	struct recipe recipe;
	double weight[GOLDEN_FEATURES];

	set_number(&settings, "weight-decay", golden->weight_decay);
	set(&settings, "optimizer", optimizer);
	set(&settings, "learning-rate", "0.2");
	set(&settings, "momentum", "0.9");
	AUTO(trainer_freep) struct trainer *trainer = start(&settings, &recipe, "optimum");
	for (size_t epoch = 0; epoch < epochs; epoch++)
		cr_assert(trainer_run_epoch(trainer));
	network_read_layer(trainer_network(trainer), 0, weight, NULL);
	for (size_t j = 0; j < GOLDEN_FEATURES; j++)
		expect_near(optimizer, 0, "weight", weight[j], golden->weight[j]);
	expect_near(optimizer, 0, "mse", trainer_predictions(trainer)->regression->train[GROUP_ALL].mse, golden->mse);
}

/* scikit-learn's LinearRegression and Ridge. */
Test(golden_regression, training_comes_to_the_optimum)
{
	for (size_t c = 0; c < ARRAY_LENGTH(golden_regression_optima); c++) {
		train_to_optimum(&golden_regression_optima[c], "sgd", 8000);
		train_to_optimum(&golden_regression_optima[c], "lbfgs", 60);
	}
}

static double last_mse(const struct trainer *trainer)
{
	return trainer_predictions(trainer)->regression->train[GROUP_ALL].mse;
}

/* Until then it is plain training. */
Test(golden_regression, features_are_smoothed_from_the_epoch_that_is_said)
{
	struct run_settings plain = defaults(), smoothed;
	struct recipe plain_recipe, smoothed_recipe;

	set(&plain, "init", "uniform");
	set(&plain, "model", "mlp");
	set(&plain, "dropout", "0.2");
	smoothed = plain;
	set(&smoothed, "method", "fds");
	set(&smoothed, "feature-start", "3");
	AUTO(trainer_freep) struct trainer *base = start(&plain, &plain_recipe, "base");
	AUTO(trainer_freep) struct trainer *fds = start(&smoothed, &smoothed_recipe, "fds");
	for (size_t epoch = 1; epoch <= 5; epoch++) {
		cr_assert(trainer_run_epoch(base) && trainer_run_epoch(fds));
		cr_expect_eq(last_mse(base) == last_mse(fds), epoch <= 3, "epoch %zu", epoch);
	}
}
