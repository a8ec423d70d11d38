/* The comment header of a report file. */
#ifndef HARDROW_REPORT_HEADER_H
#define HARDROW_REPORT_HEADER_H

#include "report/report.h"

/* Fills the header fields of *report from report->header, which is cut into texts in place; report->name is for
 * messages. ERR_INPUT with name and line. */
MUST_CHECK enum err_code report_header_read(struct report *report, struct err *err);

#endif
