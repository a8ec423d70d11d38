#include "base/text.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err_code reserve(struct text *text, size_t more, struct err *err)
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
	if (reserve(text, count, err) != ERR_OK)
		return err->code;
	memcpy(text->data + text->length, bytes, count);
	text->length += count;
	text->data[text->length] = '\0';
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
	if (reserve(text, (size_t)length, err) != ERR_OK)
		return err->code;
	va_start(args, format);
	(void)vsnprintf(text->data + text->length, (size_t)length + 1, format, args);
	va_end(args);
	text->length += (size_t)length;
	return ERR_OK;
}

enum err_code text_append_json(struct text *text, const char *value, struct err *err)
{
	if (text_append_bytes(text, "\"", 1, err) != ERR_OK)
		return err->code;
	for (; *value != '\0'; value++) {
		unsigned char byte = (unsigned char)*value;
		enum err_code code = byte == '"' || byte == '\\' ? text_append(text, err, "\\%c", byte)
				     : byte < 0x20		 ? text_append(text, err, "\\u%04x", byte)
								 : text_append_bytes(text, value, 1, err);
		if (code != ERR_OK)
			return code;
	}
	return text_append_bytes(text, "\"", 1, err);
}

enum err_code text_append_number(struct text *text, double value, struct err *err)
{
	char digits[32];

	if (!isfinite(value))
		return text_append(text, err, "null");
	for (int precision = 15; precision <= 17; precision++) {
		(void)snprintf(digits, sizeof digits, "%.*g", precision, value);
		if (strtod(digits, NULL) == value)
			break;
	}
	return text_append(text, err, "%s", digits);
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
