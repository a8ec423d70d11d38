/* How a step on some instances changes the loss of others, from the gradients of a network as it is.
 *
 * Yu et al. 2022: instance a helps z if <grad loss(z), grad loss(a)> > 0 and hinders it if < 0: to first order a step
 * of gradient descent on a with the learning rate r changes the loss of z by -r <grad loss(z), grad loss(a)>. Gradients
 * are by all parameters, biases included, without weight decay and dropout.
 *
 * A gradient is never made for each instance. With G the (weighted sum of) gradients to compare with, G_W and G_b its
 * parts of a dense layer that read h and whose sums have the gradient delta:
 *     <grad loss(z), G> = sum over layers of  delta_z · (G_W h_z + G_b)
 * which is a product of two matrices for many z at once; for G = grad loss(a) it is the sum of
 * (delta_z · delta_a) (1 + h_z · h_a). A cosine classifier is the dense layer of x^ and w^ (num/tile_cosine.h), whose
 * w^ depend on w alone: the chain rule through them is linear and symmetric, and applied to G_W once.
 *
 * Shapes: n instances. */
#ifndef HARDROW_TRAIN_INFLUENCE_H
#define HARDROW_TRAIN_INFLUENCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/network.h"
#include "rebalance/loss.h"

/* Instances that go through the network at once, for those who may choose. */
#define INFLUENCE_BATCH 256

/* Everything is borrowed. The loss is that of single instances, as loss_evaluate() has it, without weights of class or
 * instance; it must be one that treats each instance of a batch on its own. No layer is frozen. */
struct influence_subject {
	struct network *network; /* its gradients are overwritten; in double precision products are exact */
	struct network_inputs *inputs;
	struct loss_state *loss;
	const uint32_t *y; /* (n) */
	size_t instances;
	size_t batch; /* instances that go through the network at once: its shape must have room for so many */
};

/* Some of the instances: positions (m). */
struct influence_some {
	const uint32_t *index;
	size_t count;
	/* The random numbers of the training pass that the gradients are of, taken on by it; NULL: no dropout. */
	struct rng *dropout;
};

struct influence;

MUST_CHECK enum err_code influence_create(const struct influence_subject *subject, struct influence **ret_influence,
					  struct err *err);
void influence_free(struct influence *influence);
void influence_freep(struct influence **influence);

/* G <- sum_a weight_a grad loss(a), weight (n), at the network's present parameters. */
void influence_take(struct influence *influence, const double *weight);

/* ret_product (n) <- <grad loss(z), G> of every instance z, whatever the parameters that G is of. */
void influence_multiply(struct influence *influence, double *ret_product);

/* The same of some instances: weight (m) and ret_product (m) in their order. */
void influence_take_some(struct influence *influence, const struct influence_some *some, const double *weight);
void influence_multiply_some(struct influence *influence, const struct influence_some *some, double *ret_product);

/* The loss of some instances: ret_loss (m) in their order. */
void influence_evaluate_some(struct influence *influence, const struct influence_some *some, double *ret_loss);

/* The network's parameters less `rate` times G, which is used up; and back to what they were before. */
void influence_step(struct influence *influence, double rate);
void influence_step_back(struct influence *influence);

#endif
