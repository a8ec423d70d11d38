/* The layers of a network in the precision of the file that is compiled (num/real.h). Private to model. Shapes as in
 * network.h; here L is tile_real_lanes(m). */
#ifndef HARDROW_MODEL_LAYERS_H
#define HARDROW_MODEL_LAYERS_H

#include "model/arithmetic.h"
#include "num/tile.h"

struct dense_layer {
	size_t inputs, outputs;
	bool has_bias;
	real *weight, *bias;		       /* (outputs, inputs) row-major, (outputs); inside layers.parameters */
	real *weight_gradient, *bias_gradient; /* inside layers.gradients */
	real *output; /* (outputs, L) of the last forward pass, after activation and dropout; hidden layers only */
	real *delta;  /* (outputs, L) gradient of the loss by the layer's sums; hidden layers only */
	real *kept;   /* (outputs, L) dropout's factors: 0 or 1/(1 - dropout); hidden layers only */
};

struct layers {
	size_t count;
	struct dense_layer *layer;
	enum network_activation activation;
	double dropout;
	size_t shared;			     /* layers below the branches; `count` without any */
	const struct network_halves *halves; /* of training passes; NULL: none */
	bool is_halved;			     /* the last forward pass was of halves */
	bool has_dropped;		     /* the last forward pass left outputs out */
	struct tile_cosine cosine;	     /* heads 0: the classifier is linear */
	struct pool *pool;		     /* whose threads share the products of wide layers; NULL: nobody's */
	size_t parameter_count;
	/* Layer by layer, weights before biases; of a reader those that it reads. */
	real *parameters, *gradients;
	bool is_reader;
	size_t first_learning; /* layers below are frozen */
	size_t lanes;	       /* the largest L */
	bool takes_rows;       /* inputs are wide: batches are row by row, (L, d), not (d, L) */
	struct tile batch;     /* the inputs of the last forward pass */
	real *gathered;	       /* (d, L) or (L, d) where a batch is put together */
	const real *delta;     /* (k, L) of the last backward pass */
	real *workspace;       /* what the hidden layers' output, delta and kept point into */
	real *logits;	       /* (k, L) */
	real *narrow_delta;    /* (k, L); single precision only */
	/* Calibration of d features: the numbers to come, and of the last forward pass the factors and what came out,
	 * unless it was not calibrated. */
	const struct network_calibration *calibration;
	bool is_calibrated;
	real *calibrated, *feature_scale; /* (d, L) */
	/* Cosine classifier of d features; of the last forward pass: */
	real *unit, *inverse;	     /* (d, L), (H, L) of tile_unit_features */
	real *unit_weight;	     /* (k, d) of tile_unit_weights */
	real *unit_gradient;	     /* (k, d) the gradient by it */
	real *no_bias, *no_gradient; /* (k) zeros, and the gradient that nobody asks for */
};

#define layers_fill_inputs REAL_NAME(layers_fill_inputs)
#define layers_takes_packed REAL_NAME(layers_takes_packed)
#define layers_forward REAL_NAME(layers_forward)
#define layers_backward REAL_NAME(layers_backward)
#define layers_predict REAL_NAME(layers_predict)
#define layers_read_input REAL_NAME(layers_read_input)
#define layers_read_delta REAL_NAME(layers_read_delta)

/* As the functions of struct arithmetic. */
MUST_CHECK enum err_code layers_fill_inputs(const struct layers *layers, const double *x, struct network_inputs *inputs,
					    struct err *err);
bool layers_takes_packed(const struct layers *layers, size_t count);
void layers_forward(struct layers *layers, const struct network_batch *batch, struct rng *dropout, double *ret_logits);
void layers_backward(struct layers *layers, const double *delta);
void layers_predict(struct layers *layers, const struct network_inputs *inputs, size_t first, size_t count,
		    double *ret_logits);
void layers_read_input(const struct layers *layers, size_t l, double *ret_input);
void layers_read_delta(const struct layers *layers, size_t l, double *ret_delta);

#endif
