/* Training dynamics of every instance over all epochs: running statistics, no per-epoch memory.
 *     p_true_mean, p_true_sd   mean and population deviation of p(true class) over epochs, by Welford's recurrence
 *                              ("confidence" and "variability": dataset cartography, Swayamdipta et al. 2020)
 *     correctness              share of epochs in which the instance was predicted right
 *     forgetting events        number of epochs t with a_{t-1} = 1 and a_t = 0 (Toneva et al. 2019),
 *                              a_t = predicted right after epoch t, from full passes over the data */
#ifndef HARDROW_REBALANCE_DYNAMICS_H
#define HARDROW_REBALANCE_DYNAMICS_H

#include <stddef.h>

#include "base/err.h"
#include "base/state.h"

struct dynamics {
	size_t epochs;
	double *mean;	     /* (n) */
	double *squares;     /* (n) sum of squared deviations from the mean */
	double *correct;     /* (n) epochs predicted right */
	double *forgotten;   /* (n) forgetting events */
	double *was_correct; /* (n) 1 or 0, of the last epoch */
};

MUST_CHECK enum err_code dynamics_create(size_t instances, struct dynamics **ret_dynamics, struct err *err);
void dynamics_free(struct dynamics *dynamics);
void dynamics_freep(struct dynamics **dynamics);

/* All of them, of so many instances. */
void dynamics_visit_state(struct dynamics *dynamics, size_t instances, struct state_visitor *visitor);

/* Opens the next epoch; then dynamics_update for every instance. */
void dynamics_begin_epoch(struct dynamics *dynamics);

/* Instances first .. first+count-1: p_true, predicted and y (count), classes as doubles. */
void dynamics_update(struct dynamics *dynamics, size_t first, size_t count, const double *p_true,
		     const double *predicted, const double *y);

double dynamics_p_true_sd(const struct dynamics *dynamics, size_t i);

#endif
