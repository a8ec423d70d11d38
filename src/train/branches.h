/* Private to train: a step of a network with two branches (rebalance/bilateral.h). */
#ifndef HARDROW_TRAIN_BRANCHES_H
#define HARDROW_TRAIN_BRANCHES_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct trainer;
struct branches;

/* For networks of `classes` outputs, of which at most `chunk` instances go through at once. */
MUST_CHECK enum err_code branches_create(size_t chunk, size_t classes, struct branches **ret_branches, struct err *err);
void branches_free(struct branches *branches);

/* Adds the gradients of `count` pairs: uniform draws (count) through the first branch and reversed ones (count) through
 * the second. With REDUCTION_WEIGHTS the loss is divided by what all their weights come to, else by count. */
void branches_learn(struct trainer *trainer, const uint32_t *uniform, const uint32_t *reversed, size_t count);

#endif
