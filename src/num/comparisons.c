#include "num/comparisons.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/rng.h"
#include "num/distributions.h"

#define SAMPLES 50000
#define PRIOR 0.5

/* Mean, and the standard error of it: NaN where the differences are all alike, as few splits of few rows easily are. */
static void measure(const double *d, size_t n, double ratio, double *ret_mean, double *ret_error)
{
	double mean = 0;
	double squares = 0;

	for (size_t i = 0; i < n; i++)
		mean += d[i] / (double)n;
	for (size_t i = 0; i < n; i++)
		squares += (d[i] - mean) * (d[i] - mean);
	/* Rounding alone makes equal ones differ. */
	bool are_alike = sqrt(squares) <= fmax(1e-10 * fabs(mean), 1e-14);
	*ret_mean = mean;
	*ret_error = n < 2 || are_alike ? NAN : sqrt(squares / (double)(n - 1) * (1 / (double)n + ratio));
}

double resampled_p(const double *d, size_t n, double ratio)
{
	double mean;
	double error;

	measure(d, n, ratio, &mean, &error);
	if (n > 1 && isnan(error) && fabs(mean) < 1e-14)
		return 1;
	return student_t_sides(mean / error, (double)n - 1);
}

double resampled_half_width(const double *d, size_t n, double ratio, double level)
{
	double mean;
	double error;

	measure(d, n, ratio, &mean, &error);
	return error * student_t_quantile(1 - level, (double)n - 1);
}

static int by_size(const void *first, const void *second)
{
	double a = fabs(*(const double *)first);
	double b = fabs(*(const double *)second);

	return (a > b) - (a < b);
}

static int by_value(const void *first, const void *second)
{
	double a = *(const double *)first;
	double b = *(const double *)second;

	return (a > b) - (a < b);
}

/* Twice the ranks of |d|, sorted by that, into rank (n); returns the sum of those of positive d. */
static size_t rank_twice(const double *d, size_t n, size_t *rank)
{
	size_t positive = 0;

	for (size_t i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && fabs(d[end]) == fabs(d[i]);)
			end++;
		for (size_t j = i; j < end; j++) {
			rank[j] = i + 1 + end;
			positive += d[j] > 0 ? rank[j] : 0;
		}
	}
	return positive;
}

/* The probability that signed ranks sum up to at most `sum` of `total`, in share (total + 1). */
static double at_most(const size_t *rank, size_t n, size_t total, size_t sum, double *share)
{
	double p = 0;

	share[0] = 1;
	for (size_t i = 0; i < n; i++)
		for (size_t s = total + 1; s-- > 0;)
			share[s] = (share[s] + (s >= rank[i] ? share[s - rank[i]] : 0)) / 2;
	for (size_t s = 0; s <= sum; s++)
		p += share[s];
	return p;
}

enum err_code signed_rank_p(const double *d, size_t n, double *ret_p, struct err *err)
{
	AUTO(mem_freep) double *kept = NULL;
	AUTO(mem_freep) double *share = NULL;
	AUTO(mem_freep) size_t *rank = NULL;
	size_t count = 0;

	if (n > COMPARISONS_MAX) {
		*ret_p = NAN;
		return ERR_OK;
	}
	size_t total = n * (n + 1);
	if (mem_new(&kept, n, err) != ERR_OK || mem_new(&rank, n, err) != ERR_OK ||
	    mem_new(&share, total + 1, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < n; i++)
		if (d[i] != 0)
			kept[count++] = d[i];
	qsort(kept, count, sizeof *kept, by_size);
	total = count * (count + 1);
	size_t positive = rank_twice(kept, count, rank);
	size_t less = positive < total - positive ? positive : total - positive;
	*ret_p = fmin(2 * at_most(rank, count, total, less, share), 1);
	return ERR_OK;
}

/* For each of n + 1 sorted values: so many of the others make a sum with it that is below, and not above, `limit`. */
struct reach {
	size_t below, not_above;
};

static void find_reach(const double *x, size_t n, double limit, struct reach *reach)
{
	for (size_t i = 0; i < n; i++) {
		size_t j = 0;
		while (j < n && x[i] + x[j] < limit)
			j++;
		reach[i].below = j;
		while (j < n && x[i] + x[j] <= limit)
			j++;
		reach[i].not_above = j;
	}
}

/* Standard exponential, and gamma of shape 1/2: half the square of a normal number. */
static double draw_exponential(struct rng *rng)
{
	return -log1p(-rng_uniform(rng));
}

static double draw_half(struct rng *rng)
{
	double cosine = cos(M_PI * rng_uniform(rng));

	return draw_exponential(rng) * cosine * cosine;
}

struct posterior {
	double *x; /* (n), sorted, with the prior's 0 at `prior` */
	size_t n, prior;
	struct reach *low, *high; /* (n) of -2 rope and 2 rope */
	double *sum;		  /* (n + 1) of the weights before i */
};

/* The side that one sample of the weights is for. */
static int draw_side(const struct posterior *posterior, struct rng *rng)
{
	double *sum = posterior->sum;
	size_t n = posterior->n;
	double below = 0;
	double above = 0;

	for (size_t i = 0; i < n; i++)
		sum[i + 1] = sum[i] + (i == posterior->prior ? draw_half(rng) : draw_exponential(rng));
	for (size_t i = 0; i < n; i++) {
		const struct reach *low = &posterior->low[i];
		const struct reach *high = &posterior->high[i];
		double weight = sum[i + 1] - sum[i];
		below += weight * (sum[low->below] + sum[low->not_above]) / 2;
		above += weight * (sum[n] - (sum[high->below] + sum[high->not_above]) / 2);
	}
	double within = sum[n] * sum[n] - below - above;
	return below >= within && below >= above ? -1 : within >= above ? 0 : 1;
}

enum err_code signed_rank_posterior(const double *d, size_t n, double rope, int side, double *ret_p, struct err *err)
{
	AUTO(mem_freep) double *x = NULL;
	AUTO(mem_freep) double *sum = NULL;
	AUTO(mem_freep) struct reach *reach = NULL;
	struct rng rng;
	size_t found = 0;

	if (n == 0 || n > COMPARISONS_MAX || !(rope >= 0)) {
		*ret_p = NAN;
		return ERR_OK;
	}
	if (mem_new(&x, n + 1, err) != ERR_OK || mem_new(&sum, n + 2, err) != ERR_OK ||
	    mem_new(&reach, 2 * (n + 1), err) != ERR_OK)
		return err->code;
	memcpy(x + 1, d, n * sizeof *d);
	qsort(x, n + 1, sizeof *x, by_value);
	struct posterior posterior = { x, n + 1, 0, reach, reach + n + 1, sum };
	/* Of several 0 any will do: equal values go together. */
	while (x[posterior.prior] != 0)
		posterior.prior++;
	find_reach(x, n + 1, -2 * rope, posterior.low);
	find_reach(x, n + 1, 2 * rope, posterior.high);
	rng_init(&rng, 1, RNG_POSTERIOR);
	for (size_t i = 0; i < SAMPLES; i++)
		found += draw_side(&posterior, &rng) == side;
	*ret_p = (double)found / SAMPLES;
	return ERR_OK;
}
