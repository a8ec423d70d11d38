/* Private to db: runs whose processes are dead. */
#ifndef HARDROW_DB_DEAD_H
#define HARDROW_DB_DEAD_H

#include "db/connection.h"

/* Puts a TEMP view `runs` in front of the file's, if there is a difference: runs of dead processes are 'interrupted',
 * also where the file cannot be written. */
MUST_CHECK enum err_code dead_attach(struct db *db, struct err *err);

#endif
