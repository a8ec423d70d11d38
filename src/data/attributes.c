#include "data/attributes.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/parse.h"

/* A place in the header or in a sparse row. */
struct place {
	const char *path;
	size_t line;
	const char *at, *end; /* of the line */
};

static void skip_blanks(struct place *place)
{
	while (place->at < place->end && (*place->at == ' ' || *place->at == '\t'))
		place->at++;
}

/* The next word: in quotes, or up to a blank or one of `stops`. */
static void take_word(struct place *place, const char *stops, const char **ret_word, size_t *ret_length)
{
	skip_blanks(place);
	char quote = place->at < place->end && strchr("'\"", *place->at) != NULL ? *place->at : '\0';
	place->at += quote != '\0';
	*ret_word = place->at;
	while (place->at < place->end &&
	       (quote != '\0' ? *place->at != quote
			      : strchr(" \t", *place->at) == NULL && strchr(stops, *place->at) == NULL))
		place->at++;
	*ret_length = (size_t)(place->at - *ret_word);
	place->at += quote != '\0' && place->at < place->end;
	skip_blanks(place);
}

static bool is_word(const char *word, size_t length, const char *of)
{
	return strlen(of) == length && strncasecmp(word, of, length) == 0;
}

static bool takes(struct place *place, char byte)
{
	if (place->at == place->end || *place->at != byte)
		return false;
	place->at++;
	return true;
}

static enum err_code add_level(struct column *column, const char *word, size_t length, struct err *err)
{
	struct text text AUTO(text_done) = { 0 };
	uint32_t index;

	if (text_append_bytes(&text, word, length, err) != ERR_OK || text_append_bytes(&text, "", 0, err) != ERR_OK)
		return err->code;
	return class_set_add(&column->levels, text.data, &index, err);
}

/* The rest of an @attribute line. */
static enum err_code read_attribute(struct place *place, struct columns *columns, struct err *err)
{
	static const char *const numbers[] = { "numeric", "real", "integer" };
	const char *word;
	size_t length;

	take_word(place, "{", &word, &length);
	if (length == 0 || place->at == place->end)
		return err_set(err, ERR_INPUT, "%s:%zu: '@attribute' takes a name and a type", place->path,
			       place->line);
	if (columns_add(columns, word, length, err) != ERR_OK)
		return err->code;
	struct column *column = &columns->at[columns->count - 1];
	column->is_text = true;
	if (takes(place, '{')) {
		column->is_declared = true;
		do {
			take_word(place, ",}", &word, &length);
			if (length > 0 && add_level(column, word, length, err) != ERR_OK)
				return err_prefix(err, "%s:%zu", place->path, place->line);
		} while (takes(place, ','));
		if (!takes(place, '}'))
			return err_set(err, ERR_INPUT, "%s:%zu: the levels of '%s' do not end with '}'", place->path,
				       place->line, column->name);
		return ERR_OK;
	}
	take_word(place, "[{", &word, &length);
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
		column->is_text = column->is_text && !is_word(word, length, numbers[i]);
	return ERR_OK;
}

static bool begins_with(const struct place *place, const char *keyword)
{
	return (size_t)(place->end - place->at) >= strlen(keyword) &&
	       strncasecmp(place->at, keyword, strlen(keyword)) == 0;
}

/* The columns that @inputs or @outputs names: marks them. */
static enum err_code read_list(struct place *place, struct columns *columns, bool *named, struct err *err)
{
	do {
		const char *word;
		size_t length;
		size_t j = 0;
		take_word(place, ",", &word, &length);
		while (j < columns->count &&
		       (strlen(columns->at[j].name) != length || strncmp(columns->at[j].name, word, length) != 0))
			j++;
		if (j == columns->count)
			return err_set(err, ERR_INPUT, "%s:%zu: '%.*s' is no attribute", place->path, place->line,
				       (int)length, word);
		named[j] = true;
	} while (takes(place, ','));
	return ERR_OK;
}

static bool is_comment(const struct place *place)
{
	return place->at == place->end || *place->at == '%';
}

/* What KEEL names as output is the label; what it does not name at all is left out. */
static enum err_code read_outputs(struct place *place, struct columns *columns, size_t *ret_label, struct err *err)
{
	AUTO(mem_freep) bool *named = NULL;
	bool is_output = begins_with(place, "@output");

	if (mem_new(&named, columns->count, err) != ERR_OK)
		return err->code;
	place->at += strcspn(place->at, " \t\r\n");
	if (read_list(place, columns, named, err) != ERR_OK)
		return err->code;
	for (size_t j = columns->count; j-- > 0;)
		if (is_output && named[j])
			*ret_label = j;
		else if (!is_output)
			columns->at[j].is_left_out = !named[j];
	if (*ret_label != NO_COLUMN)
		columns->at[*ret_label].is_left_out = false;
	return ERR_OK;
}

