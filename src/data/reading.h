/* How a file of rows is read: what is said about it. */
#ifndef HARDROW_DATA_READING_H
#define HARDROW_DATA_READING_H

#include <stdbool.h>
#include <stddef.h>

/* MISSING_MEAN: a missing feature becomes the mean of the column's present values, over the whole file (before any
 * split); a missing label stays an error. MISSING_DROP: rows with a missing feature or label are left out, and a class
 * that only such rows have does not count. */
enum missing_policy { MISSING_ERROR, MISSING_MEAN, MISSING_DROP };
const char *missing_policy_name(size_t i); /* NULL behind the last */

struct reading {
	bool has_target;    /* the label is a number: there are no classes until dataset_bin_target() */
	const char *label;  /* column with the class; NULL: the last */
	const char *groups; /* the column that says which rows belong together, which is no feature; NULL: none does */
	int missing;	    /* enum missing_policy */
};

#endif
