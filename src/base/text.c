#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/decimal.h"

size_t text_character_length(const char *bytes, size_t left)
{
	unsigned char first = (unsigned char)bytes[0];
	size_t length = first < 0x80   ? 1
			: first < 0xc2 ? 0
			: first < 0xe0 ? 2
			: first < 0xf0 ? 3
			: first < 0xf5 ? 4
				       : 0;

	if (length > left)
		return 0;
	for (size_t i = 1; i < length; i++)
		if (((unsigned char)bytes[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates and numbers above U+10FFFF show in the second byte. */
	unsigned char second = length > 1 ? (unsigned char)bytes[1] : 0;
	if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) || (first == 0xf0 && second < 0x90) ||
	    (first == 0xf4 && second > 0x8f))
		return 0;
	return length;
}

void text_copy_fitting(char *ret_text, size_t size, const char *from)
{
	size_t length = strnlen(from, size);

	if (length == size)
		length--;
	while (length > 0 && ((unsigned char)from[length] & 0xc0) == 0x80)
		length--;
	memcpy(ret_text, from, length);
	ret_text[length] = '\0';
}

/* The code point of a whole character of `length` bytes. */
static uint32_t code_point(const char *bytes, size_t length)
{
	static const unsigned char first_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t code = (unsigned char)bytes[0] & first_bits[length];

	for (size_t i = 1; i < length; i++)
		code = code << 6 | ((unsigned char)bytes[i] & 0x3f);
	return code;
}

/* Columns of the character at `bytes`, whose length goes to *ret_length. */
static size_t character_width(const char *bytes, size_t left, size_t *ret_length)
{
	size_t length = text_character_length(bytes, left);

	*ret_length = length == 0 ? 1 : length;
	if (length <= 1)
		return 1;
	int width = wcwidth((wchar_t)code_point(bytes, length));
	return width < 0 ? 1 : (size_t)width;
}

size_t text_width(const char *bytes, size_t length)
{
	size_t width = 0;

	for (size_t i = 0, taken; i < length; i += taken)
		width += character_width(bytes + i, length - i, &taken);
	return width;
}

size_t text_fitting(const char *text, size_t width)
{
	size_t length = strlen(text), fitting = 0, breaking = 0, used = 0;

	for (size_t taken; fitting < length; fitting += taken) {
		used += character_width(text + fitting, length - fitting, &taken);
		if (used > width && fitting > 0)
			return breaking > 0 ? breaking : fitting;
		if ((text[fitting] == ' ' || text[fitting] == ',') && used >= width / 2)
			breaking = fitting + 1;
	}
	return length;
}

static bool drives_terminal(uint32_t code)
{
	return code < 0x20 || (code >= 0x7f && code < 0xa0) || code == 0x61c || code == 0x200e || code == 0x200f ||
	       (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

size_t text_clean(char *text, bool lines)
{
	const char *start = text;
	char *end = text;

	for (size_t length; *text != '\0'; text += length) {
		length = text_character_length(text, 4);
		bool shown = length > 0 && !drives_terminal(code_point(text, length));
		if (shown || (lines && *text == '\n')) {
			memmove(end, text, length);
			end += length;
			continue;
		}
		*end++ = *text == '\t' || *text == '\n' || *text == '\r' ? ' ' : '?';
		length = length == 0 ? 1 : length;
	}
	*end = '\0';
	return (size_t)(end - start);
}

enum err_code text_reserve(struct text *text, size_t more, struct err *err)
{
	size_t wanted = text->length + more + 1;

	if (wanted <= text->capacity)
		return ERR_OK;
	size_t capacity = text->capacity == 0 ? 256 : text->capacity;
	while (capacity < wanted)
		capacity *= 2;
	char *data = realloc(text->data, capacity);
	if (data == NULL)
		return err_set(err, ERR_SYSTEM, "out of memory: %zu bytes", capacity);
	text->data = data;
	text->capacity = capacity;
	return ERR_OK;
}

enum err_code text_append_bytes(struct text *text, const char *bytes, size_t count, struct err *err)
{
	if (text_reserve(text, count, err) != ERR_OK)
		return err->code;
	memcpy(text->data + text->length, bytes, count);
	text->length += count;
	text->data[text->length] = '\0';
	return ERR_OK;
}

enum err_code text_append_clean(struct text *text, const char *value, struct err *err)
{
	size_t start = text->length;

	if (text_append_bytes(text, value, strlen(value), err) != ERR_OK)
		return err->code;
	text->length = start + text_clean(text->data + start, false);
	return ERR_OK;
}

enum err_code text_append(struct text *text, struct err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	int length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0)
		return err_set(err, ERR_SYSTEM, "cannot format '%s'", format);
	if (text_reserve(text, (size_t)length, err) != ERR_OK)
		return err->code;
	va_start(args, format);
	(void)vsnprintf(text->data + text->length, (size_t)length + 1, format, args);
	va_end(args);
	text->length += (size_t)length;
	return ERR_OK;
}

/* Bytes up to the next blank where a line may be broken. */
static size_t unbroken_length(const char *text)
{
	const char *end = strchr("'\"", *text) != NULL && *text != '\0' ? strchr(text + 1, *text) : NULL;

	/* "don't" does not end what begins with a quote. */
	while (end != NULL && isalnum((unsigned char)end[1]))
		end = strchr(end + 1, *text);
	size_t quoted = end != NULL ? (size_t)(end - text) : 0;
	return quoted + strcspn(text + quoted, " ");
}

enum err_code text_append_wrapped(struct text *text, const char *line, size_t width, struct err *err)
{
	size_t column = 0;

	if (width == 0 || *line == ' ')
		return text_append(text, err, "%s", line);
	while (*line != '\0') {
		size_t length = unbroken_length(line), wide = text_width(line, length);
		bool fits = column == 0 || column + 1 + wide <= width;
		if (text_append(text, err, "%s%.*s", column == 0 ? "" : fits ? " " : "\n", (int)length, line) != ERR_OK)
			return err->code;
		column = column > 0 && fits ? column + 1 + wide : wide;
		line += length + strspn(line + length, " ");
	}
	return ERR_OK;
}

enum err_code text_append_word(struct text *text, const char *word, struct err *err)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./+,:@%";

	if (*word != '\0' && word[strspn(word, plain)] == '\0')
		return text_append(text, err, "%s", word);
	if (text_append(text, err, "'") != ERR_OK)
		return err->code;
	for (const char *next; *word != '\0'; word = next) {
		size_t length = strcspn(word, "'");
		if (text_append(text, err, "%.*s%s", (int)length, word, word[length] == '\'' ? "'\\''" : "") != ERR_OK)
			return err->code;
		next = word + length + (word[length] == '\'');
	}
	return text_append(text, err, "'");
}

enum err_code text_append_json(struct text *text, const char *value, struct err *err)
{
	if (text_append_bytes(text, "\"", 1, err) != ERR_OK)
		return err->code;
	for (;;) {
		size_t plain = 0;
		while ((unsigned char)value[plain] >= 0x20 && value[plain] != '"' && value[plain] != '\\')
			plain++;
		if (text_append_bytes(text, value, plain, err) != ERR_OK)
			return err->code;
		value += plain;
		unsigned char byte = (unsigned char)*value++;
		if (byte == '\0')
			return text_append_bytes(text, "\"", 1, err);
		if (text_append(text, err, byte < 0x20 ? "\\u%04x" : "\\%c", byte) != ERR_OK)
			return err->code;
	}
}

enum err_code text_append_number(struct text *text, double value, struct err *err)
{
	if (!isfinite(value))
		return text_append(text, err, "null");
	if (text_reserve(text, DECIMAL_SIZE, err) != ERR_OK)
		return err->code;
	text->length += decimal_write_double(value, text->data + text->length);
	return ERR_OK;
}

enum err_code text_append_float(struct text *text, float value, struct err *err)
{
	if (!isfinite(value))
		return text_append(text, err, "null");
	if (text_reserve(text, DECIMAL_SIZE, err) != ERR_OK)
		return err->code;
	text->length += decimal_write_float(value, text->data + text->length);
	return ERR_OK;
}

enum err_code text_append_integer(struct text *text, int64_t value, struct err *err)
{
	if (text_reserve(text, DECIMAL_SIZE, err) != ERR_OK)
		return err->code;
	text->length += decimal_write_integer(value, text->data + text->length);
	return ERR_OK;
}

void text_clear(struct text *text)
{
	text->length = 0;
	if (text->data != NULL)
		text->data[0] = '\0';
}

void text_done(struct text *text)
{
	free(text->data);
	*text = (struct text){ 0 };
}
