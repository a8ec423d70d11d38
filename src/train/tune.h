/* Chooses the parameter of a method's adjustment by cross-validation on the training part:
 *     tau          of 0, 0.1, … 2 the one with the least balanced error
 *     temperature  of 2^(-12), 2^(-11 1/2), … 2^(-3), 2^(-2 7/8), … 2^3, 2^(3 1/2), … 2^12 the one with the least
 *                  mean loss
 * over all instances held out, each predicted by the model of its fold; of equal taus the least, of equal temperatures
 * the nearest to 1. */
#ifndef HARDROW_TRAIN_TUNE_H
#define HARDROW_TRAIN_TUNE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/dataset.h"
#include "data/split.h"
#include "train/settings.h"

/* How the caller stops the work: asked after every epoch. */
struct tune_watch {
	bool (*is_stopped)(void *context);
	void *context;
};

/* Sets the tau or temperature of *settings, whose method has one (settings_tune_folds). Trains `folds` models with the
 * same settings. ERR_INTERRUPTED: stopped. */
MUST_CHECK enum err_code tune_adjustment(const struct dataset *dataset, const struct split *split, size_t folds,
					 const struct tune_watch *watch, struct run_settings *settings,
					 struct err *err);

/* What it chose: "tau 0.6 by 5-fold cross-validation". */
void tune_describe(const struct run_settings *settings, size_t folds, char *ret_text, size_t size);

#endif
