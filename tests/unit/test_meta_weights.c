/* train: the weights of a batch by a meta set. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/mem.h"
#include "reference/methods.h"
#include "train/meta_weights.h"

enum { INPUTS = 3, UNITS = 4, CLASSES = 3, COUNT = ARRAY_LENGTH(meta_y), BATCH = ARRAY_LENGTH(meta_batch) };

/* The network of the fixture, and its instances. */
struct scene {
	struct network *network;
	struct network_inputs *inputs;
	struct loss_state loss;
	struct split split;
	struct meta_weights *weights;
};

/* Batches of up to `batch`, of which `lanes` go through the network at once. */
static void scene_init(struct scene *scene, size_t batch, size_t lanes)
{
	static const uint32_t counts[CLASSES] = { 4, 2, 1 };
	const struct network_shape shape = { .inputs = INPUTS,
					     .outputs = CLASSES,
					     .hidden_count = 1,
					     .hidden = { UNITS },
					     .activation = ACTIVATION_TANH,
					     .instances = lanes };
	struct loss_parameters none = { 0 };
	struct err err;

	*scene = (struct scene){ .split = { .instances = COUNT,
					    .meta_count = ARRAY_LENGTH(meta_set),
					    .meta = (uint32_t *)meta_set,
					    .classes = CLASSES } };
	cr_assert_eq(network_create(&shape, &scene->network, &err), ERR_OK);
	network_write_layer(scene->network, 0, meta_weight, meta_bias);
	network_write_layer(scene->network, 1, meta_out_weight, meta_out_bias);
	cr_assert_eq(network_inputs_create(scene->network, meta_x, COUNT, &scene->inputs, &err), ERR_OK);
	cr_assert_eq(loss_state_init(&scene->loss, &loss_meta_reweight, &none, counts, CLASSES, &err), ERR_OK);
	const struct influence_subject subject = { scene->network, scene->inputs, &scene->loss, meta_y, COUNT, lanes };
	cr_assert_eq(meta_weights_create(&subject, &scene->split, batch, 1, &scene->weights, &err), ERR_OK);
}

static void scene_done(struct scene *scene)
{
	meta_weights_free(scene->weights);
	loss_state_done(&scene->loss);
	network_inputs_free(scene->inputs);
	network_free(scene->network);
}

/* However many go through the network at once. */
Test(meta_weights, equal_the_reference)
{
	for (size_t lanes = 2; lanes <= BATCH; lanes += 3) {
		struct scene scene;
		double weight[BATCH], sum = 0;
		scene_init(&scene, BATCH, lanes);
		meta_weights_begin_epoch(scene.weights);
		meta_weights_weigh(scene.weights, meta_batch, BATCH, NULL, weight);
		meta_weights_end_epoch(scene.weights);
		for (size_t i = 0; i < BATCH; i++) {
			double mean = meta_weights_mean(scene.weights)[meta_batch[i]];
			cr_expect_float_eq(weight[i], meta_expected[i], 1e-12, "%zu: %.15g", i, weight[i]);
			/* One of them is drawn twice, with the same weight. */
			cr_expect_float_eq(mean, BATCH * weight[i], 1e-12);
			sum += weight[i];
		}
		cr_expect_float_eq(sum, 1, 1e-12);
		cr_expect_eq(meta_weights_mean(scene.weights)[meta_set[0]], 1, "who was not drawn");
		scene_done(&scene);
	}
}

/* Who would only make the meta set worse weighs nothing, even if that is all of a batch. */
Test(meta_weights, none_helps)
{
	struct scene scene;
	uint32_t harmful[BATCH];
	double weight[BATCH];
	size_t count = 0;

	for (size_t i = 0; i < BATCH; i++)
		if (meta_expected[i] == 0)
			harmful[count++] = meta_batch[i];
	cr_assert(count > 0 && count < BATCH);
	scene_init(&scene, BATCH, BATCH);
	meta_weights_weigh(scene.weights, harmful, count, NULL, weight);
	for (size_t i = 0; i < count; i++)
		cr_expect_eq(weight[i], 0);
	scene_done(&scene);
}

/* Of a set that is larger than a batch each step looks at some, and in the long run at all alike. */
Test(meta_weights, looks_at_some_of_a_large_set)
{
	struct scene scene;
	double weight[2], first = NAN;
	size_t others = 0;

	scene_init(&scene, 2, 2);
	for (int round = 0; round < 50; round++) {
		meta_weights_weigh(scene.weights, meta_batch, 2, NULL, weight);
		others += round > 0 && weight[0] != first;
		first = weight[0];
	}
	cr_expect_gt(others, 10);
	scene_done(&scene);
}
