/* train: parameters of adjustments chosen by cross-validation. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "data/folds.h"
#include "num/tile.h"
#include "scene.h"
#include "train/tune.h"

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

	scene_set(scene, "tune-folds", "0");
	scene_set(scene, "tau", tau);
	scene_resolve(scene);
	for (size_t at = 0; at < 5; at++) {
		struct folds folds = { .count = 5, .at = at, .seed = 0 };
		struct split *fold = NULL;
		struct trainer *trainer = NULL;
		cr_assert_eq(folds_part_training(scene->split, scene->dataset, &folds, &fold, &err), ERR_OK);
		cr_assert_eq(trainer_create(scene->dataset, fold, &scene->recipe, &trainer, &err), ERR_OK);
		for (int epoch = 0; epoch < 20; epoch++)
			cr_assert(trainer_run_epoch(trainer));
		for (size_t i = 0; i < fold->test_count; i++) {
			uint32_t position = fold->test[i];
			uint32_t y = scene->dataset->y[position];
			wrong[y] += !scene->split->is_test[position] &&
				    trainer_predictions(trainer)->predicted[position] != (double)y;
		}
		trainer_free(trainer);
		split_free(fold);
	}
	for (size_t c = 0; c < CLASSES; c++)
		error += scene->split->train_class[c] > 0 ? (double)wrong[c] / scene->split->train_class[c] : 0;
	return error;
}

/* Of a class that has no training instance nothing is held out. */
static void take_class_out(struct scene *scene, uint32_t class)
{
	struct split *split = NULL;
	struct err err;

	for (size_t i = 0; i < scene->dataset->instances; i++)
		scene->split->is_test[i] |= scene->dataset->y[i] == class;
	cr_assert_eq(split_restore(scene->dataset, scene->split->is_test, false, &split, &err), ERR_OK);
	split_free(scene->split);
	scene->split = split;
}

Test(tune, chooses_the_tau_with_the_least_error_held_out)
{
	for (int lacks_class = 0; lacks_class < 2; lacks_class++) {
		struct scene scene;
		double best = INFINITY, expected = NAN;
		struct tune_watch watch = { .is_stopped = never };
		struct err err;
		scene_init(&scene, "post-hoc", "logreg");
		if (lacks_class)
			take_class_out(&scene, 2);
		scene_set(&scene, "tune-folds", "5");
		scene_resolve(&scene);
		struct recipe chosen = scene.recipe;
		cr_assert_eq(tune_recipe(&chosen, &watch, &err), ERR_OK);
		for (int i = 0; i <= 20; i++) {
			char tau[16];
			snprintf(tau, sizeof tau, "%d.%d", i / 10, i % 10);
			double error = held_out_error(&scene, tau);
			if (error < best - 1e-12) {
				best = error;
				expected = i / 10.0;
			}
		}
		cr_expect_float_eq(chosen.adjustment_parameters.tau, expected, 1e-12);
		cr_expect(expected > 0 && expected != 1);
		scene_done(&scene);
	}
}

/* Loss of the instances held out in five folds, the logits of each fold's base model over the temperature. */
static double held_out_loss(const struct scene *scene, struct trainer *const *trainers, struct split *const *folds,
			    double temperature)
{
	double loss = 0;

	for (size_t at = 0; at < 5; at++)
		for (size_t j = 0; j < folds[at]->test_count; j++) {
			uint32_t i = folds[at]->test[j];
			const double *log_p = trainer_predictions(trainers[at])->difficulty->log_p +
					      i / TILE_INSTANCES * CLASSES * TILE_INSTANCES + i % TILE_INSTANCES;
			double truth = log_p[scene->dataset->y[i] * TILE_INSTANCES], most = -INFINITY, sum = 0;
			for (size_t c = 0; c < CLASSES; c++)
				most = fmax(most, log_p[c * TILE_INSTANCES]);
			for (size_t c = 0; c < CLASSES; c++)
				sum += exp((log_p[c * TILE_INSTANCES] - most) / temperature);
			if (!scene->split->is_test[i])
				loss += log(sum) + (most - truth) / temperature;
		}
	return loss;
}

