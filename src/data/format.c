#include "data/format.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "data/value.h"

#define LOOKED_AT 20 /* lines */

const char *separator_name(size_t i)
{
	static const char *const names[] = {
		[SEPARATOR_AUTO] = "auto", [SEPARATOR_COMMA] = "comma", [SEPARATOR_SEMICOLON] = "semicolon",
		[SEPARATOR_TAB] = "tab",   [SEPARATOR_BLANK] = "blank", [SEPARATOR_PIPE] = "pipe"
	};

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

const char *header_name(size_t i)
{
	static const char *const names[] = { [HEADER_AUTO] = "auto", [HEADER_YES] = "yes", [HEADER_NO] = "no" };

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

static const char separators[] = {
	[SEPARATOR_COMMA] = ',', [SEPARATOR_SEMICOLON] = ';', [SEPARATOR_TAB] = '\t',
	[SEPARATOR_BLANK] = ' ', [SEPARATOR_PIPE] = '|',
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

/* The same number, at least one, in every line; names may be one less. */
static bool is_steady(const struct sample *sample, char separator, char quote)
{
	size_t first = 0;

	for (size_t i = 0; i < sample->count; i++) {
		size_t count = count_separators(sample->line[i], sample->length[i], separator, quote);
		if (count == 0 || (i > 0 && count != first && (i > 1 || sample->count < 3 || count != first + 1)))
			return false;
		first = count;
	}
	return sample->count > 0;
}

static char find_separator(const struct sample *sample, char quote)
{
	static const char by_rarity[] = { ';', '\t', '|', ',', ' ' }, by_use[] = { ',', ';', '\t', '|', ' ' };

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
			opening += line[j] == '\'' && (j == 0 || strchr(",;| \t", line[j - 1]) != NULL);
	}
	return opening >= sample->count && opening > 0 ? '\'' : '"';
}

/* Whether the field is a number with a decimal sign, and if so whether that is a comma. Dates with points are none. */
static bool has_decimals(const char *field, size_t length, bool *ret_comma)
{
	char copy[32];
	double value;

	if (length >= sizeof copy)
		return false;
	memcpy(copy, field, length);
	copy[length] = '\0';
	*ret_comma = strchr(copy, ',') != NULL;
	return *ret_comma ? value_read_decimal_comma(copy, &value)
			  : strchr(copy, '.') != NULL && value_read(copy, &value);
}

/* Numbers may be whole for many rows, so the whole text is looked at, but only if it has a comma. */
static bool has_decimal_commas(const struct rows_text *text, const struct row_format *rows)
{
	const char ends[] = { '\r', '\n', rows->quote, rows->separator, rows->separator == ' ' ? '\t' : '\0', '\0' };
	bool comma = false;

	if (rows->separator == ',' || memchr(text->data, ',', text->length) == NULL)
		return false;
	for (const char *at = text->data; *at != '\0';) {
		at += strspn(at, " ");
		size_t length = strcspn(at, ends);
		size_t shown = length;
		while (shown > 0 && at[shown - 1] == ' ')
			shown--;
		if (has_decimals(at, shown, &comma))
			return comma;
		at += length + (at[length] != '\0');
	}
	return false;
}

static enum separator_kind separator_of(char byte)
{
	for (size_t i = SEPARATOR_COMMA; i < ARRAY_LENGTH(separators); i++)
		if (separators[i] == byte)
			return (enum separator_kind)i;
	return SEPARATOR_AUTO;
}

/* Excel says the separator in a first line "sep=;", which is skipped. */
static enum separator_kind skip_separator_line(struct rows_text *text)
{
	struct rows_line line = rows_line_at(text->data);
	bool is_one = line.length == 5 && strncasecmp(text->data, "sep=", 4) == 0;
	enum separator_kind separator = is_one ? separator_of(text->data[4]) : SEPARATOR_AUTO;

	if (separator == SEPARATOR_AUTO)
		return SEPARATOR_AUTO;
	text->data += line.length + line.end;
	text->length -= line.length + line.end;
	text->line++;
	return separator;
}

struct format format_find(struct rows_text *text, const struct reading *reading)
{
	enum separator_kind said = skip_separator_line(text);
	struct sample sample = take_sample(text, reading->comment);
	struct format format = { .rows = { ',', '"', reading->comment } };

	format.rows.quote = find_quote(&sample);
	if (reading->separator != SEPARATOR_AUTO)
		said = (enum separator_kind)reading->separator;
	format.rows.separator = said != SEPARATOR_AUTO ? separators[said] : find_separator(&sample, format.rows.quote);
	format.decimal_comma = has_decimal_commas(text, &format.rows);
	return format;
}

bool format_read_number(const struct format *format, const char *text, double *ret_value)
{
	return (format->decimal_comma ? value_read_decimal_comma : value_read)(text, ret_value);
}

const char *format_separator_name(const struct format *format)
{
	return separator_name(separator_of(format->rows.separator));
}
