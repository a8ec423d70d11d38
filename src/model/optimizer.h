/* Optimisers: parameters of a network from its gradients. One optimiser = one file and one line in the table of
 * optimizer.c. */
#ifndef HARDROW_MODEL_OPTIMIZER_H
#define HARDROW_MODEL_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/network.h"

struct optimizer_settings {
	double learning_rate; /* SGD, Adam */
	double momentum;      /* SGD */
	bool nesterov;	      /* SGD */
	double beta1, beta2;  /* Adam */
	double epsilon;	      /* Adam */
	double weight_decay;  /* times the weight, added to the gradient of weights, not of biases */
};

struct optimizer;

const char *optimizer_name(size_t i); /* NULL behind the last */

/* Whether it takes whole objectives, in double precision: optimizer_minimise(). The others take gradients:
 * optimizer_step(). */
bool optimizer_takes_objectives(size_t kind);

/* `kind` is the index of optimizer_name(). The network is borrowed and must outlive the optimiser. */
MUST_CHECK enum err_code optimizer_create(size_t kind, const struct optimizer_settings *settings,
					  struct network *network, struct optimizer **ret_optimizer, struct err *err);
void optimizer_free(struct optimizer *optimizer);
void optimizer_freep(struct optimizer **optimizer);

/* Adds the weight decay to the network's gradients and takes one step with `rate_factor` times the learning rate.
 * Parameters that do not learn (network_freeze_hidden) stay as they are, and so do their moments. */
void optimizer_step(struct optimizer *optimizer, double rate_factor);

/* What is to be minimised, at the network's parameters as they are, without weight decay: returns its value and adds
 * its gradients to the network's. Equal parameters have equal values. */
typedef double optimizer_objective(void *context);

/* Moves the parameters that learn to a lower value of objective + weight decay / 2 times the squared sum of weights, by
 * one iteration; where there is none near they stay. `is_other`: the objective is not that of the call before. */
void optimizer_minimise(struct optimizer *optimizer, optimizer_objective *objective, void *context, bool is_other);

/* Steps and moments. */
void optimizer_visit_state(struct optimizer *optimizer, struct state_visitor *visitor);

/* Forgets all steps: the moments are 0 again and the next step is the first. */
void optimizer_restart(struct optimizer *optimizer);

#endif
