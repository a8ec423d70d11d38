/* What the tests of losses share: the instances of the vectors of reference code. */
#ifndef HARDROW_TESTS_LOSS_FIXTURE_H
#define HARDROW_TESTS_LOSS_FIXTURE_H

#include "rebalance/loss.h"

#define K 3
#define L 8

extern const uint32_t fixture_counts[K];
extern const double fixture_logits[4][K];
extern const double fixture_class[4];
/* Each loss's own parameters; scale 30. */
extern const struct loss_parameters fixture_own;

struct fixture {
	double z[K * L], y[L], scale[L], delta[K * L];
} __attribute__((aligned(64)));

/* The four instances, each with its class weight over what the reduction says. */
void fixture_fill(struct fixture *f, const struct loss_state *state, enum loss_reduction reduction);

/* The state of a loss; freed with loss_state_done. */
struct loss_state fixture_state(const struct loss *loss, struct loss_parameters parameters,
				const uint32_t class_counts[K]);

/* What losses over whole batches want to see first. */
void fixture_show(struct loss_state *state, const struct fixture *f);

/* Value and gradient at f->z, which is kept; random numbers are the same each time. */
double fixture_evaluate(const struct loss_state *state, struct fixture *f);

#endif
