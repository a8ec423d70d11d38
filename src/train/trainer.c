#include "train/trainer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "model/class_scales.h"
#include "num/tile.h"
#include "train/adjuster.h"
#include "train/moving_mean.h"

/* Instances that go through a network with hidden layers at once: enough for OpenBLAS's kernels, few enough for the
 * cache. */
#define CHUNK 512

struct trainer {
	const struct dataset *dataset;
	const struct split *split;
	const struct run_settings *settings;
	struct method method;
	struct sampler_parameters sampler_parameters;
	struct loss_state loss;
	struct scaled scaled;
	struct network *network;
	struct network_inputs *inputs;
	struct optimizer *optimizer;
	struct class_scales *scales; /* of a second stage that learns them, else NULL */
	struct adjuster adjuster;
	struct moving_mean moving_mean; /* of cosine classifiers */
	struct evaluation *evaluation;
	struct rng initial_weights, dropout_rng;
	struct schedule schedule;
	size_t second_stage_epochs; /* the last so many epochs; 0: none */
	bool in_second_stage;
	size_t chunk;		       /* instances that go through the network at once, at most */
	double *class_weight;	       /* (k) now */
	double *final_class_weight;    /* (k) of a second stage that defers them */
	double *batch_y, *batch_scale; /* (L) */
	double *delta, *log_p;	       /* (k, L) */
	size_t most_draws;	       /* that an epoch may have */
	uint32_t *order;	       /* (most_draws) the epoch's draws, the first draw_count */
	uint32_t *draws;	       /* (n) */
	size_t draw_count;
	struct sampler_work sampler_work;
	size_t batch_size;
	double seconds;
};

static enum err_code allocate(struct trainer *trainer, struct err *err)
{
	size_t n = trainer->dataset->instances;
	size_t k = trainer->dataset->classes;
	size_t lanes = tile_lanes(trainer->chunk);

	if (mem_new(&trainer->class_weight, k, err) != ERR_OK ||
	    mem_new(&trainer->final_class_weight, k, err) != ERR_OK ||
	    mem_new(&trainer->batch_y, lanes, err) != ERR_OK || mem_new(&trainer->batch_scale, lanes, err) != ERR_OK ||
	    mem_new(&trainer->delta, k * lanes, err) != ERR_OK || mem_new(&trainer->log_p, k * lanes, err) != ERR_OK ||
	    mem_new(&trainer->order, trainer->most_draws, err) != ERR_OK || mem_new(&trainer->draws, n, err) != ERR_OK)
		return err->code;
	return ERR_OK;
}

/* The biases that the loss wants to start with (struct loss, starts_low). */
static enum err_code start_biases(struct trainer *trainer, struct err *err)
{
	AUTO(mem_freep) double *weight = NULL;
	AUTO(mem_freep) double *bias = NULL;
	size_t last = network_layer_count(trainer->network) - 1;
	struct network_layer layer = network_layer(trainer->network, last);

	if (!trainer->method.loss->starts_low || !layer.has_bias || layer.outputs < 2)
		return ERR_OK;
	if (mem_new(&weight, layer.outputs * layer.inputs, err) != ERR_OK ||
	    mem_new(&bias, layer.outputs, err) != ERR_OK)
		return err->code;
	network_read_layer(trainer->network, last, weight, NULL);
	for (size_t c = 0; c < layer.outputs; c++)
		bias[c] = -log((double)(layer.outputs - 1));
	network_write_layer(trainer->network, last, weight, bias);
	return ERR_OK;
}

static enum err_code create_model(struct trainer *trainer, struct err *err)
{
	const struct run_settings *settings = trainer->settings;
	struct network_shape shape;

