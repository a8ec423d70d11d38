/* Adjustments after training: other predictions from the same weights. One adjustment = one file and one line in the
 * table of adjustment.c.
 *
 * Shapes: h features (outputs of the last hidden layer, or the inputs if there is none), k classes, tiles of L lanes as
 * in num/tile.h. Most adjustments change each class's logit by itself,
 *     z'_c = scale_c z_c + shift_c,
 * the others need the features. Counts are those of the training part; a class that is absent from it is left alone. */
#ifndef HARDROW_REBALANCE_ADJUSTMENT_H
#define HARDROW_REBALANCE_ADJUSTMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* NaN: not given, or the adjustment has no such parameter. */
struct adjustment_parameters {
	double tau, temperature, effect;
	bool drop_bias;		  /* tau-norm: the bias is left out, not kept as it is */
	const char *target_prior; /* "uniform", or k shares "0.5,0.3,0.2" on any scale; NULL: uniform */
};

enum adjustment_needs { NEEDS_ANY_CLASSIFIER, NEEDS_LINEAR_CLASSIFIER, NEEDS_COSINE_CLASSIFIER };

/* The last layer of the network. */
struct adjustment_classifier {
	const double *weight;	    /* (k, h) row-major */
	const double *bias;	    /* (k); linear only */
	double scale, gamma;	    /* cosine: logit = (scale / heads) sum_j x_j/|x_j| . w_j/(|w_j| + gamma) */
	size_t heads;		    /* cosine: the features are split into so many parts j */
	const double *mean_feature; /* (h) cosine: direction that training moved the features in; see adjustment_tde */
};

/* Features of some instances, and who they are. */
struct adjustment_tile {
	const double *features; /* (h, L) */
	const double *y;	/* (L) class as double */
	const double *is_train; /* (L) 1: of the training part, else 0 */
	size_t lanes;
};

struct adjustment_state {
	const struct adjustment *adjustment; /* NULL: none */
	struct adjustment_parameters parameters;
	size_t features, classes;
	double *prior;	/* (k) shares of the training part, 0 for an absent class */
	double *target; /* (k) shares wanted, sum 1 */
	double *values; /* (count_values) what the adjustment keeps; zeroed before the first pass */
};

struct adjustment {
	const char *name;
	const char *summary;
	const char *formula;
	enum adjustment_needs needs;
	struct adjustment_parameters defaults; /* 0: the adjustment has no such parameter */
	bool has_target_prior, has_bias_choice;
	size_t (*count_values)(size_t features, size_t classes);
	/* So many times it wants to see all instances before it predicts; `see` gets them tile by tile. */
	size_t passes;
	void (*see)(struct adjustment_state *state, size_t pass, const struct adjustment_tile *tile);
	/* Then this, before the predictions. */
	void (*prepare)(struct adjustment_state *state, const struct adjustment_classifier *classifier);
	/* Changes the logits (k, L) of a tile. */
	void (*apply)(const struct adjustment_state *state, const double *features, size_t lanes, double *logits);
};

extern const struct adjustment adjustment_post_hoc, adjustment_target_prior, adjustment_temperature,
    adjustment_tau_norm, adjustment_ncm, adjustment_ncm_cosine, adjustment_tde;

const struct adjustment *adjustment_at(size_t i); /* NULL behind the last */
const char *adjustment_name(size_t i);		  /* NULL behind the last */

/* The parameters that the adjustment has, as given or else its defaults; NaN for the others. */
struct adjustment_parameters adjustment_fill_parameters(const struct adjustment *adjustment,
							const struct adjustment_parameters *given);

/* counts (k) of the training part. ERR_INPUT: a target prior that is not k shares. `adjustment` NULL: none. */
MUST_CHECK enum err_code adjustment_state_init(struct adjustment_state *state, const struct adjustment *adjustment,
					       const struct adjustment_parameters *given, const uint32_t *counts,
					       size_t features, size_t classes, struct err *err);
void adjustment_state_done(struct adjustment_state *state);

/* Forgets what earlier passes saw. */
void adjustment_state_clear(struct adjustment_state *state);

/* For adjustments of each logit by itself: values = scale (k), then shift (k). */
size_t adjustment_count_affine(size_t features, size_t classes);
void adjustment_apply_affine(const struct adjustment_state *state, const double *features, size_t lanes,
			     double *logits);

#endif
