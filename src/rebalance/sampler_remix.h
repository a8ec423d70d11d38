/* The labels of remix. */
#ifndef HARDROW_REBALANCE_SAMPLER_REMIX_H
#define HARDROW_REBALANCE_SAMPLER_REMIX_H

#include "rebalance/sampler.h"

/* The share of j in the label of a row in which it is `share`; n_i and n_j are the sizes of their classes. */
double remix_label_share(const struct sampler_parameters *parameters, double n_i, double n_j, double share);

#endif
