/* The rows and fields of a CSV text (RFC 4180, as libcsv reads it in strict mode), each with the line it starts on. */
#ifndef HARDROW_DATA_ROWS_H
#define HARDROW_DATA_ROWS_H

#include <stddef.h>

#include "base/err.h"

#define ROWS_LONGEST_FIELD ((size_t)1 << 20)

/* Who takes the fields. `line` is the 1-based line on which the row starts, `column` counts from 0. Reading stops at
 * the first call that fails. */
struct row_sink {
	/* `text` is NUL-terminated, without quotes and without blanks around an unquoted field; valid for this call. */
	enum err_code (*take_field)(void *user, size_t line, size_t column, const char *text, struct err *err);
	/* `columns`: how many fields the row had, at least 1. */
	enum err_code (*end_row)(void *user, size_t line, size_t columns, struct err *err);
	void *user;
};

/* Lines end with LF, CRLF or CR; a UTF-8 byte order mark is skipped, so are blank lines; `text` has a NUL behind its
 * `length` bytes and none in it. ERR_INPUT with `path` and line: a field over ROWS_LONGEST_FIELD bytes, a quote within
 * an unquoted field, text behind a closing quote, a quote that is never closed. */
MUST_CHECK enum err_code rows_read(const char *path, const char *text, size_t length, const struct row_sink *sink,
				   struct err *err);

#endif
