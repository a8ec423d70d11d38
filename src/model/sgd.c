/* Stochastic gradient descent with momentum, in PyTorch's form (Sutskever et al. 2013 without the learning rate inside
 * the velocity): v <- mu v + g; theta <- theta - lr v, or with Nesterov theta <- theta - lr (g + mu v). */
#include "model/optimizer.h"

static void step_sgd(const struct optimizer_settings *settings, size_t step, size_t count, double *restrict theta,
		     const double *restrict g, double *const *moment)
{
	double *restrict velocity = moment[0];
	double rate = settings->learning_rate;
	double momentum = settings->momentum;

	(void)step;
	for (size_t i = 0; i < count; i++) {
		double v = momentum * velocity[i] + g[i];
		velocity[i] = v;
		theta[i] -= rate * (settings->nesterov ? g[i] + momentum * v : v);
	}
}

const struct optimizer_kind optimizer_sgd = { .name = "sgd", .moments = 1, .step = step_sgd };
