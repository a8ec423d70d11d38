/* Samplers: which instances an epoch trains on, how often and in which order. One sampler = one file and one line in
 * the table of sampler.c.
 *
 * n instances; N of them are the training part, of k classes; class c has n_c of them, 0 if it is absent. An epoch is N
 * draws, so that methods compare at equal cost, but where the sampler says otherwise. */
#ifndef HARDROW_REBALANCE_SAMPLER_H
#define HARDROW_REBALANCE_SAMPLER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/state.h"
#include "rebalance/instances.h"
#include "rebalance/kernel.h"
#include "rebalance/neighbourhood.h"

/* What a sampler can be given. NaN, 0 of a count, NULL: not given, or the sampler has no such parameter. */
struct sampler_parameters {
	double class_power;	/* q of square-root and class-balanced */
	double ratio;		/* of under-sampling and over-sampling, in (0, 1] */
	double pace_start;	/* the share of the easiest to begin with, in (0, 1] */
	double pace_growth;	/* what the share, or the bound of the loss, is multiplied by; > 1 */
	size_t pace_epochs;	/* the share grows every so many epochs */
	size_t first_epochs;	/* so many have everyone; what they cost says who is easy */
	size_t ordering_run;	/* a recorded run that says who is easy instead of them; 0: none */
	size_t neighbours;	/* k: a new row is between an instance and one of so many nearest of its class */
	double mixup_alpha;	/* l ~ Beta(alpha, alpha) */
	double remix_kappa;	/* a class is rare beside one that is kappa times as large */
	double remix_tau;	/* of remix: the rarer class gets the label if its share of the row is above 1 - tau */
	const char *branch_mix; /* borrowed: of bilateral.h; NULL: not given */
	bool is_soft;		/* draws fade out below the bound of the loss instead of ending at it */
	/* Of classes in an order, as the bins of a target are: their sizes are smoothed by it wherever a sampler goes
	 * by them; given to every sampler. */
	struct kernel kernel;
};

/* A training instance and what it cost. */
struct sampling_rank {
	double loss;
	uint32_t position;
};

/* What is known of the epoch to come. */
struct sampling {
	struct instances instances;
	struct sampler_parameters parameters;
	size_t epoch, epochs;	  /* it is epoch t of T, from 1; T + 1 after the last */
	const double *difficulty; /* (n) borrowed: > 0, any scale */
	/* (n) borrowed: predictions after the last epoch; all alike before the first */
	const double *p_true, *log_p_true;
	/* Of samplers with an order of the training instances, else NULL: all of them (N), from the least loss over the
	 * first epochs to the largest; and each one's number among those of its class (n), from 0. */
	struct sampling_rank *ranked;
	uint32_t *class_rank;
	bool is_ranked;				   /* it is known */
	uint32_t *by_class;			   /* (N) positions of the training instances, class by class */
	size_t *class_start;			   /* (k) where those of class c start in it */
	double *class_size;			   /* (k) s_c: n_c, smoothed if there is a kernel */
	uint32_t present;			   /* number of classes with n_c > 0 */
	double smallest, largest;		   /* of those the smallest and the largest s_c */
	double ratios;				   /* the sum of n_c / s_c: `present` without a kernel */
	double *weight;				   /* (n) expected draws of each training instance, any scale */
	const struct neighbourhood *neighbourhood; /* borrowed; of samplers with `neighbours`, else NULL */
};
MUST_CHECK enum err_code sampling_init(struct sampling *sampling, const struct instances *instances,
				       const struct sampler_parameters *parameters, struct err *err);
void sampling_done(struct sampling *sampling);

/* For samplers with an order: room for it. */
MUST_CHECK enum err_code sampling_init_order(struct sampling *sampling, struct err *err);

/* The order by loss (n); of equal ones the first comes first, and what is not a number is the largest. */
void sampling_order(struct sampling *sampling, const double *loss);

/* What the draws of an epoch are mixed with, in their order: row x_i + s (x_j - x_i), and of samplers that mix labels,
 * too, the loss (1 - t) L(y_i) + t L(y_j). */
struct mixture {
	uint32_t *partner;   /* (most draws) j; i itself where nothing is mixed */
	double *share;	     /* (most draws) s */
	double *label_share; /* (most draws) t */
};

/* Random numbers and memory of one run's draws. */
struct sampler_work {
	struct rng rng;
	bool keep_order;	 /* the batch is the whole epoch: order does not matter, so leave it */
	double *scratch;	 /* (N) */
	uint32_t *index_scratch; /* (2 N) */
	uint32_t *memory;	 /* (N + 2 k + 1) the sampler's own: zero at first, kept from epoch to epoch */
	struct mixture mixture;	 /* NULLs but for samplers that mix */
};

