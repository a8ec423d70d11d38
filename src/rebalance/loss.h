/* Losses: what an instance's logits cost, with a weight per class or instance. One loss = one file and one line in the
 * table of loss.c. Shapes: k classes; tiles (k, L) as in num/tile.h.
 *
 * A loss of a regression (`task`) compares one output z with the target t, both as they are trained (usually of mean 0
 * and deviation 1): its tiles are (1, L), its classes are bins of the target, and all it needs is `evaluate`. */
#ifndef HARDROW_REBALANCE_LOSS_H
#define HARDROW_REBALANCE_LOSS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/state.h"
#include "rebalance/kernel.h"
#include "rebalance/task.h"

/* What a loss can be given. NaN, 0 of a count, NULL: not given, or the loss has no such parameter; beta is always
 * given. */
struct loss_parameters {
	double beta, gamma, tau, alpha, xi, lambda, margin, momentum;
	size_t bins;
	size_t meta_per_class;
	double meta_rate;
	const char *pairwise_alpha, *pairwise_delta; /* borrowed */
	double scale;				     /* of the cosine classifier, for the losses that need one */
	double focal_beta, huber_beta, noise, noise_rate;
	const char *focal_form; /* borrowed */
	size_t batch;		/* instances of the largest batch, for losses over whole ones */
	struct kernel
	    kernel; /* of a regression: the sizes of bins that weights go by are smoothed; given to every loss */
};

/* What the sum of a batch's weighted losses is divided by: its size, or the sum of its instances' weights. */
enum loss_reduction { REDUCTION_BATCH, REDUCTION_WEIGHTS };
const char *loss_reduction_name(size_t i); /* NULL behind the last */

/* What class weights are scaled to have the mean 1 over: the classes that are there, the instances, or nothing: they
 * are taken as they come. */
enum loss_weights_mean { MEAN_OF_CLASSES, MEAN_OF_INSTANCES, MEAN_AS_IT_COMES };

/* A logit that is as good as minus infinity, next to which others of any size are something. */
#define LOSS_LEFT_OUT (-1e300)

/* What the recorded probabilities hold:
 *     LINK_SOFTMAX   softmax of the logits
 *     LINK_SIGMOID   sigmoid scores divided by their sum: s_c = sigma(z_c), p_c = s_c / sum_j s_j
 *     LINK_IDENTITY  none: the output is a number, as it is
 * The predicted class, du, dl and the recorded losses are those of these probabilities. */
enum loss_link { LINK_SOFTMAX, LINK_SIGMOID, LINK_IDENTITY };

/* The loss of one run. */
struct loss_state {
	const struct loss *loss;
	struct loss_parameters parameters; /* with the loss's own defaults filled in */
	size_t classes;
	double *constant; /* (k), or (k, k) `by_pairs`: what `prepare` made of the class counts */
	double *memory;	  /* (count_memory) what a loss over whole batches keeps, 0 at first */
	struct rng rng;	  /* of losses that draw; the owner seeds it */
};

/* A tile of logits (k, L) with y (L) class as double, or target, and scale (L), 0 for padding. */
struct loss_tile {
	double *logits; /* overwritten */
	const double *y, *scale;
	size_t lanes;
};

struct loss {
	const char *name;
	enum task task; /* it is for */
	const char *summary;
	const char *formula;	   /* of one instance, before its class weight */
	const char *class_weights; /* the formula of weigh_classes; NULL: all alike */
	bool uses_difficulty;	   /* the weight of instance i is N w_i (Yu et al. 2022), w of the epoch before */
	bool uses_meta_set;	   /* the weights of each batch come from a meta set (train/meta_weights.h) */
	bool draws;	     /* each look at a batch draws what counts: its gradients are not those of its values */
	bool has_weight_net; /* these are a network of the loss that learns there (model/weight_net.h) */
	bool uses_beta;
	bool starts_low;   /* biases of the classifier start at -log(k - 1): every sigmoid score at 1 / k */
	bool by_pairs;	   /* its constants are of pairs of classes */
	bool needs_cosine; /* the logits must be those of a cosine classifier, of length `scale` */
	enum loss_weights_mean weights_mean;
	enum loss_link link;
	enum loss_reduction reduction;	 /* of the reference code */
	struct loss_parameters defaults; /* of the reference code; 0: the loss has no such parameter */
	/* Weight of each class from its size (k): its count in the training part, or if there is a kernel what that
	 * makes of the counts around it, 0 of an absent class; NULL: all alike. That of an absent class does not count.
	 * ret_weight may be sizes. See loss_weigh_classes. */
	void (*weigh_classes)(const struct loss_parameters *parameters, const double *sizes, size_t classes,
			      double *ret_weight);
	double (*size)(uint32_t count); /* of a class, before the kernel; NULL: the count */
	/* ERR_INPUT: parameters that do not fit together, or not k classes. NULL: all do. */
	enum err_code (*check)(const struct loss_parameters *parameters, size_t classes, struct err *err);
	/* Fills ret_constant (k), or (k, k) `by_pairs`, from counts (k) of the training part; NULL: all 0. */
	void (*prepare)(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
			double *ret_constant);
	/* Returns sum_i scale_i loss_i; ret_delta (k, L): its gradient by the logits. NULL: softmax cross-entropy. */
	double (*evaluate)(struct loss_state *state, const struct loss_tile *tile, double *ret_delta);
	/* A loss in which the instances of a batch depend on each other has all three of these, others none: see_tile
	 * is given every tile of a batch, then finish_batch is called, then evaluate is given the same tiles again. */
	size_t (*count_memory)(const struct loss_parameters *parameters);
	void (*see_tile)(struct loss_state *state, const struct loss_tile *tile);
	void (*finish_batch)(struct loss_state *state);
	/* Whether that can be its memory between batches, which may come from a damaged file; NULL: all can. */
	bool (*accepts_memory)(const struct loss_state *state);
};

