/* A network: a list of dense layers, in double or single precision. Logistic regression is the network of one layer
 * (none hidden). The last layer is the classifier; what it reads are the features.
 *
 * Whatever the precision, what goes in and comes out here is double: single precision rounds what it is given once and
 * gives back its numbers exactly.
 *
 * Shapes: n instances, d inputs, k outputs; layer l has `inputs` and `outputs`; a batch of m instances has L =
 * tile_lanes(m) lanes as in num/tile.h. */
#ifndef HARDROW_MODEL_NETWORK_H
#define HARDROW_MODEL_NETWORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"
#include "base/rng.h"
#include "base/state.h"
#include "num/packed.h"
#include "num/tile_cosine.h"

struct network;
struct network_inputs;

enum network_precision { PRECISION_DOUBLE, PRECISION_SINGLE };
const char *network_precision_name(size_t i); /* NULL behind the last */

enum network_activation { ACTIVATION_RELU, ACTIVATION_TANH };
const char *network_activation_name(size_t i); /* NULL behind the last */

#define NETWORK_HIDDEN_MAX 8

/* What a network looks like. */
struct network_shape {
	size_t inputs, outputs;
	size_t hidden_count;
	size_t hidden[NETWORK_HIDDEN_MAX]; /* units of each hidden layer, in order */
	enum network_activation activation;
	enum network_precision precision;
	struct tile_cosine cosine; /* of the classifier, whose heads divide its inputs; 0 heads: linear, with a bias */
	/* So many of the last hidden layers are two branches, side by side: the first half of a layer's units, an even
	 * number, belongs to one and reads nothing of the other's. Both go into the linear classifier, which has no
	 * bias then. 0: no branches. */
	size_t branch_layers;
	double dropout;	  /* share of hidden outputs set to 0 in training, [0, 1) */
	bool calibrates;  /* network_calibrate() will be called; there is a hidden layer */
	size_t instances; /* of the largest batch to come */
};

/* Weights and biases of a network of that shape; a cosine classifier has no bias. */
size_t network_count_parameters(const struct network_shape *shape);

enum network_init { INIT_ZERO, INIT_UNIFORM, INIT_GLOROT, INIT_HE };
const char *network_init_name(size_t i); /* NULL behind the last */

/* All parameters 0. */
MUST_CHECK enum err_code network_create(const struct network_shape *shape, struct network **ret_network,
					struct err *err);

/* Another network with the parameters of `of`, which must outlive it and not learn meanwhile: for network_predict() on
 * several threads at once. Products of a reader are nobody's to share. */
MUST_CHECK enum err_code network_create_reader(const struct network *of, struct network **ret_reader, struct err *err);
void network_free(struct network *network);
void network_freep(struct network **network);

/* Layer l, of a network or of any of that shape. */
struct network_layer {
	size_t inputs, outputs;
	bool has_bias;
};
size_t network_layer_count(const struct network *network); /* hidden_count + 1 */
struct network_layer network_layer(const struct network *network, size_t l);
struct network_layer network_shape_layer(const struct network_shape *shape, size_t l);

/* Initial parameters, drawn in row-major order layer by layer, weights before biases.
 *     zero     all 0
 *     (weights between branches are 0 and not drawn, and inputs and outputs count those of one branch)
 *     uniform  weights and biases U(-a, a), a = 1/sqrt(inputs) (PyTorch's nn.Linear)
 *     glorot   weights U(-a, a), a = sqrt(6 / (inputs + outputs)), biases 0 (Glorot and Bengio 2010)
 *     he       weights U(-a, a), a = sqrt(6 / inputs), biases 0 (He et al. 2015) */
void network_initialise(struct network *network, enum network_init init, struct rng *rng);

/* The same for the classifier alone. */
void network_initialise_classifier(struct network *network, enum network_init init, struct rng *rng);

/* The pool's threads share the work of forward and backward passes and of the optimiser from now on, where it is enough
 * for several; results stay the same to the bit. Borrowed. */
void network_share(struct network *network, struct pool *pool);

/* From now on only the classifier learns: network_backward stops at it, and the optimiser leaves the parameters of the
 * hidden layers alone, weight decay included. */
void network_freeze_hidden(struct network *network);

/* Of the classifier; 0 heads: linear. */
struct tile_cosine network_cosine(const struct network *network);

/* weight (outputs, inputs) row-major and bias (outputs) of layer l; NULL for what is not wanted. A layer without bias
 * leaves it untouched. Writing without weights leaves those as they are. */
void network_read_layer(const struct network *network, size_t l, double *ret_weight, double *ret_bias);
void network_write_layer(struct network *network, size_t l, const double *weight, const double *bias);

