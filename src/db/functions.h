/* Private to db: SQL functions of our own, for migrations and statements of the program, never for the views. */
#ifndef HARDROW_DB_FUNCTIONS_H
#define HARDROW_DB_FUNCTIONS_H

#include "db/connection.h"

/* sha256(blob): its SHA-256, lower-case hexadecimal. float64_block(place, json, d), an aggregate: the arrays of d
 * numbers as rows of float64, little-endian, each at its place below PACKING_INSTANCES; an error if one is no such
 * array. */
MUST_CHECK enum err_code functions_register(struct db *db, struct err *err);

#endif
