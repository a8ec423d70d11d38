/* Private to db: which file systems are on other machines. */
#ifndef HARDROW_DB_NETWORK_H
#define HARDROW_DB_NETWORK_H

#include <stdbool.h>
#include <stdint.h>

#include "db/connection.h"

/* Whether statfs() gives this f_type for a file system that several machines may have mounted. */
bool network_is_type(uint32_t type);

/* Whether the file lies on one: there WAL does not work, because its index is shared memory. */
bool network_has(const struct db *db);

/* For who opens such a file to write: takes it out of WAL, in which another program or a copy left it, as soon as
 * nobody else has it open, and sets what db_warning() says. Waits as the connection does for locks. */
MUST_CHECK enum err_code network_leave_wal(struct db *db, const struct db_options *options, struct err *err);

#endif
