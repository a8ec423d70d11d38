#include "train/evaluation.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static void update_weights(struct evaluation *evaluation)
{
	const struct split *split = evaluation->split;
	const struct dataset *dataset = evaluation->dataset;
	double sum = 0, squares = 0;

	memset(evaluation->sampling_share, 0, dataset->classes * sizeof(double));
	for (size_t i = 0; i < split->train_count; i++) {
		uint32_t at = split->train[i];
		double weight = evaluation->class_weight[dataset->y[at]];
		if (evaluation->weighs_difficulty)
			weight *= evaluation->difficulty->value[at];
		evaluation->weight[at] = weight;
		evaluation->sampling_share[dataset->y[at]] += weight;
		sum += weight;
		squares += weight * weight;
	}
	double scale = (double)split->train_count / sum;
	for (size_t i = 0; i < split->train_count; i++)
		evaluation->weight[split->train[i]] *= scale;
	for (size_t c = 0; c < dataset->classes; c++)
		evaluation->sampling_share[c] /= sum;
	evaluation->effective_sample_size = sum * sum / squares;
}

enum err_code evaluation_create(const struct dataset *dataset, const struct split *split, const double *class_weight,
				bool weighs_difficulty, double prior, double floor, struct evaluation **ret_evaluation,
				struct err *err)
{
	AUTO(evaluation_freep) struct evaluation *e = NULL;
	size_t n = dataset->instances;
	size_t k = dataset->classes;
	size_t tiles = (n + TILE_INSTANCES - 1) / TILE_INSTANCES;
	size_t padded = tiles * TILE_INSTANCES;

	if (mem_new(&e, 1, err) != ERR_OK || difficulty_create(n, k, prior, floor, &e->difficulty, err) != ERR_OK ||
	    dynamics_create(n, &e->dynamics, err) != ERR_OK || mem_new(&e->y, padded, err) != ERR_OK ||
	    mem_new(&e->p, padded * k, err) != ERR_OK || mem_new(&e->log_p, padded * k, err) != ERR_OK ||
	    mem_new(&e->p_true, padded, err) != ERR_OK || mem_new(&e->log_p_true, padded, err) != ERR_OK ||
	    mem_new(&e->predicted, padded, err) != ERR_OK || mem_new(&e->weight, padded, err) != ERR_OK ||
	    mem_new(&e->train.correct, k, err) != ERR_OK || mem_new(&e->test.correct, k, err) != ERR_OK ||
	    mem_new(&e->sampling_share, k, err) != ERR_OK)
		return err->code;
	e->dataset = dataset;
	e->split = split;
	e->class_weight = class_weight;
	e->weighs_difficulty = weighs_difficulty;
	e->tiles = tiles;
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
	free(evaluation->y);
	free(evaluation->p);
	free(evaluation->log_p);
	free(evaluation->p_true);
	free(evaluation->log_p_true);
	free(evaluation->predicted);
	free(evaluation->weight);
	free(evaluation->train.correct);
	free(evaluation->test.correct);
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
	difficulty_update(evaluation->difficulty, t, log_p, p, y);
	dynamics_update(evaluation->dynamics, first, count, evaluation->p_true + first, evaluation->predicted + first,
			y);
}

/* `index` (count): the part's positions; `present` (k): its instances of each class. */
static void measure_part(const struct evaluation *evaluation, const uint32_t *index, size_t count,
			 const uint32_t *present, struct part_metrics *metrics)
{
	size_t classes = evaluation->dataset->classes;
	double loss = 0, error = 0, correct = 0, classes_present = 0;

	memset(metrics->correct, 0, classes * sizeof *metrics->correct);
	for (size_t i = 0; i < count; i++) {
		uint32_t at = index[i];
		loss -= evaluation->log_p_true[at];
		metrics->correct[evaluation->dataset->y[at]] += evaluation->predicted[at] == evaluation->y[at];
	}
	for (size_t c = 0; c < classes; c++) {
		if (present[c] == 0)
			continue;
		correct += metrics->correct[c];
		error += 1.0 - (double)metrics->correct[c] / (double)present[c];
		classes_present++;
	}
	/* An empty part gives 0/0, not a number, as it should. */
	metrics->loss = loss / (double)count;
	metrics->accuracy = correct / (double)count;
	metrics->balanced_error = error / classes_present;
	/* Where probabilities are not numbers there is no prediction to be right. */
	if (isnan(loss))
		metrics->accuracy = metrics->balanced_error = NAN;
}

void evaluation_finish_epoch(struct evaluation *evaluation)
{
	const struct split *split = evaluation->split;

	measure_part(evaluation, split->train, split->train_count, split->train_class, &evaluation->train);
	measure_part(evaluation, split->test, split->test_count, split->test_class, &evaluation->test);
	update_weights(evaluation);
}
