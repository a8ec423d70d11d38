#include "num/calibration.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define EXACT_MAX 500

static int by_value(const void *first, const void *second)
{
	double a = *(const double *)first;
	double b = *(const double *)second;

	return (a > b) - (a < b);
}

/* E|K - sum of p|, K the number of successes of m <= EXACT_MAX independent trials; chance (m + 1) is room for the
 * probabilities of K. */
static double exact_gap(const double *p, size_t m, double *chance)
{
	double sum = 0, gap = 0;

	chance[0] = 1;
	for (size_t i = 0; i < m; i++) {
		chance[i + 1] = 0;
		for (size_t k = i + 2; k-- > 1;)
			chance[k] += p[i] * (chance[k - 1] - chance[k]);
		chance[0] *= 1 - p[i];
		sum += p[i];
	}
	for (size_t k = 0; k <= m; k++)
		gap += chance[k] * fabs((double)k - sum);
	return gap;
}

static double normal_gap(const double *p, size_t m)
{
	double variance = 0;

	for (size_t i = 0; i < m; i++)
		variance += p[i] * (1 - p[i]);
	return sqrt(variance * M_2_PI);
}

enum err_code calibration_level(const double *confidence, size_t n, double bins, double *ret_level, struct err *err)
{
	AUTO(mem_freep) double *sorted = NULL;
	double chance[EXACT_MAX + 1];
	double gap = 0;

	if (n == 0 || !(bins >= 1)) {
		*ret_level = NAN;
		return ERR_OK;
	}
	if (mem_new(&sorted, n, err) != ERR_OK)
		return err->code;
	memcpy(sorted, confidence, n * sizeof *confidence);
	qsort(sorted, n, sizeof *sorted, by_value);
	for (size_t i = 0, end; i < n; i = end) {
		double bin = ceil(sorted[i] * bins);
		for (end = i + 1; end < n && ceil(sorted[end] * bins) == bin;)
			end++;
		gap += end - i <= EXACT_MAX ? exact_gap(sorted + i, end - i, chance) : normal_gap(sorted + i, end - i);
	}
	*ret_level = gap / (double)n;
	return ERR_OK;
}
