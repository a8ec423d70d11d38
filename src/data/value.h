/* What a field of a file of rows can be. */
#ifndef HARDROW_DATA_VALUE_H
#define HARDROW_DATA_VALUE_H

#include <stdbool.h>

/* Nothing, "?", ".", "-", "NA", "N/A", "NaN", "-NaN", "NULL", "None", "<null>", "<NA>", "#N/A" and
 * "\N", in any case. */
bool value_is_missing(const char *text);

/* The same of a label, but "-", "." and "None", which are names of classes in files as people have them. */
bool value_is_missing_label(const char *text);

/* Nothing, or one of `list`, "NA,-9". */
bool value_is_listed(const char *text, const char *list);

/* Whether a field is missing: by `list`, or without one (NULL) by value_is_missing() if it stood in no quotes. */
bool value_is_absent(const char *text, bool quoted, const char *list);

/* As parse_real(), with a quick way for plain decimals of up to 15 digits, exact too: digits and power of ten are both
 * exact doubles, so the one division is correctly rounded (Clinger 1990). */
bool value_read(const char *text, double *ret_value);

/* The same of a number whose decimal sign, if it has one, is a comma: "1,5". */
bool value_read_decimal_comma(const char *text, double *ret_value);

/* What a text that is no number probably is, in words ("a date"), and in *ret_remedy what to do; NULL: no idea. */
const char *value_likely(const char *text, const char **ret_remedy);

#endif
