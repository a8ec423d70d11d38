#include "rebalance/feature_smoothing.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define RATIO_LEAST 0.1
#define RATIO_MOST 10.0

enum err_code feature_smoothing_init(struct feature_smoothing *smoothing, const struct kernel *kernel, double momentum,
				     size_t bins, size_t features, struct err *err)
{
	size_t cells = bins * features;

	*smoothing =
	    (struct feature_smoothing){ .bins = bins, .features = features, .kernel = *kernel, .momentum = momentum };
	if (mem_new(&smoothing->count, bins, err) != ERR_OK || mem_new(&smoothing->mean, cells, err) != ERR_OK ||
	    mem_new(&smoothing->squares, cells, err) != ERR_OK ||
	    mem_new(&smoothing->running_mean, cells, err) != ERR_OK ||
	    mem_new(&smoothing->running_variance, cells, err) != ERR_OK ||
	    mem_new(&smoothing->smoothed, cells, err) != ERR_OK || mem_new(&smoothing->scale, cells, err) != ERR_OK ||
	    mem_new(&smoothing->shift, cells, err) != ERR_OK) {
		feature_smoothing_done(smoothing);
		return err->code;
	}
	feature_smoothing_recall(smoothing);
	return ERR_OK;
}

void feature_smoothing_done(struct feature_smoothing *smoothing)
{
	free(smoothing->count);
	free(smoothing->mean);
	free(smoothing->squares);
	free(smoothing->running_mean);
	free(smoothing->running_variance);
	free(smoothing->smoothed);
	free(smoothing->scale);
	free(smoothing->shift);
	*smoothing = (struct feature_smoothing){ 0 };
}

void feature_smoothing_see(struct feature_smoothing *smoothing, const double *features, size_t lanes,
			   const uint32_t *bin, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		double *mean = smoothing->mean + bin[i] * smoothing->features;
		double *squares = smoothing->squares + bin[i] * smoothing->features;
		double seen = ++smoothing->count[bin[i]];
		for (size_t j = 0; j < smoothing->features; j++) {
			double distance = features[j * lanes + i] - mean[j];
			mean[j] += distance / seen;
			squares[j] += distance * (features[j * lanes + i] - mean[j]);
		}
	}
}

static void follow(struct feature_smoothing *smoothing, size_t b)
{
	double momentum = smoothing->epochs == 0 ? 0 : smoothing->momentum;
	double divisor = smoothing->count[b] > 1 ? smoothing->count[b] - 1 : 1;

	for (size_t at = b * smoothing->features; at < (b + 1) * smoothing->features; at++) {
		double variance = smoothing->squares[at] / divisor;
		smoothing->running_mean[at] =
		    (1 - momentum) * smoothing->mean[at] + momentum * smoothing->running_mean[at];
		smoothing->running_variance[at] =
		    (1 - momentum) * variance + momentum * smoothing->running_variance[at];
	}
}

/* Row b (d) of `rows` between its rows `below` and `above`; either may be b itself, which has none then. */
static void interpolate(const struct feature_smoothing *smoothing, double *rows, size_t b, size_t below, size_t above)
{
	size_t d = smoothing->features;
	double share = below == b ? 1 : above == b ? 0 : (double)(b - below) / (double)(above - below);

	for (size_t j = 0; j < d; j++)
		rows[b * d + j] = (1 - share) * rows[below * d + j] + share * rows[above * d + j];
}

/* The bins without instances. */
static void fill_gaps(struct feature_smoothing *smoothing)
{
	for (size_t b = 0; b < smoothing->bins; b++) {
		size_t below = b, above = b;
		while (below > 0 && smoothing->count[below] == 0)
			below--;
		while (above + 1 < smoothing->bins && smoothing->count[above] == 0)
			above++;
		below = smoothing->count[below] > 0 ? below : b;
		above = smoothing->count[above] > 0 ? above : b;
		if (below == above)
			continue;
		interpolate(smoothing, smoothing->running_mean, b, below, above);
		interpolate(smoothing, smoothing->running_variance, b, below, above);
	}
}

void feature_smoothing_end_epoch(struct feature_smoothing *smoothing)
{
	size_t cells = smoothing->bins * smoothing->features;

	for (size_t b = 0; b < smoothing->bins; b++)
		if (smoothing->count[b] > 0)
			follow(smoothing, b);
	fill_gaps(smoothing);
	smoothing->epochs++;
	memset(smoothing->count, 0, smoothing->bins * sizeof *smoothing->count);
	memset(smoothing->mean, 0, cells * sizeof *smoothing->mean);
	memset(smoothing->squares, 0, cells * sizeof *smoothing->squares);
	feature_smoothing_recall(smoothing);
}

double feature_smoothing_scale(double variance, double smoothed)
{
	return variance > 0 ? sqrt(fmin(fmax(smoothed / variance, RATIO_LEAST), RATIO_MOST)) : 1;
}

void feature_smoothing_recall(struct feature_smoothing *smoothing)
{
	size_t cells = smoothing->bins * smoothing->features;

	kernel_smooth_rows(&smoothing->kernel, smoothing->running_variance, smoothing->bins, smoothing->features,
			   smoothing->smoothed);
	for (size_t at = 0; at < cells; at++)
		smoothing->scale[at] =
		    feature_smoothing_scale(smoothing->running_variance[at], smoothing->smoothed[at]);
	kernel_smooth_rows(&smoothing->kernel, smoothing->running_mean, smoothing->bins, smoothing->features,
			   smoothing->smoothed);
	for (size_t at = 0; at < cells; at++)
		smoothing->shift[at] =
		    smoothing->running_variance[at] > 0
			? smoothing->smoothed[at] - smoothing->running_mean[at] * smoothing->scale[at]
			: 0;
}

void feature_smoothing_visit_state(struct feature_smoothing *smoothing, struct state_visitor *visitor)
{
	size_t cells = smoothing->bins * smoothing->features;

	state_visit_size(visitor, "epochs", &smoothing->epochs, SIZE_MAX);
	state_visit(visitor, "mean", STATE_DOUBLE, cells, smoothing->running_mean);
	state_visit(visitor, "variance", STATE_DOUBLE, cells, smoothing->running_variance);
}
