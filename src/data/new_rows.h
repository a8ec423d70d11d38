/* Rows of a file as the features that a data set was read as: for predicting what was not there when it was read. */
#ifndef HARDROW_DATA_NEW_ROWS_H
#define HARDROW_DATA_NEW_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "data/reading.h"

struct new_rows {
	size_t count;
	double *x;	    /* (count, features) row-major, NaN is missing, as in struct dataset */
	size_t capacity;    /* of x, in numbers */
	size_t unknown;	    /* rows with a text that is none of the features */
	struct text unused; /* names of columns that are no features, the label left out: "a, b" */
};

/* Reads separated values, ARFF or KEEL, also compressed with gzip, "-" is standard input. names (features) are those of
 * the data set, which `reading` is of; that says, too, what is missing and whether it may be. Columns are found by
 * their names, as declared or in the first row, in any order; if that has none of them, they are x1, x2, … A text
 * becomes its feature "COLUMN=TEXT", none if there is no such feature; true and false are 1 and 0. Zero-initialise
 * *rows; new_rows_done() frees.
 *
 * ERR_INPUT with file, line and column: what input_read(), attributes_read() and rows_read() refuse, a column that is
 * not there or there twice, rows of another length, a text where a number was, a missing value under MISSING_ERROR and
 * MISSING_DROP, no rows. */
MUST_CHECK enum err_code new_rows_read(const char *path, const struct reading *reading, char *const *names,
				       size_t features, struct new_rows *rows, struct err *err);
void new_rows_done(struct new_rows *rows);

#endif
