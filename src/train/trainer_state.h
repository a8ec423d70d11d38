/* Private to train: what a trainer holds, and the steps that its three files share: trainer_create.c makes it,
 * trainer_learn.c trains an epoch, trainer.c runs one from beginning to end. */
#ifndef HARDROW_TRAIN_TRAINER_STATE_H
#define HARDROW_TRAIN_TRAINER_STATE_H

#include "base/pool.h"
#include "base/rng.h"
#include "model/class_scales.h"
#include "train/adjuster.h"
#include "train/branches.h"
#include "train/meta_weights.h"
#include "train/moving_mean.h"
#include "train/trainer.h"

/* Instances that go through a network with hidden layers at once: enough for OpenBLAS's kernels, few enough for the
 * cache. */
#define TRAINER_CHUNK 512

struct trainer {
	const struct dataset *dataset;
	const struct split *split;
	const struct recipe *recipe;
	struct loss_state loss;
	struct scaled scaled;
	struct packed_rows packed; /* its rows, if they are packed */
	struct network *network;
	struct network_inputs *inputs;
	struct pool *pool;	  /* whose threads share the work; NULL: nobody's */
	struct network **readers; /* of several threads, one for each; else NULL */
	/* Of each thread what the network gives out for a chunk (TRAINER_CHUNK / 64, outputs, 64), and p (outputs, 64)
	 */
	double **outputs;
	struct optimizer *optimizer;
	struct class_scales *scales;	   /* of a second stage that learns them, else NULL */
	struct branches *branches;	   /* of networks that have two, else NULL */
	struct meta_weights *meta_weights; /* of losses that use a meta set, else NULL */
	struct adjuster adjuster;
	struct moving_mean moving_mean;		    /* of cosine classifiers */
	struct feature_smoothing feature_smoothing; /* of methods that smooth features, else of no bins */
	struct network_calibration calibration;	    /* by it */
	double *bin_features;			    /* (h, L) of such methods, else NULL */
	size_t epoch;				    /* the last one's number */
	struct predictions *predictions;	    /* as they are recorded */
	/* Where the weighting follows predictions and an adjustment changes them: those without it, else NULL. */
	struct predictions *unadjusted;
	struct weighting *weighting; /* by the unadjusted predictions, if there are any, else by the others */
	struct rng initial_weights, dropout_rng;
	struct schedule schedule;
	double rate_factor; /* of the epoch, by it */
	bool in_second_stage;
	bool weighs_nothing;	/* the weights of some batch summed to 0, by which they are divided, or to no number */
	bool objective_changes; /* from epoch to epoch: its weights, or how features are calibrated, do */
	size_t chunk;		/* instances that go through the network at once, at most */
	double *class_weight;	/* (k) now */
	double *final_class_weight;    /* (k) of a second stage that defers them */
	double *batch_weight;	       /* (batch_size) of each loss in the sum that is a batch's */
	double *batch_y, *batch_scale; /* (L) */
	double *delta, *log_p;	       /* (k, L) */
	/* (k, L) the same for the partners' labels, of a sampler that mixes them, else NULL */
	double *partner_delta, *partner_log_p;
	double *partner_weight;		     /* (batch_size) of the losses by their labels */
	struct neighbourhood *neighbourhood; /* of a sampler that goes by it, else NULL */
	double *features;		     /* (h, 64) of a tile, see trainer_take_grand() */
	size_t most_draws;		     /* that an epoch may have */
	uint32_t *order;		     /* (most_draws) the epoch's draws */
	uint32_t *draws;		     /* (n) */
	struct sampler_work sampler_work;
	size_t batch_size;
	double seconds;
};

/* Whether the second stage starts the learning-rate schedule again. */
bool trainer_restarts_schedule(const struct trainer *trainer);

/* The learning-rate schedule of the stage that the trainer is in, from its beginning. */
void trainer_start_schedule(struct trainer *trainer);

/* The biases that the loss wants the classifier to start with (struct loss, starts_low). */
void trainer_start_biases(struct trainer *trainer);

/* After the epoch was set otherwise than by training: what its stage does otherwise. */
void trainer_take_up_stage(struct trainer *trainer);

/* Draws an epoch and learns it with `rate_factor` times the learning rate. */
void trainer_learn_epoch(struct trainer *trainer, double rate_factor);

#endif
