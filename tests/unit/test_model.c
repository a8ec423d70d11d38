/* model: gradients by central differences, single precision against double, frozen layers, calibrated features. The
 * optimisers are held to an independent implementation in test_train. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/network.h"
#include "model/optimizer.h"
#include "num/tile.h"

#define D 5
#define K 3
#define M 11
#define LANES 16
#define WIDE 300 /* goes through OpenBLAS */
#define N 700

static double x[N * WIDE];
static double y[LANES] __attribute__((aligned(64)));
static double scale[LANES] __attribute__((aligned(64)));
/* A batch: from full tiles, from where they begin and end, and from the last one. */
static const uint32_t batch_index[M] = { 0, 63, 64, 511, 512, 575, 576, 639, 640, 698, 699 };

/* Every third instance is of group 1. */
static uint32_t group[N];
static double group_scale[2 * 9], group_shift[2 * 9];
static const struct network_calibration calibration = { group, group_scale, group_shift };

/* A network, what goes in and what comes out. */
struct scene {
	bool drops_nothing; /* passes are without dropout */
	struct network *network;
	struct network_inputs *inputs;
	double logits[K * LANES] __attribute__((aligned(64)));
	double delta[K * LANES] __attribute__((aligned(64)));
};

static struct scene *make_scene(const struct network_shape *shape)
{
	struct scene *scene = NULL;
	struct err err;
	struct rng rng;

	static const struct network_halves halves = { M / 2, { 1.4, 0.6 } };
	rng_init(&rng, 3, RNG_SAMPLING);
	for (size_t i = 0; i < N * shape->inputs; i++)
		x[i] = (float)(2 * rng_uniform(&rng) - 1);
	for (size_t i = 0; i < M; i++) {
		y[i] = (double)(i % K);
		scale[i] = 0.1 + 0.05 * (double)i;
	}
	cr_assert_eq(mem_new(&scene, 1, &err), ERR_OK);
	cr_assert_eq(network_create(shape, &scene->network, &err), ERR_OK);
	cr_assert_eq(network_inputs_create(scene->network, x, N, &scene->inputs, &err), ERR_OK);
	rng_init(&rng, 1, RNG_INITIAL_WEIGHTS);
	network_initialise(scene->network, INIT_UNIFORM, &rng);
	for (size_t i = 0; i < N; i++)
		group[i] = i % 3 == 0;
	for (size_t at = 0; at < ARRAY_LENGTH(group_scale); at++) {
		group_scale[at] = 0.5 + rng_uniform(&rng);
		group_shift[at] = rng_uniform(&rng) - 0.5;
	}
	if (shape->branch_layers > 0)
		network_set_halves(scene->network, &halves);
	if (shape->calibrates)
		network_calibrate(scene->network, &calibration);
	return scene;
}

static void free_scene(struct scene *scene)
{
	network_free(scene->network);
	network_inputs_free(scene->inputs);
	free(scene);
}

/* Sum of weighted cross-entropies of the batch, its gradient by the logits in scene->delta. The same outputs are
 * dropped each time. */
static double loss(struct scene *scene)
{
	const struct network_batch batch = { .inputs = scene->inputs, .index = batch_index, .count = M };
	double log_p[K * LANES] __attribute__((aligned(64)));
	struct rng dropout;
	double sum = 0;

	rng_init(&dropout, 9, RNG_DROPOUT);
	network_forward(scene->network, &batch, scene->drops_nothing ? NULL : &dropout, scene->logits);
	tile_softmax(scene->logits, LANES, K, log_p, scene->delta);
	for (size_t i = 0; i < M; i++)
		sum -= scale[i] * log_p[(size_t)y[i] * LANES + i];
	tile_cross_entropy_delta(scene->delta, y, scale, LANES, K, scene->delta);
	return sum;
}

static void learn(struct scene *scene)
{
	network_clear_gradients(scene->network);
	(void)loss(scene);
	network_backward(scene->network, scene->delta);
}

/* The parameters of layer l, weights before biases, or with `gradient` their gradients; freed with free(). */
static double *read(const struct network *network, size_t l, bool gradient)
{
	struct network_layer layer = network_layer(network, l);
	size_t weights = layer.outputs * layer.inputs;
	double *values = malloc((weights + layer.outputs) * sizeof *values);

	if (gradient)
		network_read_gradient(network, l, values, values + weights);
	else
		network_read_layer(network, l, values, values + weights);
	return values;
}

