#include "num/bins.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "base/text.h"

/* How many there are to be, or how wide; both 0: auto. */
struct wish {
	size_t count;
	double width;
};

static enum err_code parse(const char *text, struct wish *ret_wish, struct err *err)
{
	static const char prefix[] = "width:";
	struct wish wish = { 0 };
	uint64_t count = 0;

	if (strncmp(text, prefix, strlen(prefix)) == 0 && parse_real(text + strlen(prefix), &wish.width) &&
	    isfinite(wish.width) && wish.width > 0) {
		*ret_wish = wish;
		return ERR_OK;
	}
	if (parse_unsigned(text, &count) && count >= 2 && count <= CLASSES_MOST) {
		*ret_wish = (struct wish){ .count = (size_t)count };
		return ERR_OK;
	}
	if (strcmp(text, "auto") != 0)
		return err_set(err, ERR_INPUT,
			       "'%s' will not do: target bins are auto, a whole number from 2 to %d, or width:W", text,
			       CLASSES_MOST);
	*ret_wish = (struct wish){ 0 };
	return ERR_OK;
}

enum err_code bins_check(const char *text, struct err *err)
{
	struct wish wish;

	return parse(text, &wish, err);
}

static void measure(const double *target, size_t n, double *ret_low, double *ret_high, bool *ret_whole)
{
	double low = INFINITY, high = -INFINITY;
	bool whole = true;

	for (size_t i = 0; i < n; i++) {
		low = fmin(low, target[i]);
		high = fmax(high, target[i]);
		whole = whole && target[i] == floor(target[i]);
	}
	*ret_low = low;
	*ret_high = high;
	*ret_whole = whole;
}

static size_t usual_count(size_t instances)
{
	size_t count = instances / BINS_AUTO_INSTANCES;

	return count > BINS_AUTO_MOST ? BINS_AUTO_MOST : count < BINS_AUTO_LEAST ? BINS_AUTO_LEAST : count;
}

enum err_code bins_lay_out(const char *text, const double *target, size_t n, struct bins *ret_bins, struct err *err)
{
	struct wish wish = { 0 };
	double low, high;
	bool whole;

	if (parse(text, &wish, err) != ERR_OK)
		return err->code;
	measure(target, n, &low, &high, &whole);
	if (low == high)
		return err_set(err, ERR_INPUT, "one value only; there is nothing to predict");
	if (wish.count == 0 && wish.width == 0)
		wish = whole && high - low <= BINS_AUTO_SPAN ? (struct wish){ .width = 1 }
							     : (struct wish){ .count = usual_count(n) };
	bool is_counted = wish.count > 0;
	if (is_counted)
		wish.width = (high - low) / (double)wish.count;
	/* Closer together two edges of bins would be one number. */
	double largest = fmax(fabs(low), fabs(high));
	if (!(wish.width > DBL_EPSILON * largest))
		return err_set(err, ERR_INPUT, "bins of width %g are too narrow for numbers as large as %g", wish.width,
			       largest);
	if (is_counted) {
		*ret_bins = (struct bins){ low, wish.width, wish.count, false };
		return ERR_OK;
	}
	double first = floor(low / wish.width);
	double count = floor(high / wish.width) - first + 1;
	if (!(count <= CLASSES_MOST))
		return err_set(err, ERR_INPUT, "%.0f bins of width %g; there can be %d", count, wish.width,
			       CLASSES_MOST);
	*ret_bins = (struct bins){ first * wish.width, wish.width, (size_t)count, whole && wish.width == 1 };
	return ERR_OK;
}

/* What rounding leaves of an edge at 0 is 0. */
static double without_noise(double edge, double width, double largest)
{
	return fabs(edge) <= fmin(2 * DBL_EPSILON * largest, width / 100) ? 0 : edge;
}

enum err_code bins_name(const struct bins *bins, char ***ret_names, struct err *err)
{
	/* So many digits that rounding moves an edge by a hundredth of a bin at most. */
	double largest = fmax(fabs(bins->low), fabs(bins->low + (double)bins->count * bins->width));
	int digits = (int)fmin(17, fmax(1, ceil(log10(largest / bins->width)) + 2));
	char **names = NULL;

	if (mem_new(&names, bins->count, err) != ERR_OK)
		return err->code;
	for (size_t b = 0; b < bins->count; b++) {
		AUTO(text_done) struct text name = { 0 };
		double edge = bins->low + (double)b * bins->width;
		double low = without_noise(edge, bins->width, largest);
		double high = without_noise(edge + bins->width, bins->width, largest);
		if (text_append(&name, err, "%.*g", digits, low) != ERR_OK ||
		    (!bins->is_whole && text_append(&name, err, "..%.*g", digits, high) != ERR_OK)) {
			mem_free_texts(names, bins->count);
			return err->code;
		}
		names[b] = take_ptr(&name.data);
	}
	*ret_names = names;
	return ERR_OK;
}

uint32_t bins_find(const struct bins *bins, double target)
{
	double place = floor((target - bins->low) / bins->width), last = (double)bins->count - 1;

	return (uint32_t)(place < 0 ? 0 : place > last ? last : place);
}
