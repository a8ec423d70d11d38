/* train: inner products of loss gradients, against the gradients themselves and against losses after small steps. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/tile.h"
#include "train/influence.h"

#define PARAMETERS_MOST 2000

struct example {
	const char *name;
	struct network_shape shape;
	const struct loss *loss;
};

static const struct example examples[] = {
	{ "logistic regression", { .inputs = 4, .outputs = 3 }, &loss_cross_entropy },
	{ "focal", { .inputs = 4, .outputs = 3 }, &loss_focal },
	{ "sigmoid", { .inputs = 4, .outputs = 3 }, &loss_focal_sigmoid },
	{ "logit-adjusted", { .inputs = 4, .outputs = 3 }, &loss_logit_adjusted },
	{ "tanh",
	  { .inputs = 4, .outputs = 3, .hidden_count = 2, .hidden = { 7, 5 }, .activation = ACTIVATION_TANH },
	  &loss_cross_entropy },
	{ "relu", { .inputs = 4, .outputs = 3, .hidden_count = 1, .hidden = { 20 } }, &loss_cross_entropy },
	{ "dropout",
	  { .inputs = 4, .outputs = 3, .hidden_count = 1, .hidden = { 6 }, .dropout = 0.5 },
	  &loss_cross_entropy },
	{ "cosine", { .inputs = 4, .outputs = 3, .cosine = { 10, 2, 0.1 } }, &loss_cross_entropy },
	{ "cosine above tanh",
	  { .inputs = 4,
	    .outputs = 3,
	    .hidden_count = 1,
	    .hidden = { 6 },
	    .activation = ACTIVATION_TANH,
	    .cosine = { 5, 1, 0 } },
	  &loss_cross_entropy },
};

struct bench {
	struct dataset_like {
		double *x;
		uint32_t *y;
		size_t n;
	} data;
	struct network *network;
	struct loss_state loss;
	struct network_inputs *inputs;
	struct influence *influence;
	double *weight, *product; /* (n) */
};

/* More than a batch: 270 instances, whose last batch is not full. */
#define INSTANCES 270

static void bench_init(struct bench *bench, const struct example *example)
{
	static const uint32_t counts[] = { 100, 90, 80 };
	struct loss_parameters given =
	    loss_fill_parameters(example->loss, &(struct loss_parameters){ .beta = 0.9,
									   .gamma = NAN,
									   .tau = NAN,
									   .alpha = NAN,
									   .xi = NAN,
									   .lambda = NAN,
									   .margin = NAN,
									   .momentum = NAN });
	struct network_shape shape = example->shape;
	struct rng rng;
	struct err err;

	memset(bench, 0, sizeof *bench);
	bench->data.n = INSTANCES;
	shape.instances = INFLUENCE_BATCH;
	rng_init(&rng, 5, RNG_INITIAL_WEIGHTS);
	cr_assert_eq(mem_new(&bench->data.x, INSTANCES * shape.inputs, &err), ERR_OK);
	cr_assert_eq(mem_new(&bench->data.y, INSTANCES, &err), ERR_OK);
	cr_assert_eq(mem_new(&bench->weight, INSTANCES, &err), ERR_OK);
	cr_assert_eq(mem_new(&bench->product, INSTANCES, &err), ERR_OK);
	for (size_t i = 0; i < INSTANCES; i++) {
		bench->data.y[i] = (uint32_t)(i % 3);
		for (size_t j = 0; j < shape.inputs; j++)
			bench->data.x[i * shape.inputs + j] = 2 * rng_uniform(&rng) - 1 + (j == i % 3);
	}
	cr_assert_eq(network_create(&shape, &bench->network, &err), ERR_OK);
	network_initialise(bench->network, INIT_UNIFORM, &rng);
	cr_assert_eq(loss_state_init(&bench->loss, example->loss, &given, counts, 3, &err), ERR_OK);
	cr_assert_eq(network_inputs_create(bench->network, bench->data.x, INSTANCES, &bench->inputs, &err), ERR_OK);
	const struct influence_subject subject = { .network = bench->network,
						   .inputs = bench->inputs,
						   .loss = &bench->loss,
						   .y = bench->data.y,
						   .instances = INSTANCES,
						   .batch = INFLUENCE_BATCH };
	cr_assert_eq(influence_create(&subject, &bench->influence, &err), ERR_OK);
}

static void bench_done(struct bench *bench)
{
	influence_free(bench->influence);
	network_inputs_free(bench->inputs);
	loss_state_done(&bench->loss);
	network_free(bench->network);
	free(bench->data.x);
	free(bench->data.y);
	free(bench->weight);
	free(bench->product);
}

/* The loss of instance i; with `ret_gradient` its gradient by all parameters, in one row. */
static double loss_of(struct bench *bench, uint32_t i, double *ret_gradient)
{
	_Alignas(64) double logits[3 * 16] = { 0 };
	_Alignas(64) double delta[3 * 16] = { 0 };
	_Alignas(64) double y[16] = { bench->data.y[i] };
	_Alignas(64) double scale[16] = { 1 };
	const struct network_batch batch = { .inputs = bench->inputs, .index = &i, .count = 1 };
	const struct loss_tile tile = { logits, y, scale, tile_lanes(1) };
	size_t at = 0;

	network_forward(bench->network, &batch, NULL, logits);
	double loss = loss_evaluate(&bench->loss, &tile, delta);
	if (ret_gradient == NULL)
		return loss;
	network_clear_gradients(bench->network);
	network_backward(bench->network, delta);
	for (size_t l = 0; l < network_layer_count(bench->network); l++) {
		struct network_layer layer = network_layer(bench->network, l);
		network_read_gradient(bench->network, l, ret_gradient + at,
				      ret_gradient + at + layer.inputs * layer.outputs);
		at += (layer.inputs + layer.has_bias) * layer.outputs;
	}
	return loss;
}