static size_t parameters_of(const struct network *network, size_t l)
{
	struct network_layer layer = network_layer(network, l);

	return layer.outputs * (layer.inputs + layer.has_bias);
}

static void write(struct network *network, size_t l, const double *values)
{
	struct network_layer layer = network_layer(network, l);

	network_write_layer(network, l, values, values + layer.outputs * layer.inputs);
}

// clang-format off
static const struct network_shape shapes[] = {
	{ .inputs = D, .outputs = K, .instances = M },
	{ .inputs = D, .outputs = K, .instances = M, .hidden_count = 1, .hidden = { 7 } },
	{ .inputs = D, .outputs = K, .instances = M, .hidden_count = 1, .hidden = { WIDE }, .activation = ACTIVATION_TANH },
	{ .inputs = D, .outputs = K, .instances = M, .hidden_count = 2, .hidden = { 6, 4 } },
	{ .inputs = D, .outputs = K, .instances = M, .hidden_count = 2, .hidden = { 6, 4 }, .activation = ACTIVATION_TANH },
	{ .inputs = D, .outputs = K, .instances = M, .hidden_count = 2, .hidden = { 9, 8 }, .dropout = 0.3 },
	{ .inputs = D, .outputs = K, .instances = M, .hidden_count = 2, .hidden = { 9, 8 }, .dropout = 0.3,
	  .activation = ACTIVATION_TANH },
	{ .inputs = D, .outputs = K, .instances = M, .cosine = { .scale = 3, .heads = 1 } },
	{ .inputs = WIDE, .outputs = K, .instances = M },
	{ .inputs = WIDE, .outputs = K, .instances = M, .hidden_count = 1, .hidden = { 4 } },
	{ .inputs = WIDE, .outputs = K, .instances = M, .cosine = { .scale = 3, .heads = 3 } },
	{ .inputs = D, .outputs = K, .instances = M, .cosine = { .scale = 3, .heads = 5, .gamma = 0.03125 } },
	{ .inputs = D, .outputs = K, .instances = M, .hidden_count = 1, .hidden = { WIDE }, .activation = ACTIVATION_TANH,
	  .cosine = { .scale = 16, .heads = 2, .gamma = 0.03125 } },
	{ .inputs = D, .outputs = K, .instances = M, .hidden_count = 2, .hidden = { 9, 8 }, .cosine = { 16, 2, 0 } },
	{ .inputs = D, .outputs = K, .instances = M, .hidden_count = 1, .hidden = { 9 }, .calibrates = true },
	{ .inputs = D, .outputs = K, .instances = M, .hidden_count = 2, .hidden = { 6, 8 }, .dropout = 0.3,
	  .activation = ACTIVATION_TANH, .calibrates = true },
	{ .inputs = D, .outputs = K, .instances = M, .hidden_count = 1, .hidden = { 6 }, .branch_layers = 1 },
	{ .inputs = D, .outputs = K, .instances = M, .hidden_count = 3, .hidden = { 5, 6, 4 }, .branch_layers = 2,
	  .dropout = 0.3, .activation = ACTIVATION_TANH },
	{ .inputs = D, .outputs = K, .instances = M, .hidden_count = 1, .hidden = { 8 }, .calibrates = true,
	  .cosine = { 16, 2, 0 } },
};
// clang-format on

Test(network, gradients_equal_central_differences)
{
	const double step = 1e-5;

	/* With dropout, then without it on the network that has seen some. */
	for (size_t s = 0; s < 2 * ARRAY_LENGTH(shapes); s++) {
		struct scene *scene = make_scene(&shapes[s / 2]);
		learn(scene);
		scene->drops_nothing = s % 2 == 1;
		learn(scene);
		for (size_t l = 0; l < network_layer_count(scene->network); l++) {
			double *theta = read(scene->network, l, false);
			double *gradient = read(scene->network, l, true);
			for (size_t i = 0; i < parameters_of(scene->network, l); i++) {
				double middle = theta[i];
				theta[i] = middle + step;
				write(scene->network, l, theta);
				double above = loss(scene);
				theta[i] = middle - step;
				write(scene->network, l, theta);
				double expected = (above - loss(scene)) / (2 * step);
				theta[i] = middle;
				write(scene->network, l, theta);
				cr_expect_float_eq(gradient[i], expected, 1e-6 * fmax(1e-3, fabs(expected)),
						   "shape %zu layer %zu parameter %zu: %g and %g", s / 2, l, i,
						   gradient[i], expected);
			}
			free(theta);
			free(gradient);
		}
		free_scene(scene);
	}
}

