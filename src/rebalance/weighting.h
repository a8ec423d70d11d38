/* What each training instance counts for in the epoch to come, by one set of predictions: its draws by the sampler and
 * its weight in the loss. Shapes: n instances, N of them the training part, k classes, T = ceil(n / 64). */
#ifndef HARDROW_REBALANCE_WEIGHTING_H
#define HARDROW_REBALANCE_WEIGHTING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "rebalance/predictions.h"
#include "rebalance/sampler.h"

struct weighting_settings {
	const struct sampler *sampler; /* may be another from one epoch to the next */
	struct sampler_parameters sampler_parameters;
	size_t epochs;				   /* of the run */
	const struct neighbourhood *neighbourhood; /* borrowed; of samplers with `neighbours` */
	const double *ordering_loss; /* (n) borrowed: mean losses of the ordering run; NULL: there is none */
	/* (k) borrowed, may change between epochs: the loss's weight of each class. NULL: the loss is another's, which
	 * weighs all alike, and what follows does not matter */
	const double *class_weight;
	bool loss_weighs_difficulty; /* its weight of an instance is N w instead (loss.h) */
	/* (n) borrowed: those that the batches of the last epoch had, instead, on any scale; NULL: none */
	const double *batch_weight;
};

struct weighting {
	struct weighting_settings settings;
	const struct predictions *predictions; /* borrowed */
	struct sampling sampling;
	/* (n) of samplers with an order, else NULL: mean losses of the ordering run, or of the first epochs once they
	 * are over, 0 before */
	double *first_loss;
	double *loss_weight; /* (n) the loss's weight of each training instance; NULL: the loss is another's */
	/* (T * 64) s_i v_i, s_i the expected draws and v_i = loss_weight[i] or 1, scaled to mean 1 over the training
	 * part; NaN for test instances */
	double *weight;
	double *sampling_share;	      /* (k) share of each class in the weights */
	double effective_sample_size; /* (sum w)^2 / sum w^2 over the training part */
};

/* Begins with the weights of epoch 1. Predictions and class weights must outlive the weighting. */
MUST_CHECK enum err_code weighting_create(const struct predictions *predictions,
					  const struct weighting_settings *settings, struct weighting **ret_weighting,
					  struct err *err);
void weighting_free(struct weighting *weighting);
void weighting_freep(struct weighting **weighting);

/* Sets everything for `epoch`, the one to come, from the predictions as they are: 1 is the first; behind the last come
 * the weights that one more would have. */
void weighting_update(struct weighting *weighting, size_t epoch);

/* What the first epochs cost. */
void weighting_visit_state(struct weighting *weighting, struct state_visitor *visitor);

#endif
