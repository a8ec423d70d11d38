/* rebalance: metrics of a part on predictions made by hand. The numbers of whole runs are held against recomputations
 * by tests/reference/check_database.py and, with scikit-learn, check_metrics.py. */
#include <criterion/criterion.h>
#include <math.h>

#include "base/mem.h"
#include "rebalance/metrics.h"

/* Four classes; the part, all but the last instance, has none of class 3. */
static const uint32_t y[] = { 0, 0, 0, 1, 1, 2, 3 };
static const double predicted[] = { 0, 0, 1, 1, 3, 2, 3 };
static const double confidence[] = { 0.95, 0.4, 0.5, 0.98, 0.39, 1.0, 0.9 };
static const double log_p_true[] = { -0.05, -0.9, -1.2, -0.02, -2.0, 0.0, -0.1 };
static const uint32_t train_class[] = { 101, 20, 19, 1 };
static const uint32_t index_of[] = { 0, 1, 2, 3, 4, 5 };
static const uint32_t present[] = { 3, 2, 1, 0 };

static void measure(const struct prediction_view *predictions, size_t count, const uint32_t *classes,
		    struct part_metrics *metrics)
{
	struct part part = { count, index_of, classes };
	struct err err;

	cr_assert_eq(part_metrics_init(4, metrics, &err), ERR_OK);
	part_metrics_measure(predictions, &part, metrics);
	part_metrics_done(metrics);
}

static const struct instances all = { .count = 7, .classes = 4, .y = y, .train = { .class_count = train_class } };
static const struct prediction_view view = { &all, predicted, log_p_true, confidence };

Test(metrics, of_a_part_that_lacks_a_class)
{
	struct part_metrics metrics = { 0 };

	measure(&view, 6, present, &metrics);
	cr_expect_float_eq(metrics.loss, 4.17 / 6, 1e-15);
	cr_expect_float_eq(metrics.accuracy, 4.0 / 6, 1e-15);
	cr_expect_float_eq(metrics.balanced_error, (1.0 / 3 + 1.0 / 2 + 0) / 3, 1e-15);
	/* 2 TP / (2 TP + FP + FN): 4/5, 2/4, 2/2; sklearn.metrics.f1_score(y, predicted, labels=[0, 1, 2],
	 * average='macro') gives 0.7666666666666666. */
	cr_expect_float_eq(metrics.macro_f1, 0.7666666666666666, 1e-15);
	/* Bins (5/15, 6/15]: one right, one wrong, confidences 0.4 and 0.39; (7/15, 8/15]: one wrong; (14/15, 1]: three
	 * right. */
	cr_expect_float_eq(metrics.calibration_error, ((1 - 0.79) + 0.5 + (3 - 2.93)) / 6, 1e-15);
	cr_expect_float_eq(metrics.shot_accuracy[SHOT_MANY], 2.0 / 3, 1e-15);
	cr_expect_float_eq(metrics.shot_accuracy[SHOT_MEDIUM], 1.0 / 2, 1e-15);
	cr_expect_float_eq(metrics.shot_accuracy[SHOT_FEW], 1.0, 1e-15);
}

Test(metrics, shot_groups_have_edges)
{
	static const struct {
		uint32_t train_instances;
		enum shot shot;
	} cases[] = { { 0, SHOT_FEW },	    { 19, SHOT_FEW },	{ 20, SHOT_MEDIUM },
		      { 100, SHOT_MEDIUM }, { 101, SHOT_MANY }, { 5000, SHOT_MANY } };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		uint32_t instances[] = { cases[i].train_instances, 1, 1, 1 };
		struct prediction_view predictions = view;
		struct part_metrics metrics = { 0 };
		struct instances grouped = all;
		grouped.train.class_count = instances;
		predictions.instances = &grouped;
		measure(&predictions, 2, (uint32_t[]){ 2, 0, 0, 0 }, &metrics);
		for (size_t s = 0; s < SHOT_GROUPS; s++)
			cr_expect_eq(isnan(metrics.shot_accuracy[s]) == 0, s == cases[i].shot, "%u",
				     cases[i].train_instances);
	}
}

Test(metrics, nothing_is_known_of_an_empty_part_or_after_a_divergence)
{
	static const double lost[] = { NAN, NAN, NAN, NAN, NAN, NAN, NAN };
	struct prediction_view diverged = view;
	struct part_metrics cases[2] = { 0 };

	diverged.log_p_true = diverged.confidence = lost;
	measure(&view, 0, (uint32_t[]){ 0, 0, 0, 0 }, &cases[0]);
	measure(&diverged, 6, present, &cases[1]);
	for (size_t i = 0; i < 2; i++) {
		const struct part_metrics *m = &cases[i];
		cr_expect(isnan(m->loss) && isnan(m->accuracy) && isnan(m->balanced_error) && isnan(m->macro_f1) &&
			  isnan(m->calibration_error));
		for (size_t s = 0; s < SHOT_GROUPS; s++)
			cr_expect(isnan(m->shot_accuracy[s]));
	}
}
