/* Private to train: the weights of a batch by a meta set (Ren et al. 2018, "Learning to Reweight Examples for Robust
 * Deep Learning", Algorithm 1). One step of gradient descent on the batch with weights epsilon, then the meta loss: its
 * derivative by epsilon_i at 0 is -rate <grad loss_i, grad meta loss>, both at the parameters before the step (their
 * eq. 12; for dense layers the form of train/influence.h), so that
 *     u_i = max(0, <grad loss_i, grad meta loss>),   w_i = u_i / sum_j u_j, or 0 if all u are.
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

/* All are borrowed. The split has a meta set; `batch` is B. Random numbers: stream RNG_META of `seed`. */
MUST_CHECK enum err_code meta_weights_create(const struct influence_subject *subject, const struct split *split,
					     size_t batch, uint64_t seed, struct meta_weights **ret_weights,
					     struct err *err);
void meta_weights_free(struct meta_weights *weights);

/* Of a batch: index (count) as it is drawn, ret_weight (count). `dropout` as it is before the training pass, which
 * then drops the same outputs; NULL: none. Overwrites the network's gradients. */
void meta_weights_weigh(struct meta_weights *weights, const uint32_t *index, size_t count, const struct rng *dropout,
			double *ret_weight);

/* Around an epoch's batches. */
void meta_weights_begin_epoch(struct meta_weights *weights);
void meta_weights_end_epoch(struct meta_weights *weights);

/* (n) Mean of count * w_i over each instance's draws in the last epoch that had some, 1 before. */
const double *meta_weights_mean(const struct meta_weights *weights);

/* Between epochs. */
void meta_weights_visit_state(struct meta_weights *weights, struct state_visitor *visitor);

#endif
