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
#include "base/pool.h"
#include "train/recipe.h"

/* How the caller stops the work: asked after every epoch. */
struct tune_watch {
	bool (*is_stopped)(void *context);
	void *context;
	struct pool *pool; /* whose threads share the work; NULL: nobody's */
};

/* Chooses the tau or temperature of a recipe that says so: trains a model for each of its folds. ERR_INTERRUPTED:
 * stopped, the recipe is as it was. */
MUST_CHECK enum err_code tune_recipe(struct recipe *recipe, const struct tune_watch *watch, struct err *err);

/* What was chosen: "tau 0.6 by 5-fold cross-validation". */
void tune_describe(const struct recipe *recipe, char *ret_text, size_t size);

/* The same as JSON: {"tau":0.6,"folds":5}. */
MUST_CHECK enum err_code tune_append_chosen(const struct recipe *recipe, struct text *json, struct err *err);

#endif
