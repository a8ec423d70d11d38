/* The values a report runs with: checked against its parameters, put into texts and statements. */
#ifndef HARDROW_REPORT_VALUES_H
#define HARDROW_REPORT_VALUES_H

#include "base/text.h"
#include "db/db.h"
#include "report/report.h"

struct report_values {
	const struct report *report;
	const char *texts[REPORT_PARAMS_MAX]; /* as given, or the default, or NULL; borrowed */
	bool given[REPORT_PARAMS_MAX];
	struct text lists[REPORT_PARAMS_MAX]; /* of integers: the JSON array */
};

/* Checks forms and names. `strict`: a setting the report does not have is ERR_USAGE, else it is passed over (a report
 * below another one takes what it knows). The texts stay borrowed from settings and report. */
MUST_CHECK enum err_code report_values_read(const struct report *report, const struct report_setting *settings,
					    size_t count, bool strict, struct report_values *ret_values,
					    struct err *err);

/* ERR_INPUT with the nearest name if a given value of a named kind is not in the file. */
MUST_CHECK enum err_code report_values_check_known(const struct report_values *values, struct db *db, struct err *err);

/* Binds every parameter of the statement. ERR_INPUT if statement and header do not name the same ones. The values must
 * outlive the statement's run. */
MUST_CHECK enum err_code report_values_bind(const struct report_values *values, struct db_stmt *stmt, struct err *err);

/* Appends `text` with each {param} replaced by its value (nothing for NULL). */
MUST_CHECK enum err_code report_values_expand(const struct report_values *values, const char *text,
					      struct text *ret_text, struct err *err);

void report_values_done(struct report_values *values);

#endif
