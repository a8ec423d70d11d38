/* Private to db: what db_prepare_insert() needs of a connection. */
#ifndef HARDROW_DB_INSERT_H
#define HARDROW_DB_INSERT_H

#include <sqlite3.h>

/* Returns a SQLite code. */
int insert_attach(sqlite3 *handle);

#endif
