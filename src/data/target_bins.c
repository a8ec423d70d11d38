#include "data/target_bins.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "base/text.h"
#include "data/classes.h"

enum err_code target_bins_parse(const char *text, struct target_bins *ret_bins, struct err *err)
{
	static const char prefix[] = "width:";
	struct target_bins bins = { .kind = TARGET_BINS_AUTO };
	uint64_t count = 0;

	if (strncmp(text, prefix, strlen(prefix)) == 0 && parse_real(text + strlen(prefix), &bins.width) &&
	    isfinite(bins.width) && bins.width > 0) {
		bins.kind = TARGET_BINS_WIDTH;
	} else if (parse_unsigned(text, &count) && count >= 2 && count <= CLASSES_MOST) {
		bins.kind = TARGET_BINS_COUNT;
		bins.count = (size_t)count;
	} else if (strcmp(text, "auto") != 0) {
		return err_set(err, ERR_INPUT,
			       "'%s' will not do: target-bins takes auto, a whole number from 2 to %d, or width:W",
			       text, CLASSES_MOST);
	}
	*ret_bins = bins;
	return ERR_OK;
}

/* Bin b is [low + b width, low + (b + 1) width). */
struct grid {
	double low, width;
	size_t count;
	bool is_whole; /* one for each whole number */
};

static void measure(const struct dataset *dataset, double *ret_low, double *ret_high, bool *ret_whole)
{
	double low = INFINITY, high = -INFINITY;
	bool whole = true;

	for (size_t i = 0; i < dataset->instances; i++) {
		low = fmin(low, dataset->target[i]);
		high = fmax(high, dataset->target[i]);
		whole = whole && dataset->target[i] == floor(dataset->target[i]);
	}
	*ret_low = low;
	*ret_high = high;
	*ret_whole = whole;
}

static size_t usual_count(size_t instances)
{
	size_t count = instances / TARGET_BINS_AUTO_INSTANCES;

	return count > TARGET_BINS_AUTO_MOST	? TARGET_BINS_AUTO_MOST
	       : count < TARGET_BINS_AUTO_LEAST ? TARGET_BINS_AUTO_LEAST
						: count;
}

static enum err_code lay_out(const struct dataset *dataset, struct target_bins bins, struct grid *ret_grid,
			     struct err *err)
{
	double low, high;
	bool whole;

	measure(dataset, &low, &high, &whole);
	if (low == high)
		return err_set(err, ERR_INPUT, "%s: column '%s' holds one value only; there is nothing to predict",
			       dataset->path, dataset->label);
	if (bins.kind == TARGET_BINS_AUTO)
		bins =
		    whole && high - low <= TARGET_BINS_AUTO_SPAN
			? (struct target_bins){ .kind = TARGET_BINS_WIDTH, .width = 1 }
			: (struct target_bins){ .kind = TARGET_BINS_COUNT, .count = usual_count(dataset->instances) };
	if (bins.kind == TARGET_BINS_COUNT) {
		*ret_grid = (struct grid){ low, (high - low) / (double)bins.count, bins.count, false };
		return ERR_OK;
	}
	double first = floor(low / bins.width);
	double count = floor(high / bins.width) - first + 1;
	if (!(count <= CLASSES_MOST))
		return err_set(err, ERR_INPUT, "%s: column '%s' comes to %.0f bins of width %g; there can be %d",
			       dataset->path, dataset->label, count, bins.width, CLASSES_MOST);
	*ret_grid = (struct grid){ first * bins.width, bins.width, (size_t)count, whole && bins.width == 1 };
	return ERR_OK;
}

static enum err_code name_bins(struct dataset *dataset, const struct grid *grid, struct err *err)
{
	/* So many digits that rounding moves an edge by a hundredth of a bin at most. */
	double largest = fmax(fabs(grid->low), fabs(grid->low + (double)grid->count * grid->width));
	int digits = (int)fmin(17, fmax(1, ceil(log10(largest / grid->width)) + 2));

	dataset->classes = grid->count;
	for (size_t b = 0; b < grid->count; b++) {
		AUTO(text_done) struct text name = { 0 };
		double low = grid->low + (double)b * grid->width;
		if (text_append(&name, err, "%.*g", digits, low) != ERR_OK ||
		    (!grid->is_whole && text_append(&name, err, "..%.*g", digits, low + grid->width) != ERR_OK))
			return err->code;
		dataset->class_names[b] = take_ptr(&name.data);
	}
	return ERR_OK;
}

enum err_code dataset_bin_target(struct dataset *dataset, const char *text, struct err *err)
{
	struct target_bins bins;
	struct grid grid = { 0 };

	if (target_bins_parse(text, &bins, err) != ERR_OK || lay_out(dataset, bins, &grid, err) != ERR_OK)
		return err->code;
	mem_free_texts(dataset->class_names, dataset->classes);
	dataset->class_names = NULL;
	dataset->classes = 0;
	if (mem_new(&dataset->class_names, grid.count, err) != ERR_OK || name_bins(dataset, &grid, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < dataset->instances; i++) {
		double place = floor((dataset->target[i] - grid.low) / grid.width);
		double last = (double)grid.count - 1;
		dataset->y[i] = (uint32_t)(place < 0 ? 0 : place > last ? last : place);
	}
	return dataset_identify(dataset, "bins", text, err);
}
