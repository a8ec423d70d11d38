#include "rebalance/regression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

static const struct prediction_kind of_numbers;

const char *regression_group_name(size_t i)
{
	static const char *const names[] = { "all", "many", "medium", "few" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

/* Mean and deviation by the two-pass formula. */
static void fit_target(const struct instances *instances, struct regression *regression)
{
	const struct part *train = &instances->train;
	const double *target = instances->target;
	double sum = 0, squares = 0;
	bool is_constant = true;

	for (size_t i = 0; i < train->count; i++) {
		sum += target[train->index[i]];
		is_constant = is_constant && target[train->index[i]] == target[train->index[0]];
	}
	regression->mean = sum / (double)train->count;
	for (size_t i = 0; i < train->count; i++) {
		double deviation = target[train->index[i]] - regression->mean;
		squares += deviation * deviation;
	}
	regression->sd = is_constant ? 1 : sqrt(squares / (double)train->count);
}

static enum err_code create_regression(const struct instances *instances, size_t padded, struct regression **ret,
				       struct err *err)
{
	struct regression *made = NULL;

	if (mem_new(&made, 1, err) != ERR_OK)
		return err->code;
	/* Its owner frees it, also half made. */
	*ret = made;
	if (mem_new(&made->output, padded, err) != ERR_OK || mem_new(&made->residual, padded, err) != ERR_OK ||
	    mem_new(&made->epochs, padded, err) != ERR_OK || mem_new(&made->past, padded, err) != ERR_OK ||
	    mem_new(&made->mean_abs_residual, padded, err) != ERR_OK ||
	    mem_new(&made->mean_loss, padded, err) != ERR_OK ||
	    mem_new(&made->bin_error, instances->classes, err) != ERR_OK ||
	    mem_new(&made->bin_members, instances->classes, err) != ERR_OK)
		return err->code;
	fit_target(instances, made);
	for (size_t i = 0; i < instances->count; i++)
		made->past[i] = fabs(made->mean - instances->target[i]) / made->sd;
	return ERR_OK;
}

enum err_code regression_create_predictions(const struct instances *instances,
					    const struct difficulty_settings *difficulty, bool scales_target,
					    struct predictions **ret_predictions, struct err *err)
{
	AUTO(predictions_freep) struct predictions *made = NULL;
	size_t n = instances->count;
	size_t tiles = (n + TILE_INSTANCES - 1) / TILE_INSTANCES;

	if (mem_new(&made, 1, err) != ERR_OK)
		return err->code;
	made->kind = &of_numbers;
	made->instances = *instances;
	made->tiles = tiles;
	const struct part_metrics unknown = { NAN, NAN, NAN, NAN, NAN, { NAN, NAN, NAN }, NULL, NULL };
	made->train = made->test = unknown;
	if (difficulty_create(n, 0, difficulty, &made->difficulty, err) != ERR_OK ||
	    mem_new(&made->y, tiles * TILE_INSTANCES, err) != ERR_OK ||
	    create_regression(instances, tiles * TILE_INSTANCES, &made->regression, err) != ERR_OK)
		return err->code;
	struct regression *regression = made->regression;
	regression->shift = scales_target ? regression->mean : 0;
	regression->factor = scales_target ? regression->sd : 1;
	for (size_t i = 0; i < n; i++)
		made->y[i] = (instances->target[i] - regression->shift) / regression->factor;
	*ret_predictions = take_ptr(&made);
	return ERR_OK;
}

void regression_free(struct regression *regression)
{
	if (regression == NULL)
		return;
	free(regression->output);
	free(regression->residual);
	free(regression->past);
	free(regression->epochs);
	free(regression->mean_abs_residual);
	free(regression->mean_loss);
	free(regression->bin_error);
	free(regression->bin_members);
	free(regression);
}

static void begin_epoch(struct predictions *predictions, size_t epoch)
{
	(void)predictions;
	(void)epoch;
}

/* The difference is taken where the network is trained: a target far from 0 does not cost it digits. */
static void read_out(struct predictions *predictions, size_t t)
{
	struct regression *regression = predictions->regression;
	size_t first = t * TILE_INSTANCES;

	for (size_t i = first; i < first + TILE_INSTANCES; i++)
		regression->residual[i] = regression->factor * (regression->output[i] - predictions->y[i]);
}

void regression_take_residuals(struct predictions *predictions, size_t t)
{
	struct regression *regression = predictions->regression;
	struct difficulty *difficulty = predictions->difficulty;
	size_t first = t * TILE_INSTANCES, end = first + predictions_count_tile(predictions, t);
	double before[TILE_INSTANCES];

	memcpy(before, difficulty->value + first, sizeof before);
	for (size_t i = first; i < first + TILE_INSTANCES; i++) {
		double size = fabs(regression->residual[i]);
		double now = size / regression->sd;
		difficulty->du[i] = difficulty->dl[i] = 0;
		if (i < end && !predictions_sees(predictions, i))
			continue;
		double share = 1.0 / ++regression->epochs[i];
		difficulty->du[i] = fmax(0, now - regression->past[i]);
		difficulty->dl[i] = fmax(0, regression->past[i] - now);
		regression->past[i] = now;
		regression->mean_abs_residual[i] += (size - regression->mean_abs_residual[i]) * share;
		regression->mean_loss[i] += (size * size - regression->mean_loss[i]) * share;
	}
	difficulty_add(difficulty, t);
	predictions_spare_unseen(predictions, t, before);
}

static void take_tile(struct predictions *predictions, size_t t, double *outputs, double *p)
{
	(void)p;
	memcpy(predictions->regression->output + t * TILE_INSTANCES, outputs, TILE_INSTANCES * sizeof *outputs);
	read_out(predictions, t);
	regression_take_residuals(predictions, t);
}

/* Sums of one group, by Welford's recurrence where means are taken off: what is constant then comes to 0 exactly. */
struct sums {
	double count, squares, sizes, logarithms;
	double target, prediction;			 /* means */
	double target_squares, prediction_squares, both; /* of deviations from them */
};

static void add(struct sums *sums, double target, double residual)
{
	double size = fabs(residual), prediction = target + residual;
	double from_target = target - sums->target, from_prediction = prediction - sums->prediction;

	sums->count++;
	sums->squares += size * size;
	sums->sizes += size;
	sums->logarithms += log(size);
	sums->target += from_target / sums->count;
	sums->prediction += from_prediction / sums->count;
	sums->target_squares += from_target * (target - sums->target);
	sums->prediction_squares += from_prediction * (prediction - sums->prediction);
	sums->both += from_target * (prediction - sums->prediction);
}

static struct regression_metrics conclude(const struct sums *sums, double bin_errors, double bins)
{
	double variances = sqrt(sums->target_squares) * sqrt(sums->prediction_squares);

	/* An empty group gives 0/0, not a number, as it should. */
	return (struct regression_metrics){
		.instances = (size_t)sums->count,
		.mse = sums->squares / sums->count,
		.mae = sums->sizes / sums->count,
		.geometric_mean = exp(sums->logarithms / sums->count),
		.pearson = variances > 0 ? sums->both / variances : NAN,
		.prediction_sd = sqrt(sums->prediction_squares / sums->count),
		.balanced_mae = bin_errors / bins,
	};
}

static enum regression_group group_of(const struct instances *instances, size_t bin)
{
	return (enum regression_group)(GROUP_MANY + (int)metrics_shot(instances->train.class_count[bin]));
}

static void measure_part(const struct predictions *predictions, const struct part *part,
			 struct regression_metrics ret_metrics[REGRESSION_GROUPS])
{
	const struct instances *instances = &predictions->instances;
	struct regression *regression = predictions->regression;
	struct sums sums[REGRESSION_GROUPS] = { 0 };
	double bin_errors[REGRESSION_GROUPS] = { 0 }, bins[REGRESSION_GROUPS] = { 0 };

	memset(regression->bin_error, 0, instances->classes * sizeof(double));
	memset(regression->bin_members, 0, instances->classes * sizeof(double));
	for (size_t i = 0; i < part->count; i++) {
		uint32_t at = part->index[i], bin = instances->y[at];
		add(&sums[GROUP_ALL], instances->target[at], regression->residual[at]);
		add(&sums[group_of(instances, bin)], instances->target[at], regression->residual[at]);
		regression->bin_error[bin] += fabs(regression->residual[at]);
		regression->bin_members[bin]++;
	}
	for (size_t b = 0; b < instances->classes; b++) {
		const enum regression_group groups[] = { GROUP_ALL, group_of(instances, b) };
		for (size_t g = 0; regression->bin_members[b] > 0 && g < ARRAY_LENGTH(groups); g++) {
			bin_errors[groups[g]] += regression->bin_error[b] / regression->bin_members[b];
			bins[groups[g]]++;
		}
	}
	for (size_t g = 0; g < REGRESSION_GROUPS; g++)
		ret_metrics[g] = conclude(&sums[g], bin_errors[g], bins[g]);
}

static void measure(struct predictions *predictions)
{
	struct regression *regression = predictions->regression;
	const struct part *train = predictions_part(predictions, false);

	measure_part(predictions, train, regression->train);
	measure_part(predictions, predictions_part(predictions, true), regression->test);
	predictions->train.loss = regression->train[GROUP_ALL].mse;
	for (size_t i = 0; i < train->count; i++)
		if (fabs(regression->residual[train->index[i]]) > REGRESSION_LARGEST)
			predictions->train.loss = INFINITY;
	predictions->test.loss = regression->test[GROUP_ALL].mse;
}

static void visit_state(struct predictions *predictions, struct state_visitor *visitor)
{
	struct regression *regression = predictions->regression;
	size_t padded = predictions->tiles * TILE_INSTANCES;

	/* A trainer predicts all in every epoch. */
	size_t epochs = (size_t)regression->epochs[0];

	state_visit_size(visitor, "epochs", &epochs, SIZE_MAX - 1);
	for (size_t i = 0; i < padded; i++)
		regression->epochs[i] = (double)epochs;
	state_visit(visitor, "output", STATE_DOUBLE, padded, regression->output);
	state_visit(visitor, "mean_abs_residual", STATE_DOUBLE, padded, regression->mean_abs_residual);
	state_visit(visitor, "mean_loss", STATE_DOUBLE, padded, regression->mean_loss);
	difficulty_visit_state(predictions->difficulty, predictions->instances.count, visitor);
}

static void recall(struct predictions *predictions)
{
	struct regression *regression = predictions->regression;

	for (size_t t = 0; t < predictions->tiles; t++)
		read_out(predictions, t);
	for (size_t i = 0; i < predictions->tiles * TILE_INSTANCES; i++)
		regression->past[i] = fabs(regression->residual[i]) / regression->sd;
	measure(predictions);
}

static const struct prediction_kind of_numbers = {
	.begin_epoch = begin_epoch,
	.take_tile = take_tile,
	.measure = measure,
	.visit_state = visit_state,
	.recall = recall,
};
