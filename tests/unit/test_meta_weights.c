/* train: the weights of a batch by a meta set. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "model/weight_net.h"
#include "reference/methods.h"
#include "train/meta_weights.h"

#define META_RATE 0.1

enum { INPUTS = 3, UNITS = 4, CLASSES = 3, COUNT = ARRAY_LENGTH(meta_y), BATCH = ARRAY_LENGTH(meta_batch) };

/* The network of the fixture, and its instances. */
struct scene {
	struct network *network;
	struct network_inputs *inputs;
	struct loss_state loss;
	struct split split;
	struct meta_weights *weights;
};

/* Writes the numbers that the reference begins with into a network of weights. */
static void start_net(struct state_visitor *visitor, const struct state_entry *entry)
{
	double *theta = entry->values;

	(void)visitor;
	for (size_t i = 0; strcmp(entry->name, "net") == 0 && i < entry->count; i++)
		theta[i] = (i < 2 * WEIGHT_NET_UNITS ? 1 : 0.1) * sin((double)i + 1);
}

/* Batches of up to `batch`, of which `lanes` go through the network at once. */
static void scene_init_with(struct scene *scene, const struct loss *loss, size_t batch, size_t lanes)
{
	static const uint32_t counts[CLASSES] = { 4, 2, 1 };
	const struct network_shape shape = { .inputs = INPUTS,
					     .outputs = CLASSES,
					     .hidden_count = 1,
					     .hidden = { UNITS },
					     .activation = ACTIVATION_TANH,
					     .instances = lanes };
	const struct loss_parameters parameters = { .meta_rate = meta_net_rate };
	struct err err;

	*scene = (struct scene){ .split = { .instances = COUNT,
					    .meta_count = ARRAY_LENGTH(meta_set),
					    .meta = (uint32_t *)meta_set,
					    .classes = CLASSES } };
	cr_assert_eq(network_create(&shape, &scene->network, &err), ERR_OK);
	network_write_layer(scene->network, 0, meta_weight, meta_bias);
	network_write_layer(scene->network, 1, meta_out_weight, meta_out_bias);
	cr_assert_eq(network_inputs_create(scene->network, meta_x, COUNT, &scene->inputs, &err), ERR_OK);
	cr_assert_eq(loss_state_init(&scene->loss, loss, &parameters, counts, CLASSES, &err), ERR_OK);
	const struct influence_subject subject = { scene->network, scene->inputs, &scene->loss, meta_y, COUNT, lanes };
	cr_assert_eq(meta_weights_create(&subject, &scene->split, batch, 1, &scene->weights, &err), ERR_OK);
}

static void scene_init(struct scene *scene, size_t batch, size_t lanes)
{
	scene_init_with(scene, &loss_meta_reweight, batch, lanes);
}

static void scene_done(struct scene *scene)
{
	meta_weights_free(scene->weights);
	loss_state_done(&scene->loss);
	network_inputs_free(scene->inputs);
	network_free(scene->network);
}

static void weigh(struct scene *scene, const uint32_t *index, size_t count, double *ret_weight)
{
	const struct meta_batch batch = { index, count, NULL, META_RATE };

	meta_weights_weigh(scene->weights, &batch, ret_weight);
}

/* However many go through the network at once. */
Test(meta_weights, equal_the_reference)
{
	for (size_t lanes = 2; lanes <= BATCH; lanes += 3) {
		struct scene scene;
		double weight[BATCH], sum = 0;
		scene_init(&scene, BATCH, lanes);
		meta_weights_begin_epoch(scene.weights);
		weigh(&scene, meta_batch, BATCH, weight);
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
	weigh(&scene, harmful, count, weight);
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
		weigh(&scene, meta_batch, 2, weight);
		others += round > 0 && weight[0] != first;
		first = weight[0];
	}
	cr_expect_gt(others, 10);
	scene_done(&scene);
}

/* Steps of the network of weights through a step of the other, which is where it was before. */
Test(meta_weights, of_a_network_equal_the_reference)
{
	for (size_t lanes = 2; lanes <= BATCH; lanes += 3) {
		struct state_visitor starter = { .part = "", .visit = start_net };
		struct scene scene;
		double before[UNITS * INPUTS], after[UNITS * INPUTS];
		scene_init_with(&scene, &loss_meta_weight_net, BATCH, lanes);
		meta_weights_visit_state(scene.weights, &starter);
		network_read_layer(scene.network, 0, before, NULL);
		meta_weights_begin_epoch(scene.weights);
		for (size_t s = 0; s < ARRAY_LENGTH(meta_net_steps); s++) {
			size_t count = meta_net_steps[s].count;
			double weight[BATCH];
			weigh(&scene, meta_net_steps[s].batch, count, weight);
			for (size_t i = 0; i < count; i++)
				cr_expect_float_eq(weight[i], meta_net_steps[s].expected[i], 1e-11,
						   "step %zu, %zu: %.15g", s, i, weight[i]);
		}
		meta_weights_end_epoch(scene.weights);
		network_read_layer(scene.network, 0, after, NULL);
		cr_expect_eq(memcmp(before, after, sizeof before), 0);
		scene_done(&scene);
	}
}