extern const struct loss loss_cross_entropy, loss_class_balanced, loss_inverse_frequency, loss_difficulty, loss_focal,
    loss_logit_adjusted, loss_balanced_softmax, loss_cdt, loss_class_balanced_sigmoid, loss_class_balanced_focal,
    loss_focal_sigmoid, loss_acsl, loss_equalization, loss_balanced, loss_cost_sensitive, loss_log_frequency,
    loss_softmax_equalization, loss_ghm, loss_ldam, loss_pairwise, loss_meta_reweight, loss_meta_weight_net,
    loss_inverse, loss_square_root_inverse, loss_mse, loss_l1, loss_huber, loss_focal_mse, loss_focal_l1,
    loss_balanced_mse, loss_focal_reweighted;

const struct loss *loss_at(size_t i); /* NULL behind the last */
const char *loss_name(size_t i);      /* NULL behind the last */

/* counts (k) of the training part; ret_weight (k): 0 for an absent class; the others are scaled to mean 1 over what
 * the loss says. `parameters` as of loss_fill_parameters. */
void loss_weigh_classes(const struct loss *loss, const struct loss_parameters *parameters, const uint32_t *counts,
			size_t classes, double *ret_weight);

/* Whether it is softmax cross-entropy and differs in the weights of classes or instances at most. */
bool loss_only_weighs(const struct loss *loss);

/* The parameters that the loss has, as given or else its defaults; NaN for the others. */
struct loss_parameters loss_fill_parameters(const struct loss *loss, const struct loss_parameters *given);

/* ERR_INPUT: `given` will not do for the loss and k classes. */
MUST_CHECK enum err_code loss_check(const struct loss *loss, const struct loss_parameters *given, size_t classes,
				    struct err *err);

/* counts (k) of the training part. Texts of `given` must outlive the state. ERR_INPUT: as of loss_check. */
MUST_CHECK enum err_code loss_state_init(struct loss_state *state, const struct loss *loss,
					 const struct loss_parameters *given, const uint32_t *counts, size_t classes,
					 struct err *err);
void loss_state_done(struct loss_state *state);

/* Memory and generator, between batches. */
void loss_visit_state(struct loss_state *state, struct state_visitor *visitor);

/* Value and gradient by the logits, of softmax cross-entropy too. */
double loss_evaluate(struct loss_state *state, const struct loss_tile *tile, double *ret_delta);

/* Logits (k, L) to what the loss's link says; ret_log_p may be the logits. Not of LINK_IDENTITY. */
void loss_predict(const struct loss *loss, const double *logits, size_t lanes, size_t classes, double *ret_log_p,
		  double *ret_p);

/* Softmax cross-entropy, for losses that do something to the logits first. */
double loss_evaluate_cross_entropy(const struct loss_state *state, const struct loss_tile *tile, double *ret_delta);

/* For losses that differ in their constants only. Softmax cross-entropy of z_c + constant_c: */
double loss_evaluate_shifted(struct loss_state *state, const struct loss_tile *tile, double *ret_delta);
/* Sum over classes of (1 - p_t)^gamma (-log p_t) on sigmoid scores, the class's own cell times alpha, the others' times
 * constant_c; without alpha that is 1, without gamma that is 0; with xi only those others count that have
 * sigma(z) >= xi: */
double loss_evaluate_sigmoid(struct loss_state *state, const struct loss_tile *tile, double *ret_delta);
/* For losses whose gamma is a probability: ERR_INPUT if it is above 1. */
MUST_CHECK enum err_code loss_check_probability(const struct loss_parameters *parameters, size_t classes,
						struct err *err);
/* The sum of sizes (k). */
double loss_sum_sizes(const double *sizes, size_t classes);
/* N, the sum of counts (k). */
double loss_count_instances(const uint32_t *counts, size_t classes);
/* All constants 1. */
void loss_prepare_ones(const struct loss_parameters *parameters, const uint32_t *counts, size_t classes,
		       double *ret_constant);
/* Cui et al. 2019, eq. 5: (1 - beta) / (1 - beta^n), n the class's count. */
void loss_weigh_by_effective_number(const struct loss_parameters *parameters, const double *sizes, size_t classes,
				    double *ret_weight);
/* One over the size. */
void loss_weigh_by_inverse(const struct loss_parameters *parameters, const double *sizes, size_t classes,
			   double *ret_weight);

#endif
