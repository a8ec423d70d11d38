/* model: gradients by central differences, initial weights. The optimisers are held to an independent implementation in
 * test_train. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/mem.h"
#include "model/network.h"
#include "model/optimizer.h"
#include "model/schedule.h"

#define D 5
#define K 3
#define M 11
#define LANES 16

static double y[LANES] __attribute__((aligned(64)));
static double scale[LANES] __attribute__((aligned(64)));

static void fill_tile(double *data)
{
	struct rng rng;

	rng_init(&rng, 3, RNG_SAMPLING);
	for (size_t j = 0; j < D; j++)
		for (size_t i = 0; i < M; i++)
			data[j * LANES + i] = 2 * rng_uniform(&rng) - 1;
	for (size_t i = 0; i < M; i++) {
		y[i] = (double)(i % K);
		scale[i] = 0.1 + 0.05 * (double)i;
	}
}

/* Sum of weighted cross-entropies; with `delta` also its gradient by the logits. The same outputs are dropped each
 * time. */
static double loss(struct network *network, const struct tile *tile, double *delta)
{
	double logits[K * LANES] __attribute__((aligned(64)));
	double log_p[K * LANES] __attribute__((aligned(64)));
	double p[K * LANES] __attribute__((aligned(64)));
	struct rng dropout;
	double sum = 0;

	rng_init(&dropout, 9, RNG_DROPOUT);
	network_forward(network, tile, &dropout, logits);
	tile_softmax(logits, LANES, K, log_p, p);
	for (size_t i = 0; i < M; i++)
		sum -= scale[i] * log_p[(size_t)y[i] * LANES + i];
	if (delta != NULL)
		tile_cross_entropy_delta(p, y, scale, LANES, K, delta);
	return sum;
}

static struct network *make_network(const struct network_shape *shape)
{
	struct network *network = NULL;
	struct err err;
	struct rng rng;

	cr_assert_eq(network_create(shape, &network, &err), ERR_OK);
	rng_init(&rng, 1, RNG_INITIAL_WEIGHTS);
	network_initialise(network, INIT_UNIFORM, &rng);
	return network;
}

Test(network, gradients_equal_central_differences)
{
	static const struct network_shape shapes[] = {
		{ .inputs = D, .outputs = K, .lanes = LANES },
		{ .inputs = D, .outputs = K, .lanes = LANES, .hidden_count = 1, .hidden = { 7 } },
		/* 300 inputs of the last layer go through OpenBLAS. */
		{ .inputs = D,
		  .outputs = K,
		  .lanes = LANES,
		  .hidden_count = 1,
		  .hidden = { 300 },
		  .activation = ACTIVATION_TANH },
		{ .inputs = D, .outputs = K, .lanes = LANES, .hidden_count = 2, .hidden = { 6, 4 } },
		{ .inputs = D,
		  .outputs = K,
		  .lanes = LANES,
		  .hidden_count = 2,
		  .hidden = { 6, 4 },
		  .activation = ACTIVATION_TANH },
		{ .inputs = D, .outputs = K, .lanes = LANES, .hidden_count = 2, .hidden = { 9, 8 }, .dropout = 0.3 },
		{ .inputs = D,
		  .outputs = K,
		  .lanes = LANES,
		  .hidden_count = 2,
		  .hidden = { 9, 8 },
		  .dropout = 0.3,
		  .activation = ACTIVATION_TANH },
	};
	double data[D * LANES] __attribute__((aligned(64))) = { 0 };
	double delta[K * LANES] __attribute__((aligned(64)));
	struct tile tile = { .lanes = LANES, .count = M, .data = data };
	const double step = 1e-5;

	fill_tile(data);
	for (size_t s = 0; s < ARRAY_LENGTH(shapes); s++) {
		struct network *network = make_network(&shapes[s]);
		network_clear_gradients(network);
		(void)loss(network, &tile, delta);
		network_backward(network, &tile, delta);
		for (size_t i = 0; i < network->parameter_count; i++) {
			double theta = network->parameters[i];
			network->parameters[i] = theta + step;
			double above = loss(network, &tile, NULL);
			network->parameters[i] = theta - step;
			double below = loss(network, &tile, NULL);
			network->parameters[i] = theta;
			double expected = (above - below) / (2 * step);
			cr_expect_float_eq(network->gradients[i], expected, 1e-6 * fmax(1, fabs(expected)),
					   "shape %zu parameter %zu: %g and %g", s, i, network->gradients[i], expected);
		}
		network_free(network);
	}
}

