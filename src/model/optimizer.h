/* Optimisers: parameters of a network from its gradients. One optimiser = one file and one line in the table of
 * optimizer.c. */
#ifndef HARDROW_MODEL_OPTIMIZER_H
#define HARDROW_MODEL_OPTIMIZER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "model/network.h"

struct optimizer_settings {
	double learning_rate;
	double momentum;     /* SGD */
	bool nesterov;	     /* SGD */
	double beta1, beta2; /* Adam */
	double epsilon;	     /* Adam */
	double weight_decay; /* times the weight, added to the gradient of weights, not of biases */
};

struct optimizer;

struct optimizer_kind {
	const char *name;
	size_t moments; /* vectors as long as the parameters that the optimiser keeps */
	/* One step. theta (count), g (count) gradient with the weight decay in it, moment[i] (count), `step` from 1. */
	void (*step)(const struct optimizer_settings *settings, size_t step, size_t count, double *theta,
		     const double *g, double *const *moment);
};

extern const struct optimizer_kind optimizer_sgd, optimizer_adam;

const char *optimizer_name(size_t i); /* NULL behind the last */

/* `kind` is the index of optimizer_name(). The network is borrowed and must outlive the optimiser. */
MUST_CHECK enum err_code optimizer_create(size_t kind, const struct optimizer_settings *settings,
					  struct network *network, struct optimizer **ret_optimizer, struct err *err);
void optimizer_free(struct optimizer *optimizer);
void optimizer_freep(struct optimizer **optimizer);

/* Adds the weight decay to network->gradients and takes one step with `rate_factor` times the learning rate. */
void optimizer_step(struct optimizer *optimizer, double rate_factor);

#endif