static double dot(const double *a, const double *b, size_t n)
{
	double sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Parameters += step * direction. */
static void move(struct bench *bench, const double *direction, double step)
{
	double weight[PARAMETERS_MOST];
	size_t at = 0;

	for (size_t l = 0; l < network_layer_count(bench->network); l++) {
		struct network_layer layer = network_layer(bench->network, l);
		size_t weights = layer.inputs * layer.outputs;
		size_t count = weights + layer.has_bias * layer.outputs;
		network_read_layer(bench->network, l, weight, weight + weights);
		for (size_t i = 0; i < count; i++)
			weight[i] += step * direction[at + i];
		network_write_layer(bench->network, l, weight, layer.has_bias ? weight + weights : NULL);
		at += count;
	}
}

/* One instance against all: the products of explicit gradients; symmetric. */
static void check_products(struct bench *bench, const char *name)
{
	double gradient_z[PARAMETERS_MOST] = { 0 };
	double gradient[PARAMETERS_MOST] = { 0 };
	double other;

	memset(bench->weight, 0, INSTANCES * sizeof *bench->weight);
	bench->weight[17] = 1;
	influence_take(bench->influence, bench->weight);
	influence_multiply(bench->influence, bench->product);
	(void)loss_of(bench, 17, gradient_z);
	for (uint32_t i = 0; i < INSTANCES; i++) {
		(void)loss_of(bench, i, gradient);
		double expected = dot(gradient_z, gradient, PARAMETERS_MOST);
		cr_assert_leq(fabs(bench->product[i] - expected), 1e-12 * (1 + fabs(expected)), "%s, %u: %g, not %g",
			      name, i, bench->product[i], expected);
	}
	other = bench->product[263];
	bench->weight[17] = 0;
	bench->weight[263] = 1;
	influence_take(bench->influence, bench->weight);
	influence_multiply(bench->influence, bench->product);
	cr_assert_leq(fabs(bench->product[17] - other), 1e-13 * (1 + fabs(other)), "%s", name);
}

/* All with weights: the derivative of each loss in the direction of G, by central differences. */
static void check_derivative(struct bench *bench, const char *name)
{
	double sum[PARAMETERS_MOST] = { 0 };
	double gradient[PARAMETERS_MOST] = { 0 };
	double step = 1e-5;

	for (uint32_t a = 0; a < INSTANCES; a++) {
		bench->weight[a] = (a % 7) / (double)INSTANCES;
		(void)loss_of(bench, a, gradient);
		for (size_t i = 0; i < PARAMETERS_MOST; i++)
			sum[i] += bench->weight[a] * gradient[i];
	}
	influence_take(bench->influence, bench->weight);
	influence_multiply(bench->influence, bench->product);
	for (uint32_t i = 0; i < INSTANCES; i += 13) {
		move(bench, sum, step);
		double above = loss_of(bench, i, NULL);
		move(bench, sum, -2 * step);
		double below = loss_of(bench, i, NULL);
		move(bench, sum, step);
		double expected = (above - below) / (2 * step);
		cr_assert_leq(fabs(bench->product[i] - expected), 1e-6 * (1e-2 + fabs(expected)), "%s, %u: %g, not %g",
			      name, i, bench->product[i], expected);
	}
}

/* A step of gradient descent on everybody's mean loss changes the mean loss by -rate times the mean of the products. */
static void check_step(struct bench *bench, const char *name)
{
	double mean[PARAMETERS_MOST] = { 0 };
	double gradient[PARAMETERS_MOST] = { 0 };
	double before = 0;
	double after = 0;
	double predicted = 0;
	double rate = 1e-5;

	for (uint32_t i = 0; i < INSTANCES; i++) {
		before += loss_of(bench, i, gradient) / INSTANCES;
		bench->weight[i] = 1.0 / INSTANCES;
		for (size_t j = 0; j < PARAMETERS_MOST; j++)
			mean[j] += gradient[j] / INSTANCES;
	}
	influence_take(bench->influence, bench->weight);
	influence_multiply(bench->influence, bench->product);
	for (size_t i = 0; i < INSTANCES; i++)
		predicted -= rate * bench->product[i] / INSTANCES;
	move(bench, mean, -rate);
	for (uint32_t i = 0; i < INSTANCES; i++)
		after += loss_of(bench, i, NULL) / INSTANCES;
	cr_assert_lt(predicted, 0);
	cr_assert_leq(fabs(after - before - predicted), 1e-3 * fabs(predicted), "%s: %g, not %g", name, after - before,
		      predicted);
}

Test(influence, is_the_product_of_gradients)
{
	for (size_t e = 0; e < ARRAY_LENGTH(examples); e++) {
		struct bench bench;
		bench_init(&bench, &examples[e]);
		check_products(&bench, examples[e].name);
		check_derivative(&bench, examples[e].name);
		check_step(&bench, examples[e].name);
		bench_done(&bench);
	}
}
