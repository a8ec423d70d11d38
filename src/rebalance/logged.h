/* Predictions that a program hands in some at a time, in any order, and maybe not of every instance: what
 * rebalance/predictions.h reads off those of a trainer, with less memory, since the epoch's lie with the caller (in the
 * record of the epoch) and the past ones are float32. Shapes: n instances, k classes, T tiles of 64. */
#ifndef HARDROW_REBALANCE_LOGGED_H
#define HARDROW_REBALANCE_LOGGED_H

#include "base/err.h"
#include "rebalance/predictions.h"

enum logged_kind { LOGGED_PROBABILITIES, LOGGED_LOG_PROBABILITIES, LOGGED_LOGITS, LOGGED_NUMBERS, LOGGED_KINDS };

struct logged {
	struct predictions *predictions; /* bare */
	struct seen *seen;		 /* whom the epoch has predictions of */
	size_t width;			 /* numbers of an instance: k, or 1 of a regression */
	float *past;			 /* (T, k, 64) last p of each instance; 1/k at first; NULL of a regression */
	uint16_t *past_predicted;	 /* (n) class that the last epoch predicted; likewise */
	/* (width, 64) of the rows or the tile at hand; p: or residuals; floored: p, but not below the floor */
	double *given, *p, *floored, *log_p, *past_p, *past_log_p;
};

/* What `instances` borrows must outlive it. */
MUST_CHECK enum err_code logged_create(const struct instances *instances, const struct difficulty_settings *difficulty,
				       size_t el2n_epoch, struct logged **ret_logged, struct err *err);
void logged_free(struct logged *logged);
void logged_freep(struct logged **logged);

/* Predictions of `count` <= 64 instances in the epoch to come, at these positions: logged->given (width, 64), lane by
 * lane, is of that kind, LOGGED_NUMBERS of a regression and no other, and logged->p (width, 64) becomes p, or the
 * residuals. Lanes behind them are padding. Probabilities that rounding took out of 0 to 1 are mended; the logarithm of
 * 0 is that of the floor. ERR_INPUT: a value is not a number, or they do not sum to 1
 * within LOGGED_SUM_TOLERANCE; none of them is taken, and *ret_bad is the lane. */
#define LOGGED_SUM_TOLERANCE 1e-3
MUST_CHECK enum err_code logged_take_rows(struct logged *logged, const uint32_t *positions, size_t count,
					  enum logged_kind kind, size_t *ret_bad, struct err *err);

/* Ends an epoch, of a number above the last: logged_begin_epoch(), logged_take_tile() of every tile with p (k, m) or
 * the residuals (m), float32, of its m instances, class by class, NAN of those that were not predicted; then
 * predictions_measure(), and logged_forget(). carry: who was predicted in an earlier epoch and not in this one keeps
 * those predictions, and is seen, too; they are put into `values`. */
void logged_begin_epoch(struct logged *logged, size_t epoch, bool carry);
void logged_take_tile(struct logged *logged, size_t t, unsigned char *values);

/* No epoch will end any more: what is known is of the last one that did. Lets go of the past. */
void logged_finish(struct logged *logged);

/* Nobody is seen yet in the next epoch. */
void logged_forget(struct logged *logged);

#endif