	if (settings_shape(settings, trainer->dataset->features, trainer->dataset->classes, &shape, err) != ERR_OK)
		return err->code;
	trainer->chunk = TILE_INSTANCES;
	if (shape.hidden_count > 0 && trainer->batch_size > TILE_INSTANCES)
		trainer->chunk = trainer->batch_size < CHUNK ? trainer->batch_size : CHUNK;
	shape.instances = trainer->chunk;
	if (network_create(&shape, &trainer->network, err) != ERR_OK ||
	    optimizer_create((size_t)settings->optimizer, &settings->optimization, trainer->network,
			     &trainer->optimizer, err) != ERR_OK)
		return err->code;
	rng_init(&trainer->initial_weights, settings->seed, RNG_INITIAL_WEIGHTS);
	network_initialise(trainer->network, (enum network_init)settings->init, &trainer->initial_weights);
	return start_biases(trainer, err);
}

/* Whether the second stage starts the learning-rate schedule again. */
static bool restarts_schedule(const struct trainer *trainer)
{
	const struct stage *stage = trainer->method.stage;

	return stage != NULL && (stage->retrains_classifier || stage->learns_scales);
}

static void start_schedule(struct trainer *trainer)
{
	const struct run_settings *settings = trainer->settings;
	size_t epochs = settings->epochs;

	if (restarts_schedule(trainer))
		epochs = trainer->in_second_stage ? trainer->second_stage_epochs
						  : settings->epochs - trainer->second_stage_epochs;
	trainer->schedule = (struct schedule){
		.kind = (enum schedule_kind)settings->schedule,
		.epochs = epochs,
		.step_epochs = settings->step_epochs,
		.step_factor = settings->step_factor,
		.warm_up_epochs = settings->warm_up_epochs,
	};
}

static void weigh_classes_by(const struct trainer *trainer, const struct loss *loss, double *ret_weight)
{
	const struct split *split = trainer->split;
	struct loss_parameters parameters = loss_fill_parameters(loss, &trainer->settings->loss_parameters);

	loss_weigh_classes(loss, &parameters, split->train_class, split->classes, ret_weight);
}

static void weigh_classes(struct trainer *trainer)
{
	const struct stage *stage = trainer->method.stage;
	const struct loss *loss = trainer->method.loss;

	if (stage == NULL || !stage->defers_weights) {
		weigh_classes_by(trainer, loss, trainer->class_weight);
		return;
	}
	weigh_classes_by(trainer, &loss_cross_entropy, trainer->class_weight);
	weigh_classes_by(trainer, loss->weigh_classes != NULL ? loss : &loss_class_balanced,
			 trainer->final_class_weight);
}

/* What the second stage and the adjustment work with. */
static enum err_code create_late_parts(struct trainer *trainer, struct err *err)
{
	const struct run_settings *settings = trainer->settings;
	struct adjustment_parameters parameters = settings_adjustment_parameters(settings);

	if (trainer->method.stage != NULL && trainer->method.stage->learns_scales &&
	    class_scales_create((size_t)settings->optimizer, &settings->optimization, trainer->network,
				tile_lanes(trainer->chunk), &trainer->scales, err) != ERR_OK)
		return err->code;
	if (network_cosine(trainer->network).heads > 0 &&
	    moving_mean_init(&trainer->moving_mean, trainer->network, tile_lanes(trainer->chunk), err) != ERR_OK)
		return err->code;
	return adjuster_init(&trainer->adjuster, trainer->method.adjustment, &parameters, trainer->dataset,
			     trainer->split, trainer->network, err);
}

static enum err_code create_loss(struct trainer *trainer, struct err *err)
{
	const struct run_settings *settings = trainer->settings;
	struct loss_parameters parameters = settings->loss_parameters;
	struct tile_cosine cosine;

	if (settings_cosine(settings, &cosine, err) != ERR_OK)
		return err->code;
	parameters.scale = cosine.scale;
	if (loss_state_init(&trainer->loss, trainer->method.loss, &parameters, trainer->split->train_class,
			    trainer->dataset->classes, err) != ERR_OK)
		return err->code;
	rng_init(&trainer->loss.rng, settings->seed, RNG_LOSS);
	return ERR_OK;
}

