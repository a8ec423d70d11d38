/* train: what a method does late in a training or after it: second stages, adjustments, cross-validation. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "num/tile.h"
#include "train/trainer.h"
#include "train/tune.h"

#define CLASSES 6
#define FEATURES 9
#define HIDDEN 5

/* Glass, which is long-tailed, with a stratified split. */
struct scene {
	struct dataset *dataset;
	struct split *split;
	struct run_settings settings;
	struct trainer *trainer;
};

static void set(struct scene *scene, const char *name, const char *value)
{
	struct err err;
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);

	cr_assert_eq(option_set(spec, &scene->settings, value, &err), ERR_OK, "%s", err.message);
}

static void scene_init(struct scene *scene, const char *method, const char *model)
{
	char *path = NULL;
	struct err err;

	*scene = (struct scene){ 0 };
	cr_assert_eq(file_join(getenv("HARDROW_SOURCE"), "datasets/glass.csv", &path, &err), ERR_OK);
	cr_assert_eq(dataset_read_csv(path, NULL, MISSING_ERROR, &scene->dataset, &err), ERR_OK, "%s", err.message);
	free(path);
	cr_assert_eq(split_create(scene->dataset, .2, true, 0, &scene->split, &err), ERR_OK);
	option_reset(settings_specs, settings_spec_count, &scene->settings);
	set(scene, "scale", "standard");
	set(scene, "method", method);
	set(scene, "model", model);
	set(scene, "epochs", "20");
	if (strcmp(model, "mlp") == 0)
		set(scene, "hidden", "5");
}

static void scene_train(struct scene *scene, size_t epochs)
{
	struct err err;

	if (scene->trainer == NULL)
		cr_assert_eq(trainer_create(scene->dataset, scene->split, &scene->settings, &scene->trainer, &err),
			     ERR_OK, "%s", err.message);
	for (size_t epoch = 0; epoch < epochs; epoch++)
		cr_assert(trainer_run_epoch(scene->trainer));
}

static void scene_done(struct scene *scene)
{
	trainer_free(scene->trainer);
	split_free(scene->split);
	dataset_free(scene->dataset);
}

static const double *log_p(const struct scene *scene)
{
	return trainer_evaluation(scene->trainer)->log_p;
}

static size_t log_p_bytes(const struct scene *scene)
{
	return trainer_evaluation(scene->trainer)->tiles * TILE_INSTANCES * CLASSES * sizeof(double);
}

Test(stage, drw_is_plain_training_until_the_class_weights_come)
{
	struct scene base, drw;
	double expected[CLASSES];

	scene_init(&base, "base", "logreg");
	scene_init(&drw, "drw", "logreg");
	scene_train(&base, 16);
	scene_train(&drw, 15);
	const struct evaluation *evaluation = trainer_evaluation(drw.trainer);
	for (size_t i = 0; i < drw.split->train_count; i++)
		cr_assert_float_eq(evaluation->weight[drw.split->train[i]], 1, 1e-12);
	scene_train(&drw, 1);
	cr_expect_eq(memcmp(log_p(&base), log_p(&drw), log_p_bytes(&base)), 0);
	loss_weigh_classes(&loss_class_balanced, &(struct loss_parameters){ .beta = .9999 }, drw.split->train_class,
			   CLASSES, expected);
	double first = evaluation->weight[drw.split->train[0]] / expected[drw.dataset->y[drw.split->train[0]]];
	for (size_t i = 0; i < drw.split->train_count; i++) {
		uint32_t at = drw.split->train[i];
		cr_assert_float_eq(evaluation->weight[at], first * expected[drw.dataset->y[at]], 1e-9);
	}
	scene_train(&base, 1);
	scene_train(&drw, 1);
	cr_expect_neq(memcmp(log_p(&base), log_p(&drw), log_p_bytes(&base)), 0);
	scene_done(&base);
	scene_done(&drw);
}

struct layers {
	double hidden[HIDDEN * FEATURES], hidden_bias[HIDDEN], top[CLASSES * HIDDEN], top_bias[CLASSES];
};

static struct layers read_layers(const struct scene *scene)
{
	const struct network *network = trainer_network(scene->trainer);
	struct layers layers;

	network_read_layer(network, 0, layers.hidden, layers.hidden_bias);
	network_read_layer(network, 1, layers.top, layers.top_bias);
	return layers;
}

static bool same_hidden(const struct layers *a, const struct layers *b)
{
	return memcmp(a->hidden, b->hidden, sizeof a->hidden) == 0 &&
	       memcmp(a->hidden_bias, b->hidden_bias, sizeof a->hidden_bias) == 0;
}

