/* Rows as CSV. */
#include <math.h>
#include <string.h>

#include "out/format.h"

static enum err_code append_text(struct out *out, const char *value, struct err *err)
{
	struct text *line = &out->line;
	bool is_quoted = *value == '\0' || strpbrk(value, ",\"\r\n") != NULL;
	bool is_formula = *value != '\0' && strchr("=+-@\t\r", *value) != NULL;

	if ((is_quoted && text_append_bytes(line, "\"", 1, err) != ERR_OK) ||
	    (is_formula && out->target.csv_safe && text_append_bytes(line, "'", 1, err) != ERR_OK))
		return err->code;
	if (!is_quoted)
		return text_append_bytes(line, value, strlen(value), err);
	for (; *value != '\0'; value++)
		if (text_append_bytes(line, *value == '"' ? "\"\"" : value, *value == '"' ? 2 : 1, err) != ERR_OK)
			return err->code;
	return text_append_bytes(line, "\"", 1, err);
}

static enum err_code append_not_finite(struct text *line, double value, struct err *err)
{
	if (isnan(value))
		return text_append(line, err, "nan");
	return text_append(line, err, value > 0 ? "inf" : "-inf");
}

static enum err_code append_value(struct out *out, const struct out_value *value, struct err *err)
{
	struct text *line = &out->line;

	switch (value->type) {
	case OUT_NULL:
		return ERR_OK;
	case OUT_INTEGER:
		return text_append_integer(line, value->integer, err);
	case OUT_REAL:
		return isfinite(value->real) ? text_append_number(line, value->real, err)
					     : append_not_finite(line, value->real, err);
	case OUT_FLOAT:
		return isfinite(value->single) ? text_append_float(line, value->single, err)
					       : append_not_finite(line, (double)value->single, err);
	case OUT_TEXT:
		return append_text(out, value->text, err);
	case OUT_BLOB:
		return out_append_blob(line, value, err);
	}
	return ERR_OK;
}

static enum err_code separate(struct out *out, size_t column, struct err *err)
{
	return text_append_bytes(&out->line, column + 1 == out->count ? "\n" : ",", 1, err);
}

static enum err_code csv_begin(struct out *out, struct err *err)
{
	for (size_t i = 0; i < out->count; i++)
		if (append_text(out, out->columns[i].name, err) != ERR_OK || separate(out, i, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static enum err_code csv_row(struct out *out, const struct out_value *values, struct err *err)
{
	for (size_t i = 0; i < out->count; i++)
		if (append_value(out, &values[i], err) != ERR_OK || separate(out, i, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

const struct out_format out_format_csv = { "csv", csv_begin, csv_row, NULL, NULL };
