/* The named methods: compositions of a sampler, a loss and, for some, a classifier, a second stage or an adjustment. A
 * new method is one line in the table of method.c. */
#ifndef HARDROW_REBALANCE_METHOD_H
#define HARDROW_REBALANCE_METHOD_H

#include "num/tile_cosine.h"
#include "rebalance/adjustment.h"
#include "rebalance/feature_smoothing.h"
#include "rebalance/loss.h"
#include "rebalance/sampler.h"
#include "rebalance/stage.h"

struct method {
	const char *name;
	const char *summary;
	const char *source; /* paper; NULL: common knowledge */
	const struct sampler *sampler;
	const struct loss *loss;
	struct tile_cosine cosine; /* the classifier that it needs; 0 heads: any, linear unless --classifier says so */
	/* Whose class weights the instances have; NULL: those of the loss. Only a method of a regression has others:
	 * its loss need not be one that weighs bins. */
	const struct loss *weights;
	/* Of a regression: what smooths the sizes of bins, for weights and samplers, and the statistics of features. */
	struct kernel kernel;
	bool smooths_features;		     /* of a regression: rebalance/feature_smoothing.h */
	const struct stage *stage;	     /* NULL: none */
	const struct adjustment *adjustment; /* NULL: none */
};

const struct method *method_at(size_t i); /* NULL behind the last */
const char *method_name(size_t i);	  /* NULL behind the last */

/* Of the method that is this sampler and nothing else, as "difficulty" of multinomial; else the sampler's own. */
const char *method_name_of_sampler(const struct sampler *sampler);

/* The method in a task. In a regression what is softmax cross-entropy by its classes' weights is the mean squared error
 * by the same weights of bins. False: it is not of that task, and *ret_method is not set. */
bool method_in_task(const struct method *method, enum task task, struct method *ret_method);

/* What of the parts is not of the task, as "loss focal" in two words; false if all are. */
bool method_find_misfit(const struct method *method, enum task task, const char **ret_kind, const char **ret_name);

/* Whose class weights they are. */
const struct loss *method_weights(const struct method *method);

/* The parameters of the loss, and of the weights if they are another's, as given or else their defaults; NaN for the
 * others. */
struct loss_parameters method_fill_loss_parameters(const struct method *method, const struct loss_parameters *given);

/* Its kernel with what is given in place of its own: `kind` 0 is not given, else enum kernel_kind + 1; size 0 and sigma
 * NaN are not given either. What the kernel does not have is 0 and NaN. */
struct kernel method_fill_kernel(const struct method *method, int kind, const struct kernel *given);

/* As given or else 0.9 and 1; NaN and 0 if it smooths no features. */
struct feature_parameters method_fill_feature_parameters(const struct method *method,
							 const struct feature_parameters *given);

/* That of the loss, but the sum of the weights with deferred ones, as in the code of Cao et al. 2019; not where
 * the last layer is trained anew with them. */
enum loss_reduction method_reduction(const struct method *method);

/* How a method that samples by difficulty applies the weights w:
 *     draw        N independent draws with replacement by w (the paper's Algorithm 1): sampler multinomial
 *     systematic  systematic resampling by w: sampler systematic
 *     weight      every instance once, its loss times N w: sampler all, loss difficulty */
enum method_apply { APPLY_DRAW, APPLY_SYSTEMATIC, APPLY_WEIGHT };
const char *method_apply_name(size_t i); /* NULL behind the last */

/* The method with its weights applied another way; `method` must sample by difficulty. */
struct method method_applied(const struct method *method, enum method_apply apply);

#endif
