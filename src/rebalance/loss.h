/* Losses: cross-entropy with a weight per class or instance. One loss = one file and one line in the table of loss.c.
 */
#ifndef HARDROW_REBALANCE_LOSS_H
#define HARDROW_REBALANCE_LOSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct loss {
	const char *name;
	const char *summary;
	bool uses_difficulty; /* the weight of instance i is N w_i (Yu et al. 2022), w of the epoch before */
	/* Weight of each class from its count in the training part; NULL: all alike. See loss_weigh_classes. */
	double (*weigh_class)(double beta, uint32_t count);
};

extern const struct loss loss_cross_entropy, loss_class_balanced, loss_inverse_frequency, loss_difficulty;

const struct loss *loss_at(size_t i); /* NULL behind the last */
const char *loss_name(size_t i);      /* NULL behind the last */

/* counts (k) of the training part; ret_weight (k): 0 for an absent class, else scaled so that the classes that are
 * present have mean 1 (the sum is k when none is absent). */
void loss_weigh_classes(const struct loss *loss, double beta, const uint32_t *counts, size_t classes,
			double *ret_weight);

#endif
