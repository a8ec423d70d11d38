/* UTF-8 texts: what a character is, and a growing text with formatted appends and JSON pieces. Zero-initialise the
 * struct, end it with text_done(). */
#ifndef HARDROW_BASE_TEXT_H
#define HARDROW_BASE_TEXT_H

#include <stddef.h>

#include "base/err.h"

/* Length of the UTF-8 character at `bytes`, 0 if there is none (RFC 3629: no overlong forms, no surrogates, nothing
 * above U+10FFFF). Looks at `left` >= 1 bytes at most, and at none behind a NUL. */
size_t text_character_length(const char *bytes, size_t left);

/* Characters in `length` bytes of UTF-8: all bytes but those that continue one. */
size_t text_width(const char *bytes, size_t length);

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
