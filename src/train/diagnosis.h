/* Whether a training came to something, and if not, why not. */
#ifndef HARDROW_TRAIN_DIAGNOSIS_H
#define HARDROW_TRAIN_DIAGNOSIS_H

#include <stdbool.h>
#include <stddef.h>

#include "train/trainer.h"

/* After the last epoch, which was not finite if `diverged`: what is wrong, and the remedy for what makes it so, in one
 * line; *ret_line is "" if nothing is. Wrong is, in the training part:
 *
 *     a loss or weights that are not finite
 *     a loss above that of guessing: ln k; of a regression the variance of the targets
 *     an accuracy below the largest class's share
 *     a regression's predictions so far apart that a straight line through them would be much better
 *
 * and in the test part of a regression a loss above that of the training part's mean target.
 *
 * Weights and draws that are not all alike may want that: with them the loss must be half as much again, and the
 * classes' mean accuracy below 1/k, too, and the straight line is no matter. Where another loss is trained than is
 * measured, its value says nothing. The same for an equal state, however it was come by. */
void diagnose(const struct trainer *trainer, bool diverged, char *ret_line, size_t size);

#endif