static enum err_code read_header_line(struct place *place, struct columns *columns, size_t *ret_label, struct err *err)
{
	if (begins_with(place, "@attribute")) {
		place->at += strlen("@attribute");
		return read_attribute(place, columns, err);
	}
	if (begins_with(place, "@input") || begins_with(place, "@output"))
		return read_outputs(place, columns, ret_label, err);
	if (begins_with(place, "@relation"))
		return ERR_OK;
	return err_set(err, ERR_INPUT, "%s:%zu: '%.*s' is none of @relation, @attribute, @inputs, @outputs and @data",
		       place->path, place->line, (int)strcspn(place->at, " \t\r\n"), place->at);
}

static struct place place_at(const struct rows_text *text)
{
	struct place place = { .path = text->path, .line = text->line, .at = text->data };

	place.end = place.at + rows_line_at(text->data).length;
	skip_blanks(&place);
	return place;
}

/* Goes on to the next line. */
static void next_line(struct rows_text *text)
{
	struct rows_line line = rows_line_at(text->data);

	text->data += line.length + line.end;
	text->length -= line.length + line.end;
	text->line++;
}

bool attributes_are_in(const struct rows_text *text)
{
	struct rows_text rest = *text;
	struct place place = place_at(&rest);

	while (rest.length > 0 && is_comment(&place)) {
		next_line(&rest);
		place = place_at(&rest);
	}
	return rest.length > 0 && (begins_with(&place, "@relation") || begins_with(&place, "@attribute"));
}

/* Appends the sparse row as separated values in double quotes. */
static enum err_code write_dense_row(struct place *place, const struct columns *columns, struct text *dense,
				     struct err *err)
{
	size_t j = 0;
	bool more = takes(place, '{');

	while (j < columns->count) {
		const struct column *column = &columns->at[j];
		const char *word = column->is_text && column->levels.count > 0 ? column->levels.names[0] : "0";
		size_t length = strlen(word);
		struct place ahead = *place;
		const char *index;
		size_t index_length;
		take_word(&ahead, ",}", &index, &index_length);
		char *end = NULL;
		unsigned long at = more && index_length > 0 ? strtoul(index, &end, 10) : columns->count;
		if (more && index_length > 0 && (end != index + index_length || at < j || at >= columns->count))
			return err_set(err, ERR_INPUT, "%s:%zu: '%.*s' is no column from %zu to %zu of a sparse row",
				       place->path, place->line, (int)index_length, index, j, columns->count - 1);
		if (at == j) {
			*place = ahead;
			take_word(place, ",}", &word, &length);
			more = takes(place, ',');
		}
		bool is_missing = is_word(word, length, "?");
		if (text_append(dense, err, "%s%s%.*s%s", j == 0 ? "" : ",", is_missing ? "" : "'", (int)length, word,
				is_missing ? "" : "'") != ERR_OK)
			return err->code;
		j++;
	}
	if (!takes(place, '}'))
		return err_set(err, ERR_INPUT, "%s:%zu: a sparse row ends with '}'", place->path, place->line);
	return text_append(dense, err, "\n");
}

static enum err_code write_dense(struct rows_text rows, const struct columns *columns, struct text *dense,
				 struct err *err)
{
	for (; rows.length > 0; next_line(&rows)) {
		struct place place = place_at(&rows);
		enum err_code code =
		    is_comment(&place) ? text_append(dense, err, "\n") : write_dense_row(&place, columns, dense, err);
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

static bool is_sparse(struct rows_text rows)
{
	struct place place = place_at(&rows);

	while (rows.length > 0 && is_comment(&place)) {
		next_line(&rows);
		place = place_at(&rows);
	}
	return rows.length > 0 && *place.at == '{';
}

enum err_code attributes_read(const struct rows_text *text, struct columns *columns, size_t *ret_label,
			      struct rows_text *ret_rows, struct text *dense, struct err *err)
{
	struct rows_text rest = *text;
	bool has_data = false;

	*ret_label = NO_COLUMN;
	for (; rest.length > 0 && !has_data; next_line(&rest)) {
		struct place place = place_at(&rest);
		has_data = begins_with(&place, "@data");
		if (!has_data && !is_comment(&place) && read_header_line(&place, columns, ret_label, err) != ERR_OK)
			return err->code;
	}
	if (!has_data || columns->count == 0)
		return err_set(err, ERR_INPUT, "%s: %s", text->path,
			       has_data ? "declares no @attribute" : "has no line '@data' before its rows");
	*ret_rows = rest;
	if (!is_sparse(rest))
		return ERR_OK;
	if (write_dense(rest, columns, dense, err) != ERR_OK || text_append_bytes(dense, "", 0, err) != ERR_OK)
		return err->code;
	ret_rows->data = dense->data;
	ret_rows->length = dense->length;
	return ERR_OK;
}
