/* Numbers as the shortest text that reads back as exactly the same number.
 *
 * Of the decimals with the fewest digits that read back, the nearest: what Python's repr() and C++'s to_chars() take.
 * Written out from 0.0001 up to 15 digits before the point, beyond that with an exponent of two digits or more (1e-05,
 * 1.5e+20); a number of 16 or 17 digits has its point within them. No locale. */
#ifndef HARDROW_BASE_DECIMAL_H
#define HARDROW_BASE_DECIMAL_H

#include <stddef.h>
#include <stdint.h>

/* Room for any of them, with the NUL. */
#define DECIMAL_SIZE 32

/* Each writes the text and a NUL and returns its length. The number must be finite (asserted); of a float the digits
 * are those that tell it from other floats: 0.1f is 0.1, not 0.10000000149011612. */
size_t decimal_write_double(double value, char ret_text[DECIMAL_SIZE]);
size_t decimal_write_float(float value, char ret_text[DECIMAL_SIZE]);
size_t decimal_write_integer(int64_t value, char ret_text[DECIMAL_SIZE]);

#endif
