/* The metrics that reports compare, once: the reports' choices and columns (src/sql/embed.py reads the table below) and
 * the learning curves of the page follow from it.
 *
 * A new metric is one row here, besides what brings its column: a migration, track/epoch_record.h, record/epoch.c, and
 * `epochs` and `runs` of schema/views.sql. */
#ifndef HARDROW_DB_METRICS_H
#define HARDROW_DB_METRICS_H

/* X("name", column, better, parts). The columns are test_COLUMN and, if `parts` is BOTH, train_COLUMN; MORE or LESS of
 * it is better. In the order in which people see them. */
#define METRICS(X)                                                                                                     \
	X("accuracy", accuracy, MORE, BOTH)                                                                            \
	X("balanced-error", balanced_error, LESS, BOTH)                                                                \
	X("macro-f1", macro_f1, MORE, BOTH)                                                                            \
	X("calibration-error", calibration_error, LESS, BOTH)                                                          \
	X("many-shot", many_shot_accuracy, MORE, TEST)                                                                 \
	X("medium-shot", medium_shot_accuracy, MORE, TEST)                                                             \
	X("few-shot", few_shot_accuracy, MORE, TEST)

#endif
