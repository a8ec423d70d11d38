/* How a file of rows is read: what is said about it. What is not said is found out from its content. */
#ifndef HARDROW_DATA_READING_H
#define HARDROW_DATA_READING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* What becomes of missing values. ERROR: the file is refused. DROP: rows with one are left out, and a class that only
 * such rows have does not count. MEAN, MEDIAN: of the training part's present values (data/scale.h); of a text column
 * the most frequent value there. INDICATOR: as MEAN, and a feature "NAME=?" that is 1 where the value is missing; a
 * text column's missing values are a level of their own. */
enum missing_policy { MISSING_ERROR, MISSING_MEAN, MISSING_DROP, MISSING_MEDIAN, MISSING_INDICATOR };
const char *missing_policy_name(size_t i); /* NULL behind the last */

enum separator_kind {
	SEPARATOR_AUTO,
	SEPARATOR_COMMA,
	SEPARATOR_SEMICOLON,
	SEPARATOR_TAB,
	SEPARATOR_BLANK,
	SEPARATOR_PIPE
};
const char *separator_name(size_t i); /* NULL behind the last */

enum header_kind { HEADER_AUTO, HEADER_YES, HEADER_NO };
const char *header_name(size_t i); /* NULL behind the last */

/* What becomes of a text column. ONE_HOT: a feature "NAME=LEVEL" of 0 and 1 for each of its values, in their order as
 * text (ARFF and KEEL files: as they declare it). ORDINAL: one feature, the place of the value in that order. */
enum encode_kind { ENCODE_ONE_HOT, ENCODE_ORDINAL, ENCODE_ERROR };
const char *encode_name(size_t i); /* NULL behind the last */

struct reading {
	bool has_target;    /* the label is a number: there are no classes until dataset_bin_target() */
	const char *label;  /* a column's name, or "first" or "last"; NULL: find out */
	const char *groups; /* the column that says which rows belong together, which is no feature; NULL: none */
	int missing;	    /* enum missing_policy */
	const char *missing_values; /* "NA,-9": what is missing besides nothing; NULL: the usual (data/value.h) */
	int separator;		    /* enum separator_kind */
	int header;		    /* enum header_kind */
	const char *comment;	    /* lines that begin with it are left out; NULL: none are */
	int encode;		    /* enum encode_kind */
	size_t max_levels;	    /* of a text column; 0: READING_MAX_LEVELS */
	const char *drop, *columns; /* "NAME,NAME": columns to leave out, or to keep; NULL: none, all */
	bool keep_ids;		    /* columns that number the rows stay */
	const char *test, *meta;    /* other files with the same columns: test part, meta set; NULL: none */
	bool is_plain;		    /* a header and numbers, whatever the content looks like, and nobody to say how */
};

#define READING_MAX_LEVELS 100

size_t reading_most_levels(const struct reading *reading);

/* Appends what was said that makes another data set of the same bytes: " separator \"tab\" drop \"a,b\""; nothing if
 * nothing was. Label and missing values are told elsewhere, with the data set. */
MUST_CHECK enum err_code reading_append(const struct reading *reading, struct text *text, struct err *err);

#endif
