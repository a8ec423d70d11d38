/* One run: sample, step, evaluate, update difficulty; an epoch a call.
 *
 * All state, random numbers included, belongs to the trainer: equal settings, data and split give byte-identical
 * results whatever else runs beside it. */
#ifndef HARDROW_TRAIN_TRAINER_H
#define HARDROW_TRAIN_TRAINER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/pool.h"
#include "data/dataset.h"
#include "data/scale.h"
#include "data/split.h"
#include "model/network.h"
#include "rebalance/weighting.h"
#include "train/recipe.h"

struct trainer;

/* All are borrowed and must outlive the trainer. The split is that of the recipe or a part of its training part (a
 * fold). ERR_INPUT: parameters of the adjustment that do not fit the data set. */
MUST_CHECK enum err_code trainer_create(const struct dataset *dataset, const struct split *split,
					const struct recipe *recipe, struct trainer **ret_trainer, struct err *err);

/* The pool's threads share the work of all epochs to come where it is enough for several; what comes out stays the same
 * to the bit. Borrowed: it must outlive the trainer. */
MUST_CHECK enum err_code trainer_share(struct trainer *trainer, struct pool *pool, struct err *err);

void trainer_free(struct trainer *trainer);
void trainer_freep(struct trainer **trainer);

/* Trains one epoch of the draws that the sampler makes and evaluates every instance. Returns false if the epoch
 * diverged: its training loss or a parameter is not finite. */
bool trainer_run_epoch(struct trainer *trainer);

/* For parameters that come from elsewhere: write them into this network, the moving average of the features (h) into
 * *ret_mean_feature (NULL unless the classifier is cosine), then evaluate them as those after `epoch`, which must be
 * later than all before it: stage and weights are what they are after so many epochs of training. */
struct network *trainer_open(struct trainer *trainer, double **ret_mean_feature);
void trainer_evaluate(struct trainer *trainer, size_t epoch);

/* GraNd of every instance (rebalance/dynamics.h) at the network as it is, that before the epoch it is of, into the
 * dynamics. It is not known for a cosine classifier; a regression has none. */
void trainer_take_grand(struct trainer *trainer);

/* Predicts once more with the network as it is and other parameters of the method's adjustment: predictions, difficulty
 * and dynamics move on as if by an epoch; metrics, weights and the count of epochs stay. ERR_INPUT: the parameters do
 * not fit the data set. */
MUST_CHECK enum err_code trainer_readjust(struct trainer *trainer, const struct adjustment_parameters *parameters,
					  struct err *err);

/* The state after the last epoch; borrowed, changed by the next. */
const struct predictions *trainer_predictions(const struct trainer *trainer); /* adjusted, if the method does so */
const struct weighting *trainer_weighting(const struct trainer *trainer);     /* of the epoch to come */
/* Both become the caller's. What the trainer borrowed for them stays where it was, and it is good for nothing but to be
 * freed. */
void trainer_take_outcome(struct trainer *trainer, struct predictions **ret_predictions,
			  struct weighting **ret_weighting);
size_t trainer_epoch(const struct trainer *trainer); /* the last one's number */
const struct network *trainer_network(const struct trainer *trainer);
/* (h) the moving average of the batches' mean features, of a cosine classifier with h inputs; else NULL. */
const double *trainer_mean_feature(const struct trainer *trainer);
const struct scaled *trainer_scaled(const struct trainer *trainer);
const uint32_t *trainer_draws(const struct trainer *trainer); /* (n) how often each instance was drawn */
double trainer_epoch_seconds(const struct trainer *trainer);

/* Lists everything that the epochs to come depend on and that recipe, data and split do not give: a state_list.
 * Between epochs. */
void trainer_visit_state(void *trainer, struct state_visitor *visitor);

/* Appends the state to *bytes. */
MUST_CHECK enum err_code trainer_save_state(struct trainer *trainer, struct text *bytes, struct err *err);

/* Takes up, in a trainer that has not trained yet, the state of another with equal data, split and recipe: all later
 * epochs are byte for byte those of the other. du, dl and draws of the last epoch are not among it. Bytes may hold
 * anything. ERR_INPUT: they are not a state of such a trainer, which is then good for nothing but to be freed. */
MUST_CHECK enum err_code trainer_load_state(struct trainer *trainer, const char *bytes, size_t size, struct err *err);

/* Whether a finished run of this recipe, all of its epochs trained, can be trained on to `epochs`, which the caller
 * puts into the recipe of the trainer that takes its state up: each epoch is then that of a run that had so many from
 * the start. ERR_INPUT: it is not more, or what was trained depends on the number of epochs (cosine schedule, second
 * stage, progressive or self-paced draws, a parameter chosen by cross-validation). What was recorded because it was the
 * last epoch is one that a longer run might not have recorded. */
MUST_CHECK enum err_code recipe_check_extension(const struct recipe *recipe, size_t epochs, struct err *err);

#endif
