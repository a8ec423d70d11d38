/* Private to db: what is said when a limit of db_limit() is met. */
#ifndef HARDROW_DB_LIMIT_H
#define HARDROW_DB_LIMIT_H

#include "db/connection.h"

/* Whether SQLite's `code` comes from a limit of this connection. */
bool limit_is_met(const struct db *db, int code);

/* The error for such a code. */
enum err_code limit_say(const struct db *db, int code, struct err *err);

#endif