/* Class-aware: each class as often as any other, but for rounding. */
static void expect_equal_classes(const struct scene *scene)
{
	const uint32_t *draws = trainer_draws(scene->trainer);
	size_t drawn[CLASSES] = { 0 };

	for (size_t i = 0; i < scene->dataset->instances; i++)
		drawn[scene->dataset->y[i]] += draws[i];
	for (size_t c = 1; c < CLASSES; c++)
		cr_expect(drawn[c] + 1 >= drawn[0] && drawn[0] + 1 >= drawn[c]);
}

Test(stage, crt_trains_a_new_classifier_on_frozen_features)
{
	struct scene scene;

	scene_init(&scene, "crt", "mlp");
	set(&scene, "learning-rate", "1e-9");
	set(&scene, "second-stage-epochs", "3");
	scene_train(&scene, 17);
	struct layers first = read_layers(&scene);
	scene_train(&scene, 1);
	struct layers begun = read_layers(&scene);
	scene_train(&scene, 2);
	struct layers last = read_layers(&scene);
	cr_expect(same_hidden(&first, &last));
	/* At this learning rate only new initial weights can make a difference. */
	cr_expect_gt(fabs(first.top[0] - begun.top[0]), 1e-3);
	cr_expect_lt(fabs(begun.top[0] - last.top[0]), 1e-6);
	expect_equal_classes(&scene);
	scene_done(&scene);
}

Test(stage, crt_starts_the_biases_where_the_loss_wants_them)
{
	struct scene scene;

	scene_init(&scene, "crt", "mlp");
	set(&scene, "loss", "class-balanced-sigmoid");
	set(&scene, "second-stage-epochs", "1");
	set(&scene, "warm-up-epochs", "1000000000");
	scene_train(&scene, 20);
	struct layers last = read_layers(&scene);
	for (size_t c = 0; c < CLASSES; c++)
		cr_expect_float_eq(last.top_bias[c], -log(CLASSES - 1), 1e-6);
	scene_done(&scene);
}

Test(stage, lws_learns_one_factor_a_class)
{
	struct scene scene;
	double furthest = 0;

	scene_init(&scene, "lws", "mlp");
	set(&scene, "precision", "double");
	scene_train(&scene, 16);
	struct layers first = read_layers(&scene);
	scene_train(&scene, 4);
	struct layers last = read_layers(&scene);
	cr_expect(same_hidden(&first, &last));
	for (size_t c = 0; c < CLASSES; c++) {
		double factor = last.top_bias[c] / first.top_bias[c];
		furthest = fmax(furthest, fabs(factor - 1));
		for (size_t j = 0; j < HIDDEN; j++)
			cr_expect_float_eq(last.top[c * HIDDEN + j], factor * first.top[c * HIDDEN + j], 1e-12);
	}
	cr_expect_gt(furthest, 1e-3);
	expect_equal_classes(&scene);
	scene_done(&scene);
}

Test(stage, the_learning_rate_schedule_starts_again)
{
	struct scene scene;

	scene_init(&scene, "crt", "mlp");
	set(&scene, "schedule", "step");
	set(&scene, "step-epochs", "1");
	set(&scene, "step-factor", "1e-9");
	set(&scene, "second-stage-epochs", "2");
	scene_train(&scene, 18);
	struct layers before = read_layers(&scene);
	scene_train(&scene, 1);
	struct layers begun = read_layers(&scene);
	scene_train(&scene, 1);
	struct layers last = read_layers(&scene);
	cr_expect(same_hidden(&before, &last));
	/* The rate is full in the first epoch of the stage, next to nothing in the second. */
	cr_expect_lt(fabs(begun.top[0] - last.top[0]), 1e-6);
	scene_done(&scene);
}

/* The network of the method is that of base; the predictions are base's, adjusted. */
Test(adjustment, predictions_are_those_of_the_trained_network_adjusted)
{
	static const char *const models[] = { "logreg", "mlp" };

	for (size_t m = 0; m < ARRAY_LENGTH(models); m++) {
		struct scene base, adjusted;
		double first[TILE_INSTANCES] = { 0 };
		scene_init(&base, "base", models[m]);
		scene_init(&adjusted, "post-hoc", models[m]);
		scene_train(&base, 20);
		scene_train(&adjusted, 20);
		size_t n = base.dataset->instances;
		for (size_t i = 0; i < n; i++)
			for (size_t c = 0; c < CLASSES; c++) {
				size_t at = (i / TILE_INSTANCES * CLASSES + c) * TILE_INSTANCES + i % TILE_INSTANCES;
				double share = (double)base.split->train_class[c] / (double)base.split->train_count;
				double rest = log_p(&adjusted)[at] - log_p(&base)[at] + log(share + 1e-12);
				/* The same for all classes: the normalisation. */
				if (c == 0)
					first[i % TILE_INSTANCES] = rest;
				cr_assert_float_eq(rest, first[i % TILE_INSTANCES], 1e-5);
			}
		scene_done(&base);
		scene_done(&adjusted);
	}
}

