/* The steps of the optimisers, each in both precisions (num/real.h). Private to model. */
#ifndef HARDROW_MODEL_OPTIMIZER_STEP_H
#define HARDROW_MODEL_OPTIMIZER_STEP_H

#include "model/optimizer.h"

#define OPTIMIZER_MOMENTS_MAX 2
#define OPTIMIZER_PAIRS 10 /* that lbfgs goes by */

/* What a step works on: arrays (count) of numbers in its precision. */
struct optimizer_arrays {
	size_t count;
	void *theta;			     /* parameters */
	const void *gradient;		     /* with the weight decay in it */
	void *moment[OPTIMIZER_MOMENTS_MAX]; /* as many as the optimiser keeps; 0 before its first step */
};

/* One step, the `step`th from 1. */
typedef void optimizer_step_function(const struct optimizer_settings *settings, size_t step,
				     const struct optimizer_arrays *arrays);

extern optimizer_step_function optimizer_step_sgd_double, optimizer_step_sgd_single;
extern optimizer_step_function optimizer_step_adam_double, optimizer_step_adam_single;

/* What one iteration over a whole objective works on, in double precision. */
struct optimizer_iteration {
	struct optimizer_arrays arrays; /* the gradient is that of theta, and follows it with each evaluation */
	double *scratch;		/* (scratch of the kind, count) */
	size_t *steps;			/* 0 before the first; the iteration counts them, and may begin anew */
	double value;			/* at theta, as the gradient */
	double (*evaluate)(void *context);
	void *context;
};

/* Moves theta to a lower value. Returns false if there is none near it: theta is as it was, value and gradient may be
 * those of elsewhere. */
typedef bool optimizer_iterate_function(struct optimizer_iteration *iteration);

extern optimizer_iterate_function optimizer_iterate_lbfgs;

/* It makes steps by gradients, or iterates over objectives. */
struct optimizer_kind {
	const char *name;
	size_t moments;			     /* arrays that it keeps */
	size_t width;			     /* of each: so many numbers a parameter */
	optimizer_step_function *step[2];    /* by enum network_precision */
	optimizer_iterate_function *iterate; /* NULL: it makes steps */
	size_t scratch;			     /* numbers a parameter that an iteration needs */
};

/* Lists the moments (count each) that the kind keeps. */
void optimizer_visit_moments(const struct optimizer_kind *kind, enum state_type type, size_t count,
			     void *const *moments, struct state_visitor *visitor);

/* `i` is the index of optimizer_name(). */
const struct optimizer_kind *optimizer_kind_at(size_t i);

#endif
