/* An epoch of training: draws, batches, steps. */
#include <math.h>
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
	/* (count) of a sampler that mixes, else NULL: the partners and their shares of the rows; of one that mixes
	 * labels, what the losses by the partners' labels weigh */
	const uint32_t *partner;
	const double *share, *partner_weight;
};

/* What the sampler of now mixes the draws from `index` on with; NULLs: nothing. */
static struct mixture mixture_at(const struct trainer *trainer, const uint32_t *index)
{
	const struct sampler *sampler = trainer->weighting->settings.sampler;
	const struct mixture *all = &trainer->sampler_work.mixture;
	size_t at = (size_t)(index - trainer->order);

	if (!sampler->mixes)
		return (struct mixture){ NULL, NULL, NULL };
	return (struct mixture){ all->partner + at, all->share + at,
				 sampler->mixes_labels ? all->label_share + at : NULL };
}

static struct chunk chunk_at(const struct trainer *trainer, const uint32_t *index, size_t first, size_t count)
{
	const struct mixture mixture = mixture_at(trainer, index + first);

	return (struct chunk){
		.index = index + first,
		.weight = trainer->batch_weight + first,
		.count = count - first < trainer->chunk ? count - first : trainer->chunk,
		.partner = mixture.partner,
		.share = mixture.share,
		.partner_weight = mixture.label_share != NULL ? trainer->partner_weight + first : NULL,
	};
}

/* Logits with the labels of `index` (count) and what their losses weigh. */
static struct loss_tile label(struct trainer *trainer, const uint32_t *index, const double *weight, size_t count,
			      double *logits)
{
	size_t lanes = tile_lanes(count);

	for (size_t i = 0; i < lanes; i++) {
		trainer->batch_y[i] = i < count ? trainer->predictions->y[index[i]] : 0;
		trainer->batch_scale[i] = i < count ? weight[i] : 0;
	}
	return (struct loss_tile){ logits, trainer->batch_y, trainer->batch_scale, lanes };
}

/* The training pass of a chunk. */
static struct loss_tile pass_chunk(struct trainer *trainer, const struct chunk *chunk, struct rng *dropout)
{
	const struct network_batch batch = {
		.inputs = trainer->inputs,
		.index = chunk->index,
		.count = chunk->count,
		.partner = chunk->partner,
		.share = chunk->share,
	};

	network_forward(trainer->network, &batch, dropout, trainer->log_p);
	if (learns_scales(trainer))
		class_scales_forward(trainer->scales, tile_lanes(chunk->count), trainer->log_p);
	return label(trainer, chunk->index, chunk->weight, chunk->count, trainer->log_p);
}

/* The gradient of a tile's losses by its logits, which it overwrites. */
static void differentiate(struct trainer *trainer, const struct loss_tile *tile, double *ret_delta)
{
	size_t k = trainer->dataset->classes;

	/* Nobody asks for the value here, and softmax cross-entropy's gradient can be had without it. */
	if (trainer->loss.loss->evaluate != NULL) {
		(void)loss_evaluate(&trainer->loss, tile, ret_delta);
		return;
	}
	tile_softmax(tile->logits, tile->lanes, k, tile->logits, ret_delta);
	tile_cross_entropy_delta(ret_delta, tile->y, tile->scale, tile->lanes, k, ret_delta);
}

/* The same of a chunk whose labels are mixed: the sum of those by either label. */
static void differentiate_mixed(struct trainer *trainer, const struct chunk *chunk, const struct loss_tile *tile)
{
	size_t count = trainer->recipe->shape.outputs * tile->lanes;

	memcpy(trainer->partner_log_p, tile->logits, count * sizeof *trainer->partner_log_p);
	differentiate(trainer, tile, trainer->delta);
	const struct loss_tile partners =
	    label(trainer, chunk->partner, chunk->partner_weight, chunk->count, trainer->partner_log_p);
	differentiate(trainer, &partners, trainer->partner_delta);
	for (size_t i = 0; i < count; i++)
		trainer->delta[i] += trainer->partner_delta[i];
}

