/* Private to db: brings an open, writable file to the newest version. */
#ifndef HARDROW_DB_MIGRATE_H
#define HARDROW_DB_MIGRATE_H

#include "db/connection.h"

/* application_id and user_version as SQLite sees them. */
MUST_CHECK enum err_code migrate_read_identity(struct db *db, int64_t *ret_application_id, int64_t *ret_version,
					       struct err *err);

/* Applies what is missing of the `options->migrations`, each in its own transaction; a new file and an old one take the
 * same path. An old file that holds runs is first copied to "FILE.vN.backup", N its version. */
MUST_CHECK enum err_code migrate_file(struct db *db, const struct db_options *options, struct err *err);

/* Creates the views anew if one of them is missing or has another text. Views of a person stay. */
MUST_CHECK enum err_code migrate_views(struct db *db, struct err *err);

#endif
