/* An epoch of training: draws, batches, steps. */
#include <string.h>

#include "num/tile.h"
#include "train/trainer_state.h"

/* Draws the epoch; returns how many draws it has. */
static size_t sample(struct trainer *trainer)
{
	const struct weighting *weighting = trainer->weighting;
	size_t count = weighting->settings.sampler->fill(&weighting->sampling, &trainer->sampler_work, trainer->order);

	memset(trainer->draws, 0, trainer->dataset->instances * sizeof *trainer->draws);
	for (size_t i = 0; i < count; i++)
		trainer->draws[trainer->order[i]]++;
	return count;
}

/* Whether class scales are what is learned now. */
static bool learns_scales(const struct trainer *trainer)
{
	return trainer->in_second_stage && trainer->scales != NULL;
}

/* Some of a batch. */
struct chunk {
	const uint32_t *index; /* (count) */
	const double *weight;  /* (count) */
	size_t count;
};

static struct chunk chunk_at(const struct trainer *trainer, const uint32_t *index, size_t first, size_t count)
{
	return (struct chunk){ index + first, trainer->batch_weight + first,
			       count - first < trainer->chunk ? count - first : trainer->chunk };
}

/* The training pass of a chunk. */
static struct loss_tile pass_chunk(struct trainer *trainer, const struct chunk *chunk, struct rng *dropout)
{
	size_t count = chunk->count;
	size_t lanes = tile_lanes(count);
	const struct network_batch batch = { trainer->inputs, chunk->index, count };

	for (size_t i = 0; i < lanes; i++) {
		trainer->batch_y[i] = i < count ? trainer->predictions->y[chunk->index[i]] : 0;
		trainer->batch_scale[i] = i < count ? chunk->weight[i] : 0;
	}
	network_forward(trainer->network, &batch, dropout, trainer->log_p);
	if (learns_scales(trainer))
		class_scales_forward(trainer->scales, lanes, trainer->log_p);
	return (struct loss_tile){ trainer->log_p, trainer->batch_y, trainer->batch_scale, lanes };
}

/* Adds the gradients of a chunk. */
static void learn_chunk(struct trainer *trainer, const struct chunk *chunk)
{
	size_t k = trainer->dataset->classes;
	struct loss_tile tile = pass_chunk(trainer, chunk, &trainer->dropout_rng);

	if (trainer->moving_mean.features > 0)
		moving_mean_add(&trainer->moving_mean, trainer->network, chunk->count);
	/* Nobody asks for the value here, and softmax cross-entropy's gradient can be had without it. */
	if (trainer->loss.loss->evaluate != NULL) {
		(void)loss_evaluate(&trainer->loss, &tile, trainer->delta);
	} else {
		tile_softmax(tile.logits, tile.lanes, k, tile.logits, trainer->delta);
		tile_cross_entropy_delta(trainer->delta, tile.y, tile.scale, tile.lanes, k, trainer->delta);
	}
	if (learns_scales(trainer))
		class_scales_backward(trainer->scales, tile.lanes, trainer->delta);
	else
		network_backward(trainer->network, trainer->delta);
}

/* Shows the loss a whole batch before its gradients; the pass that learns drops the same outputs again. */
static void look_ahead(struct trainer *trainer, const uint32_t *index, size_t count)
{
	struct rng dropout = trainer->dropout_rng;

	for (size_t first = 0; first < count; first += trainer->chunk) {
		const struct chunk chunk = chunk_at(trainer, index, first, count);
		struct loss_tile tile = pass_chunk(trainer, &chunk, &dropout);
		trainer->loss.loss->see_tile(&trainer->loss, &tile);
	}
	trainer->loss.loss->finish_batch(&trainer->loss);
}

/* Sets trainer->batch_weight. */
static void weigh_batch(struct trainer *trainer, const uint32_t *index, size_t count)
{
	double divisor = (double)count;

	if (trainer->meta_weights != NULL) {
		meta_weights_weigh(trainer->meta_weights, index, count, &trainer->dropout_rng, trainer->batch_weight);
		return;
	}

	if (trainer->recipe->reduction == REDUCTION_WEIGHTS) {
		divisor = 0;
		for (size_t i = 0; i < count; i++)
			divisor += trainer->weighting->loss_weight[index[i]];
	}
	for (size_t i = 0; i < count; i++)
		trainer->batch_weight[i] = trainer->weighting->loss_weight[index[i]] / divisor;
}

static void learn_batch(struct trainer *trainer, const uint32_t *index, size_t count, double rate_factor)
{
	weigh_batch(trainer, index, count);
	if (trainer->loss.loss->see_tile != NULL)
		look_ahead(trainer, index, count);
	network_clear_gradients(trainer->network);
	for (size_t first = 0; first < count; first += trainer->chunk) {
		const struct chunk chunk = chunk_at(trainer, index, first, count);
		learn_chunk(trainer, &chunk);
	}
	if (trainer->moving_mean.features > 0)
		moving_mean_end_batch(&trainer->moving_mean, count);
	if (learns_scales(trainer))
		class_scales_step(trainer->scales, rate_factor);
	else
		optimizer_step(trainer->optimizer, rate_factor);
}

void trainer_learn_epoch(struct trainer *trainer, double rate_factor)
{
	size_t draws = sample(trainer);

	if (learns_scales(trainer))
		class_scales_begin_epoch(trainer->scales);
	if (trainer->meta_weights != NULL)
		meta_weights_begin_epoch(trainer->meta_weights);
	for (size_t first = 0; first < draws; first += trainer->batch_size) {
		size_t left = draws - first;
		learn_batch(trainer, trainer->order + first, left < trainer->batch_size ? left : trainer->batch_size,
			    rate_factor);
	}
	if (learns_scales(trainer))
		class_scales_end_epoch(trainer->scales);
	if (trainer->meta_weights != NULL)
		meta_weights_end_epoch(trainer->meta_weights);
}
