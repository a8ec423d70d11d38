#include "rebalance/logged.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* Softmax in float32 gives 1.0000001. */
#define ROUNDING 1e-6

static enum err_code create_scratch(struct logged *logged, size_t k, struct err *err)
{
	double **const all[] = { &logged->p, &logged->floored, &logged->log_p, &logged->past_p, &logged->past_log_p };

	for (size_t i = 0; i < ARRAY_LENGTH(all); i++)
		if (mem_new(all[i], k * TILE_INSTANCES, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

enum err_code logged_create(const struct instances *instances, const struct difficulty_settings *difficulty,
			    size_t el2n_epoch, struct logged **ret_logged, struct err *err)
{
	AUTO(logged_freep) struct logged *made = NULL;
	size_t k = instances->classes;

	if (mem_new(&made, 1, err) != ERR_OK ||
	    predictions_create_bare(instances, difficulty, el2n_epoch, &made->predictions, err) != ERR_OK ||
	    seen_create(instances, &made->seen, err) != ERR_OK || create_scratch(made, k, err) != ERR_OK ||
	    mem_new(&made->past, made->predictions->tiles * k * TILE_INSTANCES, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < made->predictions->tiles * k * TILE_INSTANCES; i++)
		made->past[i] = (float)(1.0 / (double)k);
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

/* The first largest of a row, and the largest but that of the true class. */
static void read_out(struct predictions *predictions, size_t position, const double *row, double *ret_other)
{
	size_t truth = predictions->instances.y[position], best = 0;
	double other = -INFINITY;

	for (size_t c = 0; c < predictions->instances.classes; c++) {
		best = row[c] > row[best] ? c : best;
		other = c != truth && row[c] > other ? row[c] : other;
	}
	predictions->predicted[position] = (double)best;
	*ret_other = other;
}

static enum err_code normalise(double *row, size_t k, struct err *err)
{
	double sum = 0, lowest = 0, highest = 0;

	for (size_t c = 0; c < k; c++) {
		lowest = fmin(lowest, row[c]);
		highest = fmax(highest, row[c]);
		sum += row[c];
	}
	if (lowest < -ROUNDING || highest > 1 + ROUNDING)
		return err_set(err, ERR_INPUT, "'%g' is not a probability; are they logits?",
			       lowest < -ROUNDING ? lowest : highest);
	if (fabs(sum - 1.0) > LOGGED_SUM_TOLERANCE)
		return err_set(err, ERR_INPUT, "the probabilities sum to %.6g, not 1; are they logits?", sum);
	if (lowest == 0 && highest <= 1)
		return ERR_OK;
	sum = 0;
	for (size_t c = 0; c < k; c++) {
		row[c] = fmax(row[c], 0);
		sum += row[c];
	}
	for (size_t c = 0; c < k; c++)
		row[c] /= sum;
	return ERR_OK;
}

static enum err_code take_probabilities(struct predictions *predictions, size_t position, double *row, size_t k,
					struct err *err)
{
	double floor = predictions->difficulty->settings.floor;
	size_t truth = predictions->instances.y[position];
	double other;

	if (normalise(row, k, err) != ERR_OK)
		return err->code;
	read_out(predictions, position, row, &other);
	predictions->log_p_true[position] = log(fmax(row[truth], floor));
	predictions->margin[position] = predictions->log_p_true[position] - log(fmax(other, floor));
	return ERR_OK;
}

static enum err_code take_logarithms(struct predictions *predictions, size_t position, bool is_normal, double *row,
				     size_t k, struct err *err)
{
	size_t truth = predictions->instances.y[position];
	double other, sum = 0;

	/* The logarithm of 0 is that of the floor here, too. */
	for (size_t c = 0; c < k; c++)
		row[c] = row[c] == -INFINITY ? log(predictions->difficulty->settings.floor) : row[c];
	read_out(predictions, position, row, &other);
	predictions->margin[position] = row[truth] - other;
	double highest = fmax(row[truth], other);
	for (size_t c = 0; c < k; c++)
		sum += exp(row[c] - highest);
	double log_sum = highest + log(sum);
	if (is_normal && !(fabs(expm1(log_sum)) <= LOGGED_SUM_TOLERANCE))
		return err_set(err, ERR_INPUT, "the probabilities sum to %.6g, not 1; are they logits?", exp(log_sum));
	predictions->log_p_true[position] = row[truth] - log_sum;
	for (size_t c = 0; c < k; c++)
		row[c] = exp(row[c] - log_sum);
	return ERR_OK;
}

/* Logarithms of 0 are numbers here. */
static bool is_number(double value, enum logged_kind kind)
{
	return isfinite(value) || (kind == LOGGED_LOG_PROBABILITIES && value == -INFINITY);
}

enum err_code logged_take_row(struct logged *logged, size_t position, enum logged_kind kind, double *row,
			      struct err *err)
{
	struct predictions *predictions = logged->predictions;
	size_t k = predictions->instances.classes;

	for (size_t c = 0; c < k; c++)
		if (!is_number(row[c], kind))
			return err_set(err, ERR_INPUT,
				       "class %zu: '%g' is not a number; if the training has diverged, end the run so",
				       c, row[c]);
	if ((kind == LOGGED_PROBABILITIES
		 ? take_probabilities(predictions, position, row, k, err)
		 : take_logarithms(predictions, position, kind == LOGGED_LOG_PROBABILITIES, row, k, err)) != ERR_OK)
		return err->code;
	predictions->p_true[position] = row[predictions->instances.y[position]];
	predictions->confidence[position] = row[(size_t)predictions->predicted[position]];
	logged->seen->is_seen[position] = 1;
	return ERR_OK;
}

void logged_carry(struct logged *logged)
{
	const struct predictions *predictions = logged->predictions;

	for (size_t i = 0; i < predictions->instances.count; i++)
		if (logged->seen->is_seen[i] == 0 && predictions->dynamics->epochs[i] > 0)
			logged->seen->is_seen[i] = 1;
}

void logged_begin_epoch(struct logged *logged, size_t epoch)
{
	struct predictions *predictions = logged->predictions;

	seen_count(logged->seen, &predictions->instances);
	predictions->seen = logged->seen->count < predictions->instances.count ? logged->seen : NULL;
	predictions_begin_epoch(predictions, epoch);
}

/* p (k, 64) <- p (k, m) of the instances that are seen; who was carried has not put any there. */
static void gather(struct logged *logged, size_t t, size_t m, float *p)
{
	const struct predictions *predictions = logged->predictions;
	size_t k = predictions->instances.classes;
	const float *past = logged->past + t * k * TILE_INSTANCES;

	for (size_t i = 0; i < m; i++) {
		bool is_seen = predictions_sees(predictions, t * TILE_INSTANCES + i);
		bool is_carried = is_seen && isnan(p[i]);
		for (size_t c = 0; c < k; c++) {
			if (is_carried)
				p[c * m + i] = past[c * TILE_INSTANCES + i];
			logged->p[c * TILE_INSTANCES + i] = is_seen ? p[c * m + i] : NAN;
		}
	}
}

void logged_take_tile(struct logged *logged, size_t t, float *p)
{
	struct predictions *predictions = logged->predictions;
	size_t k = predictions->instances.classes, m = predictions_count_tile(predictions, t);
	size_t numbers = k * TILE_INSTANCES;
	double floor = predictions->difficulty->settings.floor;
	float *past = logged->past + t * numbers;
	struct tile_past before = { logged->past_p, logged->past_log_p };

	gather(logged, t, m, p);
	for (size_t i = 0; i < numbers; i++)
		logged->past_p[i] = past[i];
	tile_log(logged->past_p, numbers, floor, logged->past_p, logged->past_log_p);
	tile_log(logged->p, numbers, floor, logged->floored, logged->log_p);
	predictions_update_difficulty(predictions, t, logged->log_p, logged->floored, &before);
	predictions_update_dynamics(predictions, t, logged->p);
	for (size_t i = 0; i < numbers; i++)
		past[i] = isnan(logged->p[i]) ? past[i] : (float)logged->p[i];
}

void logged_forget(struct logged *logged)
{
	logged->predictions->seen = NULL;
	memset(logged->seen->is_seen, 0, logged->predictions->instances.count);
}
