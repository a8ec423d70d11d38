#include "rebalance/predictions.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rebalance/regression.h"

static const struct prediction_kind of_classes;

/* stored_classes: k, or 0 if predictions are the caller's. */
static enum err_code create(const struct instances *instances, const struct difficulty_settings *difficulty,
			    size_t stored_classes, size_t el2n_epoch, struct predictions **ret_predictions,
			    struct err *err)
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
	if (difficulty_create(n, stored_classes, difficulty, &made->difficulty, err) != ERR_OK ||
	    dynamics_create(n, k, el2n_epoch, &made->dynamics, err) != ERR_OK ||
	    (stored_classes > 0 && dynamics_add_grand(made->dynamics, n, err) != ERR_OK) ||
	    mem_new(&made->y, padded, err) != ERR_OK || mem_new(&made->p_true, padded, err) != ERR_OK ||
	    mem_new(&made->log_p_true, padded, err) != ERR_OK || mem_new(&made->predicted, padded, err) != ERR_OK ||
	    mem_new(&made->confidence, padded, err) != ERR_OK || mem_new(&made->margin, padded, err) != ERR_OK ||
	    part_metrics_init(k, &made->train, err) != ERR_OK || part_metrics_init(k, &made->test, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < n; i++)
		made->y[i] = (double)instances->y[i];
	*ret_predictions = take_ptr(&made);
	return ERR_OK;
}

enum err_code predictions_create_bare(const struct instances *instances, const struct difficulty_settings *difficulty,
				      size_t el2n_epoch, struct predictions **ret_predictions, struct err *err)
{
	return create(instances, difficulty, 0, el2n_epoch, ret_predictions, err);
}

enum err_code predictions_create(const struct instances *instances, const struct difficulty_settings *difficulty,
				 size_t el2n_epoch, struct predictions **ret_predictions, struct err *err)
{
	return create(instances, difficulty, instances->classes, el2n_epoch, ret_predictions, err);
}