Test(network, dropout_is_for_training_only_and_keeps_the_mean)
{
	static const struct network_shape shape = {
		.inputs = D, .outputs = K, .lanes = LANES, .hidden_count = 1, .hidden = { 20 }, .dropout = 0.4
	};
	struct network *network = make_network(&shape);
	double data[D * LANES] __attribute__((aligned(64))) = { 0 };
	double logits[K * LANES] __attribute__((aligned(64)));
	double plain[K * LANES] __attribute__((aligned(64)));
	struct tile tile = { .lanes = LANES, .count = M, .data = data };
	struct rng rng;
	double sum = 0;
	const int rounds = 20000;

	fill_tile(data);
	network_forward(network, &tile, NULL, plain);
	rng_init(&rng, 4, RNG_DROPOUT);
	for (int r = 0; r < rounds; r++) {
		network_forward(network, &tile, &rng, logits);
		sum += logits[0];
	}
	cr_expect_float_eq(sum / rounds, plain[0], 0.01);
	network_forward(network, &tile, NULL, logits);
	cr_expect_eq(logits[0], plain[0]);
	network_free(network);
}

Test(schedule, follows_its_formulas)
{
	static const struct {
		struct schedule schedule;
		size_t epoch;
		double factor;
	} cases[] = {
		{ { .kind = SCHEDULE_CONSTANT, .epochs = 10 }, 7, 1 },
		{ { .kind = SCHEDULE_CONSTANT, .epochs = 10, .warm_up_epochs = 4 }, 1, 0.25 },
		{ { .kind = SCHEDULE_CONSTANT, .epochs = 10, .warm_up_epochs = 4 }, 4, 1 },
		{ { .kind = SCHEDULE_STEP, .epochs = 10, .step_epochs = 3, .step_factor = 0.5 }, 3, 1 },
		{ { .kind = SCHEDULE_STEP, .epochs = 10, .step_epochs = 3, .step_factor = 0.5 }, 4, 0.5 },
		{ { .kind = SCHEDULE_STEP, .epochs = 10, .step_epochs = 3, .step_factor = 0.5 }, 10, 0.125 },
		{ { .kind = SCHEDULE_COSINE, .epochs = 10 }, 1, 1 },
		{ { .kind = SCHEDULE_COSINE, .epochs = 10 }, 6, 0.5 },
		{ { .kind = SCHEDULE_COSINE, .epochs = 10, .warm_up_epochs = 8 }, 6, 0.375 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect_float_eq(schedule_factor(&cases[i].schedule, cases[i].epoch), cases[i].factor, 1e-15,
				   "case %zu", i);
}

Test(network, initial_weights_keep_their_bounds)
{
	static const struct {
		enum network_init init;
		double weight_bound, bias_bound;
	} cases[] = {
		{ INIT_ZERO, 0, 0 },
		{ INIT_UNIFORM, 0.1, 0.1 },
		{ INIT_GLOROT, 0.2390457218668787 /* sqrt(6 / 105) */, 0 },
		{ INIT_HE, 0.24494897427831783 /* sqrt(6 / 100) */, 0 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct network *network = NULL;
		struct err err;
		struct rng rng;
		double widest = 0, widest_bias = 0;
		const struct network_shape shape = { .inputs = 100, .outputs = 5, .lanes = LANES };
		cr_assert_eq(network_create(&shape, &network, &err), ERR_OK);
		rng_init(&rng, 1, RNG_INITIAL_WEIGHTS);
		network_initialise(network, cases[i].init, &rng);
		for (size_t j = 0; j < 500; j++)
			widest = fmax(widest, fabs(network->layers[0].weight[j]));
		for (size_t j = 0; j < 5; j++)
			widest_bias = fmax(widest_bias, fabs(network->layers[0].bias[j]));
		cr_expect_leq(widest, cases[i].weight_bound);
		cr_expect_geq(widest, 0.97 * cases[i].weight_bound);
		cr_expect_leq(widest_bias, cases[i].bias_bound);
		cr_expect((widest_bias > 0) == (cases[i].bias_bound > 0));
		network_free(network);
	}
}

Test(optimizer, decays_weights_but_not_biases)
{
	struct network *network = NULL;
	struct optimizer *optimizer = NULL;
	struct err err;
	struct optimizer_settings settings = { .learning_rate = 0.5, .weight_decay = 0.1 };

	const struct network_shape shape = { .inputs = 1, .outputs = 2, .lanes = LANES };
	cr_assert_eq(network_create(&shape, &network, &err), ERR_OK);
	for (size_t i = 0; i < network->parameter_count; i++)
		network->parameters[i] = 2;
	cr_assert_eq(optimizer_create(0, &settings, network, &optimizer, &err), ERR_OK);
	optimizer_step(optimizer, 1);
	cr_expect_float_eq(network->layers[0].weight[1], 1.9, 1e-15);
	cr_expect_eq(network->layers[0].bias[1], 2.0);
	optimizer_free(optimizer);
	network_free(network);
}
