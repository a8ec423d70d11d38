/* Private to train: the weights of a batch by a meta set.
 *
 * Loss meta-reweight (Ren et al. 2018, "Learning to Reweight Examples for Robust Deep Learning", Algorithm 1): one step
 * of gradient descent on the batch with weights epsilon, then the meta loss: its derivative by epsilon_i at 0 is -rate
 * <grad loss_i, grad meta loss>, both at the parameters before the step (their eq. 12; for dense layers the form of
 * train/influence.h), so that u_i = max(0, <grad loss_i, grad meta loss>),   w_i = u_i / sum_j u_j, or 0 if all u are.
 *
 * Loss meta-weight-net (Shu et al. 2019, Algorithm 1): w_i = V(loss_i) / m of a batch of m, V a network of its own
 * (model/weight_net.h). Before each step V takes one, down the gradient of the meta loss at the parameters that plain
 * gradient descent by its weights would come to, rate the learning rate of the epoch (their eq. 6 to 8):
 *     theta' = theta - rate sum_i w_i grad loss_i,   d meta loss / d w_i = -rate <grad loss_i, grad meta loss (theta')>
 *
 * The meta loss is the mean over the classes of their mean loss over the meta set, without dropout. The step looks at
 * all of the set, or, if it is larger than a batch, at so many of it, drawn without replacement.
 *
 * Shapes: n instances, m of them in the meta set, batches of up to B. */
#ifndef HARDROW_TRAIN_META_WEIGHTS_H
#define HARDROW_TRAIN_META_WEIGHTS_H

#include "base/state.h"
#include "data/split.h"
#include "train/influence.h"

struct meta_weights;

/* All are borrowed. The split has a meta set; `batch` is B. The loss says which weights. Random numbers: stream
 * RNG_META of `seed`. */
MUST_CHECK enum err_code meta_weights_create(const struct influence_subject *subject, const struct split *split,
					     size_t batch, uint64_t seed, struct meta_weights **ret_weights,
					     struct err *err);
void meta_weights_free(struct meta_weights *weights);

/* Some draws, and how they are learned. */
struct meta_batch {
	const uint32_t *index; /* (count) */
	size_t count;
	const struct rng
	    *dropout; /* as it is before the training pass, which then drops the same outputs; NULL: none */
	double rate;  /* the learning rate */
};

/* ret_weight (count) of a batch. Overwrites the network's gradients. */
void meta_weights_weigh(struct meta_weights *weights, const struct meta_batch *batch, double *ret_weight);

/* Around an epoch's batches. */
void meta_weights_begin_epoch(struct meta_weights *weights);
void meta_weights_end_epoch(struct meta_weights *weights);

/* (n) Mean of count * w_i over each instance's draws in the last epoch that had some, 1 before. */
const double *meta_weights_mean(const struct meta_weights *weights);

/* Between epochs. */
void meta_weights_visit_state(struct meta_weights *weights, struct state_visitor *visitor);

#endif
