#include "rebalance/stage.h"

#include "base/mem.h"

const struct stage stage_drw = {
	.name = "drw",
	.summary = "deferred re-weighting: class weights in the last epochs only",
	.formula = "class weights (1 - beta) / (1 - beta^n_c), scaled to mean 1, or the loss's own",
	.deferred_weights = &loss_class_balanced,
};

const struct stage stage_crt = {
	.name = "crt",
	.summary = "classifier re-training: the last layer anew, on frozen features and class-aware draws",
	.formula = "W, b of z = W x + b from new initial values, x as it is; draws N / (K n_c)",
	.retrains_classifier = true,
	.sampler = &sampler_class_aware,
};

const struct stage stage_lws = {
	.name = "lws",
	.summary = "learnable weight scaling: a factor of each class's logit, learned on class-aware draws",
	.formula = "z_c = f_c (w_c . x + b_c), f from 1, all else as it is; draws N / (K n_c)",
	.learns_scales = true,
	.sampler = &sampler_class_aware,
};

/* Yang et al. 2021's counterpart of crt, with weights in place of draws. */
const struct stage stage_rrt = {
	.name = "rrt",
	.summary = "regressor re-training: the last layer anew, on frozen features and with inverse weights",
	.formula =
	    "W, b of z = W x + b from new initial values, x as it is; class weights of inverse, or the loss's own",
	.deferred_weights = &loss_inverse,
	.retrains_classifier = true,
};

static const struct stage *const stages[] = { &stage_drw, &stage_crt, &stage_lws, &stage_rrt };

const struct stage *stage_at(size_t i)
{
	return i < ARRAY_LENGTH(stages) ? stages[i] : NULL;
}

const char *stage_name(size_t i)
{
	return i < ARRAY_LENGTH(stages) ? stages[i]->name : NULL;
}
