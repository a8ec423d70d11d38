/* Private to db: the virtual tables `dynamics`, `predictions` and `regression_dynamics` over the blocks, put as TEMP in
 * front of the views of the same names. They give the same rows as the views, many times faster. They read the tables
 * of main alone. */
#ifndef HARDROW_DB_ROWS_TABLE_H
#define HARDROW_DB_ROWS_TABLE_H

#include "db/sqlite.h"

/* Returns a SQLite code. May be called again. */
int rows_table_attach(sqlite3 *handle);

#endif
