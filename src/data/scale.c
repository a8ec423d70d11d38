#include "data/scale.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/mem.h"

const char *scale_kind_name(size_t i)
{
	static const char *const names[] = { [SCALE_NONE] = "none", [SCALE_STANDARD] = "standard" };

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

static bool is_constant(const struct dataset *dataset, const struct split *split, size_t j)
{
	const double *x = dataset->x + j;
	size_t d = dataset->features;

	for (size_t i = 1; i < split->train_count; i++)
		if (x[split->train[i] * d] != x[split->train[0] * d])
			return false;
	return true;
}

/* mean (d), sd (d) of the training part. Row by row: a column of a wide table is far apart in memory. */
static void fit(const struct dataset *dataset, const struct split *split, struct scaled *scaled)
{
	size_t d = dataset->features;
	double n = (double)split->train_count;

	for (size_t i = 0; i < split->train_count; i++)
		for (size_t j = 0; j < d; j++)
			scaled->mean[j] += dataset->x[split->train[i] * d + j];
	for (size_t j = 0; j < d; j++)
		scaled->mean[j] /= n;
	for (size_t i = 0; i < split->train_count; i++)
		for (size_t j = 0; j < d; j++) {
			double deviation = dataset->x[split->train[i] * d + j] - scaled->mean[j];
			scaled->sd[j] += deviation * deviation;
		}
	for (size_t j = 0; j < d; j++)
		/* Rounding in the mean leaves a constant column a tiny deviation, which division would blow up. */
		scaled->sd[j] = is_constant(dataset, split, j) ? 0 : sqrt(scaled->sd[j] / n);
}

static enum err_code standardise(const struct dataset *dataset, const struct split *split, struct scaled *scaled,
				 struct err *err)
{
	size_t d = dataset->features;

	if (mem_new(&scaled->values, dataset->instances * d, err) != ERR_OK)
		return err->code;
	fit(dataset, split, scaled);
	for (size_t j = 0; j < d; j++)
		if (!isfinite(scaled->mean[j]) || !isfinite(scaled->sd[j]))
			return err_set(err, ERR_INPUT, "%s: column '%s': its values are too large to be standardised",
				       dataset->name, dataset->feature_names[j]);
	for (size_t i = 0; i < dataset->instances; i++)
		for (size_t j = 0; j < d; j++)
			scaled->values[i * d + j] =
			    scaled->sd[j] > 0 ? (dataset->x[i * d + j] - scaled->mean[j]) / scaled->sd[j] : 0;
	scaled->x = scaled->values;
	return ERR_OK;
}

static void keep(const struct dataset *dataset, struct scaled *scaled)
{
	scaled->x = dataset->x;
	for (size_t j = 0; j < dataset->features; j++)
		scaled->sd[j] = 1;
}

enum err_code scale_fit(const struct dataset *dataset, const struct split *split, enum scale_kind kind,
			struct scaled *ret_scaled, struct err *err)
{
	struct scaled scaled AUTO(scaled_done) = { 0 };

	if (mem_new(&scaled.mean, dataset->features, err) != ERR_OK ||
	    mem_new(&scaled.sd, dataset->features, err) != ERR_OK)
		return err->code;
	if (kind == SCALE_NONE)
		keep(dataset, &scaled);
	else if (standardise(dataset, split, &scaled, err) != ERR_OK)
		return err->code;
	*ret_scaled = scaled;
	scaled = (struct scaled){ 0 };
	return ERR_OK;
}

void scaled_done(struct scaled *scaled)
{
	free(scaled->values);
	free(scaled->mean);
	free(scaled->sd);
	*scaled = (struct scaled){ 0 };
}
