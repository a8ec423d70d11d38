/* Learnable weight scaling (Kang et al. 2020, "LWS"): the weights stay as they are, what is learned is one factor f_c
 * of each class's logit, from 1: z_c = f_c (w_c . x + b_c). While an epoch is trained the network computes the unscaled
 * logits; between epochs its classifier has the factors in it, so that it predicts, and is recorded, as it is. Shapes:
 * k classes, h features, tiles as in num/tile.h. */
#ifndef HARDROW_MODEL_CLASS_SCALES_H
#define HARDROW_MODEL_CLASS_SCALES_H

#include <stddef.h>

#include "base/err.h"
#include "model/network.h"
#include "model/optimizer.h"

struct class_scales;

/* The network, with a linear classifier, is borrowed and must outlive the scales. `kind` as in optimizer_create. */
MUST_CHECK enum err_code class_scales_create(size_t kind, const struct optimizer_settings *settings,
					     struct network *network, size_t lanes, struct class_scales **ret_scales,
					     struct err *err);
void class_scales_free(struct class_scales *scales);
void class_scales_freep(struct class_scales **scales);

/* Takes the classifier as it is now for the unscaled one. */
void class_scales_start(struct class_scales *scales);

/* Gives the network its unscaled classifier, and its scaled one. */
void class_scales_begin_epoch(struct class_scales *scales);
void class_scales_end_epoch(struct class_scales *scales);

/* Scales unscaled logits (k, L) in place. */
void class_scales_forward(struct class_scales *scales, size_t lanes, double *logits);

/* Adds the gradients of the factors, given delta (k, L) = the gradient of the loss by the scaled logits of the last
 * class_scales_forward. */
void class_scales_backward(struct class_scales *scales, size_t lanes, const double *delta);

/* Factors, unscaled classifier, steps and moments, between epochs. */
void class_scales_visit_state(struct class_scales *scales, struct state_visitor *visitor);

/* One step with `rate_factor` times the learning rate, without weight decay; the gradients are 0 after it. */
void class_scales_step(struct class_scales *scales, double rate_factor);

#endif
