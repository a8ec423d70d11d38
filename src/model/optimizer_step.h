/* The steps of the optimisers, each in both precisions (num/real.h). Private to model. */
#ifndef HARDROW_MODEL_OPTIMIZER_STEP_H
#define HARDROW_MODEL_OPTIMIZER_STEP_H

#include "model/optimizer.h"

#define OPTIMIZER_MOMENTS_MAX 2

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

struct optimizer_kind {
	const char *name;
	size_t moments;			  /* arrays as long as the parameters that it keeps */
	optimizer_step_function *step[2]; /* by enum network_precision */
};

/* Lists the moments (count each) that the kind keeps. */
void optimizer_visit_moments(const struct optimizer_kind *kind, enum state_type type, size_t count,
			     void *const *moments, struct state_visitor *visitor);

/* `i` is the index of optimizer_name(). */
const struct optimizer_kind *optimizer_kind_at(size_t i);

#endif
