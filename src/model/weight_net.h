/* A network of one hidden layer from the loss of an instance to its weight (Shu et al. 2019, "Meta-Weight-Net", section
 * 2.2): V(l) = sigmoid(sum_u c_u max(0, a_u l + b_u) + d), u over 100 units. In their code's form it starts as
 * PyTorch's nn.Linear does, a, b in (-1, 1), c, d in (-0.1, 0.1), and learns by Adam with a weight decay of 1e-4 on all
 * of it. In double precision. */
#ifndef HARDROW_MODEL_WEIGHT_NET_H
#define HARDROW_MODEL_WEIGHT_NET_H

#include <stddef.h>

#include "base/err.h"
#include "base/rng.h"
#include "base/state.h"

#define WEIGHT_NET_UNITS 100

struct weight_net;

/* Its initial numbers are drawn from `rng`: a, b, c, d. */
MUST_CHECK enum err_code weight_net_create(double learning_rate, struct rng *rng, struct weight_net **ret_net,
					   struct err *err);
void weight_net_free(struct weight_net *net);

/* V of each loss (count). */
void weight_net_weigh(const struct weight_net *net, const double *loss, size_t count, double *ret_weight);

/* One step down the gradient of a function of the weights, `slope` (count) that by each of them. */
void weight_net_learn(struct weight_net *net, const double *loss, const double *slope, size_t count);

/* Parameters, moments and steps. */
void weight_net_visit_state(struct weight_net *net, struct state_visitor *visitor);

#endif
