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

struct word {
	const char *at; /* without its quotes */
	size_t length;
	bool quoted;
	bool escaped; /* a backslash stands before a quote or another backslash */
};

/* The next word: in quotes, or up to one of `stops`, without blanks at its end. */
static struct word take_word(struct place *place, const char *stops)
{
	struct word word = { 0 };

	skip_blanks(place);
	char quote = place->at < place->end && strchr("'\"", *place->at) != NULL ? *place->at : '\0';
	word.quoted = word.escaped = quote != '\0';
	place->at += word.quoted;
	word.at = place->at;
	while (place->at < place->end && (word.quoted ? *place->at != quote : strchr(stops, *place->at) == NULL))
		place->at += word.quoted && *place->at == '\\' && place->at + 1 < place->end ? 2 : 1;
	word.length = (size_t)(place->at - word.at);
	while (!word.quoted && word.length > 0 && strchr(" \t", word.at[word.length - 1]) != NULL)
		word.length--;
	place->at += word.quoted && place->at < place->end;
	skip_blanks(place);
	return word;
}

/* Appends the word without its backslashes, each '"' as `quote`. */
static enum err_code append_word(const struct word *word, const char *quote, struct text *text, struct err *err)
{
	size_t i = 0;

	while (i < word->length) {
		size_t from = i += word->escaped && word->at[i] == '\\' && i + 1 < word->length;
		if (word->at[i] == '"' && text_append(text, err, "%s", quote) != ERR_OK)
			return err->code;
		from += word->at[i++] == '"';
		while (i < word->length && word->at[i] != '"' && !(word->escaped && word->at[i] == '\\'))
			i++;
		if (text_append_bytes(text, word->at + from, i - from, err) != ERR_OK)
			return err->code;
	}
	return text_append_bytes(text, "", 0, err);
}

static bool is_word(const struct word *word, const char *of)
{
	return strlen(of) == word->length && strncasecmp(word->at, of, word->length) == 0;
}

static bool takes(struct place *place, char byte)
{
	if (place->at == place->end || *place->at != byte)
		return false;
	place->at++;
	return true;
}

static enum err_code add_level(struct column *column, const struct word *word, struct err *err)
{
	struct text text AUTO(text_done) = { 0 };
	uint32_t index;

	if (append_word(word, "\"", &text, err) != ERR_OK)
		return err->code;
	return class_set_add(&column->levels, text.data, &index, err);
}

/* The rest of an @attribute line. */
static enum err_code read_attribute(struct place *place, struct columns *columns, struct err *err)
{
	static const char *const numbers[] = { "numeric", "real", "integer" };
	struct word word = take_word(place, " \t{");
	struct text name AUTO(text_done) = { 0 };

	if (word.length == 0 || place->at == place->end)
		return err_set(err, ERR_INPUT, "%s:%zu: '@attribute' takes a name and a type", place->path,
			       place->line);
	if (append_word(&word, "\"", &name, err) != ERR_OK ||
	    columns_add(columns, name.data, name.length, err) != ERR_OK)
		return err->code;
	struct column *column = &columns->at[columns->count - 1];
	column->is_text = true;
	if (takes(place, '{')) {
		column->is_declared = true;
		do {
			word = take_word(place, ",}");
			if (word.length > 0 && add_level(column, &word, err) != ERR_OK)
				return err_prefix(err, "%s:%zu", place->path, place->line);
		} while (takes(place, ','));
		if (!takes(place, '}'))
			return err_set(err, ERR_INPUT, "%s:%zu: the levels of '%s' do not end with '}'", place->path,
				       place->line, column->name);
		return ERR_OK;
	}
	word = take_word(place, " \t[{");
	for (size_t i = 0; i < ARRAY_LENGTH(numbers); i++)
		column->is_text = column->is_text && !is_word(&word, numbers[i]);
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
		struct word word = take_word(place, ",");
		struct text name AUTO(text_done) = { 0 };
		if (append_word(&word, "\"", &name, err) != ERR_OK)
			return err->code;
		size_t j = columns_find(columns, name.data);
		if (j == NO_COLUMN)
			return err_set(err, ERR_INPUT, "%s:%zu: '%s' is no attribute", place->path, place->line,
				       name.data);
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

/* Appends the value as separated values have it: in double quotes if it has quotes. */
static enum err_code write_value(const struct word *word, struct text *rows, struct err *err)
{
	const char *quote = word->quoted ? "\"" : "";

