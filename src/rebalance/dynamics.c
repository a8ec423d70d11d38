#include "rebalance/dynamics.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "num/vector.h"

enum err_code dynamics_create(size_t instances, size_t classes, size_t el2n_epoch, struct dynamics **ret_dynamics,
			      struct err *err)
{
	AUTO(dynamics_freep) struct dynamics *d = NULL;

	if (mem_new(&d, 1, err) != ERR_OK || mem_new(&d->epochs, instances, err) != ERR_OK ||
	    mem_new(&d->mean, instances, err) != ERR_OK || mem_new(&d->squares, instances, err) != ERR_OK ||
	    mem_new(&d->correct, instances, err) != ERR_OK || mem_new(&d->forgotten, instances, err) != ERR_OK ||
	    mem_new(&d->was_correct, instances, err) != ERR_OK ||
	    mem_new(&d->first_learned, instances, err) != ERR_OK || mem_new(&d->loss, instances, err) != ERR_OK ||
	    mem_new(&d->margin, instances, err) != ERR_OK || mem_new(&d->el2n, instances, err) != ERR_OK ||
	    mem_new(&d->unlearned, instances, err) != ERR_OK || mem_new(&d->last_p_true, instances, err) != ERR_OK)
		return err->code;
	d->el2n_epoch = el2n_epoch;
	for (size_t i = 0; i < instances; i++) {
		d->el2n[i] = NAN;
		d->last_p_true[i] = 1.0 / (double)classes;
	}
	*ret_dynamics = take_ptr(&d);
	return ERR_OK;
}

