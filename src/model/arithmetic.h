/* What a network does in one of the two precisions. The files that include layers.h are compiled twice (num/real.h)
 * and each time make one `struct arithmetic`; network.c and optimizer.c choose. Private to model. */
#ifndef HARDROW_MODEL_ARITHMETIC_H
#define HARDROW_MODEL_ARITHMETIC_H

#include "model/network.h"

struct layers; /* layers.h: another in each precision */

/* The numbers are those of the arithmetic that made them: double or float. */
struct network_inputs {
	size_t instances, features;
	const void *rows;		  /* X (n, d) row-major: the caller's, or `copy`; NULL: they are packed */
	const struct packed_rows *packed; /* the caller's, else NULL; never of a network that takes rows */
	void *copy;			  /* NULL in double precision */
	void *tiles;			  /* (ceil(n / 64), d, 64); NULL if the network takes rows */
};

/* The parameters that learn: a part of one block, at `first`, and their gradients. */
struct parameter_range {
	size_t first, count;
	void *parameters;
	void *gradients;
};

struct arithmetic {
	size_t size; /* bytes of a number */
	enum state_type type;
	/* of: NULL, or the layers that the new ones read. */
	enum err_code (*create)(const struct network_shape *shape, const struct layers *of, struct layers **ret_layers,
				struct err *err);
	void (*free)(struct layers *layers);
	/* The layers from `first` on. */
	void (*initialise)(struct layers *layers, size_t first, enum network_init init, struct rng *rng);
	void (*freeze_hidden)(struct layers *layers);
	void (*read_layer)(const struct layers *layers, size_t l, double *ret_weight, double *ret_bias);
	void (*write_layer)(struct layers *layers, size_t l, const double *weight, const double *bias);
	void (*read_gradient)(const struct layers *layers, size_t l, double *ret_weight, double *ret_bias);
	double (*class_norm)(const struct layers *layers, size_t class);
	bool (*is_finite)(const struct layers *layers);
	enum err_code (*fill_inputs)(const struct layers *layers, const double *x, struct network_inputs *inputs,
				     struct err *err);
	bool (*takes_packed)(const struct layers *layers, size_t count);
	void (*share)(struct layers *layers, struct pool *pool);
	void (*set_halves)(struct layers *layers, const struct network_halves *halves);
	void (*calibrate)(struct layers *layers, const struct network_calibration *calibration);
	void (*forward)(struct layers *layers, const struct network_batch *batch, struct rng *dropout,
			double *ret_logits);
	void (*backward)(struct layers *layers, const double *delta);
	void (*predict)(struct layers *layers, const struct network_inputs *inputs, size_t first, size_t count,
			double *ret_logits);
	void (*read_input)(const struct layers *layers, size_t l, double *ret_input);
	void (*read_delta)(const struct layers *layers, size_t l, double *ret_delta);
	void *(*parameters)(struct layers *layers); /* all of them */
	struct parameter_range (*learning)(struct layers *layers);
	/* gradient += weight_decay * weight, of the weights that learn, not of biases. */
	void (*decay)(struct layers *layers, double weight_decay);
	/* The squared sum of those weights. */
	double (*sum_squares)(const struct layers *layers);
};

extern const struct arithmetic arithmetic_double, arithmetic_single;

struct network {
	const struct arithmetic *arithmetic;
	struct layers *layers;
	struct network_shape shape;
	struct pool *pool; /* whose threads share its work; NULL: nobody's */
};

/* What is done to each parameter that learns by itself is shared in so many pieces, a power of two. */
size_t parameter_pieces(const struct network *network);

/* Of each layer that learns a piece has as large a part as of the others, at the same place: most of the rows that a
 * thread has of the products. Some of layer l's, from `first` on in the range of those that learn; none of a frozen
 * layer. */
struct parameter_slice {
	size_t first, count;
};
struct parameter_slice parameter_slice(const struct network *network, size_t piece, size_t l);

#endif