static enum err_code create_evaluation(struct trainer *trainer, struct err *err)
{
	const struct run_settings *settings = trainer->settings;
	struct evaluation_settings evaluation_settings = {
		.sampler = trainer->method.sampler,
		.sampler_parameters = trainer->sampler_parameters,
		.epochs = settings->epochs,
		.class_weight = trainer->class_weight,
		.loss_weighs_difficulty = trainer->method.loss->uses_difficulty,
		.difficulty = settings->difficulty,
	};

	if (evaluation_create(trainer->dataset, trainer->split, &evaluation_settings, &trainer->evaluation, err) !=
		ERR_OK ||
	    sampler_work_init(&trainer->sampler_work, &trainer->evaluation->sampling.part, settings->seed, err) !=
		ERR_OK)
		return err->code;
	trainer->sampler_work.keep_order = trainer->batch_size == trainer->most_draws;
	return ERR_OK;
}

enum err_code trainer_create(const struct dataset *dataset, const struct split *split,
			     const struct run_settings *settings, struct trainer **ret_trainer, struct err *err)
{
	AUTO(trainer_freep) struct trainer *trainer = NULL;

	if (mem_new(&trainer, 1, err) != ERR_OK)
		return err->code;
	trainer->dataset = dataset;
	trainer->split = split;
	trainer->settings = settings;
	if (settings_compose(settings, &trainer->method, err) != ERR_OK ||
	    settings_second_stage(settings, &trainer->second_stage_epochs, err) != ERR_OK)
		return err->code;
	trainer->sampler_parameters = sampler_fill_parameters(trainer->method.sampler, &settings->sampler_parameters);
	trainer->most_draws = settings_most_draws(settings, &trainer->method, split);
	trainer->batch_size = settings_batch_size(settings, trainer->most_draws);
	if (create_model(trainer, err) != ERR_OK || allocate(trainer, err) != ERR_OK ||
	    scale_fit(dataset, split, (enum scale_kind)settings->scale, &trainer->scaled, err) != ERR_OK ||
	    network_inputs_create(trainer->network, trainer->scaled.x, dataset->instances, &trainer->inputs, err) !=
		ERR_OK)
		return err->code;
	start_schedule(trainer);
	weigh_classes(trainer);
	if (create_loss(trainer, err) != ERR_OK || create_late_parts(trainer, err) != ERR_OK ||
	    create_evaluation(trainer, err) != ERR_OK)
		return err->code;
	rng_init(&trainer->dropout_rng, settings->seed, RNG_DROPOUT);
	*ret_trainer = take_ptr(&trainer);
	return ERR_OK;
}

void trainer_free(struct trainer *trainer)
{
	if (trainer == NULL)
		return;
	scaled_done(&trainer->scaled);
	network_free(trainer->network);
	network_inputs_free(trainer->inputs);
	optimizer_free(trainer->optimizer);
	evaluation_free(trainer->evaluation);
	loss_state_done(&trainer->loss);
	class_scales_free(trainer->scales);
	adjuster_done(&trainer->adjuster);
	moving_mean_done(&trainer->moving_mean);
	free(trainer->class_weight);
	free(trainer->final_class_weight);
	free(trainer->batch_y);
	free(trainer->batch_scale);
	free(trainer->delta);
	free(trainer->log_p);
	free(trainer->order);
	free(trainer->draws);
	sampler_work_done(&trainer->sampler_work);
	free(trainer);
}

void trainer_freep(struct trainer **trainer)
{
	trainer_free(*trainer);
}

static void sample(struct trainer *trainer)
{
	trainer->draw_count = trainer->evaluation->settings.sampler->fill(&trainer->evaluation->sampling,
									  &trainer->sampler_work, trainer->order);
	memset(trainer->draws, 0, trainer->dataset->instances * sizeof *trainer->draws);
	for (size_t i = 0; i < trainer->draw_count; i++)
		trainer->draws[trainer->order[i]]++;
}

/* Whether class scales are what is learned now. */
static bool learns_scales(const struct trainer *trainer)
{
	return trainer->in_second_stage && trainer->scales != NULL;
}

