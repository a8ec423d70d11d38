#include "rebalance/bilateral.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"

#define BETA 0.2

/* Jöhnk 1964: of U^(1/a) and V^(1/a) with a sum below 1 the first's share of it. */
static double draw_beta(struct rng *rng)
{
	for (;;) {
		double x = pow(rng_uniform(rng), 1 / BETA);
		double y = pow(rng_uniform(rng), 1 / BETA);
		if (x + y > 0 && x + y <= 1)
			return x / (x + y);
	}
}

static double decay_parabolically(double e)
{
	return 1 - e * e;
}

static double decay_linearly(double e)
{
	return 1 - e;
}

static double decay_as_cosine(double e)
{
	return cos(e * M_PI_2);
}

static double grow_parabolically(double e)
{
	return e * e;
}

static double stay_equal(double e)
{
	(void)e;
	return 0.5;
}

static const struct {
	const char *name;
	double (*alpha)(double e);
} mixes[] = {
	{ "parabolic", decay_parabolically },
	{ "linear", decay_linearly },
	{ "cosine", decay_as_cosine },
	{ "parabolic-increment", grow_parabolically },
	{ "equal", stay_equal },
	{ "beta", stay_equal }, /* its mean */
};

enum err_code bilateral_check_mix(const char *text, struct err *err)
{
	for (size_t i = 0; i < ARRAY_LENGTH(mixes); i++)
		if (strcmp(text, mixes[i].name) == 0)
			return ERR_OK;
	return err_set(
	    err, ERR_INPUT,
	    "'%s' will not do: branch-mix takes parabolic, linear, cosine, parabolic-increment, equal or beta", text);
}

double bilateral_alpha(const char *mix, size_t epoch, size_t epochs, struct rng *rng)
{
	size_t i = 0;

	if (rng != NULL && strcmp(mix, "beta") == 0)
		return draw_beta(rng);
	while (strcmp(mixes[i].name, mix) != 0)
		i++;
	return mixes[i].alpha((double)(epoch - 1) / (double)epochs);
}
