/* Whether a report is for what its runs predict: the `task` of its header. */
#ifndef HARDROW_REPORT_TASK_H
#define HARDROW_REPORT_TASK_H

#include "report/values.h"

/* "classification" or "regression"; NULL behind the last. */
const char *report_task_name(size_t i);

/* ERR_INPUT with the report to use instead: a run among the values is of the other task. found_nothing: the report's
 * SELECT has no row; then, if no run is among the values, the newest one that is done counts as one, of the experiment
 * among them if there is one. Of a report with an experiment, the newest if none is said, all runs are of the other
 * task. */
MUST_CHECK enum err_code report_check_task(const struct report_values *values, bool found_nothing, struct db *db,
					   struct err *err);

#endif
