/* Private to db: the virtual tables `dynamics` and `predictions` over the blocks, put as TEMP in front of the views of
 * the same names. They give the same rows as the views, many times faster. */
#ifndef HARDROW_DB_ROWS_TABLE_H
#define HARDROW_DB_ROWS_TABLE_H

#include "db/connection.h"

MUST_CHECK enum err_code rows_table_attach(struct db *db, struct err *err);

#endif
