/* train: an epoch's draws and the looks of a loss at its batches. */
#include <criterion/criterion.h>

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
	const struct network_batch batch = { trainer->inputs, trained->order, count };
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
