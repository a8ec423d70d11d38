#include "train/evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* What the loss makes of the training instances, any scale; the sum over them. */
static double weigh_losses(struct evaluation *evaluation)
{
	const struct split *split = evaluation->split;
	const double *class_weight = evaluation->settings.class_weight;
	double sum = 0;

	for (size_t i = 0; i < split->train_count; i++) {
		uint32_t at = split->train[i];
		evaluation->loss_weight[at] = evaluation->settings.loss_weighs_difficulty
						  ? evaluation->difficulty->value[at]
						  : class_weight[evaluation->dataset->y[at]];
		sum += evaluation->loss_weight[at];
	}
	return sum;
}

static void scale_train(const struct split *split, double *weight, double scale)
{
	for (size_t i = 0; i < split->train_count; i++)
		weight[split->train[i]] *= scale;
}

static void update_weights(struct evaluation *evaluation)
{
	const struct split *split = evaluation->split;
	const struct dataset *dataset = evaluation->dataset;
	double loss_sum = weigh_losses(evaluation);
	double sum = 0, squares = 0;

	evaluation->sampling.epoch = evaluation->dynamics->epochs + 1;
	sampler_weigh(evaluation->settings.sampler, &evaluation->sampling);
	memset(evaluation->sampling_share, 0, dataset->classes * sizeof(double));
	for (size_t i = 0; i < split->train_count; i++) {
		uint32_t at = split->train[i];
		double weight = evaluation->loss_weight[at] * evaluation->sampling.weight[at];
		evaluation->weight[at] = weight;
		evaluation->sampling_share[dataset->y[at]] += weight;
		sum += weight;
		squares += weight * weight;
	}
	scale_train(split, evaluation->weight, (double)split->train_count / sum);
	for (size_t c = 0; c < dataset->classes; c++)
		evaluation->sampling_share[c] /= sum;
	evaluation->effective_sample_size = sum * sum / squares;
	if (evaluation->settings.loss_weighs_difficulty)
		scale_train(split, evaluation->loss_weight, (double)split->train_count / loss_sum);
}

static enum err_code create_sampling(struct evaluation *evaluation, struct err *err)
{
	const struct dataset *dataset = evaluation->dataset;
	const struct split *split = evaluation->split;
	struct sampling_part part = {
		.count = split->train_count,
		.train = split->train,
		.y = dataset->y,
		.class_count = split->train_class,
		.classes = dataset->classes,
	};

	if (sampling_init(&evaluation->sampling, &part, dataset->instances, err) != ERR_OK)
		return err->code;
	evaluation->sampling.parameters = evaluation->settings.sampler_parameters;
	evaluation->sampling.epochs = evaluation->settings.epochs;
	evaluation->sampling.difficulty = evaluation->difficulty->value;
	evaluation->sampling.p_true = evaluation->p_true;
	return ERR_OK;
}

enum err_code evaluation_create(const struct dataset *dataset, const struct split *split,
				const struct evaluation_settings *settings, struct evaluation **ret_evaluation,
				struct err *err)
{
	AUTO(evaluation_freep) struct evaluation *e = NULL;
	size_t n = dataset->instances;
	size_t k = dataset->classes;
	size_t tiles = (n + TILE_INSTANCES - 1) / TILE_INSTANCES;
	size_t padded = tiles * TILE_INSTANCES;

