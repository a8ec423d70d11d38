/* One set of predictions of every instance, epoch by epoch, and what it says about them: read-outs, du, dl, difficulty,
 * dynamics, metrics. Where the predictions come from, a network or a file, is the caller's. What is read out, and from
 * what, depends on what is predicted: a class (here), or a number (rebalance/regression.h). Shapes: n instances, k
 * classes, T = ceil(n / 64) tiles of 64 (num/tile.h) in the order of the instances. */
#ifndef HARDROW_REBALANCE_PREDICTIONS_H
#define HARDROW_REBALANCE_PREDICTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "rebalance/difficulty.h"
#include "rebalance/dynamics.h"
#include "rebalance/instances.h"
#include "rebalance/metrics.h"
#include "rebalance/seen.h"

struct predictions;
struct regression;

/* What differs between the two; each is as the function of this header that is called so. */
struct prediction_kind {
	void (*begin_epoch)(struct predictions *predictions, size_t epoch);
	void (*take_tile)(struct predictions *predictions, size_t t, double *outputs, double *p);
	void (*measure)(struct predictions *predictions);
	void (*visit_state)(struct predictions *predictions, struct state_visitor *visitor);
	void (*recall)(struct predictions *predictions);
};

struct predictions {
	const struct prediction_kind *kind;
	struct instances instances;
	size_t tiles; /* T */
	bool is_bare; /* what is predicted is the caller's, some at a time (rebalance/logged.h) */
	struct difficulty *difficulty;
	const struct seen *seen; /* borrowed: whom the epoch has predictions of; NULL: of all */
	/* (T * 64) what the loss compares with, 0 in the padding: class as double, or the target as it is trained */
	double *y;
	struct part_metrics train, test; /* of a number only `loss`, the mean squared error */
	struct regression *regression;	 /* of a number; NULL: of classes */
	/* Of classes; else NULL. */
	struct dynamics *dynamics;
	double *p_true, *log_p_true; /* (T * 64) */
	double *predicted;	     /* (T * 64) class as double */
	double *confidence;	     /* (T * 64) p of the predicted class */
	double *margin;		     /* (T * 64) log p_true less the largest log p of another class */
};

/* Of classes. Before the first epoch all difficulties are 1, p is 1 / k and everything else is 0. What `instances`
 * borrows must outlive the predictions. el2n_epoch: as of dynamics_create(). */
MUST_CHECK enum err_code predictions_create(const struct instances *instances,
					    const struct difficulty_settings *difficulty, size_t el2n_epoch,
					    struct predictions **ret_predictions, struct err *err);

/* The same without p, log_p and GraNd: what is read out of them is the caller's (rebalance/logged.h). They have no
 * state. */
MUST_CHECK enum err_code predictions_create_bare(const struct instances *instances,
						 const struct difficulty_settings *difficulty, size_t el2n_epoch,
						 struct predictions **ret_predictions, struct err *err);
void predictions_free(struct predictions *predictions);
void predictions_freep(struct predictions **predictions);

/* An epoch, of a number above the last: begin, then every tile once with what it is read out of: `outputs` log p and p
 * (k, 64), or `outputs` (64) of a regression, whose p does not matter. */
void predictions_begin_epoch(struct predictions *predictions, size_t epoch);
void predictions_take_tile(struct predictions *predictions, size_t t, double *outputs, double *p);

/* Of classes: difficulty_update_from() of tile t. Those who are not seen keep their difficulty and have no du and dl
 * (NAN); their p and log_p become the past ones. */
void predictions_update_difficulty(struct predictions *predictions, size_t t, double *log_p, double *p,
				   struct tile_past *past);

/* Of classes: what is read out of tile t goes into the dynamics of those who are seen; p (k, 64). */
void predictions_update_dynamics(struct predictions *predictions, size_t t, const double *p);

/* How many instances tile t has. */
size_t predictions_count_tile(const struct predictions *predictions, size_t t);

/* Whether the instance at `position` is seen; those of the training or the test part that are. */
bool predictions_sees(const struct predictions *predictions, size_t position);
const struct part *predictions_part(const struct predictions *predictions, bool is_test);

/* After an epoch's du, dl and difficulty of tile t: who is not seen has neither du nor dl (NAN), and the difficulty
 * that he had before (64). */
void predictions_spare_unseen(struct predictions *predictions, size_t t, const double *before);

/* GraNd of the instances of tile t, from p (k, 64) of the network as it is, not as it was when the predictions were
 * taken, and what its last layer reads, features (h, 64). */
void predictions_take_grand(struct predictions *predictions, size_t t, const double *p, const double *features,
			    size_t h);

/* After the last tile, if they are wanted: the metrics of both parts. */
void predictions_measure(struct predictions *predictions);

/* The last predictions, difficulty and dynamics, between epochs. */
void predictions_visit_state(struct predictions *predictions, struct state_visitor *visitor);

/* After a state was loaded that is not that before the first epoch: sets what is read out of the
 * predictions, and the metrics. du and dl of that epoch are not known any more. */
void predictions_recall(struct predictions *predictions);

/* p (k, 64) of tile t, of classes; NULL: the caller has them. */
const double *predictions_p(const struct predictions *predictions, size_t t);

#endif