static double largest(const double *values, size_t count)
{
	double most = 0;

	for (size_t i = 0; i < count; i++)
		most = fmax(most, fabs(values[i]));
	return most;
}

static void expect_alike(const double *single, const double *exact, size_t count, size_t s, const char *what)
{
	double scale_of_it = largest(exact, count);

	for (size_t i = 0; i < count; i++)
		cr_expect_float_eq(single[i], exact[i], 1e-4 * fmax(1e-3, scale_of_it), "shape %zu %s %zu: %g, not %g",
				   s, what, i, single[i], exact[i]);
}

Test(network, single_precision_agrees_with_double)
{
	for (size_t s = 0; s < ARRAY_LENGTH(shapes); s++) {
		struct network_shape shape = shapes[s];
		struct scene *exact = make_scene(&shape);
		shape.precision = PRECISION_SINGLE;
		struct scene *single = make_scene(&shape);
		learn(exact);
		learn(single);
		expect_alike(single->logits, exact->logits, K * LANES, s, "logit");
		for (size_t l = 0; l < network_layer_count(exact->network); l++) {
			size_t count = parameters_of(exact->network, l);
			double *parameters[2] = { read(single->network, l, false), read(exact->network, l, false) };
			double *gradient[2] = { read(single->network, l, true), read(exact->network, l, true) };
			for (size_t i = 0; i < count; i++)
				cr_expect_eq(parameters[0][i], (float)parameters[1][i]);
			expect_alike(gradient[0], gradient[1], count, s, "gradient");
			for (int i = 0; i < 2; i++) {
				free(parameters[i]);
				free(gradient[i]);
			}
		}
		free_scene(exact);
		free_scene(single);
	}
}

/* Whatever layer and precision: gradients are the products of what a layer read and its delta; the first layer read
 * the inputs. */
Test(network, inputs_and_deltas_of_layers_can_be_read)
{
	for (size_t s = 0; s < 2 * ARRAY_LENGTH(shapes); s++) {
		struct network_shape shape = shapes[s / 2];
		shape.precision = s % 2 == 0 ? PRECISION_DOUBLE : PRECISION_SINGLE;
		struct scene *scene = make_scene(&shape);
		learn(scene);
		for (size_t l = 0; l < network_layer_count(scene->network); l++) {
			struct network_layer layer = network_layer(scene->network, l);
			double *gradient = read(scene->network, l, true);
			double input[WIDE * LANES], delta[WIDE * LANES];
			network_read_input(scene->network, l, input);
			network_read_delta(scene->network, l, delta);
			for (size_t j = 0; j < layer.inputs && layer.has_bias; j++) {
				double sum = 0;
				for (size_t i = 0; i < LANES; i++) {
					sum += delta[i] * input[j * LANES + i];
					cr_expect(l > 0 || i >= M ||
						  input[j * LANES + i] == x[batch_index[i] * layer.inputs + j]);
				}
				cr_expect_float_eq(gradient[j], sum, s % 2 == 0 ? 1e-15 : 1e-6, "shape %zu layer %zu",
						   s / 2, l);
			}
			free(gradient);
		}
		free_scene(scene);
	}
}

/* Of the logit of class c in tiles of 64. */
static size_t place_of(size_t instance, size_t c)
{
	return (instance / TILE_INSTANCES * K + c) * TILE_INSTANCES + instance % TILE_INSTANCES;
}

Test(network, predictions_are_the_logits_of_a_pass_without_dropout)
{
	for (size_t s = 0; s < 2 * ARRAY_LENGTH(shapes); s++) {
		struct network_shape shape = shapes[s / 2];
		double predicted[(N + TILE_INSTANCES) * K] __attribute__((aligned(64)));
		shape.precision = s % 2 == 0 ? PRECISION_DOUBLE : PRECISION_SINGLE;
		struct scene *scene = make_scene(&shape);
		const struct network_batch batch = { .inputs = scene->inputs, .index = batch_index, .count = M };
		network_forward(scene->network, &batch, NULL, scene->logits);
		network_predict(scene->network, scene->inputs, 0, N, predicted);
		for (size_t c = 0; c < K; c++)
			for (size_t i = 0; i < M; i++)
				cr_expect_float_eq(predicted[place_of(batch_index[i], c)], scene->logits[c * LANES + i],
						   s % 2 == 0 ? 1e-14 : 1e-6, "shape %zu class %zu instance %zu", s / 2,
						   c, i);
		free_scene(scene);
	}
}