MUST_CHECK enum err_code sampler_work_init(struct sampler_work *work, const struct instances *instances, uint64_t seed,
					   struct err *err);
/* Room for the mixture of so many draws. */
MUST_CHECK enum err_code sampler_work_init_mixture(struct sampler_work *work, size_t draws, struct err *err);
void sampler_work_done(struct sampler_work *work);

/* Generator and memory, between epochs. */
void sampler_work_visit_state(struct sampler_work *work, const struct instances *instances,
			      struct state_visitor *visitor);

struct sampler {
	const char *name;
	const char *summary;
	const char *expected; /* the formula of weigh_class or weigh */
	bool uses_difficulty, uses_class_power, uses_ratio, has_soft_bound;
	bool uses_p_true;   /* it goes by probabilities, which a regression does not have */
	bool needs_classes; /* it goes by classes that bins of a target cannot stand for */
	bool mixes;	    /* its draws have partners: work->mixture */
	bool mixes_labels;  /* label_share is filled, too */
	size_t crowd;	    /* it goes by the classes of an instance's crowd * k nearest; 0: it does not */
	bool uses_epochs;   /* its draws depend on how many epochs there are in all */
	/* Its expected draws jump where a prediction passes a bound: those of rounded predictions may be others. */
	bool has_bounds;
	bool is_bilateral; /* its draws are in two halves, for the branches of the bilateral classifier */
	/* Of what has no flag here 0: no such parameter. With first_epochs it has an order. */
	struct sampler_parameters defaults;
	/* Expected draws of an instance in the epoch to come, any scale: of class c, n_c > 0, or of every training
	 * instance (n). Both NULL: all alike. */
	double (*weigh_class)(const struct sampling *sampling, size_t c);
	void (*weigh)(const struct sampling *sampling, double *ret_weight);
	/* Draws that an epoch may have; NULL: N or fewer. */
	size_t (*most_draws)(const struct sampler_parameters *parameters, const uint32_t *class_count, size_t classes);
	/* Whether that can be its memory, which may come from a damaged file; NULL: it has none. */
	bool (*accepts_memory)(const struct sampling *sampling, uint32_t *memory);
	/* Fills ret_order with positions and returns how many. `sampling` has been weighed. */
	size_t (*fill)(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order);
};

extern const struct sampler sampler_all, sampler_bootstrap, sampler_multinomial, sampler_systematic,
    sampler_square_root, sampler_class_balanced, sampler_class_aware, sampler_progressive, sampler_reversed,
    sampler_self_paced, sampler_self_paced_learning, sampler_curriculum, sampler_anti_curriculum, sampler_under,
    sampler_over, sampler_smote, sampler_borderline_smote, sampler_adasyn, sampler_mixup, sampler_remix,
    sampler_bilateral;

const struct sampler *sampler_at(size_t i); /* NULL behind the last */
const char *sampler_name(size_t i);	    /* NULL behind the last */

/* The parameters that the sampler has, as given or else its defaults; NaN for the others. */
struct sampler_parameters sampler_fill_parameters(const struct sampler *sampler,
						  const struct sampler_parameters *given);

/* Draws that an epoch may have, of a training part with these classes (k). */
size_t sampler_most_draws(const struct sampler *sampler, const struct sampler_parameters *parameters,
			  const uint32_t *class_count, size_t classes);

/* Sets sampling->weight for the epoch to come. */
void sampler_weigh(const struct sampler *sampler, struct sampling *sampling);

/* The weigh of samplers by difficulty. */
void sampler_weigh_by_difficulty(const struct sampling *sampling, double *ret_weight);

/* `count` of the pool (size) without replacement. */
void sampler_choose(struct sampler_work *work, const uint32_t *pool, uint32_t size, uint32_t count,
		    uint32_t *ret_chosen);

/* What class c has after over-sampling, with --ratio; at least its instances. */
size_t sampler_filled(const struct sampling *sampling, size_t c);

/* The most_draws of samplers that fill classes up. */
size_t sampler_most_filled(const struct sampler_parameters *parameters, const uint32_t *class_count, size_t classes);

/* Partners and shares of `count` draws: any training instance, s ~ Beta(alpha, alpha). */
void sampler_mix(const struct sampling *sampling, struct sampler_work *work, size_t count);

/* Whether it has an order, by a recorded run or the first epochs. */
bool sampler_has_order(const struct sampler *sampler);

/* N draws with replacement in proportion to the weights: the fill of samplers that differ in these only. */
size_t sampler_draw_by_weight(const struct sampling *sampling, struct sampler_work *work, uint32_t *ret_order);

#endif
