/* The arithmetic of a dense layer and of softmax over tiles of instances.
 *
 * A tile is some instances (64, but for batches of networks with hidden layers) stored feature by feature (or class by
 * class): entry (j, i) of instance i is at data[j * lanes + i]. Each loop then runs over neighbouring instances, which
 * vectorises for any number of features and classes; the lanes behind `count` are padding, kept at 0. Shapes: d
 * features, k classes, m = count instances, L = lanes. */
#ifndef HARDROW_NUM_TILE_H
#define HARDROW_NUM_TILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "num/real.h"

#define TILE_INSTANCES 64

/* From so many features on OpenBLAS's blocked kernels beat loops over a tile, in either precision (bench/README.md).
 * Below, digits do not depend on the processor: the UCI sets have 60 at most, hidden layers 64 unless told otherwise.
 */
#define TILE_WIDE_FEATURES 96

/* A tile of a network's numbers, in one of the two precisions (num/real.h). */
struct tile {
	size_t lanes; /* L >= m: a multiple of 8, of 16 in single precision */
	size_t count; /* m */
	real *data;   /* (rows, L); 64-byte aligned */
};

/* Lanes for `count` instances in double precision. */
size_t tile_lanes(size_t count);

/* The dense layer, in both precisions. */
#define tile_real_lanes REAL_NAME(tile_real_lanes)
#define tile_narrow REAL_NAME(tile_narrow)
#define tile_widen REAL_NAME(tile_widen)
#define tile_gather REAL_NAME(tile_gather)
#define tile_forward REAL_NAME(tile_forward)
#define tile_backward REAL_NAME(tile_backward)
#define tile_forward_rows REAL_NAME(tile_forward_rows)
#define tile_backward_rows REAL_NAME(tile_backward_rows)
#define tile_backpropagate REAL_NAME(tile_backpropagate)
#define tile_relu REAL_NAME(tile_relu)
#define tile_relu_backward REAL_NAME(tile_relu_backward)

/* Lanes for `count` instances. */
size_t tile_real_lanes(size_t count);

/* ret_to (rows, to_lanes) <- from (rows, from_lanes), rounded; lanes behind from_lanes <= to_lanes become 0. */
void tile_narrow(const double *from, size_t from_lanes, size_t rows, real *ret_to, size_t to_lanes);

/* ret_to (rows, to_lanes) <- the first lanes of from (rows, from_lanes), exactly; from_lanes >= to_lanes. */
void tile_widen(const real *from, size_t from_lanes, size_t rows, double *ret_to, size_t to_lanes);

/* data (d, L) <- rows `index` (m) of X (n, d) row-major; padding lanes become 0. is_far, for speed alone: X is larger
 * than a processor's cache, and the rows are from all over it. */
void tile_gather(struct tile *tile, const real *x, size_t features, const uint32_t *index, bool is_far);

/* A dense layer. */
struct tile_layer {
	size_t features, classes;
	const real *weight, *bias; /* W (k, d) row-major, b (k) */
	struct pool *pool;	   /* whose threads share the products of a wide one; NULL: nobody's */
};

/* Z (k, L) = W · tile (d, L) + b. */
void tile_forward(const struct tile_layer *layer, const struct tile *tile, real *ret_logits);

/* gW (k, d) += delta (k, L) · tile^T (L, d); gb (k) += row sums of delta. Padding lanes of delta must be 0. */
void tile_backward(const struct tile_layer *layer, const struct tile *tile, const real *delta, real *weight_gradient,
		   real *bias_gradient);

/* The same two from instances row by row, tile.data (L, d), padding rows 0: for wide ones, as OpenBLAS takes either. */
void tile_forward_rows(const struct tile_layer *layer, const struct tile *rows, real *ret_logits);
void tile_backward_rows(const struct tile_layer *layer, const struct tile *rows, const real *delta,
			real *weight_gradient, real *bias_gradient);

/* ret_delta (d, L) = W^T (d, k) · delta (k, L): the gradient of the loss by the layer's inputs. */
void tile_backpropagate(const struct tile_layer *layer, const real *delta, size_t lanes, real *ret_delta);

/* values (count) <- max(value, 0); NaN stays. */
void tile_relu(size_t count, real *values);

/* delta (count) <- delta where the output is above 0, else 0. */
void tile_relu_backward(size_t count, const real *output, real *delta);

/* Everything below is double. */

/* log p = z - logsumexp(z), p = exp(log p); all (k, L). `log_p` may be `logits`. */
void tile_softmax(const double *logits, size_t lanes, size_t classes, double *ret_log_p, double *ret_p);

/* delta (k, L) = (p - onehot(y)) * scale, the gradient of sum_i scale_i CE_i by the logits. y (L) class as double,
 * scale (L), 0 for padding. `delta` may be `p`. */
void tile_cross_entropy_delta(const double *p, const double *y, const double *scale, size_t lanes, size_t classes,
			      double *ret_delta);

/* What is read out of the predictions of L instances. */
struct tile_out {
	double *p_true, *log_p_true; /* (L) the entries of class y */
	double *predicted;	     /* (L) class of the first maximum, as double */
	double *margin;		     /* (L) log p_y less the largest log p of another class */
};

void tile_read_out(const double *log_p, const double *p, const double *y, size_t lanes, size_t classes,
		   const struct tile_out *ret);

/* ret_p = max(p, floor), ret_log_p = log(ret_p), of `count` numbers, a multiple of 8; NaN may become anything. ret_p
 * may be `p`. */
void tile_log(const double *p, size_t count, double floor, double *ret_p, double *ret_log_p);

/* What du/dl keep of the epoch before, per tile. */
struct tile_past {
	double *p;     /* (k, L) */
	double *log_p; /* (k, L) */
};

/* du and dl of Yu et al. 2022 (Algorithm 1; spelled out in rebalance/difficulty.h), and `past` <- p and log_p.
 *     r_j = p_j / q_j, psi_j = (p_j - q_j) ln r_j >= 0
 *     dl = [p_y > q_y] psi_y + sum over j != y of [p_j < q_j] psi_j,   du = sum_j psi_j - dl
 * with p, q floored: p = max(p, floor), log p = max(log p, log floor). Outputs (L). */
void tile_du_dl(const double *log_p, const double *p, const double *y, size_t lanes, size_t classes, double floor,
		struct tile_past *past, double *ret_du, double *ret_dl);

#endif
