/* Rows of numbers for the page: fixed width, little-endian, base64, row after row. */
#ifndef HARDROW_PAGE_MATRIX_H
#define HARDROW_PAGE_MATRIX_H

#include "db/db.h"
#include "page/sink.h"

/* Writes the statement's rows and resets it; more may follow. `forms` has a letter for each of its columns:
 *     u  uint32, NULL 4294967295; larger ones too
 *     f  float32, NULL a NaN
 *     p  uint16, a number from 0 to 1 in 65534 steps; NULL 65535
 *     r  likewise of x / (1 + x), for x from 0 to infinity */
MUST_CHECK enum err_code matrix_write(struct sink *sink, struct db_stmt *stmt, const char *forms, struct err *err);

#endif
