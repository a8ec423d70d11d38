/* ARFF (Weka, OpenML) and KEEL files: a header that declares the columns, then rows. */
#ifndef HARDROW_DATA_ATTRIBUTES_H
#define HARDROW_DATA_ATTRIBUTES_H

#include <stdbool.h>

#include "base/text.h"
#include "data/columns.h"
#include "data/rows.h"

/* Whether the first line that is neither blank nor a comment ("%") begins with '@'. */
bool attributes_are_in(const struct rows_text *text);

/* Reads the header, up to @data: @attribute NAME numeric, real or integer (KEEL: with a range), a set of levels
 * {A, 'B c'}, or any other word for texts; KEEL's @inputs and @outputs. Names and levels may be quoted.
 * *ret_label: the column of @outputs, NO_COLUMN without. *ret_rows: what is behind @data, where *text lies or, if there
 * are quotes or sparse rows ({2 X, 5 Y}: column from 0, value; what is not there is 0 or the first level), in `rows`:
 * written anew as separated values in double quotes, a line for each. Quotes are ' or ", a backslash stands before one
 * within. ERR_INPUT with the line: an attribute without name or type, no @data, an output or input that is no
 * attribute, a sparse row that is damaged, a row with a weight ({2} behind it). */
MUST_CHECK enum err_code attributes_read(const struct rows_text *text, struct columns *columns, size_t *ret_label,
					 struct rows_text *ret_rows, struct text *rows, struct err *err);

#endif
