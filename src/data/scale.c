#include "data/scale.h"

#include <float.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/packing.h"
#include "data/filling.h"
#include "data/levels.h"

const char *scale_kind_name(size_t i)
{
	static const char *const names[] = { [SCALE_NONE] = "none", [SCALE_STANDARD] = "standard" };

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

/* Networks add products of such numbers, some in single precision, and predict nothing by a sum that is infinite. */
#define LARGEST 1e30

/* Texts of numbers that were computed in different ways differ in their last bits. */
#define NOISE (16 * DBL_EPSILON)

static bool is_constant(const double *x, size_t d, const struct split *split, size_t j)
{
	double low = x[split->train[0] * d + j];
	double high = low;

	for (size_t i = 1; i < split->train_count; i++) {
		double value = x[split->train[i] * d + j];
		low = value < low ? value : low;
		high = value > high ? value : high;
		if (high - low > NOISE * fmax(fabs(low), fabs(high)))
			return false;
	}
	return true;
}

/* mean (d), sd (d) of x (n, d) over the training part. Row by row: a column of a wide table is far apart in memory. */
static void fit(const double *x, size_t d, const struct split *split, struct scaled *scaled)
{
	double n = (double)split->train_count;

	for (size_t i = 0; i < split->train_count; i++)
		for (size_t j = 0; j < d; j++)
			scaled->mean[j] += x[split->train[i] * d + j];
	for (size_t j = 0; j < d; j++)
		scaled->mean[j] /= n;
	for (size_t i = 0; i < split->train_count; i++)
		for (size_t j = 0; j < d; j++) {
			double deviation = x[split->train[i] * d + j] - scaled->mean[j];
			scaled->sd[j] += deviation * deviation;
		}
	for (size_t j = 0; j < d; j++)
		/* Rounding in the mean leaves a constant column a tiny deviation, which division would blow up. */
		scaled->sd[j] = is_constant(x, d, split, j) ? 0 : sqrt(scaled->sd[j] / n);
}

/* scaled->values <- (x - mean) / sd; x may be the values themselves. */
static void apply(const double *x, size_t n, size_t d, struct scaled *scaled)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < d; j++)
			scaled->values[i * d + j] =
			    scaled->sd[j] > 0 ? (x[i * d + j] - scaled->mean[j]) / scaled->sd[j] : 0;
}

/* Missing values filled in. */
static void fill_in(const double *x, size_t n, size_t d, struct scaled *scaled)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < d; j++)
			scaled->values[i * d + j] = isnan(x[i * d + j]) ? scaled->fill[j] : x[i * d + j];
	scaled->x = scaled->values;
}

/* Refuses a number of x (n, d), not yet scaled, that will be too large; those of the test part have no share in sd. */
static enum err_code refuse_large(const struct dataset *dataset, const double *x, const struct scaled *scaled,
				  struct err *err)
{
	size_t d = dataset->features;

	for (size_t i = 0; i < dataset->instances; i++)
		for (size_t j = 0; j < d; j++)
			if (fabs(x[i * d + j] - scaled->mean[j]) > LARGEST * scaled->sd[j] && scaled->sd[j] > 0)
				return err_set(err, ERR_INPUT,
					       "%s: column '%s': %g is too large beside the others: correct it",
					       dataset->name, dataset->feature_names[j], x[i * d + j]);
	return ERR_OK;
}

/* Whether the features of scaled->values fit into 4 bytes each; then *ret_packings (d) says how, and is owned. */
static enum err_code choose_packing(size_t n, size_t d, const struct scaled *scaled, struct packing **ret_packings,
				    bool *ret_fit, struct err *err)
{
	/* Less a mean, -0 is what 0 is; as itself it is no decimal number. */
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < d; j++)
			if (scaled->values[i * d + j] == 0 && scaled->mean[j] != 0)
				scaled->values[i * d + j] = 0;
	if (mem_new(ret_packings, d, err) != ERR_OK)
		return err->code;
	(void)packing_choose(scaled->values, n, d, *ret_packings);
	*ret_fit = true;
	for (size_t j = 0; j < d; j++) {
		struct packing *packing = &(*ret_packings)[j];
		*ret_fit = *ret_fit && packing->kind != PACKING_FLOAT64;
		/* All alike, so that rows are numbers of 4 bytes; none is NaN. */
		packing->kind = packing->kind == PACKING_FLOAT32 ? PACKING_FLOAT32 : PACKING_UINT32;
		packing->place = j * sizeof(uint32_t);
	}
	return ERR_OK;
}

/* scaled->values (n, d) <- themselves, packed; a packed number never lies behind the one that it is made of. */
static enum err_code pack(size_t n, size_t d, const struct packing *packings, struct scaled *scaled, struct err *err)
{
	unsigned char *bytes = (unsigned char *)scaled->values;

