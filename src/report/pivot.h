/* Tidy rows into a grid. */
#ifndef HARDROW_REPORT_PIVOT_H
#define HARDROW_REPORT_PIVOT_H

#include "db/db.h"
#include "report/report.h"

/* Reads all rows of the statement, whose first is already there, and writes them as the report's pivots say.
 * ERR_INPUT if a pivot names a column that the SELECT does not have. */
MUST_CHECK enum err_code report_pivot_write(const struct report *report, struct db_stmt *stmt,
					    const struct report_request *request, struct err *err);

#endif
