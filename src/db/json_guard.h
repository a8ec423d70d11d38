/* Private to db: keeps damaged JSON of a file from the functions of SQLite 3.40, which take an object or a list for a
 * key and crash when they look for another key there. The views hand on only what hardrow may have written; this is for
 * people's statements about the tables themselves. */
#ifndef HARDROW_DB_JSON_GUARD_H
#define HARDROW_DB_JSON_GUARD_H

#include "db/connection.h"

/* Before the statement of `sql` is compiled; then, from the authorizer, what it reads and calls. `view`: whose text
 * that stands in, NULL: the statement's own. What a view of the file reads is none of the statement's business; a WITH
 * of a view's name, which SQLite calls by that name, too, is. */
void json_guard_reset(struct db *db, const char *sql);
void json_guard_note_read(struct db *db, const char *table, const char *column, const char *view);
void json_guard_note_function(struct db *db, const char *name, const char *view);

/* ERR_INPUT, naming the column: a text that the compiled statement may hand to a function of JSON has a key that is
 * no string. */
MUST_CHECK enum err_code json_guard_check(struct db *db, struct err *err);

/* Whether `sql` may have a WITH that is called `name`, in whatever quotes: the name, and behind it columns or AS (...).
 */
bool json_guard_defines(const char *sql, const char *name);

/* Whether every key of every object in the text is a string, as far as it is JSON at all. */
bool json_guard_has_plain_keys(const char *text);

#endif
