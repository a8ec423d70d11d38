/* Private to db: brings an open, writable file to the newest version. */
#ifndef HARDROW_DB_MIGRATE_H
#define HARDROW_DB_MIGRATE_H

#include "db/connection.h"

/* The version of the file as SQLite sees it: 0 for an empty database. A file that lost its application_id or its
 * user_version ('.dump' leaves them out) is known by its tables: their columns are those of that version's.
 * *ret_is_marked: both are there. ERR_FOREIGN: of another program, of a newer version, damaged. */
MUST_CHECK enum err_code migrate_read_version(struct db *db, const struct db_options *options, int64_t *ret_version,
					      bool *ret_is_marked, struct err *err);

/* Applies what is missing of the `options->migrations`, makes our views anew if one is missing or has another text
 * (views of a person stay) and marks the file, all in one transaction; a new file and an old one take the same path.
 * Nothing to do writes nothing. Processes that come at once wait for the one that is at it, up to UPGRADE_PATIENCE
 * times the busy timeout. An old file that holds runs is first copied to "FILE.vN.backup", N its version, or if that is
 * there with other content to "FILE.vN.2.backup" and so on (not one without a name); a failed upgrade leaves no copy.
 */
MUST_CHECK enum err_code migrate_file(struct db *db, const struct db_options *options, struct err *err);

#endif
