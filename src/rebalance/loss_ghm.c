#include "num/tile_loss.h"
#include "rebalance/loss.h"

/* Li, Liu and Wang 2019: each cell (instance, class) counts one over the density of cells of its gradient norm
 * g = |sigma(z) - t|, from a histogram of the batch. The memory is three numbers for every bin. */
struct histogram {
	double *count;	     /* of the cells seen so far of this batch */
	double *accumulated; /* the moving average of the counts; an empty bin's stays */
	double *weight;	     /* of a cell, as part of its instance's loss */
};

static struct histogram histogram_of(const struct loss_state *state)
{
	size_t bins = state->parameters.bins;

	return (struct histogram){ state->memory, state->memory + bins, state->memory + 2 * bins };
}

static size_t count_three_for_each_bin(const struct loss_parameters *parameters)
{
	return 3 * parameters->bins;
}

/* The bin b with b / M <= g < (b + 1) / M, which rounding of the product may miss by one; 1, and what is not a number,
 * belong to the last. */
static size_t bin_of(double g, size_t bins)
{
	size_t bin = g < 1 ? (size_t)(g * (double)bins) : bins - 1;

	if (bin > 0 && g < (double)bin / (double)bins)
		bin--;
	else if (bin + 1 < bins && g >= (double)(bin + 1) / (double)bins)
		bin++;
	return bin;
}

static void see_tile(struct loss_state *state, const struct loss_tile *tile)
{
	struct histogram histogram = histogram_of(state);

	tile_sigmoid_error(tile->logits, tile->y, tile->lanes, state->classes, tile->logits);
	for (size_t c = 0; c < state->classes; c++)
		for (size_t i = 0; i < tile->lanes; i++)
			if (tile->scale[i] > 0)
				histogram.count[bin_of(tile->logits[c * tile->lanes + i], state->parameters.bins)]++;
}

/* The reference divides by the number of all cells, not of instances: the classes' share of that is in the weights. */
static void finish_batch(struct loss_state *state)
{
	struct histogram histogram = histogram_of(state);
	double momentum = state->parameters.momentum;
	double cells = 0, filled = 0;

	for (size_t b = 0; b < state->parameters.bins; b++) {
		cells += histogram.count[b];
		filled += histogram.count[b] > 0;
	}
	for (size_t b = 0; b < state->parameters.bins; b++) {
		if (histogram.count[b] == 0)
			continue;
		histogram.accumulated[b] = momentum * histogram.accumulated[b] + (1 - momentum) * histogram.count[b];
		histogram.weight[b] = cells / histogram.accumulated[b] / filled / (double)state->classes;
		histogram.count[b] = 0;
	}
}

static double evaluate_by_density(struct loss_state *state, const struct loss_tile *tile, double *ret_delta)
{
	struct histogram histogram = histogram_of(state);

	tile_sigmoid_error(tile->logits, tile->y, tile->lanes, state->classes, ret_delta);
	for (size_t at = 0; at < state->classes * tile->lanes; at++)
		ret_delta[at] = histogram.weight[bin_of(ret_delta[at], state->parameters.bins)];
	return tile_weighted_sigmoid(tile->logits, ret_delta, tile->y, tile->scale, tile->lanes, state->classes,
				     ret_delta);
}

const struct loss loss_ghm = {
	.name = "ghm",
	.summary = "sigmoid cross-entropy, each cell over the density of its gradient norm in the batch, --bins "
		   "--bin-momentum (Li et al. 2019)",
	.formula = "sum_c w_b BCE(z_c, [c = y]) / K, w_b = cells / (cells in bin b * filled bins), "
		   "b = floor(M |sigma(z_c) - [c = y]|)",
	.link = LINK_SIGMOID,
	.defaults = { .bins = 30, .momentum = 0.75 },
	.evaluate = evaluate_by_density,
	.count_memory = count_three_for_each_bin,
	.see_tile = see_tile,
	.finish_batch = finish_batch,
};
