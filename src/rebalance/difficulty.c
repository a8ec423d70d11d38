#include "rebalance/difficulty.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/vector.h"

const char *difficulty_kind_name(size_t i)
{
	static const char *const names[] = { "cumulative", "per-epoch" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

enum err_code difficulty_create(size_t instances, size_t classes, const struct difficulty_settings *settings,
				struct difficulty **ret_difficulty, struct err *err)
{
	AUTO(difficulty_freep) struct difficulty *d = NULL;
	size_t padded = (instances + TILE_INSTANCES - 1) / TILE_INSTANCES * TILE_INSTANCES;

	if (mem_new(&d, 1, err) != ERR_OK || mem_new(&d->du, padded, err) != ERR_OK ||
	    mem_new(&d->dl, padded, err) != ERR_OK || mem_new(&d->sum_du, padded, err) != ERR_OK ||
	    mem_new(&d->sum_dl, padded, err) != ERR_OK || mem_new(&d->value, padded, err) != ERR_OK ||
	    mem_new(&d->p, padded * classes, err) != ERR_OK || mem_new(&d->log_p, padded * classes, err) != ERR_OK)
		return err->code;
	d->classes = classes;
	d->settings = *settings;
	for (size_t i = 0; i < padded; i++)
		d->value[i] = 1.0;
	for (size_t i = 0; i < padded * classes; i++) {
		d->p[i] = 1.0 / (double)classes;
		d->log_p[i] = -log((double)classes);
	}
	*ret_difficulty = take_ptr(&d);
	return ERR_OK;
}

void difficulty_free(struct difficulty *difficulty)
{
	if (difficulty == NULL)
		return;
	free(difficulty->du);
	free(difficulty->dl);
	free(difficulty->sum_du);
	free(difficulty->sum_dl);
	free(difficulty->value);
	free(difficulty->p);
	free(difficulty->log_p);
	free(difficulty);
}

void difficulty_freep(struct difficulty **difficulty)
{
	difficulty_free(*difficulty);
}

struct tile_past difficulty_past(const struct difficulty *difficulty, size_t t)
{
	size_t first = t * TILE_INSTANCES * difficulty->classes;

	return (struct tile_past){ difficulty->p + first, difficulty->log_p + first };
}

VECTOR_CLONES void difficulty_add(struct difficulty *difficulty, size_t t)
{
	size_t first = t * TILE_INSTANCES;
	double *restrict du = difficulty->du + first;
	double *restrict dl = difficulty->dl + first;
	double *restrict sum_du = difficulty->sum_du + first;
	double *restrict sum_dl = difficulty->sum_dl + first;
	double *restrict value = difficulty->value + first;
	double prior = difficulty->settings.prior;

	for (size_t i = 0; i < TILE_INSTANCES; i++) {
		sum_du[i] += du[i];
		sum_dl[i] += dl[i];
		value[i] = (prior + sum_du[i]) / (prior + sum_dl[i]);
	}
	if (difficulty->settings.kind == DIFFICULTY_PER_EPOCH)
		for (size_t i = 0; i < TILE_INSTANCES; i++)
			value[i] = (prior + du[i]) / (prior + dl[i]);
}

void difficulty_update(struct difficulty *difficulty, size_t t, const double *log_p, const double *p, const double *y)
{
	struct tile_past past = difficulty_past(difficulty, t);

	difficulty_update_from(difficulty, t, log_p, p, y, difficulty->classes, &past);
}

void difficulty_update_from(struct difficulty *difficulty, size_t t, const double *log_p, const double *p,
			    const double *y, size_t classes, struct tile_past *past)
{
	size_t first = t * TILE_INSTANCES;

	tile_du_dl(log_p, p, y, TILE_INSTANCES, classes, difficulty->settings.floor, past, difficulty->du + first,
		   difficulty->dl + first);
	difficulty_add(difficulty, t);
}

void difficulty_visit_state(struct difficulty *difficulty, size_t instances, struct state_visitor *visitor)
{
	size_t padded = (instances + TILE_INSTANCES - 1) / TILE_INSTANCES * TILE_INSTANCES;
	size_t count = padded * difficulty->classes;

	if (count > 0)
		state_visit(visitor, "p", STATE_DOUBLE, count, difficulty->p);
	/* Not a number after a divergence. */
	for (size_t i = 0; i < count; i++)
		state_check(visitor, !(difficulty->p[i] < 0 || difficulty->p[i] > 1));
	if (count > 0)
		state_visit(visitor, "log_p", STATE_DOUBLE, count, difficulty->log_p);
	state_visit(visitor, "sum_du", STATE_DOUBLE, padded, difficulty->sum_du);
	state_visit(visitor, "sum_dl", STATE_DOUBLE, padded, difficulty->sum_dl);
	state_visit(visitor, "difficulty", STATE_DOUBLE, padded, difficulty->value);
}
