#include "rebalance/dynamics.h"

#include <math.h>
#include <stdlib.h>

#include "base/mem.h"

enum err_code dynamics_create(size_t instances, struct dynamics **ret_dynamics, struct err *err)
{
	AUTO(dynamics_freep) struct dynamics *d = NULL;

	if (mem_new(&d, 1, err) != ERR_OK || mem_new(&d->mean, instances, err) != ERR_OK ||
	    mem_new(&d->squares, instances, err) != ERR_OK || mem_new(&d->correct, instances, err) != ERR_OK ||
	    mem_new(&d->forgotten, instances, err) != ERR_OK || mem_new(&d->was_correct, instances, err) != ERR_OK)
		return err->code;
	*ret_dynamics = take_ptr(&d);
	return ERR_OK;
}

void dynamics_free(struct dynamics *dynamics)
{
	if (dynamics == NULL)
		return;
	free(dynamics->mean);
	free(dynamics->squares);
	free(dynamics->correct);
	free(dynamics->forgotten);
	free(dynamics->was_correct);
	free(dynamics);
}

void dynamics_freep(struct dynamics **dynamics)
{
	dynamics_free(*dynamics);
}

void dynamics_begin_epoch(struct dynamics *dynamics)
{
	dynamics->epochs++;
}

void dynamics_update(struct dynamics *dynamics, size_t first, size_t count, const double *restrict p_true,
		     const double *restrict predicted, const double *restrict y)
{
	double *restrict mean = dynamics->mean + first;
	double *restrict squares = dynamics->squares + first;
	double *restrict correct = dynamics->correct + first;
	double *restrict forgotten = dynamics->forgotten + first;
	double *restrict was_correct = dynamics->was_correct + first;
	double share = 1.0 / (double)dynamics->epochs;

	for (size_t i = 0; i < count; i++) {
		double before = p_true[i] - mean[i];
		double is_correct = predicted[i] == y[i] ? 1.0 : 0.0;
		mean[i] += before * share;
		squares[i] += before * (p_true[i] - mean[i]);
		correct[i] += is_correct;
		forgotten[i] += was_correct[i] * (1.0 - is_correct);
		was_correct[i] = is_correct;
	}
}

double dynamics_p_true_sd(const struct dynamics *dynamics, size_t i)
{
	return sqrt(dynamics->squares[i] / (double)dynamics->epochs);
}

void dynamics_visit_state(struct dynamics *dynamics, size_t instances, struct state_visitor *visitor)
{
	state_visit_size(visitor, "epochs", &dynamics->epochs, SIZE_MAX - 1);
	state_visit(visitor, "p_true_mean", STATE_DOUBLE, instances, dynamics->mean);
	state_visit(visitor, "p_true_squares", STATE_DOUBLE, instances, dynamics->squares);
	state_visit(visitor, "correct", STATE_DOUBLE, instances, dynamics->correct);
	state_visit(visitor, "forgotten", STATE_DOUBLE, instances, dynamics->forgotten);
	state_visit(visitor, "was_correct", STATE_DOUBLE, instances, dynamics->was_correct);
}
