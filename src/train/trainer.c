#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "num/tile.h"
#include "train/trainer_state.h"

/* What is read out of one output takes as long as so many multiplications, */
#define READ_OUT_MULTIPLICATIONS 64

/* and predictions of fewer of them are over before another thread is awake. */
#define SHARED_MULTIPLICATIONS ((size_t)4 << 20)

/* Predictions of all instances, some at a time. */
struct prediction {
	struct trainer *trainer;
	struct predictions *predictions;
	bool is_adjusted;
	bool is_shared; /* each thread has a reader */
};

/* Whatever it changes belongs to its instances. */
static void predict_some(void *context, size_t piece, size_t thread)
{
	const struct prediction *prediction = context;
	struct trainer *trainer = prediction->trainer;
	struct predictions *predictions = prediction->predictions;
	size_t first = piece * TRAINER_CHUNK;
	size_t left = trainer->dataset->instances - first;
	size_t end = first + (left < TRAINER_CHUNK ? left : TRAINER_CHUNK);
	size_t tile_size = trainer->recipe->shape.outputs * TILE_INSTANCES;
	double *outputs = trainer->outputs[thread];
	double *p = outputs + TRAINER_CHUNK / TILE_INSTANCES * tile_size;

	if (!prediction->is_adjusted)
		network_predict(prediction->is_shared ? trainer->readers[thread] : trainer->network, trainer->inputs,
				first, end - first, outputs);
	for (size_t t = first / TILE_INSTANCES; t * TILE_INSTANCES < end; t++, outputs += tile_size) {
		if (prediction->is_adjusted)
			adjuster_predict(&trainer->adjuster, trainer->network, trainer->inputs, t, outputs);
		if (predictions->regression == NULL)
			loss_predict(trainer->recipe->method.loss, outputs, TILE_INSTANCES, trainer->dataset->classes,
				     outputs, p);
		predictions_take_tile(predictions, t, outputs, p);
	}
}

/* The network's predictions, or what the adjustment makes of them, which has no readers. */
static void predict(struct trainer *trainer, struct predictions *predictions, bool is_adjusted)
{
	size_t n = trainer->dataset->instances;
	size_t work = n * (network_count_parameters(&trainer->recipe->shape) +
			   READ_OUT_MULTIPLICATIONS * trainer->recipe->shape.outputs);
	struct prediction prediction = { trainer, predictions, is_adjusted, false };

	prediction.is_shared = trainer->readers != NULL && !is_adjusted && work >= SHARED_MULTIPLICATIONS;
	predictions_begin_epoch(predictions, trainer->epoch);
	if (is_adjusted)
		adjuster_prepare(&trainer->adjuster, trainer->network, trainer->inputs, trainer->moving_mean.value);
	pool_run(prediction.is_shared ? trainer->pool : NULL, (n + TRAINER_CHUNK - 1) / TRAINER_CHUNK, predict_some,
		 &prediction);
}

/* After the epoch's number and stage are set. */
static void evaluate(struct trainer *trainer)
{
	predict(trainer, trainer->predictions, trainer->recipe->method.adjustment != NULL);
	predictions_measure(trainer->predictions);
	if (trainer->unadjusted != NULL)
		predict(trainer, trainer->unadjusted, false);
	weighting_update(trainer->weighting, trainer->epoch + 1);
}

void trainer_take_grand(struct trainer *trainer)
{
	size_t k = trainer->dataset->classes;
	size_t h = network_layer(trainer->network, network_layer_count(trainer->network) - 1).inputs;

	if (trainer->predictions->dynamics == NULL || network_cosine(trainer->network).heads > 0)
		return;
	for (size_t t = 0; t < trainer->predictions->tiles; t++) {
		network_read_tile(trainer->network, trainer->inputs, t, trainer->log_p, trainer->features);
		tile_softmax(trainer->log_p, TILE_INSTANCES, k, trainer->log_p, trainer->delta);
		predictions_take_grand(trainer->predictions, t, trainer->delta, trainer->features, h);
	}
}

/* The features of the training part as they are now, without dropout, go into their bins' statistics. */
static void smooth_features(struct trainer *trainer)
{
	const struct split *split = trainer->split;
	size_t last = network_layer_count(trainer->network) - 1;
	uint32_t bin[TRAINER_CHUNK];

	for (size_t first = 0; first < split->train_count; first += trainer->chunk) {
		size_t left = split->train_count - first;
		size_t count = left < trainer->chunk ? left : trainer->chunk;
		const struct network_batch batch = { .inputs = trainer->inputs,
						     .index = split->train + first,
						     .count = count };
		network_forward(trainer->network, &batch, NULL, trainer->log_p);
		network_read_input(trainer->network, last, trainer->bin_features);
		for (size_t i = 0; i < count; i++)
			bin[i] = trainer->dataset->y[split->train[first + i]];
		feature_smoothing_see(&trainer->feature_smoothing, trainer->bin_features, tile_lanes(count), bin,
				      count);
	}
	feature_smoothing_end_epoch(&trainer->feature_smoothing);
}

