#include "data/filling.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "data/levels.h"

static int compare(const void *left, const void *right)
{
	double a = *(const double *)left;
	double b = *(const double *)right;

	return (a > b) - (a < b);
}

/* values (m) <- the present ones of feature j in the training part; returns m. */
static size_t take_present(const struct dataset *dataset, const struct split *split, size_t j, double *values)
{
	size_t count = 0;

	for (size_t i = 0; i < split->train_count; i++) {
		double x = dataset->x[split->train[i] * dataset->features + j];
		if (!isnan(x))
			values[count++] = x;
	}
	return count;
}

static double mean_of(const double *values, size_t count)
{
	double sum = 0;

	for (size_t i = 0; i < count; i++)
		sum += values[i];
	return count > 0 ? sum / (double)count : 0;
}

static double median_of(double *values, size_t count)
{
	if (count == 0)
		return 0;
	qsort(values, count, sizeof *values, compare);
	return count % 2 == 1 ? values[count / 2] : values[count / 2 - 1] / 2 + values[count / 2] / 2;
}

/* fill of levels: their shares so far; the largest of each column becomes 1. */
static void choose_levels(const struct dataset *dataset, const uint32_t *first, double *fill)
{
	for (size_t j = 0, end; j < dataset->features; j = end) {
		size_t best = j;
		for (end = j + 1; end < dataset->features && first[j] != NO_LEVEL && first[end] == first[j]; end++)
			best = fill[end] > fill[best] ? end : best;
		for (size_t l = j; l < end && first[j] != NO_LEVEL; l++)
			fill[l] = l == best;
	}
}

static bool has_missing(const struct dataset *dataset)
{
	for (size_t i = 0; i < dataset->instances * dataset->features; i++)
		if (isnan(dataset->x[i]))
			return true;
	return false;
}

enum err_code filling_find(const struct dataset *dataset, const struct split *split, const uint32_t *first,
			   double **ret_fill, struct err *err)
{
	AUTO(mem_freep) double *fill = NULL;
	AUTO(mem_freep) double *values = NULL;
	bool by_median = dataset->missing != NULL && strcmp(dataset->missing, missing_policy_name(MISSING_MEDIAN)) == 0;

	*ret_fill = NULL;
	if (!has_missing(dataset))
		return ERR_OK;
	if (mem_new(&fill, dataset->features, err) != ERR_OK || mem_new(&values, split->train_count, err) != ERR_OK)
		return err->code;
	for (size_t j = 0; j < dataset->features; j++) {
		size_t count = take_present(dataset, split, j, values);
		fill[j] = by_median && first[j] == NO_LEVEL ? median_of(values, count) : mean_of(values, count);
		if (!isfinite(fill[j]))
			return err_set(err, ERR_INPUT, "%s: column '%s': its values are too large for a mean",
				       dataset->name, dataset->feature_names[j]);
	}
	choose_levels(dataset, first, fill);
	*ret_fill = take_ptr(&fill);
	return ERR_OK;
}
