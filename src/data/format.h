/* What a text of rows looks like: separator, quotes, decimal commas. */
#ifndef HARDROW_DATA_FORMAT_H
#define HARDROW_DATA_FORMAT_H

#include <stdbool.h>

#include "data/reading.h"
#include "data/rows.h"

struct format {
	struct row_format rows;
	bool decimal_comma; /* "1,5" is a number; only where the separator is no comma */
};

/* From the first lines of `text`, unless `reading` says it. The separator is the first of semicolon, tab, comma and
 * blanks that stands equally often, at least once, in each of them; else the first of comma, semicolon, tab and blanks
 * that the first has; else the comma. The first line may have one less (names of all but the first column). The first
 * field of all that is a number with a point or a comma in it says what the decimal sign is. A first line "sep=;" says
 * the separator; the text goes on behind it. */
struct format format_find(struct rows_text *text, const struct reading *reading);

/* The number, with the decimal sign of the format. */
bool format_read_number(const struct format *format, const char *text, double *ret_value);

/* "comma", "semicolon", … */
const char *format_separator_name(const struct format *format);

#endif