/* The gradients, shaped like the parameters. */
void network_read_gradient(const struct network *network, size_t l, double *ret_weight, double *ret_bias);

/* The Euclidean norm of a class's weights in the classifier, without its bias. */
double network_class_norm(const struct network *network, size_t class);

/* The parameters. Frozen layers are not among it: freeze them again. */
void network_visit_state(struct network *network, struct state_visitor *visitor);

/* Whether all parameters are finite. */
bool network_is_finite(const struct network *network);

/* Instances as a network reads them: X (n, d) row-major, d the network's inputs. In double precision x is borrowed and
 * must outlive the inputs. They serve any network of the same shape. */
MUST_CHECK enum err_code network_inputs_create(const struct network *network, const double *x, size_t instances,
					       struct network_inputs **ret_inputs, struct err *err);

/* Whether the network reads so many instances as well, and no slower, from rows that are packed: many numbers, in
 * double precision, but not so many features that it takes rows as they are. Such rows cannot be mixed. */
bool network_takes_packed(const struct network *network, size_t instances);

/* The same for rows of such a network, which are borrowed. */
MUST_CHECK enum err_code network_inputs_create_packed(const struct network *network, const struct packed_rows *rows,
						      size_t instances, struct network_inputs **ret_inputs,
						      struct err *err);
void network_inputs_free(struct network_inputs *inputs);
void network_inputs_freep(struct network_inputs **inputs);

/* Some of them: `index` (count) names the rows. */
struct network_batch {
	const struct network_inputs *inputs;
	const uint32_t *index;
	size_t count; /* m, at most the shape's `instances` */
	/* (count) of rows that are mixed: x_i + share (x_j - x_i), j the partner; NULL: none is. */
	const uint32_t *partner;
	const double *share;
};

/* Instances belong to groups; in a training pass a feature x of group g becomes scale_g x + shift_g before dropout, and
 * the gradients are those of that. */
struct network_calibration {
	const uint32_t *group;	     /* (n) of each of the inputs' instances */
	const double *scale, *shift; /* (groups, features) */
};

/* Training passes are calibrated from now on, by the numbers that stand there then; NULL: as they are. Borrowed. The
 * shape says that it calibrates. */
void network_calibrate(struct network *network, const struct network_calibration *calibration);

/* Of a network with branches: in training passes the first `count` instances go through the first branch alone, all
 * others through the second, and the features that come out of them are multiplied by scale. */
struct network_halves {
	size_t count;
	double scale[2];
};

/* Training passes are of halves from now on, as they stand there then; NULL: they are not. Borrowed. */
void network_set_halves(struct network *network, const struct network_halves *halves);

/* Logits (k, L) of a batch; ret_logits is 64-byte aligned. With `dropout` not NULL this is a training pass: hidden
 * outputs are dropped by its random numbers and the others scaled up (inverted dropout, Srivastava et al. 2014); NULL
 * uses all of them. */
void network_forward(struct network *network, const struct network_batch *batch, struct rng *dropout,
		     double *ret_logits);

/* Adds the gradients of all parameters that learn, given delta (k, L) = the gradient of the loss by the logits of the
 * last network_forward, 64-byte aligned. Lanes behind m must be 0. */
void network_backward(struct network *network, const double *delta);

void network_clear_gradients(struct network *network);

/* Logits of the instances first .. first + count - 1 without dropout, in tiles of 64: ret_logits (ceil(count / 64), k,
 * 64), 64-byte aligned. `first` is a multiple of 64. In lanes behind the last instance the inputs are 0. */
void network_predict(struct network *network, const struct network_inputs *inputs, size_t first, size_t count,
		     double *ret_logits);

/* The same of tile t, the instances from 64 t on, with what the classifier reads: ret_logits (k, 64), 64-byte aligned,
 * ret_features (h, 64). Behind the last instance it stands in for those that are not there. The shape's `instances` are
 * 64 at least. */
void network_read_tile(struct network *network, const struct network_inputs *inputs, size_t t, double *ret_logits,
		       double *ret_features);

/* Of the last network_forward, until the next call of it or of network_predict: ret_input (inputs, L), what layer l
 * read. For the last layer these are the features: the outputs of the last hidden layer after activation, calibration
 * and dropout, or the network's inputs if there is none. */
void network_read_input(const struct network *network, size_t l, double *ret_input);

/* Of the last network_backward, until the next forward pass: ret_delta (outputs, L), the gradient of the loss by the
 * sums of layer l, before its activation. The gradient by weight (c, j) of a linear layer is the sum over instances of
 * delta_c input_j. Frozen layers have none. */
void network_read_delta(const struct network *network, size_t l, double *ret_delta);

#endif
