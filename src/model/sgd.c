/* Stochastic gradient descent with momentum, in PyTorch's form (Sutskever et al. 2013 without the learning rate inside
 * the velocity): v <- mu v + g; theta <- theta - lr v, or with Nesterov theta <- theta - lr (g + mu v).
 * Compiled twice: as double and as float (num/real.h). */
#include "model/optimizer_step.h"
#include "num/real.h"

void REAL_NAME(optimizer_step_sgd)(const struct optimizer_settings *settings, size_t step,
				   const struct optimizer_arrays *arrays)
{
	real *restrict theta = arrays->theta;
	const real *restrict g = arrays->gradient;
	real *restrict velocity = arrays->moment[0];
	real rate = (real)settings->learning_rate;
	real momentum = (real)settings->momentum;

	(void)step;
	for (size_t i = 0; i < arrays->count; i++) {
		real v = momentum * velocity[i] + g[i];
		velocity[i] = v;
		theta[i] -= rate * (settings->nesterov ? g[i] + momentum * v : v);
	}
}