/* Features become scale x + shift of their group in training passes, before dropout, and in no others. */
Test(network, training_passes_are_calibrated)
{
	for (size_t precision = 0; precision < 2; precision++) {
		const struct network_shape shape = { .inputs = D,
						     .outputs = K,
						     .instances = M,
						     .hidden_count = 1,
						     .hidden = { 9 },
						     .precision = (enum network_precision)precision,
						     .calibrates = true };
		struct scene *scene = make_scene(&shape);
		const struct network_batch batch = { .inputs = scene->inputs, .index = batch_index, .count = M };
		double plain[9 * LANES], calibrated[9 * LANES];
		struct rng dropout;
		rng_init(&dropout, 9, RNG_DROPOUT);
		network_forward(scene->network, &batch, NULL, scene->logits);
		network_read_input(scene->network, 1, plain);
		network_forward(scene->network, &batch, &dropout, scene->logits);
		network_read_input(scene->network, 1, calibrated);
		for (size_t j = 0; j < 9; j++)
			for (size_t i = 0; i < M; i++) {
				size_t at = group[batch_index[i]] * 9 + j;
				cr_expect_float_eq(calibrated[j * LANES + i],
						   plain[j * LANES + i] * group_scale[at] + group_shift[at],
						   precision == PRECISION_DOUBLE ? 1e-15 : 1e-6);
			}
		network_calibrate(scene->network, NULL);
		network_forward(scene->network, &batch, &dropout, scene->logits);
		network_read_input(scene->network, 1, calibrated);
		cr_expect_arr_eq(calibrated, plain, sizeof plain);
		free_scene(scene);
	}
}

/* Hidden layers that are frozen stay as they are whatever the optimiser keeps of them; the classifier starts anew. */
Test(network, frozen_layers_stay)
{
	static const struct optimizer_settings settings = { .learning_rate = 0.1,
							    .momentum = 0.9,
							    .beta1 = 0.9,
							    .beta2 = 0.999,
							    .epsilon = 1e-8,
							    .weight_decay = 0.1 };

	for (size_t kind = 0; optimizer_name(kind) != NULL && !optimizer_takes_objectives(kind); kind++)
		for (int precision = 0; precision < 2; precision++) {
			struct network_shape shape = shapes[3];
			struct optimizer *optimizer = NULL;
			struct err err;
			struct rng rng;
			shape.precision = (enum network_precision)precision;
			struct scene *scene = make_scene(&shape);
			cr_assert_eq(optimizer_create(kind, &settings, scene->network, &optimizer, &err), ERR_OK);
			learn(scene);
			optimizer_step(optimizer, 1);
			double *before[3] = { read(scene->network, 0, false), read(scene->network, 1, false),
					      read(scene->network, 2, false) };
			network_freeze_hidden(scene->network);
			rng_init(&rng, 5, RNG_INITIAL_WEIGHTS);
			network_initialise_classifier(scene->network, INIT_GLOROT, &rng);
			optimizer_restart(optimizer);
			learn(scene);
			optimizer_step(optimizer, 1);
			for (size_t l = 0; l < 3; l++) {
				double *after = read(scene->network, l, false);
				bool same =
				    memcmp(before[l], after, parameters_of(scene->network, l) * sizeof *after) == 0;
				cr_expect_eq(same, l < 2, "%s layer %zu", optimizer_name(kind), l);
				free(before[l]);
				free(after);
			}
			optimizer_free(optimizer);
			free_scene(scene);
		}
}

/* The first step after a restart is the first step of all. */
Test(optimizer, restarts_from_nothing)
{
	static const struct optimizer_settings settings = {
		.learning_rate = 0.1, .momentum = 0.9, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8
	};

	for (size_t kind = 0; optimizer_name(kind) != NULL && !optimizer_takes_objectives(kind); kind++) {
		struct scene *scene = make_scene(&shapes[0]);
		struct optimizer *optimizer = NULL;
		struct err err;
		cr_assert_eq(optimizer_create(kind, &settings, scene->network, &optimizer, &err), ERR_OK);
		double *start = read(scene->network, 0, false);
		learn(scene);
		optimizer_step(optimizer, 1);
		double *first = read(scene->network, 0, false);
		optimizer_step(optimizer, 1);
		write(scene->network, 0, start);
		optimizer_restart(optimizer);
		optimizer_step(optimizer, 1);
		double *again = read(scene->network, 0, false);
		cr_expect_eq(memcmp(first, again, parameters_of(scene->network, 0) * sizeof *first), 0, "%s",
			     optimizer_name(kind));
		free(start);
		free(first);
		free(again);
		optimizer_free(optimizer);
		free_scene(scene);
	}
}

