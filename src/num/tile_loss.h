/* Values and gradients of losses over tiles (num/tile.h), other than softmax cross-entropy's gradient there. Shapes: k
 * classes, L lanes; y (L) class as double, scale (L) the factor of each instance's loss, 0 for padding. Each value is
 * the sum over instances of scale times loss, each ret_delta (k, L) its gradient by the logits. */
#ifndef HARDROW_NUM_TILE_LOSS_H
#define HARDROW_NUM_TILE_LOSS_H

#include <stddef.h>

/* sum_i scale_i (-log p_y) from log p (k, L). */
double tile_cross_entropy(const double *log_p, const double *y, const double *scale, size_t lanes, size_t classes);

/* Focal loss of softmax (Lin et al. 2017): (1 - p_y)^gamma (-log p_y), gamma >= 0, differentiated through both factors:
 *     d/dz_c = (p_c - [c = y]) ((1 - p_y)^gamma + gamma p_y (1 - p_y)^(gamma - 1) (-log p_y))
 * log_p and p (k, L) as of tile_softmax; ret_delta may be p. */
double tile_focal(const double *log_p, const double *p, const double *y, const double *scale, size_t lanes,
		  size_t classes, double gamma, double *ret_delta);

/* How the cells (instance, class) of a loss on sigmoid scores count. Cell (i, c) has t = [c = y_i],
 * p_t = sigma(z) if t else sigma(-z), and the loss  w (1 - p_t)^gamma (-log p_t),  gamma >= 0. */
struct sigmoid_cells {
	double gamma;
	double target_weight;	    /* w of the cells with t = 1 */
	const double *other_weight; /* (k) w of the other cells of each class */
	double lowest_logit;	    /* other cells with a logit below it have w = 0 */
};

/* Sum over the cells of each instance. ret_delta may be the logits (k, L). */
double tile_sigmoid_loss(const struct sigmoid_cells *cells, const double *logits, const double *y, const double *scale,
			 size_t lanes, size_t classes, double *ret_delta);

/* ret_error (k, L) = |sigma(z_c) - [c = y]|, what the gradient of sigmoid cross-entropy is in size; it may be the
 * logits. */
void tile_sigmoid_error(const double *logits, const double *y, size_t lanes, size_t classes, double *ret_error);

/* Sigmoid cross-entropy with a weight (k, L) of every cell; ret_delta may be the weights. */
double tile_weighted_sigmoid(const double *logits, const double *weight, const double *y, const double *scale,
			     size_t lanes, size_t classes, double *ret_delta);

/* log sigma(z) of every logit (k, L), NaN for NaN and infinity; ret_log_score may be the logits. */
void tile_log_sigmoid(const double *logits, size_t lanes, size_t classes, double *ret_log_score);

#endif