/* The training pass of `count` <= chunk instances; each loss is weighted and divided by `divisor`. */
static struct loss_tile pass_chunk(struct trainer *trainer, const uint32_t *index, size_t count, double divisor,
				   struct rng *dropout)
{
	size_t lanes = tile_lanes(count);
	const struct network_batch batch = { trainer->inputs, index, count };

	for (size_t i = 0; i < lanes; i++) {
		trainer->batch_y[i] = i < count ? trainer->evaluation->y[index[i]] : 0;
		trainer->batch_scale[i] = i < count ? trainer->evaluation->loss_weight[index[i]] / divisor : 0;
	}
	network_forward(trainer->network, &batch, dropout, trainer->log_p);
	if (learns_scales(trainer))
		class_scales_forward(trainer->scales, lanes, trainer->log_p);
	return (struct loss_tile){ trainer->log_p, trainer->batch_y, trainer->batch_scale, lanes };
}

/* Adds the gradients of a chunk. */
static void learn_chunk(struct trainer *trainer, const uint32_t *index, size_t count, double divisor)
{
	size_t k = trainer->dataset->classes;
	struct loss_tile tile = pass_chunk(trainer, index, count, divisor, &trainer->dropout_rng);

	if (trainer->moving_mean.features > 0)
		moving_mean_add(&trainer->moving_mean, trainer->network, count);
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

static size_t chunk_at(const struct trainer *trainer, size_t first, size_t count)
{
	return count - first < trainer->chunk ? count - first : trainer->chunk;
}

/* Shows the loss a whole batch before its gradients; the pass that learns drops the same outputs again. */
static void look_ahead(struct trainer *trainer, const uint32_t *index, size_t count, double divisor)
{
	struct rng dropout = trainer->dropout_rng;

	for (size_t first = 0; first < count; first += trainer->chunk) {
		struct loss_tile tile =
		    pass_chunk(trainer, index + first, chunk_at(trainer, first, count), divisor, &dropout);
		trainer->loss.loss->see_tile(&trainer->loss, &tile);
	}
	trainer->loss.loss->finish_batch(&trainer->loss);
}

static void learn_batch(struct trainer *trainer, const uint32_t *index, size_t count, double rate_factor)
{
	double divisor = (double)count;

	if (settings_reduction(trainer->settings, &trainer->method) == REDUCTION_WEIGHTS) {
		divisor = 0;
		for (size_t i = 0; i < count; i++)
			divisor += trainer->evaluation->loss_weight[index[i]];
	}
	if (trainer->loss.loss->see_tile != NULL)
		look_ahead(trainer, index, count, divisor);
	network_clear_gradients(trainer->network);
	for (size_t first = 0; first < count; first += trainer->chunk)
		learn_chunk(trainer, index + first, chunk_at(trainer, first, count), divisor);
	if (trainer->moving_mean.features > 0)
		moving_mean_end_batch(&trainer->moving_mean, count);
	if (learns_scales(trainer))
		class_scales_step(trainer->scales, rate_factor);
	else
		optimizer_step(trainer->optimizer, rate_factor);
}

static void evaluate(struct trainer *trainer)
{
	struct evaluation *evaluation = trainer->evaluation;

	evaluation_begin_epoch(evaluation);
	adjuster_prepare(&trainer->adjuster, trainer->network, trainer->inputs, trainer->moving_mean.value);
	for (size_t t = 0; t < evaluation->tiles; t++) {
		double *log_p = evaluation_log_p(evaluation, t);
		size_t first = t * TILE_INSTANCES;
		size_t left = trainer->dataset->instances - first;
		if (trainer->adjuster.adjustment != NULL)
			adjuster_predict(&trainer->adjuster, trainer->network, trainer->inputs, t, log_p);
		else if (first % CHUNK == 0)
			network_predict(trainer->network, trainer->inputs, first, left < CHUNK ? left : CHUNK, log_p);
		loss_predict(trainer->method.loss, log_p, TILE_INSTANCES, trainer->dataset->classes, log_p,
			     evaluation_p(evaluation, t));
		evaluation_take_tile(evaluation, t);
	}
	evaluation_finish_epoch(evaluation);
}

static void begin_second_stage(struct trainer *trainer)
{
	trainer->in_second_stage = true;
	start_schedule(trainer);
	if (trainer->method.stage->retrains_classifier) {
		network_freeze_hidden(trainer->network);
		network_initialise_classifier(trainer->network, (enum network_init)trainer->settings->init,
					      &trainer->initial_weights);
		optimizer_restart(trainer->optimizer);
	}
	if (trainer->scales != NULL)
		class_scales_start(trainer->scales);
}

/* What the weights depend on that the last evaluation before the second stage gives. */
static void weigh_second_stage(struct trainer *trainer)
{
	const struct stage *stage = trainer->method.stage;

	if (stage->defers_weights)
		memcpy(trainer->class_weight, trainer->final_class_weight,
		       trainer->dataset->classes * sizeof *trainer->class_weight);
	if (stage->sampler != NULL)
		trainer->evaluation->settings.sampler = stage->sampler;
}

static void train_epoch(struct trainer *trainer, double rate_factor)
{
	sample(trainer);
	if (learns_scales(trainer))
		class_scales_begin_epoch(trainer->scales);
	for (size_t first = 0; first < trainer->draw_count; first += trainer->batch_size) {
		size_t left = trainer->draw_count - first;
		learn_batch(trainer, trainer->order + first, left < trainer->batch_size ? left : trainer->batch_size,
			    rate_factor);
	}
	if (learns_scales(trainer))
		class_scales_end_epoch(trainer->scales);
}

bool trainer_run_epoch(struct trainer *trainer)
{
	double start = clock_seconds();
	size_t epoch = trainer->evaluation->dynamics->epochs + 1;
	size_t first_stage = trainer->settings->epochs - trainer->second_stage_epochs;

	if (trainer->second_stage_epochs > 0 && epoch == first_stage + 1)
		begin_second_stage(trainer);
	bool restarted = trainer->in_second_stage && restarts_schedule(trainer);
	train_epoch(trainer, schedule_factor(&trainer->schedule, restarted ? epoch - first_stage : epoch));
	if (epoch == first_stage && trainer->second_stage_epochs > 0)
		weigh_second_stage(trainer);
	evaluate(trainer);
	trainer->seconds = clock_seconds() - start;
	return isfinite(trainer->evaluation->train.loss);
}

struct network *trainer_open(struct trainer *trainer, double **ret_mean_feature)
{
	*ret_mean_feature = trainer->moving_mean.value;
	return trainer->network;
}

void trainer_evaluate(struct trainer *trainer)
{
	double start = clock_seconds();

	evaluate(trainer);
	trainer->seconds = clock_seconds() - start;
}

enum err_code trainer_readjust(struct trainer *trainer, const struct adjustment_parameters *parameters, struct err *err)
{
	struct adjuster adjuster;

	if (adjuster_init(&adjuster, trainer->method.adjustment, parameters, trainer->dataset, trainer->split,
			  trainer->network, err) != ERR_OK)
		return err->code;
	adjuster_done(&trainer->adjuster);
	trainer->adjuster = adjuster;
	evaluate(trainer);
	return ERR_OK;
}

const struct evaluation *trainer_evaluation(const struct trainer *trainer)
{
	return trainer->evaluation;
}

const struct network *trainer_network(const struct trainer *trainer)
{
	return trainer->network;
}

const double *trainer_mean_feature(const struct trainer *trainer)
{
	return trainer->moving_mean.value;
}

const struct scaled *trainer_scaled(const struct trainer *trainer)
{
	return &trainer->scaled;
}

const uint32_t *trainer_draws(const struct trainer *trainer)
{
	return trainer->draws;
}

double trainer_epoch_seconds(const struct trainer *trainer)
{
	return trainer->seconds;
}
