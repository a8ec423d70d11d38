/* What the predictions of one part, training or test, are worth. Shapes: n instances of the data set, k classes, m
 * instances of the part. */
#ifndef HARDROW_REBALANCE_METRICS_H
#define HARDROW_REBALANCE_METRICS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "rebalance/instances.h"

/* Classes by their instances in the training part: more than 100, 20 to 100, fewer than 20 (Liu et al. 2019). */
enum shot { SHOT_MANY, SHOT_MEDIUM, SHOT_FEW, SHOT_GROUPS };
enum shot metrics_shot(uint32_t train_instances);

/* NaN where the part is empty, and after a divergence. A class that the part has no instance of is left out of every
 * mean over classes; predicting it only counts as an error of the true class. */
struct part_metrics {
	double loss; /* mean cross-entropy, not weighted */
	double accuracy;
	double balanced_error; /* mean over the classes of their error rate */
	/* Mean over the classes of F1 = 2 TP / (2 TP + FP + FN); scikit-learn's f1_score(average='macro') with the
	 * labels that are present as `labels` (by itself it adds those predicted, with an F1 of 0). */
	double macro_f1;
	/* Expected calibration error (Guo et al. 2017): sum over CALIBRATION_BINS bins ((b - 1) / B, b / B] of the
	 * highest probability of |bin| / m * |accuracy - mean highest probability|. */
	double calibration_error;
	/* Mean accuracy of the classes of each group; NaN for a group without classes (the reference code of Kang et
	 * al. 2020 says 0). */
	double shot_accuracy[SHOT_GROUPS];
	uint32_t *correct;   /* (k) */
	uint32_t *predicted; /* (k) how often each class is predicted */
};

#define CALIBRATION_BINS 15

/* Of all instances. */
struct prediction_view {
	const struct instances *instances;
	const double *predicted;  /* (n) class as double */
	const double *log_p_true; /* (n) */
	const double *confidence; /* (n) probability of the predicted class, the highest */
};

MUST_CHECK enum err_code part_metrics_init(size_t classes, struct part_metrics *metrics, struct err *err);
void part_metrics_done(struct part_metrics *metrics);

/* Sets them all; `part` is one of the two of predictions->instances. */
void part_metrics_measure(const struct prediction_view *predictions, const struct part *part,
			  struct part_metrics *metrics);

#endif
