#include "out/out.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "out/format.h"

static const struct out_format *const formats[] = {
	&out_format_table, &out_format_markdown, &out_format_latex,
	&out_format_csv,   &out_format_json,	 &out_format_jsonl,
};

const char *out_format_name(size_t i)
{
	return i < ARRAY_LENGTH(formats) ? formats[i]->name : NULL;
}

static enum err_code write_text(const struct text *text, const struct out_target *target, struct err *err)
{
	if (text->length > 0 && fwrite(text->data, 1, text->length, target->file) != text->length)
		return err_set(err, ERR_SYSTEM, "cannot write: %s", strerror(errno));
	return ERR_OK;
}

bool out_is_for_people(size_t format)
{
	assert(format < ARRAY_LENGTH(formats));
	return formats[format]->layout != NULL;
}

enum err_code out_words(size_t format, const struct out_target *target, const char *words, struct err *err)
{
	AUTO(text_done) struct text lines = { 0 };

	assert(out_is_for_people(format));
	size_t width = format == OUT_FORMAT_TABLE ? target->width : 0;
	for (size_t length; *words != '\0'; words += length + (words[length] == '\n')) {
		AUTO(text_done) struct text line = { 0 };
		AUTO(text_done) struct text clean = { 0 };
		length = strcspn(words, "\n");
		if (text_append(&line, err, "%.*s", (int)length, words) != ERR_OK ||
		    formats[format]->layout->append_words(&clean, line.data, err) != ERR_OK ||
		    text_append_wrapped(&lines, clean.data == NULL ? "" : clean.data, width, err) != ERR_OK ||
		    text_append(&lines, err, "\n") != ERR_OK)
			return err->code;
	}
	return write_text(&lines, target, err);
}

enum err_code out_append_escaped(struct text *text, const char *value, const struct out_replacement *replaces,
				 size_t count, struct err *err)
{
	AUTO(text_done) struct text clean = { 0 };

	if (text_append_clean(&clean, value, err) != ERR_OK)
		return err->code;
	const char *rest = clean.data + strspn(clean.data, " ");
	while (clean.length > (size_t)(rest - clean.data) && clean.data[clean.length - 1] == ' ')
		clean.data[--clean.length] = '\0';
	for (; *rest != '\0'; rest++) {
		size_t i = 0;
		while (i < count && (replaces[i].byte != rest[0] || (replaces[i].doubled && rest[1] != rest[0])))
			i++;
		const char *by = i < count ? replaces[i].by : rest;
		if (text_append_bytes(text, by, i < count ? strlen(by) : 1, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

/* Writes out->line and empties it. */
static enum err_code write_line(struct out *out, struct err *err)
{
	/* What is for people is clean, and a table has escape sequences of its own. */
	if (out->target.terminal && out->format->layout == NULL && out->line.length > 0)
		out->line.length = text_clean(out->line.data, true);
	if (write_text(&out->line, &out->target, err) != ERR_OK)
		return err->code;
	text_clear(&out->line);
	return ERR_OK;
}

char *out_put_blob(char *to, const struct out_value *value)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *bytes = value->blob.bytes;

	for (size_t i = 0; i < value->blob.length; i++) {
		*to++ = digits[bytes[i] >> 4];
		*to++ = digits[bytes[i] & 15];
	}
	return to;
}

enum err_code out_append_blob(struct text *text, const struct out_value *value, struct err *err)
{
	if (text_reserve(text, 2 * value->blob.length, err) != ERR_OK)
		return err->code;
	char *end = out_put_blob(text->data + text->length, value);
	*end = '\0';
	text->length = (size_t)(end - text->data);
	return ERR_OK;
}

static enum err_code copy_columns(struct out *out, const struct out_column *columns, size_t count, struct err *err)
{
	if (mem_new(&out->columns, count, err) != ERR_OK)
		return err->code;
	for (; out->count < count; out->count++) {
		char *name = NULL;
		if (mem_copy_text(columns[out->count].name, &name, err) != ERR_OK)
			return err->code;
		out->columns[out->count] = (struct out_column){ name, columns[out->count].align };
	}
	return ERR_OK;
}

enum err_code out_begin(size_t format, const struct out_target *target, const struct out_column *columns, size_t count,
			struct out **ret_out, struct err *err)
{
	AUTO(out_freep) struct out *out = NULL;

	assert(format < ARRAY_LENGTH(formats));
	if (mem_new(&out, 1, err) != ERR_OK)
		return err->code;
	out->format = formats[format];
	out->target = *target;
	if (copy_columns(out, columns, count, err) != ERR_OK || out->format->begin(out, err) != ERR_OK ||
	    write_line(out, err) != ERR_OK)
		return err->code;
	*ret_out = take_ptr(&out);
	return ERR_OK;
}

enum err_code out_make_ready(struct out *out, struct out_value *values, size_t count, struct text *text,
			     struct err *err)
{
	assert(out->format->append_value != NULL);
	for (size_t i = 0; i < count; i++) {
		size_t start = text->length;
		if (out->format->append_value(out, &values[i], text, err) != ERR_OK)
			return err->code;
		values[i] = (struct out_value){ .type = OUT_READY, .blob.length = text->length - start };
	}
	const char *bytes = text->data;
	for (size_t i = 0; i < count; bytes += values[i++].blob.length)
		values[i].blob.bytes = bytes;
	return ERR_OK;
}

enum err_code out_row(struct out *out, const struct out_value *values, struct err *err)
{
	if (out->format->row(out, values, err) != ERR_OK)
		return err->code;
	out->rows++;
	return write_line(out, err);
}

enum err_code out_end(struct out *out, struct err *err)
{
	if (out->format->end != NULL && out->format->end(out, err) != ERR_OK)
		return err->code;
	return write_line(out, err);
}

void out_free(struct out *out)
{
	if (out == NULL)
		return;
	if (out->format != NULL && out->format->free != NULL)
		out->format->free(out->state);
	for (size_t i = 0; i < out->count; i++)
		free((char *)out->columns[i].name);
	free(out->columns);
	text_done(&out->line);
	free(out);
}

void out_freep(struct out **out)
{
	out_free(*out);
}
