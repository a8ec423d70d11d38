/* UTF-8 texts: what a character is, and a growing text with formatted appends and JSON pieces. Zero-initialise the
 * struct, end it with text_done(). */
#ifndef HARDROW_BASE_TEXT_H
#define HARDROW_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* Length of the UTF-8 character at `bytes`, 0 if there is none (RFC 3629: no overlong forms, no surrogates, nothing
 * above U+10FFFF). Looks at `left` >= 1 bytes at most, and at none behind a NUL. */
size_t text_character_length(const char *bytes, size_t left);

/* Columns of a terminal that `length` bytes take: 2 for a wide character, 0 for one that joins the one before, 1 for
 * any other and for a byte that is not UTF-8. By wcwidth(), which knows that only of the locale's characters: before
 * setlocale() all take 1. */
size_t text_width(const char *bytes, size_t length);

/* How many of the text's bytes fit into `width` columns: all, or those to the last blank or comma in the second half of
 * the line, or else as many whole characters as can be; at least one. */
size_t text_fitting(const char *text, size_t width);

/* Makes a text from outside fit for a terminal and one line, in place. Tabs and line ends become blanks; with `lines`
 * line feeds stay. '?' stands for every other control (C0, DEL, C1), for marks that turn the direction of writing
 * (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069) and for every byte that is not UTF-8. Returns the new
 * length, never above the old one. */
size_t text_clean(char *text, bool lines);

/* "s" behind a noun of which there are `count`, of any integer type; "" for one. */
#define TEXT_PLURAL(count) ((count) == 1 ? "" : "s")

/* As much of `from` as fits into `size` bytes with a NUL, whole characters only. */
void text_copy_fitting(char *ret_text, size_t size, const char *from);

struct text {
	char *data; /* NUL-terminated once anything was appended, else NULL; owned */
	size_t length;
	size_t capacity;
};

/* Room for `more` bytes behind the text and a NUL: whoever writes many pieces writes them there and adds to `length`.
 */
MUST_CHECK enum err_code text_reserve(struct text *text, size_t more, struct err *err);

MUST_CHECK enum err_code text_append(struct text *text, struct err *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Appends `count` bytes as they are. */
MUST_CHECK enum err_code text_append_bytes(struct text *text, const char *bytes, size_t count, struct err *err);

/* Appends `value` as text_clean() makes it, as one line. */
MUST_CHECK enum err_code text_append_clean(struct text *text, const char *value, struct err *err);

/* Appends a line as several of up to `width` columns, broken at blanks; not within quotes, whose commands people copy.
 * One that begins with a blank stays as it is, and so does a word that is wider. 0: any width. */
MUST_CHECK enum err_code text_append_wrapped(struct text *text, const char *line, size_t width, struct err *err);

/* Appends `word` as a word of a shell's command line: in '' if it has to be. */
MUST_CHECK enum err_code text_append_word(struct text *text, const char *word, struct err *err);

/* Appends `value` as a JSON string with its quotes. */
MUST_CHECK enum err_code text_append_json(struct text *text, const char *value, struct err *err);

/* As base/decimal.h writes them: the shortest text that reads back as exactly `value` ("null" for NaN and infinity,
 * JSON has none). */
MUST_CHECK enum err_code text_append_number(struct text *text, double value, struct err *err);
MUST_CHECK enum err_code text_append_float(struct text *text, float value, struct err *err);
MUST_CHECK enum err_code text_append_integer(struct text *text, int64_t value, struct err *err);

/* Empties the text, keeping its memory. */
void text_clear(struct text *text);
void text_done(struct text *text);

#endif
