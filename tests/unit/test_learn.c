/* train: an epoch's draws and the looks of a loss at its batches. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/tile.h"
#include "scene.h"
#include "train/trainer_state.h"

/* The look at the batch and the step see the network with the same outputs dropped: the memory is that of the first
 * pass, and the generator has made the numbers of one. */
Test(learn, a_loss_looks_at_the_batch_that_it_learns)
{
	struct scene scene, twin;

	for (int i = 0; i < 2; i++) {
		scene_init(i == 0 ? &scene : &twin, "ghm", "mlp");
		scene_set(i == 0 ? &scene : &twin, "dropout", "0.5");
		scene_set(i == 0 ? &scene : &twin, "batch-size", "full");
		scene_train(i == 0 ? &scene : &twin, i == 0 ? 1 : 0);
	}
	const struct trainer *trained = scene.trainer;
	struct trainer *trainer = twin.trainer;
	size_t count = scene.split->train_count;
	const struct network_batch batch = { .inputs = trainer->inputs, .index = trained->order, .count = count };
	const struct loss_tile tile = { trainer->log_p, trainer->batch_y, trainer->batch_scale, tile_lanes(count) };
	cr_assert_leq(count, trainer->chunk);
	for (size_t i = 0; i < count; i++) {
		trainer->batch_y[i] = scene.dataset->y[trained->order[i]];
		trainer->batch_scale[i] = 1;
	}
	network_forward(trainer->network, &batch, &trainer->dropout_rng, trainer->log_p);
	loss_ghm.see_tile(&trainer->loss, &tile);
	loss_ghm.finish_batch(&trainer->loss);
	cr_expect_arr_eq(trained->loss.memory, trainer->loss.memory,
			 3 * trainer->loss.parameters.bins * sizeof(double));
	cr_expect_arr_eq(&trained->dropout_rng, &trainer->dropout_rng, sizeof trainer->dropout_rng);
	scene_done(&scene);
	scene_done(&twin);
}

/* Whichever stage has more of them. */
Test(learn, the_most_draws_are_those_of_either_stage)
{
	static const struct stage fills_up = { .name = "fills-up", .sampler = &sampler_over };
	static const struct {
		const char *sampler;
		const struct stage *stage;
		bool is_full;
	} cases[] = {
		{ "all", NULL, false },
		{ "all", &fills_up, true },
		{ "all", &stage_crt, false },
		{ "over-sampling", &stage_crt, true },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct scene scene;
		uint32_t largest = 0;
		scene_init(&scene, "base", "logreg");
		scene_set(&scene, "sampler", cases[i].sampler);
		scene_resolve(&scene);
		scene.recipe.method.stage = cases[i].stage;
		scene.recipe.sampler_parameters.ratio = 1;
		for (size_t c = 0; c < CLASSES; c++)
			largest = scene.split->train_class[c] > largest ? scene.split->train_class[c] : largest;
		cr_expect_eq(recipe_count_draws(&scene.recipe, scene.split),
			     cases[i].is_full ? CLASSES * largest : scene.split->train_count, "case %zu", i);
		scene_done(&scene);
	}
}

/* |d -ln p_y / d (last layer's weights and biases)| of one instance, from the gradients that a step is made of. */
static double explicit_norm(struct trainer *trainer, uint32_t i)
{
	size_t k = trainer->dataset->classes, lanes = tile_lanes(1);
	size_t last = network_layer_count(trainer->network) - 1;
	size_t h = network_layer(trainer->network, last).inputs;
	const struct network_batch batch = { .inputs = trainer->inputs, .index = &i, .count = 1 };
	double weight[CLASSES * FEATURES], bias[CLASSES], sum = 0;

	for (size_t lane = 0; lane < lanes; lane++) {
		trainer->batch_y[lane] = trainer->dataset->y[i];
		trainer->batch_scale[lane] = lane == 0;
	}
	network_forward(trainer->network, &batch, NULL, trainer->log_p);
	tile_softmax(trainer->log_p, lanes, k, trainer->log_p, trainer->delta);
	tile_cross_entropy_delta(trainer->delta, trainer->batch_y, trainer->batch_scale, lanes, k, trainer->delta);
	network_clear_gradients(trainer->network);
	network_backward(trainer->network, trainer->delta);
	network_read_gradient(trainer->network, last, weight, bias);
	for (size_t j = 0; j < k * h; j++)
		sum += weight[j] * weight[j];
	for (size_t c = 0; c < k; c++)
		sum += bias[c] * bias[c];
	return sqrt(sum);
}

/* At the weights that its epoch begins with, of softmax cross-entropy, whatever loss, dropout, stage or adjustment the
 * run has. */
Test(learn, grand_is_the_norm_of_a_gradient)
{
	static const struct {
		const char *method, *model, *epoch;
	} cases[] = {
		{ "base", "logreg", "1" },	 { "base", "mlp", "1" }, { "difficulty", "mlp", "3" },
		{ "focal-sigmoid", "mlp", "2" }, { "crt", "mlp", "17" }, { "post-hoc", "logreg", "2" },
	};

	for (size_t at = 0; at < ARRAY_LENGTH(cases); at++) {
		struct scene scene, before;
		size_t epoch = (size_t)atoi(cases[at].epoch);
		for (int i = 0; i < 2; i++) {
			struct scene *one = i == 0 ? &scene : &before;
			scene_init(one, cases[at].method, cases[at].model);
			scene_set(one, "el2n-epoch", cases[at].epoch);
			scene_set(one, "precision", "double");
			if (strcmp(cases[at].model, "mlp") == 0)
				scene_set(one, "dropout", "0.25");
			scene_train(one, epoch - (size_t)i);
		}
		const double *grand = trainer_predictions(scene.trainer)->dynamics->grand;
		for (uint32_t i = 0; i < scene.dataset->instances; i++) {
			double expected = explicit_norm(before.trainer, i);
			cr_assert_leq(fabs(grand[i] - expected), 1e-12 * expected, "%s, %u: %g, not %g",
				      cases[at].method, i, grand[i], expected);
			cr_assert(isnan(trainer_predictions(before.trainer)->dynamics->grand[i]));
		}
		scene_done(&scene);
		scene_done(&before);
	}
}

Test(learn, a_cosine_classifier_has_no_grand)
{
	struct scene scene;

	scene_init(&scene, "base", "logreg");
	scene_set(&scene, "classifier", "cosine");
	scene_train(&scene, 3);
	cr_expect(isnan(trainer_predictions(scene.trainer)->dynamics->grand[0]));
	cr_expect_not(isnan(trainer_predictions(scene.trainer)->dynamics->el2n[0]));
	scene_done(&scene);
}
