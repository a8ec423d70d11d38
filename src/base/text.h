/* A growing UTF-8 text: formatted appends, JSON pieces. Zero-initialise it, end it with text_done(). */
#ifndef HARDROW_BASE_TEXT_H
#define HARDROW_BASE_TEXT_H

#include <stddef.h>

#include "base/err.h"

struct text {
	char *data; /* NUL-terminated once anything was appended, else NULL; owned */
	size_t length;
	size_t capacity;
};

MUST_CHECK enum err_code text_append(struct text *text, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Appends `count` bytes as they are. */
MUST_CHECK enum err_code text_append_bytes(struct text *text, const char *bytes, size_t count, struct err *err);

/* Appends `value` as a JSON string with its quotes. */
MUST_CHECK enum err_code text_append_json(struct text *text, const char *value, struct err *err);

/* Appends the shortest decimal form that reads back as exactly `value` ("null" for NaN and infinity, JSON has none). */
MUST_CHECK enum err_code text_append_number(struct text *text, double value, struct err *err);

/* Empties the text, keeping its memory. */
void text_clear(struct text *text);
void text_done(struct text *text);

#endif