Test(tune, chooses_the_temperature_with_the_least_loss_held_out)
{
	/* The first learns too little, the last far too much. */
	static const char *const rates[] = { "0.0001", "0.01", "0.5", "50" };

	for (size_t t = 0; t < ARRAY_LENGTH(rates); t++) {
		struct scene scene, base;
		struct trainer *trainers[5] = { NULL };
		struct split *folds[5] = { NULL };
		double best = INFINITY, expected = NAN;
		struct tune_watch watch = { .is_stopped = never };
		struct err err;
		scene_init(&scene, "temperature", "logreg");
		scene_init(&base, "base", "logreg");
		scene_set(&scene, "learning-rate", rates[t]);
		scene_set(&base, "learning-rate", rates[t]);
		scene_resolve(&scene);
		scene_resolve(&base);
		for (size_t at = 0; at < 5; at++) {
			struct folds fold = { .count = 5, .at = at, .seed = 0 };
			cr_assert_eq(folds_part_training(base.split, base.dataset, &fold, &folds[at], &err), ERR_OK);
			cr_assert_eq(trainer_create(base.dataset, folds[at], &base.recipe, &trainers[at], &err),
				     ERR_OK);
			for (int epoch = 0; epoch < 20; epoch++)
				cr_assert(trainer_run_epoch(trainers[at]));
		}
		for (int i = -96; i <= 96; i += i < -24 || i >= 24 ? 4 : 1) {
			double loss = held_out_loss(&base, trainers, folds, exp2(i / 8.0));
			expected = loss < best ? exp2(i / 8.0) : expected;
			best = fmin(loss, best);
		}
		cr_assert_eq(tune_recipe(&scene.recipe, &watch, &err), ERR_OK);
		cr_expect_eq(scene.recipe.adjustment_parameters.temperature, expected, "%g, not %g",
			     scene.recipe.adjustment_parameters.temperature, expected);
		cr_expect_neq(expected, 1);
		cr_expect_eq(expected > 8, t == 0 || t == 3);
		for (size_t at = 0; at < 5; at++) {
			trainer_free(trainers[at]);
			split_free(folds[at]);
		}
		scene_done(&scene);
		scene_done(&base);
	}
}

Test(tune, keeps_one_where_all_folds_diverge)
{
	struct scene scene;
	struct tune_watch watch = { .is_stopped = never };
	struct err err;

	scene_init(&scene, "temperature", "logreg");
	scene_set(&scene, "learning-rate", "1e308");
	scene_resolve(&scene);
	cr_assert_eq(tune_recipe(&scene.recipe, &watch, &err), ERR_OK);
	cr_expect_eq(scene.recipe.adjustment_parameters.temperature, 1.0);
	scene_done(&scene);
}

Test(tune, can_be_stopped)
{
	struct scene scene;
	struct tune_watch watch = { .is_stopped = at_once };
	struct err err;

	scene_init(&scene, "temperature", "logreg");
	scene_resolve(&scene);
	cr_expect_eq(tune_recipe(&scene.recipe, &watch, &err), ERR_INTERRUPTED);
	cr_expect_not(scene.recipe.is_chosen);
	scene_done(&scene);
}

Test(tune, names_what_it_chose_where_the_loss_has_a_tau)
{
	struct scene scene;
	AUTO(text_done) struct text json = { 0 };
	char text[80];
	struct err err;

	scene_init(&scene, "temperature", "logreg");
	scene_set(&scene, "loss", "logit-adjusted");
	scene_set(&scene, "tau", "1.5");
	scene_resolve(&scene);
	recipe_choose(&scene.recipe, 2);
	tune_describe(&scene.recipe, text, sizeof text);
	cr_expect_str_eq(text, "temperature 2 by 5-fold cross-validation");
	cr_assert_eq(tune_append_chosen(&scene.recipe, &json, &err), ERR_OK);
	cr_expect_str_eq(json.data, "{\"temperature\":2,\"folds\":5}");
	scene_done(&scene);
}
