#include <inttypes.h>

#include "base/mem.h"
#include "out/format.h"

/* Bytes of the UTF-8 character at `text`, 0 if it is not one (overlong forms, surrogates and what lies above U+10FFFF
 * are none: RFC 3629). */
static size_t character_length(const unsigned char *text)
{
	static const struct {
		unsigned char first, last, second_low, second_high;
		size_t length;
	} forms[] = {
		{ 0x01, 0x7f, 0, 0, 1 },       { 0xc2, 0xdf, 0x80, 0xbf, 2 }, { 0xe0, 0xe0, 0xa0, 0xbf, 3 },
		{ 0xe1, 0xec, 0x80, 0xbf, 3 }, { 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 }, { 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(forms); i++) {
		if (text[0] < forms[i].first || text[0] > forms[i].last)
			continue;
		if (forms[i].length > 1 && (text[1] < forms[i].second_low || text[1] > forms[i].second_high))
			return 0;
		for (size_t j = 2; j < forms[i].length; j++)
			if ((text[j] & 0xc0) != 0x80)
				return 0;
		return forms[i].length;
	}
	return 0;
}

static enum err_code append_text(struct text *line, const char *value, struct err *err)
{
	AUTO(text_done) struct text clean = { 0 };

	if (text_append_bytes(&clean, "", 0, err) != ERR_OK)
		return err->code;
	while (*value != '\0') {
		size_t length = character_length((const unsigned char *)value);
		if (text_append_bytes(&clean, length > 0 ? value : "\xef\xbf\xbd", length > 0 ? length : 3, err) !=
		    ERR_OK)
			return err->code;
		value += length > 0 ? length : 1;
	}
	return text_append_json(line, clean.data, err);
}

static enum err_code append_value(struct text *line, const struct out_value *value, struct err *err)
{
	switch (value->type) {
	case OUT_NULL:
		return text_append(line, err, "null");
	case OUT_INTEGER:
		return text_append(line, err, "%" PRId64, value->integer);
	case OUT_REAL:
		return text_append_number(line, value->real, err);
	case OUT_TEXT:
		return append_text(line, value->text, err);
	case OUT_BLOB:
		if (text_append(line, err, "\"") != ERR_OK || out_append_blob(line, value, err) != ERR_OK)
			return err->code;
		return text_append(line, err, "\"");
	}
	return ERR_OK;
}

static enum err_code json_begin(struct out *out, struct err *err)
{
	return text_append(&out->line, err, "[");
}

static enum err_code json_row(struct out *out, const struct out_value *values, struct err *err)
{
	struct text *line = &out->line;

	if (text_append(line, err, out->rows == 0 ? "\n{" : ",\n{") != ERR_OK)
		return err->code;
	for (size_t i = 0; i < out->count; i++)
		if (text_append(line, err, i == 0 ? "" : ",") != ERR_OK ||
		    append_text(line, out->columns[i].name, err) != ERR_OK || text_append(line, err, ":") != ERR_OK ||
		    append_value(line, &values[i], err) != ERR_OK)
			return err->code;
	return text_append(line, err, "}");
}

static enum err_code json_end(struct out *out, struct err *err)
{
	return text_append(&out->line, err, out->rows == 0 ? "]\n" : "\n]\n");
}

const struct out_format out_format_json = { "json", json_begin, json_row, json_end, NULL };
