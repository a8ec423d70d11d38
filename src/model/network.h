/* A network: a list of dense layers, all parameters in one block, all gradients in another of the same layout. Logistic
 * regression is the network of one layer (none hidden).
 * Shapes: d inputs, k outputs; tiles as in num/tile.h. */
#ifndef HARDROW_MODEL_NETWORK_H
#define HARDROW_MODEL_NETWORK_H

#include <stddef.h>

#include "base/err.h"
#include "base/rng.h"
#include "num/tile.h"

struct dense_layer {
	size_t inputs, outputs;
	double *weight, *bias;			 /* (outputs, inputs) row-major, (outputs); inside network.parameters */
	double *weight_gradient, *bias_gradient; /* inside network.gradients */
	double *output; /* (outputs, L) of the last forward pass, after activation and dropout; hidden layers only */
	double *delta;	/* (outputs, L) gradient of the loss by the layer's sums; hidden layers only */
	double *kept;	/* (outputs, L) dropout's factors: 0 or 1/(1 - dropout); hidden layers with dropout only */
};

enum network_activation { ACTIVATION_RELU, ACTIVATION_TANH };
const char *network_activation_name(size_t i); /* NULL behind the last */

#define NETWORK_HIDDEN_MAX 8

/* What a network looks like. */
struct network_shape {
	size_t inputs, outputs;
	size_t hidden_count;
	size_t hidden[NETWORK_HIDDEN_MAX]; /* units of each hidden layer, in order */
	enum network_activation activation;
	double dropout; /* share of hidden outputs set to 0 in training, [0, 1) */
	size_t lanes;	/* the largest L of any tile to come */
};

struct network {
	size_t layer_count; /* hidden_count + 1 */
	struct dense_layer *layers;
	enum network_activation activation;
	double dropout;
	size_t parameter_count;
	double *parameters;
	double *gradients;
	double *workspace; /* what the layers' output, delta and kept point into */
};

enum network_init { INIT_ZERO, INIT_UNIFORM, INIT_GLOROT, INIT_HE };
const char *network_init_name(size_t i); /* NULL behind the last */

/* All parameters 0. */
MUST_CHECK enum err_code network_create(const struct network_shape *shape, struct network **ret_network,
					struct err *err);
void network_free(struct network *network);
void network_freep(struct network **network);

/* Initial parameters, drawn in row-major order layer by layer, weights before biases.
 *     zero     all 0
 *     uniform  weights and biases U(-a, a), a = 1/sqrt(inputs) (PyTorch's nn.Linear)
 *     glorot   weights U(-a, a), a = sqrt(6 / (inputs + outputs)), biases 0 (Glorot and Bengio 2010)
 *     he       weights U(-a, a), a = sqrt(6 / inputs), biases 0 (He et al. 2015) */
void network_initialise(struct network *network, enum network_init init, struct rng *rng);

/* Logits (k, L) of a tile of inputs. The hidden layers' outputs are kept for network_backward. With `dropout` not NULL
 * this is a training pass: hidden outputs are dropped by its random numbers and the others scaled up (inverted dropout,
 * Srivastava et al. 2014); NULL uses all of them. */
void network_forward(struct network *network, const struct tile *inputs, struct rng *dropout, double *ret_logits);

/* Adds the gradients of all parameters, given delta (k, L) = the gradient of the loss by the logits of the tile of the
 * last network_forward. Padding lanes of delta must be 0. */
void network_backward(struct network *network, const struct tile *inputs, const double *delta);

void network_clear_gradients(struct network *network);

#endif
