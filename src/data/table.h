/* A CSV as numbers, before missing values are dealt with and classes are put in order. */
#ifndef HARDROW_DATA_TABLE_H
#define HARDROW_DATA_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/classes.h"
#include "data/reading.h"

#define TABLE_NO_CLASS UINT32_MAX
#define TABLE_NO_GROUPS SIZE_MAX

struct table_row {
	uint32_t class;	 /* index into classes.names, 0 of a target; TABLE_NO_CLASS if the label is missing */
	uint32_t group;	 /* index into groups.names; 0 without a column of groups */
	uint32_t line;	 /* of the file, 1-based, on which the row starts */
	uint32_t number; /* 0-based data row of the file */
};

struct table {
	bool has_target; /* the label is a number: set before table_read() */
	char **columns;	 /* names, those of label and groups among them */
	size_t column_count, column_capacity;
	size_t header_line;
	size_t label;	 /* column of the label */
	size_t group;	 /* column of the groups, TABLE_NO_GROUPS */
	size_t features; /* columns that are neither */
	double *x;	 /* (rows, features) row-major, in file order; NaN is missing, nothing else */
	double *target;	 /* (rows) labels that are numbers, else NULL */
	struct table_row *rows;
	size_t row_count, x_capacity, target_capacity, row_capacity;
	struct class_set classes, groups;
	size_t missing_count;
	size_t missing_line, missing_column; /* of the first one */
};

/* Targets are at most so large: predictions of them are recorded as float32. */
#define TABLE_LARGEST_TARGET 1e30

/* Reads the CSV `text` (rows_read() says how); `reading` names the columns of label and groups. Zero-initialise
 * *table but for has_target; table_done() frees it, also after an error. ERR_INPUT, with `path` and line: a header with
 * an empty or repeated name or no feature, no column of such a name, one column for both, a missing group, a row of
 * another length than the header, a feature that is no finite number, a target that is none or too large, more rows or
 * lines than 32 bits count. */
MUST_CHECK enum err_code table_read(const char *path, const char *text, size_t length, const struct reading *reading,
				    struct table *table, struct err *err);

/* The column that feature j is. */
size_t table_feature_column(const struct table *table, size_t j);

void table_done(struct table *table);

#endif
