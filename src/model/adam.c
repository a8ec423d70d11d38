/* Adam (Kingma and Ba 2015, Algorithm 1): m and v are the running means of g and g^2, theta <- theta - lr m^ /
 * (sqrt(v^) + eps) with m^ = m / (1 - beta1^t), v^ = v / (1 - beta2^t). */
#include <math.h>

#include "model/optimizer.h"

static void step_adam(const struct optimizer_settings *settings, size_t step, size_t count, double *restrict theta,
		      const double *restrict g, double *const *moment)
{
	double *restrict m = moment[0];
	double *restrict v = moment[1];
	double beta1 = settings->beta1;
	double beta2 = settings->beta2;
	double epsilon = settings->epsilon;
	double rate = settings->learning_rate / (1.0 - pow(beta1, (double)step));
	double root = sqrt(1.0 - pow(beta2, (double)step));

	for (size_t i = 0; i < count; i++) {
		m[i] = beta1 * m[i] + (1.0 - beta1) * g[i];
		v[i] = beta2 * v[i] + (1.0 - beta2) * g[i] * g[i];
		theta[i] -= rate * m[i] / (sqrt(v[i]) / root + epsilon);
	}
}

const struct optimizer_kind optimizer_adam = { .name = "adam", .moments = 2, .step = step_adam };
