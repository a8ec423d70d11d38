/* Private to train: the moving average of the batches' mean features (Tang et al. 2020, eq. 8, in the form of its
 * code), e <- 0.9 e + mean over the batch of x,   e_0 = 0, x (h) what the network's last layer reads. Only its
 * direction counts. */
#ifndef HARDROW_TRAIN_MOVING_MEAN_H
#define HARDROW_TRAIN_MOVING_MEAN_H

#include <stddef.h>

#include "base/err.h"
#include "model/network.h"

struct moving_mean {
	size_t features;
	double *value;	  /* (h) e */
	double *sum;	  /* (h) over the batch so far */
	double *instance; /* (h, L) of a forward pass */
};

/* For batches that go through the network by at most `lanes` lanes at once. */
MUST_CHECK enum err_code moving_mean_init(struct moving_mean *mean, const struct network *network, size_t lanes,
					  struct err *err);
void moving_mean_done(struct moving_mean *mean);

/* Between batches. */
void moving_mean_visit_state(struct moving_mean *mean, struct state_visitor *visitor);

/* `count` instances of a batch, those of the network's last forward pass. */
void moving_mean_add(struct moving_mean *mean, const struct network *network, size_t count);

/* The batch is complete: so many instances. */
void moving_mean_end_batch(struct moving_mean *mean, size_t count);

#endif
