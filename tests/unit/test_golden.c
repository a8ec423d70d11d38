/* Training against the golden values of tests/reference, made by an independent implementation. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/option.h"
#include "data/dataset.h"
#include "data/split.h"
#include "reference/golden.h"
#include "train/settings.h"
#include "train/trainer.h"

struct scene {
	struct dataset *dataset;
	struct split *split;
	struct run_settings settings;
	struct recipe recipe;
	struct trainer *trainer;
};

static void set(struct scene *scene, const char *name, const char *value)
{
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);
	struct err err;

	cr_assert_not_null(spec, "%s", name);
	cr_assert_eq(option_set(spec, &scene->settings, value, &err), ERR_OK, "%s", err.message);
}

static void set_number(struct scene *scene, const char *name, double value)
{
	char text[64];

	snprintf(text, sizeof text, "%.17g", value);
	set(scene, name, text);
}

/* All instances of a bundled data set in the training part; full batches from zero. */
static void scene_init(struct scene *scene, const char *dataset, bool standardised)
{
	char name[64];
	char *folder = NULL, *path = NULL;
	struct err err;

	*scene = (struct scene){ 0 };
	snprintf(name, sizeof name, "%s.csv", dataset);
	cr_assert_eq(file_join(getenv("HARDROW_SOURCE"), "datasets", &folder, &err), ERR_OK);
	cr_assert_eq(file_join(folder, name, &path, &err), ERR_OK);
	cr_assert_eq(dataset_read(path, &(struct reading){ 0 }, &scene->dataset, &err), ERR_OK, "%s", err.message);
	free(path);
	free(folder);
	cr_assert_eq(split_create(scene->dataset, 0, false, 0, &scene->split, &err), ERR_OK, "%s", err.message);
	option_reset(settings_specs, settings_spec_count, &scene->settings);
	set(scene, "scale", standardised ? "standard" : "none");
	set(scene, "test-fraction", "0");
	set(scene, "sampler", "all");
	set(scene, "batch-size", "full");
	set(scene, "init", "zero");
}

