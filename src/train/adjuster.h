/* Private to train: a method's adjustment at work on a network's predictions. Shapes: h features and k classes of the
 * network's last layer; T tiles of 64 instances in the order of the data set. */
#ifndef HARDROW_TRAIN_ADJUSTER_H
#define HARDROW_TRAIN_ADJUSTER_H

#include <stddef.h>

#include "base/err.h"
#include "data/dataset.h"
#include "data/split.h"
#include "model/network.h"
#include "rebalance/adjustment.h"

struct adjuster {
	const struct adjustment *adjustment; /* NULL: none, and nothing below is used */
	struct adjustment_state state;
	size_t tiles;
	double *weight, *bias; /* (k, h), (k) of the last layer */
	double *features;      /* (h, 64) of a tile */
	double *logits;	       /* (k, 64) of a tile */
	double *y, *is_train;  /* (T * 64), see struct adjustment_tile */
};

/* `network` gives the shapes only. ERR_INPUT: parameters that do not fit the data set. */
MUST_CHECK enum err_code adjuster_init(struct adjuster *adjuster, const struct adjustment *adjustment,
				       const struct adjustment_parameters *parameters, const struct dataset *dataset,
				       const struct split *split, const struct network *network, struct err *err);
void adjuster_done(struct adjuster *adjuster);

/* Once the network has changed, before it predicts: does the adjustment's passes over all instances. A cosine
 * classifier comes with mean_feature (h), see rebalance/adjustment_tde.c. */
void adjuster_prepare(struct adjuster *adjuster, struct network *network, const struct network_inputs *inputs,
		      const double *mean_feature);

/* Adjusted logits (k, 64) of tile t. */
void adjuster_predict(struct adjuster *adjuster, struct network *network, const struct network_inputs *inputs, size_t t,
		      double *ret_logits);

#endif