enum err_code dynamics_add_grand(struct dynamics *dynamics, size_t instances, struct err *err)
{
	if (mem_new(&dynamics->grand, instances, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < instances; i++)
		dynamics->grand[i] = NAN;
	return ERR_OK;
}

void dynamics_free(struct dynamics *dynamics)
{
	if (dynamics == NULL)
		return;
	free(dynamics->epochs);
	free(dynamics->mean);
	free(dynamics->squares);
	free(dynamics->correct);
	free(dynamics->forgotten);
	free(dynamics->was_correct);
	free(dynamics->first_learned);
	free(dynamics->loss);
	free(dynamics->margin);
	free(dynamics->el2n);
	free(dynamics->grand);
	free(dynamics->unlearned);
	free(dynamics->last_p_true);
	free(dynamics);
}

void dynamics_freep(struct dynamics **dynamics)
{
	dynamics_free(*dynamics);
}

void dynamics_begin_epoch(struct dynamics *dynamics, size_t epoch)
{
	dynamics->epoch = epoch;
}

/* How often it was right, and when first. */
VECTOR_CLONES static void update_correct(struct dynamics *dynamics, size_t first, size_t count,
					 const double *restrict predicted, const double *restrict y)
{
	double *restrict correct = dynamics->correct + first;
	double *restrict forgotten = dynamics->forgotten + first;
	double *restrict was_correct = dynamics->was_correct + first;
	double *restrict first_learned = dynamics->first_learned + first;
	double epoch = (double)dynamics->epoch;

	for (size_t i = 0; i < count; i++) {
		double is_correct = predicted[i] == y[i] ? 1.0 : 0.0;
		correct[i] += is_correct;
		forgotten[i] += was_correct[i] * (1.0 - is_correct);
		first_learned[i] += first_learned[i] == 0.0 ? is_correct * epoch : 0.0;
		was_correct[i] = is_correct;
	}
}

/* Only of arrays that are parameters does the compiler believe that they do not overlap. */

VECTOR_CLONES static void update_p_true(size_t count, const double *restrict p_true, double *restrict epochs,
					double *restrict mean, double *restrict squares)
{
	for (size_t i = 0; i < count; i++) {
		epochs[i]++;
		double before = p_true[i] - mean[i];
		mean[i] += before * (1.0 / epochs[i]);
		squares[i] += before * (p_true[i] - mean[i]);
	}
}

VECTOR_CLONES static void update_unlearned(size_t count, const double *restrict p_true, double *restrict unlearned,
					   double *restrict last)
{
	for (size_t i = 0; i < count; i++) {
		unlearned[i] += last[i] - p_true[i] > DYNAMICS_FALL ? 1.0 : 0.0;
		last[i] = p_true[i];
	}
}

/* mean <- that of what it was and sign * value, the newest of `epochs`. */
VECTOR_CLONES static void update_mean(size_t count, double sign, const double *restrict value,
				      const double *restrict epochs, double *restrict mean)
{
	for (size_t i = 0; i < count; i++)
		mean[i] += (sign * value[i] - mean[i]) * (1.0 / epochs[i]);
}

/* |p - onehot(y)|_2 of instance i of the tile. */
static double error_norm(const struct dynamics_tile *tile, size_t i)
{
	double sum = 0;

	for (size_t c = 0; c < tile->classes; c++) {
		double error = tile->p[c * tile->stride + i] - (tile->y[i] == (double)c ? 1.0 : 0.0);
		sum += error * error;
	}
	return sqrt(sum);
}

static void take_el2n(struct dynamics *dynamics, size_t first, size_t count, const struct dynamics_tile *tile)
{
	for (size_t i = 0; i < count; i++)
		dynamics->el2n[first + i] = error_norm(tile, i);
}

void dynamics_take_grand(struct dynamics *dynamics, size_t first, size_t count, const struct dynamics_tile *tile,
			 const double *features, size_t h)
{
	for (size_t i = 0; i < count; i++) {
		double sum = 1;
		for (size_t j = 0; j < h; j++)
			sum += features[j * tile->stride + i] * features[j * tile->stride + i];
		dynamics->grand[first + i] = error_norm(tile, i) * sqrt(sum);
	}
}

void dynamics_update(struct dynamics *dynamics, size_t first, size_t count, const struct dynamics_tile *tile)
{
	update_correct(dynamics, first, count, tile->predicted, tile->y);
	update_p_true(count, tile->p_true, dynamics->epochs + first, dynamics->mean + first, dynamics->squares + first);
	update_unlearned(count, tile->p_true, dynamics->unlearned + first, dynamics->last_p_true + first);
	update_mean(count, -1.0, tile->log_p_true, dynamics->epochs + first, dynamics->loss + first);
	update_mean(count, 1.0, tile->margin, dynamics->epochs + first, dynamics->margin + first);
	if (dynamics->epoch == dynamics->el2n_epoch)
		take_el2n(dynamics, first, count, tile);
}

double dynamics_p_true_sd(const struct dynamics *dynamics, size_t i)
{
	return sqrt(dynamics->squares[i] / dynamics->epochs[i]);
}

void dynamics_visit_state(struct dynamics *dynamics, size_t instances, struct state_visitor *visitor)
{
	/* A trainer predicts all in every epoch. */
	size_t epochs = instances == 0 ? 0 : (size_t)dynamics->epochs[0];

	state_visit_size(visitor, "epochs", &epochs, SIZE_MAX - 1);
	for (size_t i = 0; i < instances; i++)
		dynamics->epochs[i] = (double)epochs;
	state_visit(visitor, "p_true_mean", STATE_DOUBLE, instances, dynamics->mean);
	state_visit(visitor, "p_true_squares", STATE_DOUBLE, instances, dynamics->squares);
	state_visit(visitor, "correct", STATE_DOUBLE, instances, dynamics->correct);
	state_visit(visitor, "forgotten", STATE_DOUBLE, instances, dynamics->forgotten);
	state_visit(visitor, "was_correct", STATE_DOUBLE, instances, dynamics->was_correct);
	state_visit(visitor, "first_learned", STATE_DOUBLE, instances, dynamics->first_learned);
	state_visit(visitor, "mean_loss", STATE_DOUBLE, instances, dynamics->loss);
	state_visit(visitor, "mean_margin", STATE_DOUBLE, instances, dynamics->margin);
	state_visit(visitor, "el2n", STATE_DOUBLE, instances, dynamics->el2n);
	state_visit(visitor, "grand", STATE_DOUBLE, instances, dynamics->grand);
	state_visit(visitor, "unlearned", STATE_DOUBLE, instances, dynamics->unlearned);
	state_visit(visitor, "last_p_true", STATE_DOUBLE, instances, dynamics->last_p_true);
}
