#include "rebalance/predictions.h"

#include <stdlib.h>

#include "base/mem.h"
#include "rebalance/regression.h"

static const struct prediction_kind of_classes;

enum err_code predictions_create(const struct instances *instances, const struct difficulty_settings *difficulty,
				 size_t el2n_epoch, struct predictions **ret_predictions, struct err *err)
{
	AUTO(predictions_freep) struct predictions *made = NULL;
	size_t n = instances->count;
	size_t k = instances->classes;
	size_t tiles = (n + TILE_INSTANCES - 1) / TILE_INSTANCES;
	size_t padded = tiles * TILE_INSTANCES;

	if (mem_new(&made, 1, err) != ERR_OK)
		return err->code;
	made->kind = &of_classes;
	made->instances = *instances;
	made->tiles = tiles;
	if (difficulty_create(n, k, difficulty, &made->difficulty, err) != ERR_OK ||
	    dynamics_create(n, k, el2n_epoch, &made->dynamics, err) != ERR_OK ||
	    mem_new(&made->y, padded, err) != ERR_OK || mem_new(&made->p, padded * k, err) != ERR_OK ||
	    mem_new(&made->log_p, padded * k, err) != ERR_OK || mem_new(&made->p_true, padded, err) != ERR_OK ||
	    mem_new(&made->log_p_true, padded, err) != ERR_OK || mem_new(&made->predicted, padded, err) != ERR_OK ||
	    mem_new(&made->confidence, padded, err) != ERR_OK || mem_new(&made->margin, padded, err) != ERR_OK ||
	    part_metrics_init(k, &made->train, err) != ERR_OK || part_metrics_init(k, &made->test, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < n; i++)
		made->y[i] = (double)instances->y[i];
	*ret_predictions = take_ptr(&made);
	return ERR_OK;
}

void predictions_free(struct predictions *predictions)
{
	if (predictions == NULL)
		return;
	difficulty_free(predictions->difficulty);
	dynamics_free(predictions->dynamics);
	free(predictions->y);
	free(predictions->p);
	free(predictions->log_p);
	free(predictions->p_true);
	free(predictions->log_p_true);
	free(predictions->predicted);
	free(predictions->confidence);
	free(predictions->margin);
	regression_free(predictions->regression);
	part_metrics_done(&predictions->train);
	part_metrics_done(&predictions->test);
	free(predictions);
}

void predictions_freep(struct predictions **predictions)
{
	predictions_free(*predictions);
}

double *predictions_p(const struct predictions *predictions, size_t t)
{
	return predictions->p + t * predictions->instances.classes * TILE_INSTANCES;
}

double *predictions_log_p(const struct predictions *predictions, size_t t)
{
	return predictions->log_p + t * predictions->instances.classes * TILE_INSTANCES;
}

void predictions_begin_epoch(struct predictions *predictions, size_t epoch)
{
	predictions->kind->begin_epoch(predictions, epoch);
}

double *predictions_outputs(const struct predictions *predictions, size_t t)
{
	return predictions->kind->outputs(predictions, t);
}

void predictions_take_tile(struct predictions *predictions, size_t t)
{
	predictions->kind->take_tile(predictions, t);
}

void predictions_measure(struct predictions *predictions)
{
	predictions->kind->measure(predictions);
}

void predictions_visit_state(struct predictions *predictions, struct state_visitor *visitor)
{
	predictions->kind->visit_state(predictions, visitor);
}

void predictions_recall(struct predictions *predictions)
{
	predictions->kind->recall(predictions);
}

static void begin_epoch(struct predictions *predictions, size_t epoch)
{
	dynamics_begin_epoch(predictions->dynamics, epoch);
}

static void read_out(struct predictions *predictions, size_t t)
{
	size_t first = t * TILE_INSTANCES;
	const double *p = predictions_p(predictions, t);
	const struct tile_out out = {
		.p_true = predictions->p_true + first,
		.log_p_true = predictions->log_p_true + first,
		.predicted = predictions->predicted + first,
		.margin = predictions->margin + first,
	};

	tile_read_out(predictions_log_p(predictions, t), p, predictions->y + first, TILE_INSTANCES,
		      predictions->instances.classes, &out);
	for (size_t i = first; i < first + TILE_INSTANCES; i++)
		predictions->confidence[i] = p[(size_t)(int32_t)predictions->predicted[i] * TILE_INSTANCES + i - first];
}

/* How many instances tile t has. */
static size_t count_tile(const struct predictions *predictions, size_t t)
{
	size_t left = predictions->instances.count - t * TILE_INSTANCES;

	return left < TILE_INSTANCES ? left : TILE_INSTANCES;
}

void predictions_update_dynamics(struct predictions *predictions, size_t t)
{
	size_t first = t * TILE_INSTANCES;
	const struct dynamics_tile tile = {
		.p_true = predictions->p_true + first,
		.log_p_true = predictions->log_p_true + first,
		.margin = predictions->margin + first,
		.predicted = predictions->predicted + first,
		.y = predictions->y + first,
		.p = predictions_p(predictions, t),
		.classes = predictions->instances.classes,
		.stride = TILE_INSTANCES,
	};

	dynamics_update(predictions->dynamics, first, count_tile(predictions, t), &tile);
}

void predictions_take_grand(struct predictions *predictions, size_t t, const double *p, const double *features,
			    size_t h)
{
	size_t first = t * TILE_INSTANCES;
	const struct dynamics_tile tile = {
		.y = predictions->y + first,
		.p = p,
		.classes = predictions->instances.classes,
		.stride = TILE_INSTANCES,
	};

	dynamics_take_grand(predictions->dynamics, first, count_tile(predictions, t), &tile, features, h);
}

static void take_tile(struct predictions *predictions, size_t t)
{
	read_out(predictions, t);
	difficulty_update(predictions->difficulty, t, predictions_log_p(predictions, t), predictions_p(predictions, t),
			  predictions->y + t * TILE_INSTANCES);
	predictions_update_dynamics(predictions, t);
}

static void measure(struct predictions *predictions)
{
	const struct prediction_view view = {
		.instances = &predictions->instances,
		.predicted = predictions->predicted,
		.log_p_true = predictions->log_p_true,
		.confidence = predictions->confidence,
	};

	part_metrics_measure(&view, &predictions->instances.train, &predictions->train);
	part_metrics_measure(&view, &predictions->instances.test, &predictions->test);
}

static void visit_state(struct predictions *predictions, struct state_visitor *visitor)
{
	size_t count = predictions->tiles * TILE_INSTANCES * predictions->instances.classes;

	state_visit(visitor, "p", STATE_DOUBLE, count, predictions->p);
	/* Not a number after a divergence. */
	for (size_t i = 0; i < count; i++)
		state_check(visitor, !(predictions->p[i] < 0 || predictions->p[i] > 1));
	state_visit(visitor, "log_p", STATE_DOUBLE, count, predictions->log_p);
	difficulty_visit_state(predictions->difficulty, predictions->instances.count, visitor);
	dynamics_visit_state(predictions->dynamics, predictions->instances.count, visitor);
}

static void recall(struct predictions *predictions)
{
	for (size_t t = 0; t < predictions->tiles; t++) {
		read_out(predictions, t);
		difficulty_recall(predictions->difficulty, t, predictions_log_p(predictions, t),
				  predictions_p(predictions, t), predictions->y + t * TILE_INSTANCES);
	}
	measure(predictions);
}

static const struct prediction_kind of_classes = {
	.begin_epoch = begin_epoch,
	.outputs = predictions_log_p,
	.take_tile = take_tile,
	.measure = measure,
	.visit_state = visit_state,
	.recall = recall,
};
