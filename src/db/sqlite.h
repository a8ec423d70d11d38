/* Private to db: SQLite, for the files that are also compiled into the loadable extension, where the functions are
 * those of the program that loads it. */
#ifndef HARDROW_DB_SQLITE_H
#define HARDROW_DB_SQLITE_H

#ifdef HARDROW_EXTENSION
#include <sqlite3ext.h>
extern const sqlite3_api_routines *sqlite3_api;
#else
#include <sqlite3.h>
#endif

#endif
