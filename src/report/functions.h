/* Private to report: the functions that the SQL of reports and people has besides SQLite's own. */
#ifndef HARDROW_REPORT_FUNCTIONS_H
#define HARDROW_REPORT_FUNCTIONS_H

#include "db/db.h"

/* Aggregates over paired differences (num/comparisons.h):
 *
 *     resampled_p(difference, ratio)                   resampled_half_width(difference, ratio, level)
 *     signed_rank_p(difference)                        signed_rank_posterior(difference, rope, side)
 *
 * over confidences (num/calibration.h), calibration_level(confidence, bins), and of plain numbers
 * (num/distributions.h), chi_square_tail(x, freedom), f_tail(x, f1, f2), studentized_range_tail(q, k),
 * studentized_range_quantile(p, k), mcnemar_p(b, c). */
MUST_CHECK enum err_code functions_add(struct db *db, struct err *err);

#endif
