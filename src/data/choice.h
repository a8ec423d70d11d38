/* Which column of a table is the label, which says the groups, which are left out. */
#ifndef HARDROW_DATA_CHOICE_H
#define HARDROW_DATA_CHOICE_H

#include "data/reading.h"
#include "data/table.h"

/* Sets table->label, group and is_left_out of the columns, by the rules of table_read(). `declared`: the label that the
 * file itself names, or NO_COLUMN. A note says which it is where that was not said. */
MUST_CHECK enum err_code choice_make(struct table *table, const struct reading *reading, size_t declared,
				     struct err *err);

#endif
