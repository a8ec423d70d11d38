/* Adam (Kingma and Ba 2015, Algorithm 1): m and v are the running means of g and g^2, theta <- theta - lr m^ /
 * (sqrt(v^) + eps) with m^ = m / (1 - beta1^t), v^ = v / (1 - beta2^t).
 * Compiled twice: as double and as float (num/real.h). */
#include <tgmath.h>

#include "model/optimizer_step.h"
#include "num/real.h"

void REAL_NAME(optimizer_step_adam)(const struct optimizer_settings *settings, size_t step,
				    const struct optimizer_arrays *arrays)
{
	real *restrict theta = arrays->theta;
	const real *restrict g = arrays->gradient;
	real *restrict m = arrays->moment[0];
	real *restrict v = arrays->moment[1];
	real beta1 = (real)settings->beta1;
	real beta2 = (real)settings->beta2;
	real rest1 = (real)(1.0 - settings->beta1);
	real rest2 = (real)(1.0 - settings->beta2);
	real epsilon = (real)settings->epsilon;
	real rate = (real)(settings->learning_rate / (1.0 - pow(settings->beta1, (double)step)));
	real root = (real)sqrt(1.0 - pow(settings->beta2, (double)step));

	for (size_t i = 0; i < arrays->count; i++) {
		m[i] = beta1 * m[i] + rest1 * g[i];
		v[i] = beta2 * v[i] + rest2 * g[i] * g[i];
		theta[i] -= rate * m[i] / (sqrt(v[i]) / root + epsilon);
	}
}