	if (mem_new(&e, 1, err) != ERR_OK)
		return err->code;
	*e = (struct evaluation){ .dataset = dataset, .split = split, .settings = *settings, .tiles = tiles };
	if (difficulty_create(n, k, &settings->difficulty, &e->difficulty, err) != ERR_OK ||
	    dynamics_create(n, &e->dynamics, err) != ERR_OK || mem_new(&e->y, padded, err) != ERR_OK ||
	    mem_new(&e->p, padded * k, err) != ERR_OK || mem_new(&e->log_p, padded * k, err) != ERR_OK ||
	    mem_new(&e->p_true, padded, err) != ERR_OK || mem_new(&e->log_p_true, padded, err) != ERR_OK ||
	    mem_new(&e->predicted, padded, err) != ERR_OK || mem_new(&e->loss_weight, n, err) != ERR_OK ||
	    mem_new(&e->weight, padded, err) != ERR_OK || mem_new(&e->confidence, padded, err) != ERR_OK ||
	    part_metrics_init(k, &e->train, err) != ERR_OK || part_metrics_init(k, &e->test, err) != ERR_OK ||
	    mem_new(&e->sampling_share, k, err) != ERR_OK || create_sampling(e, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < n; i++)
		e->y[i] = (double)dataset->y[i];
	for (size_t i = 0; i < padded; i++)
		e->weight[i] = NAN;
	update_weights(e);
	*ret_evaluation = take_ptr(&e);
	return ERR_OK;
}

void evaluation_free(struct evaluation *evaluation)
{
	if (evaluation == NULL)
		return;
	difficulty_free(evaluation->difficulty);
	dynamics_free(evaluation->dynamics);
	sampling_done(&evaluation->sampling);
	free(evaluation->y);
	free(evaluation->p);
	free(evaluation->log_p);
	free(evaluation->p_true);
	free(evaluation->log_p_true);
	free(evaluation->predicted);
	free(evaluation->confidence);
	free(evaluation->loss_weight);
	free(evaluation->weight);
	part_metrics_done(&evaluation->train);
	part_metrics_done(&evaluation->test);
	free(evaluation->sampling_share);
	free(evaluation);
}

void evaluation_freep(struct evaluation **evaluation)
{
	evaluation_free(*evaluation);
}

double *evaluation_p(const struct evaluation *evaluation, size_t t)
{
	return evaluation->p + t * evaluation->dataset->classes * TILE_INSTANCES;
}

double *evaluation_log_p(const struct evaluation *evaluation, size_t t)
{
	return evaluation->log_p + t * evaluation->dataset->classes * TILE_INSTANCES;
}

void evaluation_begin_epoch(struct evaluation *evaluation)
{
	dynamics_begin_epoch(evaluation->dynamics);
}

void evaluation_take_tile(struct evaluation *evaluation, size_t t)
{
	size_t first = t * TILE_INSTANCES;
	size_t left = evaluation->dataset->instances - first;
	size_t count = left < TILE_INSTANCES ? left : TILE_INSTANCES;
	const double *p = evaluation_p(evaluation, t);
	const double *log_p = evaluation_log_p(evaluation, t);
	const double *y = evaluation->y + first;

	tile_read_out(log_p, p, y, TILE_INSTANCES, evaluation->dataset->classes, evaluation->p_true + first,
		      evaluation->log_p_true + first, evaluation->predicted + first);
	for (size_t i = first; i < first + TILE_INSTANCES; i++)
		evaluation->confidence[i] = p[(size_t)(int32_t)evaluation->predicted[i] * TILE_INSTANCES + i - first];
	difficulty_update(evaluation->difficulty, t, log_p, p, y);
	dynamics_update(evaluation->dynamics, first, count, evaluation->p_true + first, evaluation->predicted + first,
			y);
}

void evaluation_finish_epoch(struct evaluation *evaluation)
{
	const struct split *split = evaluation->split;
	const struct prediction_view predictions = {
		.classes = evaluation->dataset->classes,
		.y = evaluation->dataset->y,
		.predicted = evaluation->predicted,
		.log_p_true = evaluation->log_p_true,
		.confidence = evaluation->confidence,
		.train_class = split->train_class,
	};
	const struct part_view train = { split->train, split->train_count, split->train_class };
	const struct part_view test = { split->test, split->test_count, split->test_class };

	part_metrics_measure(&predictions, &train, &evaluation->train);
	part_metrics_measure(&predictions, &test, &evaluation->test);
	update_weights(evaluation);
}

void evaluation_copy_weights(struct evaluation *evaluation, const struct evaluation *from)
{
	memcpy(evaluation->weight, from->weight, evaluation->dataset->instances * sizeof *evaluation->weight);
	memcpy(evaluation->sampling_share, from->sampling_share,
	       evaluation->dataset->classes * sizeof *evaluation->sampling_share);
	evaluation->effective_sample_size = from->effective_sample_size;
}
