/* How a trainer is made. */
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/tile.h"
#include "rebalance/regression.h"
#include "train/split_instances.h"
#include "train/trainer_state.h"

static enum err_code create_outputs(struct trainer *trainer, struct err *err)
{
	size_t threads = pool_threads(trainer->pool);
	size_t size = trainer->recipe->shape.outputs * (TRAINER_CHUNK + TILE_INSTANCES);

	if (mem_new(&trainer->outputs, threads, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < threads; i++)
		if (mem_new(&trainer->outputs[i], size, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static void free_outputs(struct trainer *trainer)
{
	for (size_t i = 0; trainer->outputs != NULL && i < pool_threads(trainer->pool); i++)
		free(trainer->outputs[i]);
	free(trainer->outputs);
	trainer->outputs = NULL;
}

static enum err_code allocate(struct trainer *trainer, struct err *err)
{
	size_t n = trainer->dataset->instances;
	size_t k = trainer->dataset->classes;
	size_t outputs = trainer->recipe->shape.outputs;
	size_t lanes = tile_lanes(trainer->chunk);
	size_t h = network_layer(trainer->network, network_layer_count(trainer->network) - 1).inputs;

	if (mem_new(&trainer->class_weight, k, err) != ERR_OK ||
	    mem_new(&trainer->final_class_weight, k, err) != ERR_OK ||
	    mem_new(&trainer->batch_weight, trainer->batch_size, err) != ERR_OK ||
	    mem_new(&trainer->batch_y, lanes, err) != ERR_OK || mem_new(&trainer->batch_scale, lanes, err) != ERR_OK ||
	    mem_new(&trainer->delta, outputs * lanes, err) != ERR_OK ||
	    mem_new(&trainer->log_p, outputs * lanes, err) != ERR_OK ||
	    mem_new(&trainer->features, h * TILE_INSTANCES, err) != ERR_OK ||
	    (trainer->recipe->method.sampler->mixes_labels &&
	     (mem_new(&trainer->partner_weight, trainer->batch_size, err) != ERR_OK ||
	      mem_new(&trainer->partner_delta, k * lanes, err) != ERR_OK ||
	      mem_new(&trainer->partner_log_p, k * lanes, err) != ERR_OK)) ||
	    mem_new(&trainer->order, trainer->most_draws, err) != ERR_OK || mem_new(&trainer->draws, n, err) != ERR_OK)
		return err->code;
	return create_outputs(trainer, err);
}

void trainer_start_biases(struct trainer *trainer)
{
	size_t last = network_layer_count(trainer->network) - 1;
	struct network_layer layer = network_layer(trainer->network, last);
	double *bias = trainer->delta;

	if (!trainer->recipe->method.loss->starts_low || !layer.has_bias || layer.outputs < 2)
		return;
	for (size_t c = 0; c < layer.outputs; c++)
		bias[c] = -log((double)(layer.outputs - 1));
	network_write_layer(trainer->network, last, NULL, bias);
}

static enum err_code create_model(struct trainer *trainer, struct err *err)
{
	const struct training_settings *training = &trainer->recipe->training;
	struct network_shape shape = trainer->recipe->shape;

	trainer->chunk = TILE_INSTANCES;
	if (shape.hidden_count > 0 && trainer->batch_size > TILE_INSTANCES)
		trainer->chunk = trainer->batch_size < TRAINER_CHUNK ? trainer->batch_size : TRAINER_CHUNK;
	shape.instances = trainer->chunk;
	if (network_create(&shape, &trainer->network, err) != ERR_OK ||
	    optimizer_create((size_t)training->optimizer, &training->optimization, trainer->network,
			     &trainer->optimizer, err) != ERR_OK)
		return err->code;
	rng_init(&trainer->initial_weights, training->seed, RNG_INITIAL_WEIGHTS);
	network_initialise(trainer->network, (enum network_init)training->init, &trainer->initial_weights);
	return ERR_OK;
}

bool trainer_restarts_schedule(const struct trainer *trainer)
{
	const struct stage *stage = trainer->recipe->method.stage;

	return stage != NULL && (stage->retrains_classifier || stage->learns_scales);
}

void trainer_start_schedule(struct trainer *trainer)
{
	const struct training_settings *training = &trainer->recipe->training;
	size_t epochs = training->epochs;

	if (trainer_restarts_schedule(trainer))
		epochs = trainer->in_second_stage ? trainer->recipe->second_stage_epochs
						  : training->epochs - trainer->recipe->second_stage_epochs;
	trainer->schedule = (struct schedule){
		.kind = (enum schedule_kind)training->schedule,
		.epochs = epochs,
		.step_epochs = training->step_epochs,
		.step_factor = training->step_factor,
		.warm_up_epochs = training->warm_up_epochs,
	};
}

static void weigh_classes_by(const struct trainer *trainer, const struct loss *loss, double *ret_weight)
{
	const struct split *split = trainer->split;
	struct loss_parameters parameters = loss_fill_parameters(loss, &trainer->recipe->loss_parameters);

	loss_weigh_classes(loss, &parameters, split->train_class, split->classes, ret_weight);
}

static void weigh_classes(struct trainer *trainer)
{
	const struct stage *stage = trainer->recipe->method.stage;
	const struct loss *loss = method_weights(&trainer->recipe->method);

	if (stage == NULL || stage->deferred_weights == NULL) {
		weigh_classes_by(trainer, loss, trainer->class_weight);
		return;
	}
	weigh_classes_by(trainer, &loss_cross_entropy, trainer->class_weight);
	weigh_classes_by(trainer, loss->weigh_classes != NULL ? loss : stage->deferred_weights,
			 trainer->final_class_weight);
}

static enum err_code create_smoothing(struct trainer *trainer, struct err *err)
{
	const struct recipe *recipe = trainer->recipe;
	struct feature_smoothing *smoothing = &trainer->feature_smoothing;
	size_t features = network_layer(trainer->network, network_layer_count(trainer->network) - 1).inputs;

	if (mem_new(&trainer->bin_features, features * tile_lanes(trainer->chunk), err) != ERR_OK ||
	    feature_smoothing_init(smoothing, &recipe->kernel, recipe->feature_parameters.momentum,
				   trainer->dataset->classes, features, err) != ERR_OK)
		return err->code;
	trainer->calibration = (struct network_calibration){ trainer->dataset->y, smoothing->scale, smoothing->shift };
	return ERR_OK;
}

/* What the second stage and the adjustment work with. */
static enum err_code create_late_parts(struct trainer *trainer, struct err *err)
{
	const struct recipe *recipe = trainer->recipe;
	const struct training_settings *training = &recipe->training;

	if (recipe->method.stage != NULL && recipe->method.stage->learns_scales &&
	    class_scales_create((size_t)training->optimizer, &training->optimization, trainer->network,
				tile_lanes(trainer->chunk), &trainer->scales, err) != ERR_OK)
		return err->code;
	if (network_cosine(trainer->network).heads > 0 &&
	    moving_mean_init(&trainer->moving_mean, trainer->network, tile_lanes(trainer->chunk), err) != ERR_OK)
		return err->code;
	if (recipe->method.smooths_features && create_smoothing(trainer, err) != ERR_OK)
		return err->code;
	return adjuster_init(&trainer->adjuster, recipe->method.adjustment, &recipe->adjustment_parameters,
			     trainer->dataset, trainer->split, trainer->network, err);
}

static enum err_code create_loss(struct trainer *trainer, struct err *err)
{
	const struct recipe *recipe = trainer->recipe;

	struct loss_parameters parameters = recipe->loss_parameters;

	parameters.batch = trainer->batch_size;
	if (loss_state_init(&trainer->loss, recipe->method.loss, &parameters, trainer->split->train_class,
			    trainer->dataset->classes, err) != ERR_OK)
		return err->code;
	rng_init(&trainer->loss.rng, recipe->training.seed, RNG_LOSS);
	if (!recipe->method.loss->uses_meta_set)
		return ERR_OK;
	const struct influence_subject subject = {
		.network = trainer->network,
		.inputs = trainer->inputs,
		.loss = &trainer->loss,
		.y = trainer->dataset->y,
		.instances = trainer->dataset->instances,
		.batch = trainer->chunk,
	};
	return meta_weights_create(&subject, trainer->split, trainer->batch_size, recipe->training.seed,
				   &trainer->meta_weights, err);
}

/* Whether what an epoch draws and weighs depends on the predictions of the one before. */
static bool follows_predictions(const struct method *method)
{
	return method_weights(method)->uses_difficulty || method->sampler->weigh != NULL;
}

static enum err_code predict_nothing_yet(const struct recipe *recipe, const struct instances *instances,
					 struct predictions **ret_predictions, struct err *err)
{
	if (instances->target != NULL)
		return regression_create_predictions(instances, &recipe->difficulty,
						     recipe->data.target_scale == SCALE_STANDARD, ret_predictions, err);
	return predictions_create(instances, &recipe->difficulty, recipe->training.el2n_epoch, ret_predictions, err);
}

static enum err_code create_predictions(struct trainer *trainer, struct err *err)
{
	const struct recipe *recipe = trainer->recipe;
	const struct instances instances = split_instances(trainer->dataset, trainer->split);
	const struct sampler *sampler = recipe->method.sampler;
	size_t neighbours = recipe->sampler_parameters.neighbours;

	/* As the network sees them. */
	if (neighbours > 0 &&
	    neighbourhood_create(trainer->scaled.x, trainer->dataset->features, &instances, neighbours,
				 sampler->crowd * neighbours, &trainer->neighbourhood, err) != ERR_OK)
		return err->code;
	bool needs_unadjusted = recipe->method.adjustment != NULL && follows_predictions(&recipe->method);
	const struct weighting_settings weighting = {
		.sampler = sampler,
		.sampler_parameters = recipe->sampler_parameters,
		.epochs = recipe->training.epochs,
		.neighbourhood = trainer->neighbourhood,
		.ordering_loss = recipe->subject.ordering_loss,
		.class_weight = trainer->class_weight,
		.loss_weighs_difficulty = method_weights(&recipe->method)->uses_difficulty,
		.batch_weight = trainer->meta_weights != NULL ? meta_weights_mean(trainer->meta_weights) : NULL,
	};

	if (predict_nothing_yet(recipe, &instances, &trainer->predictions, err) != ERR_OK ||
	    (needs_unadjusted && predict_nothing_yet(recipe, &instances, &trainer->unadjusted, err) != ERR_OK))
		return err->code;
	if (weighting_create(needs_unadjusted ? trainer->unadjusted : trainer->predictions, &weighting,
			     &trainer->weighting, err) != ERR_OK ||
	    sampler_work_init(&trainer->sampler_work, &instances, recipe->training.seed, err) != ERR_OK)
		return err->code;
	if (sampler->mixes && sampler_work_init_mixture(&trainer->sampler_work, trainer->most_draws, err) != ERR_OK)
		return err->code;
	trainer->sampler_work.keep_order = trainer->batch_size == trainer->most_draws;
	return ERR_OK;
}

static enum err_code prepare_features(struct trainer *trainer, struct err *err)
{
	const struct recipe *recipe = trainer->recipe;
	const struct dataset *dataset = trainer->dataset;
	const struct scaling scaling = {
		.kind = (enum scale_kind)recipe->data.scale,
		.spare_x = recipe->subject.spare_x,
		.packs = !recipe->method.sampler->mixes && network_takes_packed(trainer->network, dataset->instances),
	};

	if (scale_fit(dataset, trainer->split, &scaling, &trainer->scaled, err) != ERR_OK)
		return err->code;
	if (trainer->scaled.x != NULL)
		return network_inputs_create(trainer->network, trainer->scaled.x, dataset->instances, &trainer->inputs,
					     err);
	trainer->packed = scaled_packed(&trainer->scaled, dataset->features);
	return network_inputs_create_packed(trainer->network, &trainer->packed, dataset->instances, &trainer->inputs,
					    err);
}

enum err_code trainer_create(const struct dataset *dataset, const struct split *split, const struct recipe *recipe,
			     struct trainer **ret_trainer, struct err *err)
{
	AUTO(trainer_freep) struct trainer *trainer = NULL;

	if (mem_new(&trainer, 1, err) != ERR_OK)
		return err->code;
	trainer->dataset = dataset;
	trainer->split = split;
	trainer->recipe = recipe;
	trainer->most_draws = recipe_count_draws(recipe, split);
	trainer->batch_size = recipe->batch_size < trainer->most_draws ? recipe->batch_size : trainer->most_draws;
	if (create_model(trainer, err) != ERR_OK || allocate(trainer, err) != ERR_OK ||
	    prepare_features(trainer, err) != ERR_OK)
		return err->code;
	if (recipe->shape.branch_layers > 0 &&
	    branches_create(trainer->chunk, dataset->classes, &trainer->branches, err) != ERR_OK)
		return err->code;
	trainer_start_biases(trainer);
	trainer_start_schedule(trainer);
	weigh_classes(trainer);
	if (create_loss(trainer, err) != ERR_OK || create_late_parts(trainer, err) != ERR_OK ||
	    create_predictions(trainer, err) != ERR_OK)
		return err->code;
	rng_init(&trainer->dropout_rng, recipe->training.seed, RNG_DROPOUT);
	trainer->objective_changes = follows_predictions(&recipe->method) || recipe->method.smooths_features;
	*ret_trainer = take_ptr(&trainer);
	return ERR_OK;
}

enum err_code trainer_share(struct trainer *trainer, struct pool *pool, struct err *err)
{
	size_t threads = pool_threads(pool);

	if (threads == 1)
		return ERR_OK;
	free_outputs(trainer);
	trainer->pool = pool;
	if (create_outputs(trainer, err) != ERR_OK)
		return err->code;
	network_share(trainer->network, pool);
	if (mem_new(&trainer->readers, threads, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < threads; i++)
		if (network_create_reader(trainer->network, &trainer->readers[i], err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static void free_readers(struct trainer *trainer)
{
	for (size_t i = 0; trainer->readers != NULL && i < pool_threads(trainer->pool); i++)
		network_free(trainer->readers[i]);
	free(trainer->readers);
}

void trainer_free(struct trainer *trainer)
{
	if (trainer == NULL)
		return;
	free_readers(trainer);
	free_outputs(trainer);
	network_inputs_free(trainer->inputs);
	scaled_done(&trainer->scaled);
	network_free(trainer->network);
	optimizer_free(trainer->optimizer);
	weighting_free(trainer->weighting);
	predictions_free(trainer->predictions);
	predictions_free(trainer->unadjusted);
	loss_state_done(&trainer->loss);
	class_scales_free(trainer->scales);
	adjuster_done(&trainer->adjuster);
	moving_mean_done(&trainer->moving_mean);
	feature_smoothing_done(&trainer->feature_smoothing);
	free(trainer->bin_features);
	free(trainer->class_weight);
	free(trainer->final_class_weight);
	meta_weights_free(trainer->meta_weights);
	branches_free(trainer->branches);
	free(trainer->batch_weight);
	free(trainer->batch_y);
	free(trainer->batch_scale);
	free(trainer->delta);
	free(trainer->log_p);
	free(trainer->features);
	free(trainer->partner_weight);
	free(trainer->partner_delta);
	free(trainer->partner_log_p);
	neighbourhood_free(trainer->neighbourhood);
	free(trainer->order);
	free(trainer->draws);
	sampler_work_done(&trainer->sampler_work);
	free(trainer);
}

void trainer_freep(struct trainer **trainer)
{
	trainer_free(*trainer);
}
