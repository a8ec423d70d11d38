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
};

struct network {
	size_t layer_count;
	struct dense_layer *layers;
	size_t parameter_count;
	double *parameters;
	double *gradients;
};

enum network_init { INIT_ZERO, INIT_UNIFORM, INIT_GLOROT, INIT_HE };
const char *network_init_name(size_t i); /* NULL behind the last */

/* A network of one dense layer d -> k, all parameters 0. */
MUST_CHECK enum err_code network_create(size_t inputs, size_t outputs, struct network **ret_network, struct err *err);
void network_free(struct network *network);
void network_freep(struct network **network);

/* Initial parameters, drawn in row-major order layer by layer, weights before biases.
 *     zero     all 0
 *     uniform  weights and biases U(-a, a), a = 1/sqrt(inputs) (PyTorch's nn.Linear)
 *     glorot   weights U(-a, a), a = sqrt(6 / (inputs + outputs)), biases 0 (Glorot and Bengio 2010)
 *     he       weights U(-a, a), a = sqrt(6 / inputs), biases 0 (He et al. 2015) */
void network_initialise(struct network *network, enum network_init init, struct rng *rng);

/* Logits (k, L) of a tile of inputs. */
void network_forward(const struct network *network, const struct tile *inputs, double *ret_logits);

/* Adds the gradients of all parameters, given delta (k, L) = the gradient of the loss by the logits of the same tile.
 */
void network_backward(struct network *network, const struct tile *inputs, const double *delta);

void network_clear_gradients(struct network *network);

#endif
