/* The rows and fields of a text of separated values (RFC 4180, as libcsv reads it in strict mode), each with the line
 * it starts on. */
#ifndef HARDROW_DATA_ROWS_H
#define HARDROW_DATA_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

#define ROWS_LONGEST_FIELD ((size_t)1 << 20)

/* A file that can be read again (data/input.h). */
struct rows_file {
	struct text *content;
	const char *sha256; /* of it */
};

/* A text in memory: a NUL behind its `length` bytes and none in it. */
struct rows_text {
	const char *path; /* for messages */
	const char *data;
	size_t length;
	size_t line; /* the 1-based line of its first byte */
	/* Whose text it is if its memory may go as its rows are read: what was read is 0 then, but for the first page;
	 * NULL: it stays. */
	const struct rows_file *file;
};

struct row_format {
	char separator;	     /* ',', ';', '\t'; ' ' stands for any run of blanks and tabs */
	char quote;	     /* '"' or '\'' */
	const char *comment; /* lines that begin with it are left out; NULL: there are none */
};

/* Who takes the fields. `line` is the 1-based line on which the row starts, `column` counts from 0. Reading stops at
 * the first call that fails. */
struct row_sink {
	/* `text` is NUL-terminated, without quotes and without blanks around an unquoted field; valid for this call,
	 * and may be written to. `quoted`: it stood in quotes. */
	enum err_code (*take_field)(void *user, size_t line, size_t column, char *text, bool quoted, struct err *err);
	/* `columns`: how many fields the row had, at least 1. */
	enum err_code (*end_row)(void *user, size_t line, size_t columns, struct err *err);
	void *user;
};

/* The line at `data`: its bytes, and those of its end (LF, CRLF, CR, or several CR before LF). */
struct rows_line {
	size_t length, end;
};
struct rows_line rows_line_at(const char *data);

/* The first `most` rows, SIZE_MAX: all of them, and then the memory of a text with a file goes. Blank lines are
 * skipped. ERR_INPUT with path and line: a field over ROWS_LONGEST_FIELD bytes, a quote within an unquoted field, text
 * behind a closing quote, a quote that is never closed. */
MUST_CHECK enum err_code rows_read(const struct rows_text *text, const struct row_format *format, size_t most,
				   const struct row_sink *sink, struct err *err);

#endif
