/* A file of rows as numbers and levels, before anything is made of it. */
#ifndef HARDROW_DATA_TABLE_H
#define HARDROW_DATA_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "data/columns.h"
#include "data/dataset.h"
#include "data/format.h"
#include "data/reading.h"

#define TABLE_NO_CLASS UINT32_MAX
#define TABLE_LARGEST_TARGET 1e30

struct table_row {
	uint32_t class;	 /* index into the levels of the label, 0 of a target; TABLE_NO_CLASS if it is missing */
	uint32_t group;	 /* index into the levels of the column of groups, 0 without one */
	uint32_t line;	 /* of the file, 1-based, on which the row starts */
	uint32_t number; /* 0-based data row of the file */
	uint8_t part;	 /* enum split_part of the rows of another file, else 0 */
};

struct table {
	const char *path; /* for messages; borrowed */
	struct columns columns;
	struct format format;
	bool is_declared;      /* by an ARFF or KEEL header */
	size_t header_line;    /* 0: there is no header row */
	bool has_short_header; /* one field less than the rows */
	size_t label;	       /* column of the label */
	size_t group;	       /* column of the groups, NO_COLUMN without */
	size_t slots;	       /* columns but the label */
	double *x;	/* (rows, slots) row-major, in file order: numbers, of a text column the level; NaN: missing */
	double *target; /* (rows) labels that are numbers, else NULL */
	struct table_row *rows;
	size_t target_capacity;
	size_t row_count, x_capacity, row_capacity;
	bool has_other_rows;		     /* the last ones are those of other files */
	size_t missing_line, missing_column; /* of the first missing value; line 0: there is none */
	char missing_text[8];		     /* what stands there, cut */
	struct text notes;		     /* a line for each thing that was found out rather than said */
};

/* Adds a line to table->notes, fit for a terminal whatever the names in it are; long ones are cut. */
MUST_CHECK enum err_code table_note(struct table *table, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Whether column j becomes features: it is no label, no group and not left out. */
bool table_has_feature(const struct table *table, size_t j);

/* Whether column j has so many texts that only the first ones were kept: it becomes no feature. */
bool table_has_too_many_levels(const struct table *table, size_t j);

/* The place of column j, which is not the label, in a row of x. */
size_t table_slot(const struct table *table, size_t j);

/* Reads the text: an ARFF or KEEL header (data/attributes.h), or a header row, or none.
 *
 * Without reading->header, the first row is data if each of its fields is a number, or if it has the type of the rows
 * below (the first 200): numbers wherever they have numbers; where they have none, values that are seen again in at
 * least half of the columns. It is a header if it has a label's usual name (class, label, target, y, species) or that
 * of reading->label, if four or more fields are 0, 1, 2, … or years that count up, or if it is one field shorter than
 * all others: then the rows end with a separator, or their first field has no name. Without a header, columns are
 * called x1, x2, …; so is a column without a name, by its place; it is left out if it has no value in those rows. A
 * name that was there before gets ".1".
 *
 * A column is text if most of its values are no numbers; in a column of numbers a text is an error. The label is the
 * column that `reading` names, or the one output of KEEL, or the last, unless another one alone has a usual name.
 *
 * Zero-initialise *table; table_done() frees it, also after an error. `path` must outlive it. ERR_INPUT, with `path`
 * and line: what rows_read() and attributes_read() refuse, no column called as `reading` says, one that is both label
 * and groups, a missing group, fewer than two columns, a row of another length than the first, a text among numbers, a
 * number that is not finite, more rows or lines than 32 bits count. */
MUST_CHECK enum err_code table_read(const struct rows_text *text, const struct reading *reading, struct table *table,
				    struct err *err);

/* Appends the rows of another file with the same columns: the test part, or the meta set. Columns are matched by name
 * if both files have names. Its format is its own. Its labels may end in a dot that the others' do not have (UCI's
 * adult). */
MUST_CHECK enum err_code table_append(const struct rows_text *text, const struct reading *reading, enum split_part part,
				      struct table *table, struct err *err);

void table_done(struct table *table);

#endif
