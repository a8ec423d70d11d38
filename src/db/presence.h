/* Private to db: whether the file that a writer has open is still there, and whole. */
#ifndef HARDROW_DB_PRESENCE_H
#define HARDROW_DB_PRESENCE_H

#include "db/connection.h"

/* For a connection that writes, while it holds the write lock or after a failure. ERR_SYSTEM, one line with what to do:
 * the file was removed or renamed, another has taken its place, it was cut short (is smaller than at the last look and
 * than its own header says), or its "-wal" or "-shm" was removed or replaced. Costs a stat() and a fstat(), in WAL mode
 * two stat() more. Anyone else's connection: ERR_OK. */
MUST_CHECK enum err_code presence_check(struct db *db, struct err *err);

/* Before such a connection is closed: what was committed goes into the file wherever it is now, and nothing is written
 * to what has taken its place, nor does a WAL of ours stay beside that, which SQLite would take for its own. */
void presence_leave(struct db *db);

#endif
