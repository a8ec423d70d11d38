/* Private to db: makes a connection fit for SQL of a person. */
#ifndef HARDROW_DB_GUARD_H
#define HARDROW_DB_GUARD_H

#include "db/connection.h"

/* From here on only SELECT, READ, FUNCTION and RECURSIVE compile on this connection; db_begin and the like fail too. A
 * read-only connection alone does not do: ATTACH opens other files through it. */
MUST_CHECK enum err_code guard_connection(struct db *db, struct err *err);

#endif
