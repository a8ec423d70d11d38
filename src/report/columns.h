/* Columns of a report's SELECT by name. */
#ifndef HARDROW_REPORT_COLUMNS_H
#define HARDROW_REPORT_COLUMNS_H

#include <stddef.h>
#include <stdint.h>

#include "db/db.h"
#include "report/report.h"

/* The place of no column. */
#define NO_COLUMN SIZE_MAX

/* The index of the column, NO_COLUMN if there is none of that name. */
size_t report_column_place(struct db_stmt *stmt, const char *name);

/* The index of the column that a header line of `kind` ("pivot") names, NO_COLUMN for the name NULL. ERR_INPUT if the
 * SELECT does not have it. */
MUST_CHECK enum err_code report_find_column(const struct report *report, struct db_stmt *stmt, const char *kind,
					    const char *name, size_t *ret_place, struct err *err);

/* The value as text, valid until the next step; NULL for a NULL and for NO_COLUMN. */
const char *report_text_or_null(struct db_stmt *stmt, size_t place);

/* A column's name as people read it, freed with free(): "_instance_id" is "instance id". */
MUST_CHECK enum err_code report_column_title(const char *column, char **ret_title, struct err *err);

#endif