/* Adds the gradients of a chunk. */
static void learn_chunk(struct trainer *trainer, const struct chunk *chunk)
{
	struct loss_tile tile = pass_chunk(trainer, chunk, &trainer->dropout_rng);

	if (trainer->moving_mean.features > 0)
		moving_mean_add(&trainer->moving_mean, trainer->network, chunk->count);
	if (chunk->partner_weight != NULL)
		differentiate_mixed(trainer, chunk, &tile);
	else
		differentiate(trainer, &tile, trainer->delta);
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

/* Sets trainer->batch_weight and, where labels are mixed, partner_weight. */
static void weigh_batch(struct trainer *trainer, const uint32_t *index, size_t count)
{
	const double *weight = trainer->weighting->loss_weight;
	const struct mixture mixture = mixture_at(trainer, index);
	double sum = 0;

	if (trainer->meta_weights != NULL) {
		const struct meta_batch batch = { index, count, &trainer->dropout_rng,
						  trainer->rate_factor *
						      trainer->recipe->training.optimization.learning_rate };
		meta_weights_weigh(trainer->meta_weights, &batch, trainer->batch_weight);
		return;
	}
	for (size_t i = 0; i < count; i++) {
		double share = mixture.label_share != NULL ? mixture.label_share[i] : 0;
		double partner = mixture.label_share != NULL ? share * weight[mixture.partner[i]] : 0;
		trainer->batch_weight[i] = (1 - share) * weight[index[i]];
		if (mixture.label_share != NULL)
			trainer->partner_weight[i] = partner;
		sum += trainer->batch_weight[i] + partner;
	}
	double divisor = trainer->recipe->reduction == REDUCTION_WEIGHTS ? sum : (double)count;
	trainer->weighs_nothing |= divisor == 0 || !isfinite(sum);
	for (size_t i = 0; i < count; i++) {
		trainer->batch_weight[i] /= divisor;
		if (mixture.label_share != NULL)
			trainer->partner_weight[i] /= divisor;
	}
}

/* Adds the gradients of a batch. */
static void add_gradients(struct trainer *trainer, const uint32_t *index, size_t count)
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
}

/* The loss of the epoch's draws, which are one batch: an optimizer_objective. */
struct whole {
	struct trainer *trainer;
	size_t count;
};

static double evaluate_whole(void *context)
{
	const struct whole *whole = context;
	struct trainer *trainer = whole->trainer;
	double value = 0;

	for (size_t first = 0; first < whole->count; first += trainer->chunk) {
		const struct chunk chunk = chunk_at(trainer, trainer->order, first, whole->count);
		struct loss_tile tile = pass_chunk(trainer, &chunk, &trainer->dropout_rng);
		value += loss_evaluate(&trainer->loss, &tile, trainer->delta);
		network_backward(trainer->network, trainer->delta);
	}
	return value;
}

/* The mean feature of the draws at the parameters that came out. */
static void see_features(struct trainer *trainer, size_t count)
{
	for (size_t first = 0; first < count; first += trainer->chunk) {
		const struct chunk chunk = chunk_at(trainer, trainer->order, first, count);
		(void)pass_chunk(trainer, &chunk, &trainer->dropout_rng);
		moving_mean_add(&trainer->moving_mean, trainer->network, chunk.count);
	}
	moving_mean_end_batch(&trainer->moving_mean, count);
}

static void learn_whole(struct trainer *trainer, size_t count)
{
	struct whole whole = { trainer, count };

	weigh_batch(trainer, trainer->order, count);
	optimizer_minimise(trainer->optimizer, evaluate_whole, &whole, trainer->objective_changes);
	if (trainer->moving_mean.features > 0)
		see_features(trainer, count);
}

/* Of draws in two halves each batch has as many from either. */
static void learn_batch(struct trainer *trainer, const uint32_t *index, size_t count)
{
	if (trainer->branches == NULL) {
		add_gradients(trainer, index, count);
	} else {
		network_clear_gradients(trainer->network);
		branches_learn(trainer, index, index + trainer->most_draws / 2, count);
	}
	if (learns_scales(trainer))
		class_scales_step(trainer->scales, trainer->rate_factor);
	else
		optimizer_step(trainer->optimizer, trainer->rate_factor);
}

void trainer_learn_epoch(struct trainer *trainer, double rate_factor)
{
	size_t draws = sample(trainer) / (trainer->branches != NULL ? 2 : 1);

	trainer->rate_factor = rate_factor;
	if (learns_scales(trainer))
		class_scales_begin_epoch(trainer->scales);
	if (trainer->meta_weights != NULL)
		meta_weights_begin_epoch(trainer->meta_weights);
	if (optimizer_takes_objectives((size_t)trainer->recipe->training.optimizer)) {
		learn_whole(trainer, draws);
		return;
	}
	for (size_t first = 0; first < draws; first += trainer->batch_size) {
		size_t left = draws - first;
		learn_batch(trainer, trainer->order + first, left < trainer->batch_size ? left : trainer->batch_size);
	}
	if (learns_scales(trainer))
		class_scales_end_epoch(trainer->scales);
	if (trainer->meta_weights != NULL)
		meta_weights_end_epoch(trainer->meta_weights);
}
