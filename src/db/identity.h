/* Private to db: whose file is it? Answered from the first 100 bytes, without SQLite, which might roll back a journal
 * or make side files: what is not ours stays untouched. */
#ifndef HARDROW_DB_IDENTITY_H
#define HARDROW_DB_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* ERR_FOREIGN: not a SQLite file, another application_id, a version above `newest`. ERR_INPUT: a directory, not
 * readable. *ret_exists: false also for an empty file, which SQLite takes as a new database. */
MUST_CHECK enum err_code identity_read(const char *path, int64_t newest, bool *ret_exists, struct err *err);

/* The same test on numbers. */
MUST_CHECK enum err_code identity_check(const char *path, int64_t application_id, int64_t version, int64_t newest,
					struct err *err);

#endif
