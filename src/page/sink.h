/* The page on its way into a file, 64 KB at a time. What comes from a database is written as JSON or base64 only, so
 * that no name can end an element of the page. */
#ifndef HARDROW_PAGE_SINK_H
#define HARDROW_PAGE_SINK_H

#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

/* Zero-initialise but for the first two; ended by sink_done(). */
struct sink {
	int fd;		      /* borrowed */
	const char *name;     /* of the file, for messages */
	struct text waiting;  /* what is not written yet */
	unsigned char odd[3]; /* bytes that do not make a group of base64 yet */
	size_t odd_count;
};

/* Text of the page itself, as it is. */
MUST_CHECK enum err_code sink_put(struct sink *sink, const char *text, struct err *err);

/* A piece of JSON whose < > & U+2028 and U+2029 become \uXXXX: in JSON they stand inside strings only. */
MUST_CHECK enum err_code sink_put_json(struct sink *sink, const char *json, struct err *err);

/* Bytes as base64 (RFC 4648); sink_end_base64() after the last of them. */
MUST_CHECK enum err_code sink_put_base64(struct sink *sink, const unsigned char *bytes, size_t count, struct err *err);
MUST_CHECK enum err_code sink_end_base64(struct sink *sink, struct err *err);

/* Writes what waits. */
MUST_CHECK enum err_code sink_flush(struct sink *sink, struct err *err);

void sink_done(struct sink *sink);

#endif