/* What the second stage does otherwise, whether it begins or is taken up again. */
static void enter_second_stage(struct trainer *trainer)
{
	trainer->in_second_stage = true;
	trainer_start_schedule(trainer);
	if (trainer->recipe->method.stage->retrains_classifier)
		network_freeze_hidden(trainer->network);
}

static void begin_second_stage(struct trainer *trainer)
{
	bool is_other_objective = optimizer_takes_objectives((size_t)trainer->recipe->training.optimizer);

	enter_second_stage(trainer);
	if (trainer->recipe->method.stage->retrains_classifier) {
		network_initialise_classifier(trainer->network, (enum network_init)trainer->recipe->training.init,
					      &trainer->initial_weights);
		trainer_start_biases(trainer);
	}
	if (trainer->recipe->method.stage->retrains_classifier || is_other_objective)
		optimizer_restart(trainer->optimizer);
	if (trainer->scales != NULL)
		class_scales_start(trainer->scales);
}

/* What the weights depend on that the last evaluation before the second stage gives. */
static void weigh_second_stage(struct trainer *trainer)
{
	const struct stage *stage = trainer->recipe->method.stage;

	if (stage->deferred_weights != NULL)
		memcpy(trainer->class_weight, trainer->final_class_weight,
		       trainer->dataset->classes * sizeof *trainer->class_weight);
	if (stage->sampler != NULL)
		trainer->weighting->settings.sampler = stage->sampler;
}

void trainer_take_up_stage(struct trainer *trainer)
{
	size_t first_stage = trainer->recipe->training.epochs - trainer->recipe->second_stage_epochs;

	if (trainer->recipe->second_stage_epochs == 0)
		return;
	if (trainer->epoch > first_stage)
		enter_second_stage(trainer);
	if (trainer->epoch >= first_stage)
		weigh_second_stage(trainer);
}

bool trainer_run_epoch(struct trainer *trainer)
{
	double start = clock_seconds();
	size_t epoch = trainer->epoch + 1;
	size_t first_stage = trainer->recipe->training.epochs - trainer->recipe->second_stage_epochs;

	if (epoch == trainer->recipe->training.el2n_epoch)
		trainer_take_grand(trainer);
	if (trainer->recipe->second_stage_epochs > 0 && epoch == first_stage + 1)
		begin_second_stage(trainer);
	bool restarted = trainer->in_second_stage && trainer_restarts_schedule(trainer);
	if (trainer->feature_smoothing.bins > 0)
		network_calibrate(trainer->network,
				  epoch > trainer->recipe->feature_parameters.start ? &trainer->calibration : NULL);
	trainer_learn_epoch(trainer, schedule_factor(&trainer->schedule, restarted ? epoch - first_stage : epoch));
	trainer->epoch = epoch;
	if (trainer->feature_smoothing.bins > 0)
		smooth_features(trainer);
	if (epoch == first_stage && trainer->recipe->second_stage_epochs > 0)
		weigh_second_stage(trainer);
	evaluate(trainer);
	trainer->seconds = clock_seconds() - start;
	/* Adjustments that do not read the classifier hide lost parameters from the loss. */
	return isfinite(trainer->predictions->train.loss) && network_is_finite(trainer->network);
}

struct network *trainer_open(struct trainer *trainer, double **ret_mean_feature)
{
	*ret_mean_feature = trainer->moving_mean.value;
	return trainer->network;
}

void trainer_evaluate(struct trainer *trainer, size_t epoch)
{
	double start = clock_seconds();

	trainer->epoch = epoch;
	trainer_take_up_stage(trainer);
	evaluate(trainer);
	trainer->seconds = clock_seconds() - start;
}

enum err_code trainer_readjust(struct trainer *trainer, const struct adjustment_parameters *parameters, struct err *err)
{
	struct adjuster adjuster;

	if (adjuster_init(&adjuster, trainer->recipe->method.adjustment, parameters, trainer->dataset, trainer->split,
			  trainer->network, err) != ERR_OK)
		return err->code;
	adjuster_done(&trainer->adjuster);
	trainer->adjuster = adjuster;
	predict(trainer, trainer->predictions, true);
	return ERR_OK;
}

const struct predictions *trainer_predictions(const struct trainer *trainer)
{
	return trainer->predictions;
}

const struct weighting *trainer_weighting(const struct trainer *trainer)
{
	return trainer->weighting;
}

void trainer_take_outcome(struct trainer *trainer, struct predictions **ret_predictions,
			  struct weighting **ret_weighting)
{
	*ret_predictions = take_ptr(&trainer->predictions);
	*ret_weighting = take_ptr(&trainer->weighting);
}

size_t trainer_epoch(const struct trainer *trainer)
{
	return trainer->epoch;
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
