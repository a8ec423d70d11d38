/* model: initial weights, learning-rate schedules, weight decay, large inputs. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/mem.h"
#include "model/network.h"
#include "model/optimizer.h"
#include "model/schedule.h"
#include "num/tile.h"

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
		double weight[500], bias[5];
		const struct network_shape shape = { .inputs = 100, .outputs = 5, .instances = 1 };
		cr_assert_eq(network_create(&shape, &network, &err), ERR_OK);
		rng_init(&rng, 1, RNG_INITIAL_WEIGHTS);
		network_initialise(network, cases[i].init, &rng);
		network_read_layer(network, 0, weight, bias);
		double widest = 0, widest_bias = 0;
		for (size_t at = 0; at < ARRAY_LENGTH(weight); at++)
			widest = fmax(widest, fabs(weight[at]));
		for (size_t c = 0; c < ARRAY_LENGTH(bias); c++)
			widest_bias = fmax(widest_bias, fabs(bias[c]));
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

	const struct network_shape shape = { .inputs = 1, .outputs = 2, .instances = 1 };
	cr_assert_eq(network_create(&shape, &network, &err), ERR_OK);
	double weight[2] = { 2, 2 };
	double bias[2] = { 2, 2 };
	network_write_layer(network, 0, weight, bias);
	cr_assert_eq(optimizer_create(0, &settings, network, &optimizer, &err), ERR_OK);
	optimizer_step(optimizer, 1);
	network_read_layer(network, 0, weight, bias);
	cr_expect_float_eq(weight[1], 1.9, 1e-15);
	cr_expect_eq(bias[1], 2.0);
	optimizer_free(optimizer);
	network_free(network);
}

/* More than is kept tile by tile: the same digits as of a few instances, also in the last tile, which is not full. */
Test(network, predictions_of_large_inputs_are_those_of_small_ones)
{
	enum { INPUTS = 64, MANY = 70090, FEW = 74 };
	const struct network_shape shape = { .inputs = INPUTS, .outputs = 3, .instances = TILE_INSTANCES };
	AUTO(network_freep) struct network *network = NULL;
	AUTO(network_inputs_freep) struct network_inputs *large = NULL;
	AUTO(network_inputs_freep) struct network_inputs *small = NULL;
	static double many[MANY * INPUTS], from_large[2 * 3 * TILE_INSTANCES] __attribute__((aligned(64)));
	static double from_small[2 * 3 * TILE_INSTANCES] __attribute__((aligned(64)));
	size_t first = MANY - FEW;
	struct rng rng;
	struct err err;

	rng_init(&rng, 5, RNG_INITIAL_WEIGHTS);
	for (size_t i = 0; i < MANY * INPUTS; i++)
		many[i] = rng_uniform(&rng);
	cr_assert_eq(first % TILE_INSTANCES, 0);
	cr_assert_eq(network_create(&shape, &network, &err), ERR_OK);
	network_initialise(network, INIT_UNIFORM, &rng);
	cr_assert_eq(network_inputs_create(network, many, MANY, &large, &err), ERR_OK);
	cr_assert_eq(network_inputs_create(network, many + first * INPUTS, FEW, &small, &err), ERR_OK);
	network_predict(network, large, first, FEW, from_large);
	network_predict(network, small, 0, FEW, from_small);
	cr_expect_arr_eq(from_large, from_small, sizeof from_large);
	cr_expect_neq(from_small[0], from_small[1]);
}

/* Rows of halves, as they are and packed: enough of them that no tiles are kept. */
Test(network, packed_rows_give_the_same_logits)
{
	enum { FEATURES = 95, INSTANCES = 44200, LOGITS = 2 * 128 };
	static const uint32_t index[] = { 44199, 3, 64, 0, 12345, 44160, 7 };
	const struct network_shape shape = { .inputs = FEATURES, .outputs = 2, .instances = TILE_INSTANCES };
	static double logits[2][LOGITS] __attribute__((aligned(64)));
	AUTO(mem_freep) struct packed_feature *how = NULL;
	AUTO(mem_freep) uint32_t *values = NULL;
	AUTO(mem_freep) double *x = NULL;
	struct network *network = NULL;
	struct network_inputs *inputs[2] = { NULL };
	struct rng rng;
	struct err err;

	cr_assert_eq(mem_new(&how, FEATURES, &err), ERR_OK);
	cr_assert_eq(mem_new(&values, INSTANCES * FEATURES, &err), ERR_OK);
	cr_assert_eq(mem_new(&x, INSTANCES * FEATURES, &err), ERR_OK);
	for (size_t j = 0; j < FEATURES; j++)
		how[j] = (struct packed_feature){ .low = -9, .divisor = 10, .mean = 0.3, .sd = 0.7 };
	for (size_t i = 0; i < INSTANCES * FEATURES; i++) {
		values[i] = (uint32_t)(i * 7919 % 23);
		x[i] = (((double)values[i] - 9) / 10 - 0.3) / 0.7;
	}
	const struct packed_rows rows = { FEATURES, values, how };
	cr_assert_eq(network_create(&shape, &network, &err), ERR_OK);
	cr_expect(!network_takes_packed(network, INSTANCES / 2));
	cr_assert(network_takes_packed(network, INSTANCES));
	rng_init(&rng, 1, RNG_INITIAL_WEIGHTS);
	network_initialise(network, INIT_UNIFORM, &rng);
	cr_assert_eq(network_inputs_create(network, x, INSTANCES, &inputs[0], &err), ERR_OK);
	cr_assert_eq(network_inputs_create_packed(network, &rows, INSTANCES, &inputs[1], &err), ERR_OK);
	for (size_t i = 0; i < 2; i++) {
		const struct network_batch batch = { .inputs = inputs[i],
						     .index = index,
						     .count = ARRAY_LENGTH(index) };
		network_forward(network, &batch, NULL, logits[i]);
	}
	cr_expect_arr_eq(logits[0], logits[1], 2 * 8 * sizeof(double));
	/* The last tiles, of which one is not full. */
	for (size_t i = 0; i < 2; i++)
		network_predict(network, inputs[i], 44096, INSTANCES - 44096, logits[i]);
	cr_expect_arr_eq(logits[0], logits[1], sizeof logits[0]);
	for (size_t i = 0; i < 2; i++)
		network_inputs_free(inputs[i]);
	network_free(network);
}
