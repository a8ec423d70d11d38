/* Which columns a file of separated values has: is its first row a header? */
#ifndef HARDROW_DATA_HEADER_H
#define HARDROW_DATA_HEADER_H

#include "data/reading.h"
#include "data/table.h"

/* Whether labels are usually called so: class, label, target, y, species, in any case. */
bool header_is_label_name(const char *name);

/* Sets table->columns and header_line from the first rows of the text, by the rules of table_read(). table->format is
 * known. */
MUST_CHECK enum err_code header_find(const struct rows_text *text, const struct reading *reading, struct table *table,
				     struct err *err);

#endif