	if (text_append(rows, err, "%s", quote) != ERR_OK ||
	    append_word(word, word->quoted ? "\"\"" : "\"", rows, err) != ERR_OK)
		return err->code;
	return text_append(rows, err, "%s", quote);
}

static enum err_code end_of_row(const struct place *place, struct text *rows, struct err *err)
{
	if (place->at < place->end)
		return err_set(err, ERR_INPUT, "%s:%zu: '%.*s' behind the row: rows with weights are not read",
			       place->path, place->line, (int)(place->end - place->at), place->at);
	return text_append(rows, err, "\n");
}

/* Appends the row {2 X, 5 Y}. */
static enum err_code write_sparse_row(struct place *place, const struct columns *columns, struct text *rows,
				      struct err *err)
{
	bool more = takes(place, '{');

	for (size_t j = 0; j < columns->count; j++) {
		const struct column *column = &columns->at[j];
		const char *nothing = column->is_text && column->levels.count > 0 ? column->levels.names[0] : "0";
		struct word word = { nothing, strlen(nothing), column->is_text, false };
		struct place ahead = *place;
		struct word index = take_word(&ahead, " \t,}");
		char *end = NULL;
		unsigned long at = more && index.length > 0 ? strtoul(index.at, &end, 10) : columns->count;
		if (more && index.length > 0 && (end != index.at + index.length || at < j || at >= columns->count))
			return err_set(err, ERR_INPUT, "%s:%zu: '%.*s' is no column from %zu to %zu of a sparse row",
				       place->path, place->line, (int)index.length, index.at, j, columns->count - 1);
		if (at == j) {
			*place = ahead;
			word = take_word(place, ",}");
			more = takes(place, ',');
		}
		if (text_append(rows, err, "%s", j == 0 ? "" : ",") != ERR_OK ||
		    write_value(&word, rows, err) != ERR_OK)
			return err->code;
	}
	if (!takes(place, '}'))
		return err_set(err, ERR_INPUT, "%s:%zu: a sparse row ends with '}'", place->path, place->line);
	return end_of_row(place, rows, err);
}

static enum err_code write_row(struct place *place, struct text *rows, struct err *err)
{
	const char *stops = memchr(place->at, ',', (size_t)(place->end - place->at)) != NULL ? "," : " \t";
	bool more = true;

	while (more && !(place->at < place->end && *place->at == '{')) {
		struct word word = take_word(place, stops);
		more = *stops == ',' ? takes(place, ',') : place->at < place->end;
		if (write_value(&word, rows, err) != ERR_OK || (more && text_append(rows, err, ",") != ERR_OK))
			return err->code;
	}
	return end_of_row(place, rows, err);
}

/* Writes the rows anew, separated by commas and with double quotes only, one line for each line. */
static enum err_code write_rows(struct rows_text from, const struct columns *columns, struct text *rows,
				struct err *err)
{
	for (; from.length > 0; next_line(&from)) {
		struct place place = place_at(&from);
		enum err_code code = is_comment(&place) ? text_append(rows, err, "\n")
				     : *place.at == '{' ? write_sparse_row(&place, columns, rows, err)
							: write_row(&place, rows, err);
		if (code != ERR_OK)
			return code;
	}
	return text_append_bytes(rows, "", 0, err);
}

enum err_code attributes_read(const struct rows_text *text, struct columns *columns, size_t *ret_label,
			      struct rows_text *ret_rows, struct text *rows, struct err *err)
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
	if (strpbrk(rest.data, "'\"{") == NULL)
		return ERR_OK;
	if (write_rows(rest, columns, rows, err) != ERR_OK)
		return err->code;
	ret_rows->file = NULL;
	ret_rows->data = rows->data;
	ret_rows->length = rows->length;
	return ERR_OK;
}