/* "TDE train logits" of Tang et al. 2020's fixture: two heads, scale 16, gamma 1/32. */
Test(network, cosine_logits_equal_the_golden_vector)
{
	static const struct network_shape shape = {
		.inputs = 4, .outputs = 3, .instances = 1, .cosine = { .scale = 16, .heads = 2, .gamma = 1.0 / 32 }
	};
	static const double instance[4] = { 1, 2, -1, 0.5 };
	static const double weight[12] = { 0.1, 0.2, 0.3, 0.4, -0.2, 0.1, 0, 0.5, 0.3, -0.1, 0.2, 0.1 };
	static const double expected[3] = { 5.672154845, 3.367255307, -3.181811824 };
	double logits[3 * 8] __attribute__((aligned(64)));
	struct network *network = NULL;
	struct network_inputs *inputs = NULL;
	struct err err;

	cr_assert_eq(network_create(&shape, &network, &err), ERR_OK);
	cr_assert_eq(network_inputs_create(network, instance, 1, &inputs, &err), ERR_OK);
	cr_expect_eq(network_count_parameters(&shape), 12);
	network_write_layer(network, 0, weight, NULL);
	const struct network_batch batch = { .inputs = inputs, .index = batch_index, .count = 1 };
	network_forward(network, &batch, NULL, logits);
	for (size_t c = 0; c < 3; c++)
		cr_expect_float_eq(logits[c * 8], expected[c], 1e-9, "class %zu: %.12g", c, logits[c * 8]);
	network_inputs_free(inputs);
	network_free(network);
}

/* Features or weights that are all 0 have no direction: logits and gradients are 0, not NaN. */
Test(network, cosine_of_nothing_is_zero)
{
	for (int precision = 0; precision < 2; precision++) {
		struct network_shape shape = shapes[7];
		shape.precision = (enum network_precision)precision;
		struct scene *scene = make_scene(&shape);
		double weight[K * D] = { 1, 2, 3, 4, 5 };
		double zeros[M * D] = { 0 };
		static const uint32_t all[M] = { 0 };
		network_write_layer(scene->network, 0, weight, NULL);
		learn(scene);
		network_read_gradient(scene->network, 0, weight, NULL);
		for (size_t i = 0; i < K * D; i++)
			cr_expect(isfinite(weight[i]) && (i < D || weight[i] == 0), "weight %zu: %g", i, weight[i]);
		for (size_t i = 0; i < M; i++)
			cr_expect(isfinite(scene->logits[i]) && scene->logits[LANES + i] == 0);
		struct err err;
		network_inputs_free(scene->inputs);
		cr_assert_eq(network_inputs_create(scene->network, zeros, M, &scene->inputs, &err), ERR_OK);
		const struct network_batch nothing = { .inputs = scene->inputs, .index = all, .count = M };
		network_forward(scene->network, &nothing, NULL, scene->logits);
		for (size_t i = 0; i < K * LANES; i++)
			cr_expect_eq(scene->logits[i], 0);
		free_scene(scene);
	}
}

Test(network, dropout_is_for_training_only_and_keeps_the_mean)
{
	static const struct network_shape shape = {
		.inputs = D, .outputs = K, .instances = M, .hidden_count = 1, .hidden = { 20 }, .dropout = 0.4
	};
	struct scene *scene = make_scene(&shape);
	const struct network_batch batch = { .inputs = scene->inputs, .index = batch_index, .count = M };
	double plain[K * LANES] __attribute__((aligned(64)));
	struct rng rng;
	double sum = 0;
	const int rounds = 20000;

	network_forward(scene->network, &batch, NULL, plain);
	rng_init(&rng, 4, RNG_DROPOUT);
	for (int r = 0; r < rounds; r++) {
		network_forward(scene->network, &batch, &rng, scene->logits);
		sum += scene->logits[0];
	}
	cr_expect_float_eq(sum / rounds, plain[0], 0.01);
	network_forward(scene->network, &batch, NULL, scene->logits);
	cr_expect_eq(scene->logits[0], plain[0]);
	free_scene(scene);
}
