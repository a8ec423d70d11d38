/* What training instances do to others, from the recorded weights of a run (train/influence.h has the theory and the
 * formulas). The loss of an instance is the run's own, without the weights of class or instance; gradients are in
 * double, whatever the run's precision was, without dropout and weight decay. */
#ifndef HARDROW_APP_STORED_INFLUENCE_H
#define HARDROW_APP_STORED_INFLUENCE_H

#include <stddef.h>
#include <stdint.h>

#include "app/stored_run.h"
#include "base/err.h"
#include "base/text.h"
#include "track/track.h"

/* The last with recorded weights. */
#define INFLUENCE_LAST_EPOCH SIZE_MAX

struct influence_request {
	int64_t run_id;
	uint32_t instance_id;
	size_t epoch; /* at whose weights, 0: those that training began with; or INFLUENCE_LAST_EPOCH */
	struct stored_run_source source;
};

struct influence_item {
	uint32_t instance_id; /* of a training instance */
	double product;	      /* of its loss gradient with that of the instance that was asked about */
};

struct influence_list {
	size_t epoch;
	struct text title; /* "instance 70 of iris (versicolor, train), run 1, epoch 50" */
	size_t count;
	struct influence_item *items; /* all training instances, from the strongest helper to the strongest hinderer */
};

/* Inner products of the instance, which may be of the test part, with every training instance, itself too if it is one.
 * ERR_INPUT: as stored_run_read(), no such instance, no recorded weights, or a loss that is not one of single
 * instances (ghm weighs a batch as a whole, softmax-equalization draws). Zero-initialise *ret_list. */
MUST_CHECK enum err_code influence_list_compute(struct track *track, const struct influence_request *request,
						struct influence_list *ret_list, struct err *err);
void influence_list_done(struct influence_list *list);

/* Writes them all. */
MUST_CHECK enum err_code influence_list_save(struct track *track, const struct influence_request *request,
					     const struct influence_list *list, struct err *err);

/* For every epoch t whose draws and the weights before it are recorded, computes and writes for each instance z, of
 * both parts, the change of its loss to first order:
 *     -r <grad loss(z), G>,   G = sum_a d_a v_a grad loss(a) / D
 * at the weights of epoch t - 1: r the learning rate setting, d_a the draws of a in epoch t, v_a its weight in the
 * loss, D what the run's reduction divides by (the draws, or the sum of d_a v_a). It is what one step of gradient
 * descent on all draws would do; the steps of the optimiser change its size, not the order of the instances, as far as
 * the loss is linear. Epoch 1 begins with the weights of epoch 0 and with difficulties of 1. Its du and dl, though,
 * compare with equal probabilities, not with those of the initial weights.
 * ERR_INPUT as above, also for a run with a second stage, one whose loss weighs by difficulties and that has an
 * adjustment, and one without such an epoch. */
MUST_CHECK enum err_code influence_save_changes(struct track *track, const struct influence_request *request,
						size_t *ret_epochs, struct err *err);

#endif
