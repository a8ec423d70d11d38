/* Rows as JSON, in one array or line by line. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "out/format.h"

/* Bytes of value before the first that is not UTF-8. */
static size_t valid_length(const char *value)
{
	size_t end = 0;

	for (size_t length = 1; value[end] != '\0' && length > 0; end += length)
		length = text_character_length(value + end, 4);
	return end;
}

static enum err_code append_text(struct text *line, const char *value, struct err *err)
{
	AUTO(text_done) struct text clean = { 0 };
	size_t length = valid_length(value);

	if (value[length] == '\0')
		return text_append_json(line, value, err);
	for (; value[length] != '\0'; length = valid_length(value)) {
		if (text_append_bytes(&clean, value, length, err) != ERR_OK ||
		    text_append_bytes(&clean, "\xef\xbf\xbd", 3, err) != ERR_OK)
			return err->code;
		value += length + 1;
	}
	if (text_append_bytes(&clean, value, length, err) != ERR_OK)
		return err->code;
	return text_append_json(line, clean.data, err);
}

static enum err_code append_value(struct text *line, const struct out_value *value, struct err *err)
{
	switch (value->type) {
	case OUT_NULL:
		return text_append(line, err, "null");
	case OUT_INTEGER:
		return text_append_integer(line, value->integer, err);
	case OUT_REAL:
		return text_append_number(line, value->real, err);
	case OUT_FLOAT:
		return text_append_float(line, value->single, err);
	case OUT_TEXT:
		return append_text(line, value->text, err);
	case OUT_BLOB:
		if (text_append(line, err, "\"") != ERR_OK || out_append_blob(line, value, err) != ERR_OK)
			return err->code;
		return text_append(line, err, "\"");
	case OUT_READY:
		return text_append_bytes(line, value->blob.bytes, value->blob.length, err);
	}
	return ERR_OK;
}

static enum err_code check_names(struct out *out, struct err *err)
{
	for (size_t i = 0; i < out->count; i++)
		for (size_t k = 0; k < i; k++)
			if (strcmp(out->columns[i].name, out->columns[k].name) == 0)
				return err_set(err, ERR_INPUT,
					       "two columns are named '%s', and JSON takes a name once: give one "
					       "another name with AS",
					       out->columns[i].name);
	return ERR_OK;
}

/* The state: what stands before each value of an object, `{"NAME":` and then `,"NAME":`, with its NUL. */
static enum err_code begin_objects(struct out *out, struct err *err)
{
	struct text *keys = NULL;

	if (check_names(out, err) != ERR_OK || mem_new(&keys, 1, err) != ERR_OK)
		return err->code;
	out->state = keys;
	for (size_t i = 0; i < out->count; i++)
		if (text_append_bytes(keys, i == 0 ? "{" : ",", 1, err) != ERR_OK ||
		    append_text(keys, out->columns[i].name, err) != ERR_OK ||
		    text_append_bytes(keys, ":", sizeof ":", err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static void free_keys(void *state)
{
	if (state != NULL)
		text_done(state);
	free(state);
}

static enum err_code json_begin(struct out *out, struct err *err)
{
	return begin_objects(out, err) != ERR_OK ? err->code : text_append(&out->line, err, "[");
}

static enum err_code append_object(struct out *out, const struct out_value *values, struct err *err)
{
	struct text *line = &out->line;
	const char *key = ((const struct text *)out->state)->data;

	for (size_t i = 0; i < out->count; i++, key += strlen(key) + 1)
		if (text_append_bytes(line, key, strlen(key), err) != ERR_OK ||
		    append_value(line, &values[i], err) != ERR_OK)
			return err->code;
	return text_append_bytes(line, "}", 1, err);
}

static enum err_code json_row(struct out *out, const struct out_value *values, struct err *err)
{
	if (text_append(&out->line, err, out->rows == 0 ? "\n" : ",\n") != ERR_OK)
		return err->code;
	return append_object(out, values, err);
}

static enum err_code json_end(struct out *out, struct err *err)
{
	return text_append(&out->line, err, out->rows == 0 ? "]\n" : "\n]\n");
}

static enum err_code json_value(struct out *out, const struct out_value *value, struct text *text, struct err *err)
{
	(void)out;
	return append_value(text, value, err);
}

const struct out_format out_format_json = { "json", json_begin, json_row, json_end, free_keys, json_value, NULL };

static enum err_code jsonl_row(struct out *out, const struct out_value *values, struct err *err)
{
	if (append_object(out, values, err) != ERR_OK)
		return err->code;
	return text_append_bytes(&out->line, "\n", 1, err);
}

const struct out_format out_format_jsonl = { "jsonl", begin_objects, jsonl_row, NULL, free_keys, json_value, NULL };
