/* Private to db: whose file is it? Answered from the first 100 bytes without a lock, a journal played back or a side
 * file made: what is not ours stays untouched. */
#ifndef HARDROW_DB_IDENTITY_H
#define HARDROW_DB_IDENTITY_H

#include "db/connection.h"

/* Before anything is opened. ERR_INPUT: a name that is empty or ends in '/', a directory, not a regular file, not
 * readable. *ret_exists: there is something of that name. */
MUST_CHECK enum err_code identity_check_path(const char *path, bool *ret_exists, struct err *err);

struct identity {
	bool is_empty; /* no byte: to SQLite a new database */
	bool is_wal;   /* what is newest may stand in the file's WAL */
	bool is_marked;
};

/* Of a file that is open but not yet read. ERR_FOREIGN: not a SQLite file, another application_id than 0 and ours, a
 * version above `newest` or below 0. */
MUST_CHECK enum err_code identity_read(struct db *db, int64_t newest, struct identity *ret_identity, struct err *err);

/* The same test on numbers, with application_id 0 refused. */
MUST_CHECK enum err_code identity_check(const char *path, int64_t application_id, int64_t version, int64_t newest,
					struct err *err);

/* Bytes that the file has; false: that cannot be told. Bytes that it should have by its header; 0: it has none. */
bool identity_size(struct db *db, int64_t *ret_size);
int64_t identity_claimed_size(struct db *db);

/* Whether another connection is changing the file, as far as it is not in WAL mode. */
bool identity_is_being_written(struct db *db);

#endif
