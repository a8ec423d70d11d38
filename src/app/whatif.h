/* The weights that another rule would have given to the instances of a recorded run, from the predictions as they are:
 * it would have trained otherwise, and predicted otherwise from the next epoch on. Reads; writes nothing. */
#ifndef HARDROW_APP_WHATIF_H
#define HARDROW_APP_WHATIF_H

#include <stdatomic.h>

#include "app/verify_run.h"

struct whatif_request {
	int64_t run_id;
	const struct run_settings *settings; /* method, sampler, loss, apply and their parameters; borrowed */
	size_t epoch;			     /* after which; 0: the last whose instances are recorded */
	struct stored_run_source source;
	const atomic_bool *stop; /* ends it with ERR_INTERRUPTED */
};

/* Shapes: n instances, k classes. Zero-initialise it. */
struct whatif {
	struct verify_run run; /* of which dataset and split are for the reader */
	struct track_findings findings;
	char damage[200]; /* what was found wrong first */
	struct recipe recipe;
	double *class_weight; /* (k) of the rule's loss */
	struct weighting *rule;
	size_t epoch;		    /* after which the weights are */
	double *recorded, *weight;  /* (n) of the run, and of the rule: mean 1 over the training part, NaN elsewhere */
	double recorded_size, size; /* effective sample sizes, (sum w)^2 / sum w^2 */
	double *recorded_share, *share; /* (k) of each class in the weights */
	bool all_alike;			/* the rule gives every instance of the training part the weight 1 */
};

/* The weights that follow the epoch's predictions, by the run's recorded difficulty. ERR_INPUT: no such run, an epoch
 * whose instances are not recorded, a rule that weighs by the epoch (a second stage), damage. */
MUST_CHECK enum err_code whatif_compute(struct track *track, const struct whatif_request *request,
					struct whatif *whatif, struct err *err);
void whatif_done(struct whatif *whatif);

#endif
