/* Private to db: packed numbers in SQL. */
#ifndef HARDROW_DB_PACKING_SQL_H
#define HARDROW_DB_PACKING_SQL_H

#include "db/sqlite.h"

/* packed_number(block, place, storage, low, divisor): the number at that byte of the blob (db/packing.h), NULL if it is
 * NaN or not all there; and temporary views that read by it what those of the file read in core SQL, slowly. Returns a
 * SQLite code. */
int packing_attach(sqlite3 *handle);

#endif
