#include "rebalance/logged.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "rebalance/regression.h"

/* Softmax in float32 gives 1.0000001. */
#define ROUNDING 1e-6

static enum err_code create_scratch(struct logged *logged, struct err *err)
{
	double **const all[] = { &logged->given, &logged->p,	  &logged->floored,
				 &logged->log_p, &logged->past_p, &logged->past_log_p };

	for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
		if (mem_new(all[i], logged->width * TILE_INSTANCES, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

/* Of a regression the last residuals are remembered by the predictions. */
static enum err_code create_past(struct logged *logged, struct err *err)
{
	size_t numbers = logged->predictions->tiles * logged->width * TILE_INSTANCES;

	if (logged->predictions->regression != NULL)
		return ERR_OK;
	if (mem_new(&logged->past, numbers, err) != ERR_OK ||
	    mem_new(&logged->past_predicted, logged->predictions->instances.count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < numbers; i++)
		logged->past[i] = (float)(1.0 / (double)logged->width);
	return ERR_OK;
}

enum err_code logged_create(const struct instances *instances, const struct difficulty_settings *difficulty,
			    size_t el2n_epoch, struct logged **ret_logged, struct err *err)
{
	AUTO(logged_freep) struct logged *made = NULL;
	bool is_number = instances->target != NULL;

	if (mem_new(&made, 1, err) != ERR_OK)
		return err->code;
	made->width = is_number ? 1 : instances->classes;
	if ((is_number ? regression_create_predictions(instances, difficulty, false, &made->predictions, err)
		       : predictions_create_bare(instances, difficulty, el2n_epoch, &made->predictions, err)) != ERR_OK)
		return err->code;
	made->predictions->is_bare = true;
	if (seen_create(instances, &made->seen, err) != ERR_OK || create_scratch(made, err) != ERR_OK ||
	    create_past(made, err) != ERR_OK)
		return err->code;
	*ret_logged = take_ptr(&made);
	return ERR_OK;
}

void logged_free(struct logged *logged)
{
	if (logged == NULL)
		return;
	predictions_free(logged->predictions);
	seen_free(logged->seen);
	free(logged->past);
	free(logged->past_predicted);
	free(logged->given);
	free(logged->p);
	free(logged->floored);
	free(logged->log_p);
	free(logged->past_p);
	free(logged->past_log_p);
	free(logged);
}

void logged_freep(struct logged **logged)
{
	logged_free(*logged);
}

/* Numbers (k) of one lane. */
static double at(const double *values, size_t c, size_t lane)
{
	return values[c * TILE_INSTANCES + lane];
}

/* Beyond that far below the largest of a row, a probability is 0 in any precision that is recorded. */
#define FAR 700.0

/* ERR_INPUT: something is not a number. */
static enum err_code check_numbers(const struct logged *logged, size_t count, enum logged_kind kind, size_t *ret_bad,
				   struct err *err)
{
	double largest = kind == LOGGED_NUMBERS ? REGRESSION_LARGEST : DBL_MAX;

	for (size_t c = 0; c < logged->width; c++)
		for (size_t i = 0; i < count; i++) {
			double value = at(logged->given, c, i);
			if (fabs(value) <= largest || (kind == LOGGED_LOG_PROBABILITIES && value == -INFINITY))
				continue;
			*ret_bad = i;
			return err_set(err, ERR_INPUT,
				       "column %zu: '%g' is not a number that can be recorded; if the training has "
				       "diverged, end the "
				       "run as diverged",
				       c, value);
		}
	return ERR_OK;
}

static enum err_code wrong_sum(size_t lane, double sum, size_t *ret_bad, struct err *err)
{
	*ret_bad = lane;
	return err_set(err, ERR_INPUT, "the probabilities sum to %.6g, not 1; are they logits?", sum);
}

/* p and log p from probabilities. */
static enum err_code take_probabilities(struct logged *logged, size_t count, size_t *ret_bad, struct err *err)
{
	size_t k = logged->predictions->instances.classes;
	double floor = logged->predictions->difficulty->settings.floor;

	memcpy(logged->p, logged->given, k * TILE_INSTANCES * sizeof(double));
	for (size_t i = 0; i < count; i++) {
		double sum = 0, positive = 0, lowest = 0, highest = 0;
		for (size_t c = 0; c < k; c++) {
			double p = at(logged->p, c, i);
			lowest = p < lowest ? p : lowest;
			highest = p > highest ? p : highest;
			sum += p;
			positive += p > 0 ? p : 0;
		}
		if (lowest < -ROUNDING || highest > 1 + ROUNDING) {
			*ret_bad = i;
			return err_set(err, ERR_INPUT, "'%g' is not a probability; are they logits?",
				       lowest < -ROUNDING ? lowest : highest);
		}
		if (fabs(sum - 1.0) > LOGGED_SUM_TOLERANCE)
			return wrong_sum(i, sum, ret_bad, err);
		for (size_t c = 0; c < k && (lowest < 0 || highest > 1); c++)
			logged->p[c * TILE_INSTANCES + i] = fmax(at(logged->p, c, i), 0) / positive;
	}
	tile_log(logged->p, k * TILE_INSTANCES, DBL_MIN, logged->floored, logged->log_p);
	for (size_t i = 0; i < k * TILE_INSTANCES; i++)
		logged->log_p[i] = logged->p[i] > 0 ? logged->log_p[i] : log(floor);
	return ERR_OK;
}

/* The largest of a lane. */
static double highest_of(const struct logged *logged, size_t lane)
{
	double highest = at(logged->given, 0, lane);

	for (size_t c = 1; c < logged->predictions->instances.classes; c++)
		highest = fmax(highest, at(logged->given, c, lane));
	return highest;
}

static enum err_code take_logarithms(struct logged *logged, size_t count, bool is_normal, size_t *ret_bad,
				     struct err *err)
{
	size_t k = logged->predictions->instances.classes;
	double log_floor = log(logged->predictions->difficulty->settings.floor);

	for (size_t i = 0; i < count; i++) {
		double highest = highest_of(logged, i), sum = 0;
		for (size_t c = 0; c < k; c++) {
			double *value = &logged->given[c * TILE_INSTANCES + i];
			sum += is_normal ? exp(*value) : 0;
			/* Of the logarithm of 0 nothing is left but that. */
			logged->floored[c * TILE_INSTANCES + i] = *value == -INFINITY;
			/* Numbers may be so large that FAR is nothing to them. */
			*value = *value - highest > -FAR ? *value - highest : -FAR;
		}
		if (is_normal && !(fabs(sum - 1.0) <= LOGGED_SUM_TOLERANCE))
			return wrong_sum(i, sum, ret_bad, err);
	}
	tile_softmax(logged->given, TILE_INSTANCES, k, logged->log_p, logged->p);
	for (size_t c = 0; c < k; c++)
		for (size_t i = 0; i < count; i++)
			if (logged->floored[c * TILE_INSTANCES + i] != 0) {
				logged->log_p[c * TILE_INSTANCES + i] = log_floor;
				logged->p[c * TILE_INSTANCES + i] = 0;
			}
	return ERR_OK;
}

/* What is read out of the rows at hand. */
static void read_out(struct logged *logged, const uint32_t *positions, size_t count)
{
	struct predictions *predictions = logged->predictions;
	double y[TILE_INSTANCES] __attribute__((aligned(64))) = { 0 };
	double p_true[TILE_INSTANCES] __attribute__((aligned(64)));
	double log_p_true[TILE_INSTANCES] __attribute__((aligned(64)));
	double predicted[TILE_INSTANCES] __attribute__((aligned(64)));
	double margin[TILE_INSTANCES] __attribute__((aligned(64)));
	const struct tile_out out = { p_true, log_p_true, predicted, margin };

	for (size_t i = 0; i < count; i++)
		y[i] = predictions->y[positions[i]];
	tile_read_out(logged->log_p, logged->p, y, TILE_INSTANCES, predictions->instances.classes, &out);
	for (size_t i = 0; i < count; i++) {
		predictions->p_true[positions[i]] = p_true[i];
		predictions->log_p_true[positions[i]] = log_p_true[i];
		predictions->predicted[positions[i]] = predicted[i];
		predictions->margin[positions[i]] = margin[i];
		predictions->confidence[positions[i]] = at(logged->p, (size_t)predicted[i], i);
		logged->seen->is_seen[positions[i]] = 1;
	}
}

/* Residuals. */
static void take_numbers(struct logged *logged, const uint32_t *positions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		logged->p[i] = logged->given[i] - logged->predictions->instances.target[positions[i]];
		logged->seen->is_seen[positions[i]] = 1;
	}
}

enum err_code logged_take_rows(struct logged *logged, const uint32_t *positions, size_t count, enum logged_kind kind,
			       size_t *ret_bad, struct err *err)
{
	for (size_t c = 0; c < logged->width; c++)
		for (size_t i = count; i < TILE_INSTANCES; i++)
			logged->given[c * TILE_INSTANCES + i] = 0;
	if (check_numbers(logged, count, kind, ret_bad, err) != ERR_OK)
		return err->code;
	if (kind == LOGGED_NUMBERS) {
		take_numbers(logged, positions, count);
		return ERR_OK;
	}
	if ((kind == LOGGED_PROBABILITIES
		 ? take_probabilities(logged, count, ret_bad, err)
		 : take_logarithms(logged, count, kind == LOGGED_LOG_PROBABILITIES, ret_bad, err)) != ERR_OK)
		return err->code;
	read_out(logged, positions, count);
	return ERR_OK;
}

void logged_begin_epoch(struct logged *logged, size_t epoch, bool carry)
{
	struct predictions *predictions = logged->predictions;
	const double *epochs =
	    predictions->regression != NULL ? predictions->regression->epochs : predictions->dynamics->epochs;

	for (size_t i = 0; carry && i < predictions->instances.count; i++)
		logged->seen->is_seen[i] |= epochs[i] > 0;
	seen_count(logged->seen, &predictions->instances);
	predictions->seen = logged->seen->count < predictions->instances.count ? logged->seen : NULL;
	predictions_begin_epoch(predictions, epoch);
}

/* Number i of p, which need not be aligned. */
static float load(const unsigned char *p, size_t i)
{
	float value;

	memcpy(&value, p + i * sizeof value, sizeof value);
	return value;
}

/* Who was carried has not put any predictions into p (k, m). */
static void fill_carried(const struct logged *logged, size_t t, size_t m, unsigned char *p)
{
	const struct predictions *predictions = logged->predictions;
	size_t k = predictions->instances.classes;
	const float *past = logged->past + t * k * TILE_INSTANCES;

	for (size_t i = 0; i < m; i++)
		for (size_t c = k;
		     c-- > 0 && predictions_sees(predictions, t * TILE_INSTANCES + i) && isnan(load(p, i));)
			memcpy(p + (c * m + i) * sizeof *past, &past[c * TILE_INSTANCES + i], sizeof *past);
}

static void take_probabilities_of_tile(struct logged *logged, size_t t, unsigned char *p)
{
	struct predictions *predictions = logged->predictions;
	size_t k = logged->width, m = predictions_count_tile(predictions, t);
	size_t numbers = k * TILE_INSTANCES;
	double floor = predictions->difficulty->settings.floor;
	float *past = logged->past + t * numbers;
	struct tile_past before = { logged->past_p, logged->past_log_p };

	fill_carried(logged, t, m, p);
	for (size_t c = 0; c < k; c++)
		for (size_t i = 0; i < TILE_INSTANCES; i++) {
			logged->p[c * TILE_INSTANCES + i] = i < m ? load(p, c * m + i) : 0;
			logged->past_p[c * TILE_INSTANCES + i] = past[c * TILE_INSTANCES + i];
		}
	tile_log(logged->past_p, numbers, floor, logged->past_p, logged->past_log_p);
	tile_log(logged->p, numbers, floor, logged->floored, logged->log_p);
	predictions_update_difficulty(predictions, t, logged->log_p, logged->floored, &before);
	predictions_update_dynamics(predictions, t, logged->p);
	for (size_t i = 0; i < numbers; i++)
		past[i] = isnan(logged->p[i]) ? past[i] : (float)logged->p[i];
	for (size_t i = t * TILE_INSTANCES; i < t * TILE_INSTANCES + m; i++)
		logged->past_predicted[i] = (uint16_t)predictions->predicted[i];
}

/* Who was carried has his last residual. */
static void take_residuals_of_tile(struct logged *logged, size_t t, unsigned char *residuals)
{
	struct predictions *predictions = logged->predictions;

	for (size_t i = 0; i < predictions_count_tile(predictions, t); i++) {
		double *residual = &predictions->regression->residual[t * TILE_INSTANCES + i];
		float last = (float)*residual, now = load(residuals, i);
		if (!isnan(now))
			*residual = now;
		else if (predictions_sees(predictions, t * TILE_INSTANCES + i))
			memcpy(residuals + i * sizeof last, &last, sizeof last);
	}
	regression_take_residuals(predictions, t);
}

void logged_take_tile(struct logged *logged, size_t t, unsigned char *values)
{
	if (logged->predictions->regression != NULL)
		take_residuals_of_tile(logged, t, values);
	else
		take_probabilities_of_tile(logged, t, values);
}

/* What was read out of predictions that do not count becomes what it was. */
static void restore_row(struct logged *logged, size_t position)
{
	struct predictions *predictions = logged->predictions;
	double p_true = predictions->dynamics->last_p_true[position];

	predictions->predicted[position] = logged->past_predicted[position];
	predictions->p_true[position] = p_true;
	predictions->log_p_true[position] = log(p_true > 0 ? p_true : predictions->difficulty->settings.floor);
}

void logged_finish(struct logged *logged)
{
	for (size_t i = 0; logged->past != NULL && i < logged->predictions->instances.count; i++)
		if (logged->seen->is_seen[i] != 0)
			restore_row(logged, i);
	free(logged->past);
	logged->past = NULL;
}

void logged_forget(struct logged *logged)
{
	logged->predictions->seen = NULL;
	memset(logged->seen->is_seen, 0, logged->predictions->instances.count);
}
