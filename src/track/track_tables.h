/* Private to track: which tables hold rows of whom. That is told by their first column, so that whoever copies or
 * deletes a run, a data set, a split or an experiment need not know what belongs to it. */
#ifndef HARDROW_TRACK_TRACK_TABLES_H
#define HARDROW_TRACK_TRACK_TABLES_H

#include "track/statements.h"

struct track_tables {
	char **at;
	size_t count, capacity;
};

/* The tables whose first column is `owner`, "run_id", but the owner's own table ("run"); and not split_part, which a
 * trigger writes. */
MUST_CHECK enum err_code track_list_tables(struct track *track, const char *owner, struct track_tables *tables,
					   struct err *err);

/* The columns of a table, those that SQLite computes left out. */
MUST_CHECK enum err_code track_list_columns(struct track *track, const char *table, struct track_tables *columns,
					    struct err *err);
void track_tables_done(struct track_tables *tables);

#endif
