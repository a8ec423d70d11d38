/* Balanced MSE in its batch form, BMC (Ren et al. 2022, eq. 9): which target of the batch is an output's own, by a
 * softmax of squared distances. Their code learns the noise scale s with the network; so does this, by gradient descent
 * of a rate of its own after each batch, the factor 2 s^2 held fixed as theirs is detached. Rate 0 keeps s as it is
 * given. */
#include <math.h>
#include <string.h>

#include "num/tile_error.h"
#include "rebalance/loss.h"

#define NOISE_LEAST 1e-3
#define LANES 8

/* What is kept, all 0 at first; then, 64-byte aligned, the batch's targets and their weights (padded each). */
struct memory {
	double *change;	  /* of the noise since the start */
	double *gradient; /* by the noise, of the last batch */
	double *seen;	  /* targets of the batch so far */
	double *is_whole; /* 1: the next tile begins another batch */
	double *target, *weight;
};

static size_t pad(size_t count)
{
	return (count + LANES - 1) / LANES * LANES;
}

static struct memory memory_of(const struct loss_state *state)
{
	double *memory = state->memory;

	return (struct memory){ memory,	    memory + 1,	    memory + 2,
				memory + 3, memory + LANES, memory + LANES + pad(state->parameters.batch) };
}

static size_t count_noise_and_batch(const struct loss_parameters *parameters)
{
	return LANES + 2 * pad(parameters->batch);
}

static double noise_of(const struct loss_state *state)
{
	return fmax(state->parameters.noise + *memory_of(state).change, NOISE_LEAST);
}

static bool has_room(const struct loss_state *state)
{
	double seen = *memory_of(state).seen;

	return seen >= 0 && seen <= (double)state->parameters.batch;
}

static void see_tile(struct loss_state *state, const struct loss_tile *tile)
{
	struct memory memory = memory_of(state);

	if (*memory.is_whole != 0)
		*memory.seen = *memory.is_whole = 0;
	for (size_t i = 0; i < tile->lanes; i++)
		if (tile->scale[i] > 0)
			memory.target[(size_t)(*memory.seen)++] = tile->y[i];
}

/* The step of the batch before comes here: nobody asks for the noise in between. */
static void finish_batch(struct loss_state *state)
{
	struct memory memory = memory_of(state);
	size_t seen = (size_t)*memory.seen;

	*memory.change = noise_of(state) - state->parameters.noise_rate * *memory.gradient - state->parameters.noise;
	*memory.gradient = 0;
	*memory.is_whole = 1;
	for (size_t j = 0; j < pad(seen); j++) {
		memory.weight[j] = j < seen;
		memory.target[j] = memory.target[j < seen ? j : 0];
	}
}

static double evaluate_balanced(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	struct memory memory = memory_of(state);
	const struct tile_targets targets = { memory.target, memory.weight, pad((size_t)*memory.seen) };

	if (targets.padded == 0) {
		memset(ret_delta, 0, tile->lanes * sizeof *ret_delta);
		return 0;
	}
	return tile_balanced_error(tile->logits, tile->y, tile->scale, tile->lanes, &targets, noise_of(state),
				   memory.gradient, ret_delta);
}

const struct loss loss_balanced_mse = {
	.name = "balanced-mse",
	.task = TASK_REGRESSION,
	.summary = "squared difference as if all targets were as frequent, by those of the batch, --noise --noise-rate "
		   "(Ren et "
		   "al. 2022)",
	.formula = "-2 s^2 log(exp(-(z - t)^2 / (2 s^2)) / sum_j exp(-(z - t_j)^2 / (2 s^2))), t_j the batch's targets",
	.link = LINK_IDENTITY,
	.defaults = { .noise = 1, .noise_rate = 0.01 },
	.evaluate = evaluate_balanced,
	.count_memory = count_noise_and_batch,
	.see_tile = see_tile,
	.finish_batch = finish_batch,
	.accepts_memory = has_room,
};
