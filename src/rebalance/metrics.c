#include "rebalance/metrics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum err_code part_metrics_init(size_t classes, struct part_metrics *metrics, struct err *err)
{
	if (mem_new(&metrics->correct, classes, err) != ERR_OK || mem_new(&metrics->predicted, classes, err) != ERR_OK)
		return err->code;
	return ERR_OK;
}

void part_metrics_done(struct part_metrics *metrics)
{
	free(metrics->correct);
	free(metrics->predicted);
}

static size_t calibration_bin(double confidence)
{
	double place = confidence * CALIBRATION_BINS;

	/* Also where a confidence is not a number. */
	if (!(place > 0.0))
		return 0;
	size_t bin = (size_t)place;
	/* The upper edge is the bin's own. */
	return bin - ((double)bin >= place);
}

/* Counts per class, loss and calibration error, in one pass. */
static void count(const struct prediction_view *predictions, const struct part *part, struct part_metrics *metrics)
{
	double loss = 0, error = 0;
	/* Right ones less the sum of confidences. Most instances fall into one bin: with four sums they need not wait
	 * for each other. */
	double gap[4][CALIBRATION_BINS] = { 0 };

	memset(metrics->correct, 0, predictions->instances->classes * sizeof *metrics->correct);
	memset(metrics->predicted, 0, predictions->instances->classes * sizeof *metrics->predicted);
	for (size_t i = 0; i < part->count; i++) {
		uint32_t at = part->index[i];
		uint32_t y = predictions->instances->y[at];
		uint32_t predicted = (uint32_t)(int32_t)predictions->predicted[at];
		double confidence = predictions->confidence[at];
		loss -= predictions->log_p_true[at];
		metrics->correct[y] += predicted == y;
		metrics->predicted[predicted]++;
		gap[i % 4][calibration_bin(confidence)] += (predicted == y) - confidence;
	}
	for (size_t b = 0; b < CALIBRATION_BINS; b++)
		error += fabs(gap[0][b] + gap[1][b] + gap[2][b] + gap[3][b]);
	/* An empty part gives 0/0, not a number, as it should. */
	metrics->loss = loss / (double)part->count;
	metrics->calibration_error = error / (double)part->count;
}

enum shot metrics_shot(uint32_t train_instances)
{
	return train_instances > 100 ? SHOT_MANY : train_instances < 20 ? SHOT_FEW : SHOT_MEDIUM;
}

static void average_classes(const struct prediction_view *predictions, const struct part *part,
			    struct part_metrics *metrics)
{
	double correct = 0, error = 0, f1 = 0, classes = 0;
	double accuracy[SHOT_GROUPS] = { 0 }, members[SHOT_GROUPS] = { 0 };

	for (size_t c = 0; c < predictions->instances->classes; c++) {
		uint32_t present = part->class_count[c];
		if (present == 0)
			continue;
		double class_accuracy = (double)metrics->correct[c] / (double)present;
		enum shot shot = metrics_shot(predictions->instances->train.class_count[c]);
		correct += metrics->correct[c];
		error += 1.0 - class_accuracy;
		/* 2 TP + FP + FN: those predicted and those there. */
		f1 += 2.0 * metrics->correct[c] / ((double)metrics->predicted[c] + (double)present);
		classes++;
		accuracy[shot] += class_accuracy;
		members[shot]++;
	}
	metrics->accuracy = correct / (double)part->count;
	metrics->balanced_error = error / classes;
	metrics->macro_f1 = f1 / classes;
	for (size_t s = 0; s < SHOT_GROUPS; s++)
		metrics->shot_accuracy[s] = accuracy[s] / members[s];
}

void part_metrics_measure(const struct prediction_view *predictions, const struct part *part,
			  struct part_metrics *metrics)
{
	count(predictions, part, metrics);
	average_classes(predictions, part, metrics);
	if (!isnan(metrics->loss))
		return;
	/* Where probabilities are not numbers there is no prediction to be right. */
	metrics->accuracy = metrics->balanced_error = metrics->macro_f1 = metrics->calibration_error = NAN;
	for (size_t s = 0; s < SHOT_GROUPS; s++)
		metrics->shot_accuracy[s] = NAN;
}