void predictions_free(struct predictions *predictions)
{
	if (predictions == NULL)
		return;
	difficulty_free(predictions->difficulty);
	dynamics_free(predictions->dynamics);
	free(predictions->y);
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

const double *predictions_p(const struct predictions *predictions, size_t t)
{
	return predictions->difficulty->classes > 0 ? difficulty_past(predictions->difficulty, t).p : NULL;
}

void predictions_begin_epoch(struct predictions *predictions, size_t epoch)
{
	predictions->kind->begin_epoch(predictions, epoch);
}

void predictions_take_tile(struct predictions *predictions, size_t t, double *outputs, double *p)
{
	predictions->kind->take_tile(predictions, t, outputs, p);
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

static void read_out(struct predictions *predictions, size_t t, const double *log_p, const double *p)
{
	size_t first = t * TILE_INSTANCES;
	const struct tile_out out = {
		.p_true = predictions->p_true + first,
		.log_p_true = predictions->log_p_true + first,
		.predicted = predictions->predicted + first,
		.margin = predictions->margin + first,
	};

	tile_read_out(log_p, p, predictions->y + first, TILE_INSTANCES, predictions->instances.classes, &out);
	for (size_t i = first; i < first + TILE_INSTANCES; i++)
		predictions->confidence[i] = p[(size_t)(int32_t)predictions->predicted[i] * TILE_INSTANCES + i - first];
}

size_t predictions_count_tile(const struct predictions *predictions, size_t t)
{
	size_t left = predictions->instances.count - t * TILE_INSTANCES;

	return left < TILE_INSTANCES ? left : TILE_INSTANCES;
}

bool predictions_sees(const struct predictions *predictions, size_t position)
{
	return predictions->seen == NULL || predictions->seen->is_seen[position] != 0;
}

const struct part *predictions_part(const struct predictions *predictions, bool is_test)
{
	const struct seen *seen = predictions->seen;
	const struct instances *instances = &predictions->instances;

	if (seen != NULL)
		return is_test ? &seen->test : &seen->train;
	return is_test ? &instances->test : &instances->train;
}

void predictions_spare_unseen(struct predictions *predictions, size_t t, const double *before)
{
	struct difficulty *difficulty = predictions->difficulty;
	size_t first = t * TILE_INSTANCES;

	for (size_t i = 0; predictions->seen != NULL && i < predictions_count_tile(predictions, t); i++)
		if (!predictions_sees(predictions, first + i)) {
			difficulty->du[first + i] = difficulty->dl[first + i] = NAN;
			difficulty->value[first + i] = before[i];
		}
}

void predictions_update_difficulty(struct predictions *predictions, size_t t, double *log_p, double *p,
				   struct tile_past *past)
{
	struct difficulty *difficulty = predictions->difficulty;
	size_t first = t * TILE_INSTANCES, k = predictions->instances.classes;
	size_t count = predictions->seen == NULL ? 0 : predictions_count_tile(predictions, t);
	double before[TILE_INSTANCES];

	/* What did not change has neither du nor dl. */
	for (size_t i = 0; i < count; i++)
		for (size_t c = 0; !predictions_sees(predictions, first + i) && c < k; c++) {
			p[c * TILE_INSTANCES + i] = past->p[c * TILE_INSTANCES + i];
			log_p[c * TILE_INSTANCES + i] = past->log_p[c * TILE_INSTANCES + i];
		}
	memcpy(before, difficulty->value + first, sizeof before);
	difficulty_update_from(difficulty, t, log_p, p, predictions->y + first, k, past);
	predictions_spare_unseen(predictions, t, before);
}

void predictions_update_dynamics(struct predictions *predictions, size_t t, const double *p)
{
	size_t end = predictions_count_tile(predictions, t);

	/* Neighbours who are seen go in together: all at once, as a rule. */
	for (size_t from = 0, to; from < end; from = to) {
		size_t first = t * TILE_INSTANCES + from;
		bool is_seen = predictions_sees(predictions, first);
		to = predictions->seen == NULL ? end : from + 1;
		while (to < end && predictions_sees(predictions, t * TILE_INSTANCES + to) == is_seen)
			to++;
		const struct dynamics_tile tile = {
			.p_true = predictions->p_true + first,
			.log_p_true = predictions->log_p_true + first,
			.margin = predictions->margin + first,
			.predicted = predictions->predicted + first,
			.y = predictions->y + first,
			.p = p + from,
			.classes = predictions->instances.classes,
			.stride = TILE_INSTANCES,
		};
		if (is_seen)
			dynamics_update(predictions->dynamics, first, to - from, &tile);
	}
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

	dynamics_take_grand(predictions->dynamics, first, predictions_count_tile(predictions, t), &tile, features, h);
}

static void take_tile(struct predictions *predictions, size_t t, double *log_p, double *p)
{
	struct tile_past past = difficulty_past(predictions->difficulty, t);

	read_out(predictions, t, log_p, p);
	predictions_update_difficulty(predictions, t, log_p, p, &past);
	predictions_update_dynamics(predictions, t, p);
}

static void measure(struct predictions *predictions)
{
	const struct prediction_view view = {
		.instances = &predictions->instances,
		.predicted = predictions->predicted,
		.log_p_true = predictions->log_p_true,
		.confidence = predictions->confidence,
	};

	part_metrics_measure(&view, predictions_part(predictions, false), &predictions->train);
	part_metrics_measure(&view, predictions_part(predictions, true), &predictions->test);
}

static void visit_state(struct predictions *predictions, struct state_visitor *visitor)
{
	difficulty_visit_state(predictions->difficulty, predictions->instances.count, visitor);
	dynamics_visit_state(predictions->dynamics, predictions->instances.count, visitor);
}

static void recall(struct predictions *predictions)
{
	for (size_t t = 0; t < predictions->tiles; t++) {
		const struct tile_past last = difficulty_past(predictions->difficulty, t);
		read_out(predictions, t, last.log_p, last.p);
	}
	measure(predictions);
}

static const struct prediction_kind of_classes = {
	.begin_epoch = begin_epoch,
	.take_tile = take_tile,
	.measure = measure,
	.visit_state = visit_state,
	.recall = recall,
};
