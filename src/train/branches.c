#include "train/branches.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "num/tile.h"
#include "rebalance/bilateral.h"
#include "train/trainer_state.h"

struct branches {
	size_t pairs; /* that go through the network at once, at most */
	struct network_halves halves;
	uint32_t *index;		   /* (2 pairs) uniform ones, then reversed ones */
	double *y, *scale;		   /* (L) of the pairs of one half */
	double *logits, *copy, *own_delta; /* (k, L) of the pairs */
	double *both_logits, *both_delta;  /* (k, 2 L) of the network's batch */
};

enum err_code branches_create(size_t chunk, size_t classes, struct branches **ret_branches, struct err *err)
{
	struct branches *branches = NULL;
	size_t lanes = tile_lanes(chunk);

	if (mem_new(&branches, 1, err) != ERR_OK)
		return err->code;
	branches->pairs = chunk / 2;
	if (mem_new(&branches->index, chunk, err) != ERR_OK || mem_new(&branches->y, lanes, err) != ERR_OK ||
	    mem_new(&branches->scale, lanes, err) != ERR_OK ||
	    mem_new(&branches->logits, classes * lanes, err) != ERR_OK ||
	    mem_new(&branches->copy, classes * lanes, err) != ERR_OK ||
	    mem_new(&branches->own_delta, classes * lanes, err) != ERR_OK ||
	    mem_new(&branches->both_logits, classes * lanes, err) != ERR_OK ||
	    mem_new(&branches->both_delta, classes * lanes, err) != ERR_OK) {
		branches_free(branches);
		return err->code;
	}
	*ret_branches = branches;
	return ERR_OK;
}

void branches_free(struct branches *branches)
{
	if (branches == NULL)
		return;
	free(branches->index);
	free(branches->y);
	free(branches->scale);
	free(branches->logits);
	free(branches->copy);
	free(branches->own_delta);
	free(branches->both_logits);
	free(branches->both_delta);
	free(branches);
}

/* Each pair's logits: the classifier has no bias, so that they are the sum of what the halves give. */
static void add_halves(struct branches *branches, size_t count, size_t classes)
{
	size_t lanes = tile_lanes(count), both_lanes = tile_lanes(2 * count);

	memset(branches->logits, 0, classes * lanes * sizeof *branches->logits);
	for (size_t c = 0; c < classes; c++)
		for (size_t i = 0; i < count; i++)
			branches->logits[c * lanes + i] = branches->both_logits[c * both_lanes + i] +
							  branches->both_logits[c * both_lanes + count + i];
}

/* Adds the gradient of `share` times the pairs' loss with the labels of `index` to both halves of both_delta. */
static void add_loss(struct trainer *trainer, const uint32_t *index, size_t count, double share)
{
	struct branches *branches = trainer->branches;
	size_t k = trainer->dataset->classes;
	size_t lanes = tile_lanes(count), both_lanes = tile_lanes(2 * count);
	const struct loss_tile tile = { branches->copy, branches->y, branches->scale, lanes };

	for (size_t i = 0; i < lanes; i++) {
		branches->y[i] = i < count ? trainer->predictions->y[index[i]] : 0;
		branches->scale[i] = i < count ? share * trainer->weighting->loss_weight[index[i]] : 0;
	}
	memcpy(branches->copy, branches->logits, k * lanes * sizeof *branches->copy);
	(void)loss_evaluate(&trainer->loss, &tile, branches->own_delta);
	for (size_t c = 0; c < k; c++)
		for (size_t i = 0; i < count; i++) {
			double delta = branches->own_delta[c * lanes + i];
			branches->both_delta[c * both_lanes + i] += delta;
			branches->both_delta[c * both_lanes + count + i] += delta;
		}
}

static double sum_weights(const struct trainer *trainer, const uint32_t *index, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += trainer->weighting->loss_weight[index[i]];
	return sum;
}

void branches_learn(struct trainer *trainer, const uint32_t *uniform, const uint32_t *reversed, size_t count)
{
	struct branches *branches = trainer->branches;
	const struct recipe *recipe = trainer->recipe;
	size_t k = trainer->dataset->classes;
	double alpha = bilateral_alpha(recipe->sampler_parameters.branch_mix, trainer->epoch + 1,
				       recipe->training.epochs, &trainer->loss.rng);
	double divisor = (double)count;

	if (recipe->reduction == REDUCTION_WEIGHTS)
		divisor =
		    alpha * sum_weights(trainer, uniform, count) + (1 - alpha) * sum_weights(trainer, reversed, count);
	network_set_halves(trainer->network, &branches->halves);
	for (size_t first = 0; first < count; first += branches->pairs) {
		size_t pairs = count - first < branches->pairs ? count - first : branches->pairs;
		const struct network_batch batch = { .inputs = trainer->inputs,
						     .index = branches->index,
						     .count = 2 * pairs };
		memcpy(branches->index, uniform + first, pairs * sizeof *uniform);
		memcpy(branches->index + pairs, reversed + first, pairs * sizeof *reversed);
		branches->halves = (struct network_halves){ pairs, { 2 * alpha, 2 * (1 - alpha) } };
		network_forward(trainer->network, &batch, &trainer->dropout_rng, branches->both_logits);
		add_halves(branches, pairs, k);
		memset(branches->both_delta, 0, k * tile_lanes(2 * pairs) * sizeof *branches->both_delta);
		add_loss(trainer, uniform + first, pairs, alpha / divisor);
		add_loss(trainer, reversed + first, pairs, (1 - alpha) / divisor);
		network_backward(trainer->network, branches->both_delta);
	}
	network_set_halves(trainer->network, NULL);
}