Test(adjustment, what_changes_nothing_gives_the_predictions_of_base)
{
	static const struct {
		const char *method, *parameter, *value;
	} cases[] = { { "post-hoc", "tau", "0" }, { "tau-norm", "tau", "0" }, { "temperature", "temperature", "1" } };
	struct scene base;

	scene_init(&base, "base", "logreg");
	scene_train(&base, 20);
	for (size_t t = 0; t < ARRAY_LENGTH(cases); t++) {
		struct scene scene;
		scene_init(&scene, cases[t].method, "logreg");
		set(&scene, cases[t].parameter, cases[t].value);
		scene_train(&scene, 20);
		for (size_t i = 0; i < base.dataset->instances * CLASSES; i++) {
			size_t at = (i / CLASSES / TILE_INSTANCES * CLASSES + i % CLASSES) * TILE_INSTANCES +
				    i / CLASSES % TILE_INSTANCES;
			cr_assert_float_eq(log_p(&scene)[at], log_p(&base)[at], 1e-9, "%s", cases[t].method);
		}
		scene_done(&scene);
	}
	scene_done(&base);
}

static bool never(void *context)
{
	(void)context;
	return false;
}

static bool at_once(void *context)
{
	(void)context;
	return true;
}

/* Balanced error of the instances held out in five folds, each fold's model trained with this tau from the start. */
static double held_out_error(struct scene *scene, const char *tau)
{
	size_t wrong[CLASSES] = { 0 };
	double error = 0;
	struct err err;

	set(scene, "tau", tau);
	for (size_t at = 0; at < 5; at++) {
		struct split_folds folds = { .count = 5, .at = at, .seed = 0 };
		struct split *fold = NULL;
		struct trainer *trainer = NULL;
		cr_assert_eq(split_fold(scene->split, scene->dataset, &folds, &fold, &err), ERR_OK);
		cr_assert_eq(trainer_create(scene->dataset, fold, &scene->settings, &trainer, &err), ERR_OK);
		for (int epoch = 0; epoch < 20; epoch++)
			cr_assert(trainer_run_epoch(trainer));
		for (size_t i = 0; i < fold->test_count; i++) {
			uint32_t position = fold->test[i];
			uint32_t y = scene->dataset->y[position];
			wrong[y] += !scene->split->is_test[position] &&
				    trainer_evaluation(trainer)->predicted[position] != (double)y;
		}
		trainer_free(trainer);
		split_free(fold);
	}
	for (size_t c = 0; c < CLASSES; c++)
		error += (double)wrong[c] / scene->split->train_class[c];
	return error;
}

Test(tune, chooses_the_tau_with_the_least_error_held_out)
{
	struct scene scene;
	double best = INFINITY, expected = NAN;
	struct tune_watch watch = { .is_stopped = never };
	struct err err;

	scene_init(&scene, "post-hoc", "logreg");
	struct run_settings chosen = scene.settings;
	cr_assert_eq(tune_adjustment(scene.dataset, scene.split, 5, &watch, &chosen, &err), ERR_OK);
	for (int i = 0; i <= 20; i++) {
		char tau[16];
		snprintf(tau, sizeof tau, "%d.%d", i / 10, i % 10);
		double error = held_out_error(&scene, tau);
		if (error < best - 1e-12) {
			best = error;
			expected = i / 10.0;
		}
	}
	cr_expect_float_eq(chosen.loss_parameters.tau, expected, 1e-12);
	cr_expect_gt(expected, 0);
	scene_done(&scene);
}

Test(tune, can_be_stopped)
{
	struct scene scene;
	struct tune_watch watch = { .is_stopped = at_once };
	struct err err;

	scene_init(&scene, "temperature", "logreg");
	cr_expect_eq(tune_adjustment(scene.dataset, scene.split, 5, &watch, &scene.settings, &err), ERR_INTERRUPTED);
	cr_expect(isnan(scene.settings.adjustment_parameters.temperature));
	scene_done(&scene);
}

Test(tune, names_what_it_chose_where_the_loss_has_a_tau)
{
	struct scene scene;
	char text[80];

	scene_init(&scene, "temperature", "logreg");
	set(&scene, "loss", "logit-adjusted");
	set(&scene, "tau", "1.5");
	set(&scene, "temperature", "2");
	tune_describe(&scene.settings, 5, text, sizeof text);
	cr_expect_str_eq(text, "temperature 2 by 5-fold cross-validation");
	scene_done(&scene);
}