	if (mem_new(&scaled->how, d, err) != ERR_OK)
		return err->code;
	for (size_t j = 0; j < d; j++)
		scaled->how[j] = (struct packed_feature){ packings[j].kind == PACKING_FLOAT32, (double)packings[j].low,
							  packings[j].divisor, scaled->mean[j], scaled->sd[j] };
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < d; j++)
			packing_write(&packings[j], scaled->values[i * d + j], bytes + i * d * sizeof(uint32_t));
	/* If it cannot be made smaller it is as good as it was. */
	double *fitted = realloc(scaled->values, n * d * sizeof(uint32_t));
	scaled->values = fitted != NULL ? fitted : scaled->values;
	scaled->x = NULL;
	return ERR_OK;
}

struct packed_rows scaled_packed(const struct scaled *scaled, size_t features)
{
	return (struct packed_rows){ features, (const uint32_t *)(const void *)scaled->values, scaled->how };
}

static enum err_code standardise(const struct dataset *dataset, const struct split *split, bool packs,
				 struct scaled *scaled, struct err *err)
{
	AUTO(mem_freep) struct packing *packings = NULL;
	size_t d = dataset->features;
	const double *x = scaled->x;

	fit(x, d, split, scaled);
	for (size_t j = 0; j < d; j++)
		if (!isfinite(scaled->mean[j]) || !isfinite(scaled->sd[j]))
			return err_set(err, ERR_INPUT, "%s: column '%s': its values are too large to be standardised",
				       dataset->name, dataset->feature_names[j]);
	if (refuse_large(dataset, x, scaled, err) != ERR_OK)
		return err->code;
	if (packs && choose_packing(dataset->instances, d, scaled, &packings, &packs, err) != ERR_OK)
		return err->code;
	if (packs)
		return pack(dataset->instances, d, packings, scaled, err);
	apply(x, dataset->instances, d, scaled);
	scaled->x = scaled->values;
	return ERR_OK;
}

/* Without scaling: only unknown levels are taken away. */
static enum err_code keep(const struct dataset *dataset, const uint8_t *is_unknown, struct scaled *scaled,
			  struct err *err)
{
	const double *x = scaled->x;

	for (size_t j = 0; j < dataset->features; j++)
		scaled->sd[j] = !is_unknown[j];
	if (refuse_large(dataset, x, scaled, err) != ERR_OK)
		return err->code;
	if (scaled->values == NULL)
		return ERR_OK;
	apply(x, dataset->instances, dataset->features, scaled);
	scaled->x = scaled->values;
	return ERR_OK;
}

/* The memory of the values, unless x stays as it is. */
static enum err_code make_room(const struct dataset *dataset, double **spare_x, struct scaled *scaled, struct err *err)
{
	if (spare_x == NULL)
		return mem_new(&scaled->values, dataset->instances * dataset->features, err);
	scaled->values = take_ptr(spare_x);
	return ERR_OK;
}

static bool any(const uint8_t *is_true, size_t count)
{
	return memchr(is_true, 1, count) != NULL;
}

enum err_code scale_fit(const struct dataset *dataset, const struct split *split, const struct scaling *scaling,
			struct scaled *ret_scaled, struct err *err)
{
	struct scaled scaled AUTO(scaled_done) = { .x = dataset->x };
	AUTO(mem_freep) uint32_t *first = NULL;
	AUTO(mem_freep) uint8_t *is_unknown = NULL;

	if (mem_new(&scaled.mean, dataset->features, err) != ERR_OK ||
	    mem_new(&scaled.sd, dataset->features, err) != ERR_OK ||
	    mem_new(&is_unknown, dataset->features, err) != ERR_OK || levels_find(dataset, &first, err) != ERR_OK ||
	    filling_find(dataset, split, first, &scaled.fill, err) != ERR_OK)
		return err->code;
	levels_mark_unknown(dataset, split, first, is_unknown);
	bool changes = scaled.fill != NULL || scaling->kind != SCALE_NONE || any(is_unknown, dataset->features);
	if ((changes || scaling->spare_x != NULL) && make_room(dataset, scaling->spare_x, &scaled, err) != ERR_OK)
		return err->code;
	if (scaled.fill != NULL)
		fill_in(scaled.x, dataset->instances, dataset->features, &scaled);
	bool packs = scaling->packs && scaling->spare_x != NULL && scaled.fill == NULL;
	if (scaling->kind != SCALE_NONE && standardise(dataset, split, packs, &scaled, err) != ERR_OK)
		return err->code;
	if (scaling->kind == SCALE_NONE && keep(dataset, is_unknown, &scaled, err) != ERR_OK)
		return err->code;
	*ret_scaled = scaled;
	scaled = (struct scaled){ 0 };
	return ERR_OK;
}

void scaled_done(struct scaled *scaled)
{
	free(scaled->values);
	free(scaled->how);
	free(scaled->fill);
	free(scaled->mean);
	free(scaled->sd);
	*scaled = (struct scaled){ 0 };
}
