/* Rows as CSV. */
#include <math.h>
#include <string.h>

#include "base/decimal.h"
#include "base/mem.h"
#include "out/format.h"

static bool is_quoted(const char *value)
{
	return *value == '\0' || strpbrk(value, ",\"\r\n") != NULL;
}

static bool is_formula(const char *value)
{
	return *value != '\0' && strchr("=+-@\t\r", *value) != NULL;
}

/* Bytes that put_value() writes at most. */
static size_t value_room(const struct out_value *value)
{
	switch (value->type) {
	case OUT_TEXT:
		return 2 * strlen(value->text) + sizeof "'\"\"";
	case OUT_BLOB:
		return 2 * value->blob.length;
	case OUT_READY:
		return value->blob.length;
	default:
		return DECIMAL_SIZE;
	}
}

static char *put_bytes(char *to, const char *bytes, size_t length)
{
	memcpy(to, bytes, length);
	return to + length;
}

static char *put_text(const struct out *out, char *to, const char *value)
{
	bool quoted = is_quoted(value);

	if (quoted)
		*to++ = '"';
	if (out->target.csv_safe && is_formula(value))
		*to++ = '\'';
	for (; *value != '\0'; *to++ = *value++)
		if (*value == '"')
			*to++ = '"';
	if (quoted)
		*to++ = '"';
	return to;
}

static char *put_not_finite(char *to, double value)
{
	return isnan(value) ? put_bytes(to, "nan", 3) : value > 0 ? put_bytes(to, "inf", 3) : put_bytes(to, "-inf", 4);
}

static char *put_value(const struct out *out, char *to, const struct out_value *value)
{
	switch (value->type) {
	case OUT_NULL:
		return to;
	case OUT_INTEGER:
		return to + decimal_write_integer(value->integer, to);
	case OUT_REAL:
		return isfinite(value->real) ? to + decimal_write_double(value->real, to)
					     : put_not_finite(to, value->real);
	case OUT_FLOAT:
		return isfinite(value->single) ? to + decimal_write_float(value->single, to)
					       : put_not_finite(to, (double)value->single);
	case OUT_TEXT:
		return put_text(out, to, value->text);
	case OUT_BLOB:
		return out_put_blob(to, value);
	case OUT_READY:
		return put_bytes(to, value->blob.bytes, value->blob.length);
	}
	return to;
}

static enum err_code csv_row(struct out *out, const struct out_value *values, struct err *err)
{
	struct text *line = &out->line;
	size_t room = out->count;

	for (size_t i = 0; i < out->count; i++)
		room += value_room(&values[i]);
	if (text_reserve(line, room, err) != ERR_OK)
		return err->code;
	char *to = line->data + line->length;
	for (size_t i = 0; i < out->count; i++) {
		to = put_value(out, to, &values[i]);
		*to++ = i + 1 == out->count ? '\n' : ',';
	}
	*to = '\0';
	line->length = (size_t)(to - line->data);
	return ERR_OK;
}

static enum err_code csv_begin(struct out *out, struct err *err)
{
	AUTO(mem_freep) struct out_value *names = NULL;

	if (mem_new(&names, out->count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < out->count; i++)
		names[i] = (struct out_value){ .type = OUT_TEXT, .text = out->columns[i].name };
	return csv_row(out, names, err);
}

static enum err_code csv_value(struct out *out, const struct out_value *value, struct text *text, struct err *err)
{
	if (text_reserve(text, value_room(value), err) != ERR_OK)
		return err->code;
	text->length = (size_t)(put_value(out, text->data + text->length, value) - text->data);
	return ERR_OK;
}

const struct out_format out_format_csv = { "csv", csv_begin, csv_row, NULL, NULL, csv_value, NULL };
