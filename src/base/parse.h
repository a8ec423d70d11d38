/* Whole texts into numbers, locale-free in effect (the program never leaves the C locale). */
#ifndef HARDROW_BASE_PARSE_H
#define HARDROW_BASE_PARSE_H

#include <stdbool.h>
#include <stdint.h>

/* Each returns true and sets *ret_value only if the whole of `text`, blanks around it allowed, is such a number. */

/* A decimal number, hexadecimal floats refused. "nan" and "inf" in any spelling are read: the caller decides. */
bool parse_real(const char *text, double *ret_value);

/* Decimal digits with an optional sign, within int64. */
bool parse_integer(const char *text, int64_t *ret_value);

/* Decimal digits, within uint64. */
bool parse_unsigned(const char *text, uint64_t *ret_value);

#endif
