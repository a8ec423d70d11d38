#include "model/weight_net.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "model/optimizer_step.h"

enum { UNITS = WEIGHT_NET_UNITS, PARAMETERS = 3 * UNITS + 1, MOMENTS = 2 };

#define WEIGHT_DECAY 1e-4

struct weight_net {
	struct optimizer_settings settings; /* of Adam */
	size_t steps;
	/* a, b, c, d, and what belongs to them */
	double theta[PARAMETERS], gradient[PARAMETERS], moment[MOMENTS][PARAMETERS];
};

/* The hidden outputs of a loss that are not 0, and V of it. */
static double forward(const struct weight_net *net, double loss, double *ret_hidden)
{
	const double *a = net->theta, *b = a + UNITS, *c = b + UNITS;
	double sum = c[UNITS];

	for (size_t u = 0; u < UNITS; u++) {
		ret_hidden[u] = fmax(0, a[u] * loss + b[u]);
		sum += c[u] * ret_hidden[u];
	}
	return 1 / (1 + exp(-sum));
}

enum err_code weight_net_create(double learning_rate, struct rng *rng, struct weight_net **ret_net, struct err *err)
{
	struct weight_net *net = NULL;

	if (mem_new(&net, 1, err) != ERR_OK)
		return err->code;
	net->settings = (struct optimizer_settings){
		.learning_rate = learning_rate, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8
	};
	for (size_t i = 0; i < PARAMETERS; i++)
		net->theta[i] = (i < 2 * UNITS ? 1 : 1 / sqrt(UNITS)) * (2 * rng_uniform(rng) - 1);
	*ret_net = net;
	return ERR_OK;
}

void weight_net_free(struct weight_net *net)
{
	free(net);
}

void weight_net_weigh(const struct weight_net *net, const double *loss, size_t count, double *ret_weight)
{
	double hidden[UNITS];

	for (size_t i = 0; i < count; i++)
		ret_weight[i] = forward(net, loss[i], hidden);
}

void weight_net_learn(struct weight_net *net, const double *loss, const double *slope, size_t count)
{
	const double *c = net->theta + 2 * UNITS;
	double *a_gradient = net->gradient, *b_gradient = a_gradient + UNITS, *c_gradient = b_gradient + UNITS;
	double hidden[UNITS];
	const struct optimizer_arrays arrays = {
		PARAMETERS, net->theta, net->gradient, { net->moment[0], net->moment[1] }
	};

	for (size_t i = 0; i < PARAMETERS; i++)
		net->gradient[i] = WEIGHT_DECAY * net->theta[i];
	for (size_t i = 0; i < count; i++) {
		double weight = forward(net, loss[i], hidden);
		double delta = slope[i] * weight * (1 - weight);
		c_gradient[UNITS] += delta;
		for (size_t u = 0; u < UNITS; u++) {
			double below = hidden[u] > 0 ? delta * c[u] : 0;
			c_gradient[u] += delta * hidden[u];
			a_gradient[u] += below * loss[i];
			b_gradient[u] += below;
		}
	}
	net->steps++;
	optimizer_step_adam_double(&net->settings, net->steps, &arrays);
}

void weight_net_visit_state(struct weight_net *net, struct state_visitor *visitor)
{
	state_visit(visitor, "net", STATE_DOUBLE, PARAMETERS, net->theta);
	state_visit(visitor, "net_moments", STATE_DOUBLE, MOMENTS * PARAMETERS, net->moment);
	state_visit_size(visitor, "net_steps", &net->steps, SIZE_MAX);
}
