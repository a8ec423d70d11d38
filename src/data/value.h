/* What a field of a CSV can be. */
#ifndef HARDROW_DATA_VALUE_H
#define HARDROW_DATA_VALUE_H

#include <stdbool.h>

/* "?", "NA" or nothing. */
bool value_is_missing(const char *text);

/* As parse_real(), with a quick way for plain decimals of up to 15 digits, exact too: digits and power of ten are both
 * exact doubles, so the one division is correctly rounded (Clinger 1990). */
bool value_read(const char *text, double *ret_value);

#endif