static void scene_start(struct scene *scene)
{
	const struct recipe_subject subject = { .dataset = scene->dataset, .split = scene->split };
	struct err err;

	cr_assert_eq(recipe_resolve(&scene->settings, &subject, &scene->recipe, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(trainer_create(scene->dataset, scene->split, &scene->recipe, &scene->trainer, &err), ERR_OK, "%s",
		     err.message);
}

static void scene_done(struct scene *scene)
{
	trainer_free(scene->trainer);
	split_free(scene->split);
	dataset_free(scene->dataset);
}

/* Relative; to 1e-3 for what may be near 0. */
static void expect_near(const char *where, const char *what, double got, double expected, double tolerance)
{
	cr_expect(fabs(got - expected) <= tolerance * fmax(1e-3, fabs(expected)), "%s, %s: %.17g, should be %.17g",
		  where, what, got, expected);
}

static void expect_parameters(const char *where, const struct trainer *trainer, const double weight[3][4],
			      const double bias[3], double tolerance)
{
	double got_weight[3][4], got_bias[3];

	network_read_layer(trainer_network(trainer), 0, got_weight[0], got_bias);
	for (size_t c = 0; c < 3; c++) {
		for (size_t j = 0; j < 4; j++)
			expect_near(where, "weight", got_weight[c][j], weight[c][j], tolerance);
		expect_near(where, "bias", got_bias[c], bias[c], tolerance);
	}
}

static void expect_instance(const char *where, const struct predictions *predictions,
			    const struct golden_instance *expected)
{
	size_t i = expected->position;

	expect_near(where, "p_true", predictions->p_true[i], expected->p_true, 1e-10);
	expect_near(where, "du", predictions->difficulty->du[i], expected->du, 1e-10);
	expect_near(where, "dl", predictions->difficulty->dl[i], expected->dl, 1e-10);
	expect_near(where, "difficulty", predictions->difficulty->value[i], expected->difficulty, 1e-10);
}

static void expect_sums(const char *where, const struct predictions *predictions,
			const struct golden_instance *expected)
{
	struct golden_instance sum = { 0 };

	for (size_t i = 0; i < predictions->instances.count; i++) {
		sum.p_true += predictions->p_true[i];
		sum.du += predictions->difficulty->du[i];
		sum.dl += predictions->difficulty->dl[i];
		sum.difficulty += predictions->difficulty->value[i];
	}
	expect_near(where, "sum of p_true", sum.p_true, expected->p_true, 1e-10);
	expect_near(where, "sum of du", sum.du, expected->du, 1e-10);
	expect_near(where, "sum of dl", sum.dl, expected->dl, 1e-10);
	expect_near(where, "sum of difficulty", sum.difficulty, expected->difficulty, 1e-10);
}

static void expect_epoch(const char *name, const struct trainer *trainer, const struct golden_epoch *expected)
{
	const struct predictions *predictions = trainer_predictions(trainer);
	char where[128];

	snprintf(where, sizeof where, "%s, epoch %zu", name, expected->epoch);
	expect_near(where, "loss", predictions->train.loss, expected->loss, 1e-10);
	/* Where predictions tie, rounding decides: the reference gives -1. */
	if (expected->accuracy >= 0)
		expect_near(where, "accuracy", predictions->train.accuracy, expected->accuracy, 1e-15);
	expect_near(where, "effective sample size", trainer_weighting(trainer)->effective_sample_size,
		    expected->effective_sample_size, 1e-10);
	expect_sums(where, predictions, &expected->sum);
	for (size_t i = 0; i < ARRAY_LENGTH(expected->single); i++)
		expect_instance(where, predictions, &expected->single[i]);
	expect_parameters(where, trainer, expected->weight, expected->bias, 1e-10);
}

static void run_case(const struct golden_case *golden)
{
	struct scene scene;
	size_t done = 0;

	scene_init(&scene, golden->dataset, golden->standardised);
	set(&scene, "loss", golden->loss);
	set(&scene, "optimizer", golden->optimizer);
	set_number(&scene, "learning-rate", golden->learning_rate);
	set_number(&scene, "momentum", golden->momentum);
	set(&scene, "nesterov", golden->nesterov ? "yes" : "no");
	set_number(&scene, "weight-decay", golden->weight_decay);
	set_number(&scene, "beta", golden->beta);
	set_number(&scene, "prior", golden->prior);
	scene_start(&scene);
	for (const struct golden_epoch *epoch = golden->epochs; epoch->epoch > 0; epoch++) {
		for (; done < epoch->epoch; done++)
			cr_assert(trainer_run_epoch(scene.trainer), "%s diverged", golden->name);
		expect_epoch(golden->name, scene.trainer, epoch);
	}
	scene_done(&scene);
}

Test(golden, every_epoch_equals_the_reference)
{
	for (size_t i = 0; i < ARRAY_LENGTH(golden_cases); i++)
		run_case(&golden_cases[i]);
}

/* Loss with the penalty, as training minimises it. */
static double objective(const struct trainer *trainer, double weight_decay)
{
	const struct network *network = trainer_network(trainer);
	double squares = 0;

	for (size_t c = 0; c < network_layer(network, 0).outputs; c++)
		squares += pow(network_class_norm(network, c), 2);
	return trainer_predictions(trainer)->train.loss + weight_decay / 2 * squares;
}

static void train_to_optimum(const struct golden_optimum *optimum, const char *optimizer, size_t epochs,
			     double tolerance)
{
	struct scene scene;

	scene_init(&scene, optimum->dataset, optimum->standardised);
	set(&scene, "optimizer", optimizer);
	set(&scene, "learning-rate", "0.5");
	set(&scene, "momentum", "0.95");
	set_number(&scene, "weight-decay", optimum->weight_decay);
	scene_start(&scene);
	for (size_t epoch = 0; epoch < epochs; epoch++)
		cr_assert(trainer_run_epoch(scene.trainer));
	expect_near(optimizer, "loss", trainer_predictions(scene.trainer)->train.loss, optimum->loss, 1e-9);
	expect_near(optimizer, "objective", objective(scene.trainer, optimum->weight_decay), optimum->objective, 1e-9);
	expect_parameters(optimizer, scene.trainer, optimum->weight, optimum->bias, tolerance);
	scene_done(&scene);
}

/* Long training with momentum ends at the minimum that Newton's method finds, L-BFGS without any tuning. */
Test(golden, training_converges_to_the_optimum)
{
	for (size_t i = 0; i < ARRAY_LENGTH(golden_optima); i++) {
		if (golden_optima[i].standardised)
			train_to_optimum(&golden_optima[i], "sgd", 4000, 1e-6);
		train_to_optimum(&golden_optima[i], "lbfgs", 300, 1e-8);
	}
}
