/* The elements of the page that hold its data, <script id="data-NAME"> or, with a number above 0, data-NAME-NUMBER. */
#ifndef HARDROW_PAGE_ELEMENT_H
#define HARDROW_PAGE_ELEMENT_H

#include <stdint.h>

#include "db/db.h"
#include "page/sink.h"

/* Up to the name; what follows may be further attributes and is '>'. */
MUST_CHECK enum err_code element_begin(struct sink *sink, const char *type, const char *name, int64_t number,
				       struct err *err);
MUST_CHECK enum err_code element_end(struct sink *sink, struct err *err);

/* A matrix (page/matrix.h) of the statement's columns, which matrix_write() fills. */
MUST_CHECK enum err_code element_begin_matrix(struct sink *sink, struct db_stmt *stmt, const char *name, int64_t number,
					      const char *forms, struct err *err);
MUST_CHECK enum err_code element_end_matrix(struct sink *sink, struct err *err);

/* Both, with the whole result of the statement between them. */
MUST_CHECK enum err_code element_put_matrix(struct sink *sink, struct db_stmt *stmt, const char *name, int64_t number,
					    const char *forms, struct err *err);

#endif
