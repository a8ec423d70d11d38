/* Database files for tests; what cannot be done fails the test. */
#ifndef HARDROW_TESTS_DATABASE_H
#define HARDROW_TESTS_DATABASE_H

#include <stdint.h>

#include "base/file.h"
#include "db/db.h"

struct db *database_open(const char *path, enum db_mode mode);
void database_exec(struct db *db, const char *sql);
int64_t database_query_int(struct db *db, const char *sql);

/* A new file of the current version, with this SQL run in it. */
void database_make(const char *path, const char *sql);

void database_hash(const char *path, char ret_hex[FILE_SHA256_SIZE]);

/* Opening fails with this code, and a message that holds the words and the path. */
void database_expect_refusal(const char *path, enum db_mode mode, enum err_code code, const char *words);

#endif
