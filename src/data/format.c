#include "data/format.h"

#include <string.h>

#include "base/mem.h"

#define LOOKED_AT 20 /* lines */

const char *separator_name(size_t i)
{
	static const char *const names[] = { [SEPARATOR_AUTO] = "auto",
					     [SEPARATOR_COMMA] = "comma",
					     [SEPARATOR_SEMICOLON] = "semicolon",
					     [SEPARATOR_TAB] = "tab",
					     [SEPARATOR_BLANK] = "blank" };

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

const char *header_name(size_t i)
{
	static const char *const names[] = { [HEADER_AUTO] = "auto", [HEADER_YES] = "yes", [HEADER_NO] = "no" };

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

static const char separators[] = {
	[SEPARATOR_COMMA] = ',', [SEPARATOR_SEMICOLON] = ';', [SEPARATOR_TAB] = '\t', [SEPARATOR_BLANK] = ' '
};

static bool is_separator(char byte, char separator)
{
	return byte == separator || (separator == ' ' && byte == '\t');
}

/* How many separators the line has outside quotes; runs of blanks count once, and not at its ends. */
static size_t count_separators(const char *line, size_t length, char separator, char quote)
{
	bool in_quotes = false;
	bool begun = false; /* something but blanks was there */
	size_t count = 0;

	for (size_t i = 0; i < length; i++) {
		in_quotes = in_quotes != (line[i] == quote);
		if (in_quotes || !is_separator(line[i], separator)) {
			begun = true;
			continue;
		}
		if (separator != ' ' || (begun && i + 1 < length && !is_separator(line[i + 1], ' ')))
			count++;
	}
	return count;
}

/* The first lines that hold something, and are no comments. */
struct sample {
	const char *line[LOOKED_AT];
	size_t length[LOOKED_AT];
	size_t count;
};

static struct sample take_sample(const struct rows_text *text, const char *comment)
{
	struct sample sample = { 0 };
	size_t comment_length = comment != NULL ? strlen(comment) : 0;

	for (size_t i = 0; i < text->length && sample.count < LOOKED_AT;) {
		const char *at = text->data + i;
		struct rows_line line = rows_line_at(at);
		i += line.length + line.end;
		if (line.length == 0 || (comment_length > 0 && strncmp(at, comment, comment_length) == 0))
			continue;
		sample.line[sample.count] = at;
		sample.length[sample.count++] = line.length;
	}
	return sample;
}

/* The same number, at least one, in every line. */
static bool is_steady(const struct sample *sample, char separator, char quote)
{
	size_t first = 0;

	for (size_t i = 0; i < sample->count; i++) {
		size_t count = count_separators(sample->line[i], sample->length[i], separator, quote);
		if (count == 0 || (i > 0 && count != first))
			return false;
		first = count;
	}
	return sample->count > 0;
}

static char find_separator(const struct sample *sample, char quote)
{
	static const char by_rarity[] = { ';', '\t', ',', ' ' }, by_use[] = { ',', ';', '\t', ' ' };

	for (size_t i = 0; i < ARRAY_LENGTH(by_rarity); i++)
		if (is_steady(sample, by_rarity[i], quote))
			return by_rarity[i];
	for (size_t i = 0; i < ARRAY_LENGTH(by_use) && sample->count > 0; i++)
		if (count_separators(sample->line[0], sample->length[0], by_use[i], quote) > 0)
			return by_use[i];
	return ',';
}

/* Texts in single quotes, as Weka writes them: such quotes open fields, and no double quote is there. */
static char find_quote(const struct sample *sample)
{
	size_t opening = 0;

	for (size_t i = 0; i < sample->count; i++) {
		const char *line = sample->line[i];
		if (memchr(line, '"', sample->length[i]) != NULL)
			return '"';
		for (size_t j = 0; j < sample->length[i]; j++)
			opening += line[j] == '\'' && (j == 0 || strchr(",; \t", line[j - 1]) != NULL);
	}
	return opening >= sample->count && opening > 0 ? '\'' : '"';
}

/* Whether a field of the line is digits, a comma and digits, and none has a point between digits. */
static void look_for_decimals(const char *line, size_t length, bool *ret_comma, bool *ret_point)
{
	for (size_t i = 1; i + 1 < length; i++) {
		bool between = strchr("0123456789", line[i - 1]) != NULL && strchr("0123456789", line[i + 1]) != NULL;
		*ret_comma = *ret_comma || (between && line[i] == ',');
		*ret_point = *ret_point || (between && line[i] == '.');
	}
}

struct format format_find(const struct rows_text *text, const struct reading *reading)
{
	struct sample sample = take_sample(text, reading->comment);
	struct format format = { .rows = { ',', '"', reading->comment } };
	bool comma = false;
	bool point = false;

	if (reading->is_plain)
		return format;
	format.rows.quote = find_quote(&sample);
	format.rows.separator = reading->separator != SEPARATOR_AUTO ? separators[reading->separator]
								     : find_separator(&sample, format.rows.quote);
	for (size_t i = 0; i < sample.count && format.rows.separator != ','; i++)
		look_for_decimals(sample.line[i], sample.length[i], &comma, &point);
	format.decimal_comma = comma && !point;
	return format;
}

const char *format_separator_name(const struct format *format)
{
	for (size_t i = SEPARATOR_COMMA; i < ARRAY_LENGTH(separators); i++)
		if (separators[i] == format->rows.separator)
			return separator_name(i);
	return "";
}
