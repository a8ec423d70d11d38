/* Private to train: whether what a recipe says of the training goes together. All: ERR_INPUT with the reason. */
#ifndef HARDROW_TRAIN_RECIPE_CHECK_H
#define HARDROW_TRAIN_RECIPE_CHECK_H

#include "train/recipe.h"

/* Initial weights, Nesterov's momentum, warm-up. */
MUST_CHECK enum err_code recipe_check_training(const struct recipe *recipe, struct err *err);

/* Whether anything is left to pace. */
MUST_CHECK enum err_code recipe_check_pace(const struct recipe *recipe, struct err *err);

/* An optimiser of whole objectives needs one that stays as it is while it looks around: a sum over all instances that
 * nothing is drawn for. */
MUST_CHECK enum err_code recipe_check_objective(const struct recipe *recipe, struct err *err);

#endif
