/* What an epoch's predictions say about every instance: read-outs, du, dl, difficulty, sampling weights, metrics. Used
 * after a training epoch and for imported predictions alike. Shapes: n instances, k classes, T = ceil(n / 64) tiles of
 * 64 in the order of the data set, N training instances. */
#ifndef HARDROW_TRAIN_EVALUATION_H
#define HARDROW_TRAIN_EVALUATION_H

#include <stddef.h>

#include "base/err.h"
#include "data/dataset.h"
#include "data/split.h"
#include "rebalance/difficulty.h"
#include "rebalance/dynamics.h"
#include "rebalance/sampler.h"
#include "train/metrics.h"

/* What weighs the instances, and how their difficulty is computed. */
struct evaluation_settings {
	const struct sampler *sampler;
	struct sampler_parameters sampler_parameters;
	size_t epochs;		     /* of the run */
	const double *class_weight;  /* (k) borrowed: the loss's weight of each class */
	bool loss_weighs_difficulty; /* its weight of an instance is N w instead (loss.h) */
	struct difficulty_settings difficulty;
};

struct evaluation {
	const struct dataset *dataset; /* borrowed */
	const struct split *split;     /* borrowed */
	struct evaluation_settings settings;
	size_t tiles;
	struct difficulty *difficulty;
	struct dynamics *dynamics;
	struct sampling sampling;    /* of the epoch to come */
	double *y;		     /* (T * 64) class as double, 0 in the padding */
	double *p, *log_p;	     /* (T, k, 64) */
	double *p_true, *log_p_true; /* (T * 64) */
	double *predicted;	     /* (T * 64) */
	double *confidence;	     /* (T * 64) p of the predicted class */
	double *loss_weight;	     /* (n) the loss's weight of each training instance in the epoch to come */
	double *weight;		     /* (T * 64) relative to uniform: mean 1 over the training part; NaN for test */
	struct part_metrics train, test;
	double effective_sample_size; /* (sum w)^2 / sum w^2 over the training part */
	double *sampling_share;	      /* (k) share of each class in the weights */
};

/* The weight of training instance i is what it counts for in the epoch to come: s_i v_i, s_i its expected draws by the
 * sampler and v_i its weight in the loss, scaled to mean 1. All are set from D = 1 at the start. Dataset, split and
 * class weights must live as long as the evaluation. */
MUST_CHECK enum err_code evaluation_create(const struct dataset *dataset, const struct split *split,
					   const struct evaluation_settings *settings,
					   struct evaluation **ret_evaluation, struct err *err);
void evaluation_free(struct evaluation *evaluation);
void evaluation_freep(struct evaluation **evaluation);

/* An epoch: begin, then every tile once with its p and log_p (k, 64) in place, then finish. */
void evaluation_begin_epoch(struct evaluation *evaluation);
void evaluation_take_tile(struct evaluation *evaluation, size_t t);
void evaluation_finish_epoch(struct evaluation *evaluation);

/* Weights, sampling shares and effective sample size become those of another evaluation of the same part. */
void evaluation_copy_weights(struct evaluation *evaluation, const struct evaluation *from);

/* p and log_p (k, 64) of tile t. */
double *evaluation_p(const struct evaluation *evaluation, size_t t);
double *evaluation_log_p(const struct evaluation *evaluation, size_t t);

#endif
