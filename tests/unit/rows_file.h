/* What the tests of the virtual tables and of the views share: a file of random runs. */
#ifndef HARDROW_TESTS_ROWS_FILE_H
#define HARDROW_TESTS_ROWS_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "db/db.h"

/* Asserted to work; must_step() says whether there is a row. */
void must(enum err_code code, const struct err *err);
struct db_stmt *must_prepare(struct db *db, const char *sql);
bool must_step(struct db_stmt *stmt);

/* a.db, open to read: runs of the data sets by turns, from run 10 on, so that the virtual table must change its subject
 * again and again. */
struct db *rows_file_make(void);

/* All rows of `sql`, its every $ replaced by `schema` ("main." or ""), one a line, reals by their bits; freed with
 * free(). */
char *rows_file_ask(struct db *db, const char *sql, const char *schema, size_t *ret_count);

#endif
