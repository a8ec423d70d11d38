/* Predictions of a number, and what they say about the instances. Everything here is in the unit of the label; the
 * network is trained on targets of mean 0 and deviation 1, unless that is not wanted. Shapes: n instances, k bins of
 * the target, T tiles of 64 as in rebalance/predictions.h.
 *
 *     residual_t = prediction after epoch t - target,   loss_t = residual_t^2
 *
 * du and dl have no published definition for targets that are numbers. Ours, not the paper's: with s the population
 * deviation of the target in the training part and a_t = |residual_t| / s, a_0 = |mean of the training part - target| /
 * s, du_t = max(0, a_t - a_{t-1}),   dl_t = max(0, a_{t-1} - a_t), and difficulty as ever, D_t = (c + sum of du) / (c +
 * sum of dl) (rebalance/difficulty.h). */
#ifndef HARDROW_REBALANCE_REGRESSION_H
#define HARDROW_REBALANCE_REGRESSION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "rebalance/predictions.h"

/* Said wherever people see them; in reports regression_note(task) (sql/embed.py). */
#define REGRESSION_NOTE "du, dl and difficulty of a number are ours, not the paper's"

/* Residuals are recorded as float32: a run in which one of the training part is larger has diverged, its loss is
 * infinite. */
#define REGRESSION_LARGEST 1e37

/* All instances of a part, and those whose bin has many, some, few of the training part (enum shot). */
enum regression_group { GROUP_ALL, GROUP_MANY, GROUP_MEDIUM, GROUP_FEW, REGRESSION_GROUPS };
const char *regression_group_name(size_t i); /* NULL behind the last */

/* Of one group; NaN if it is empty, and after a divergence. */
struct regression_metrics {
	size_t instances;
	double mse, mae;       /* means of residual^2 and |residual| */
	double geometric_mean; /* of |residual|: exp of the mean of its logarithm; 0 if one is 0 */
	double pearson;	       /* correlation of predictions and targets; NaN if one of them is constant */
	double prediction_sd;  /* population deviation of the predictions */
	double balanced_mae;   /* mean of the bins' mae, over the bins that the group has instances of */
};

struct regression {
	double mean, sd;		       /* of the targets of the training part; sd 1 if they are all alike */
	double shift, factor;		       /* a prediction is shift + factor * output: mean and sd, or 0 and 1 */
	double *output;			       /* (T * 64) of the network */
	double *residual;		       /* (T * 64); padding behind n */
	double *past;			       /* (T * 64) a of the epoch before */
	double *epochs;			       /* (T * 64) that each was taken in with */
	double *mean_abs_residual, *mean_loss; /* (T * 64) over the epochs */
	double *bin_error, *bin_members;       /* (k) of what is being measured */
	struct regression_metrics train[REGRESSION_GROUPS], test[REGRESSION_GROUPS];
};

/* Predictions of instances->target. scales_target: the network is trained on (target - mean) / sd, else on the target
 * itself. Before the first epoch all difficulties are 1 and everything else is 0. What `instances` borrows must outlive
 * the predictions. */
MUST_CHECK enum err_code regression_create_predictions(const struct instances *instances,
						       const struct difficulty_settings *difficulty, bool scales_target,
						       struct predictions **ret_predictions, struct err *err);
void regression_free(struct regression *regression);

/* For residuals that come from elsewhere than a network: those of tile t, in place, go into du, dl, difficulty and the
 * means of who is seen. */
void regression_take_residuals(struct predictions *predictions, size_t t);

#endif
