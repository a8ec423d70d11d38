#include "data/rows.h"

#include <csv.h>
#include <stdint.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"

#define FIRST_PAGE 4096
#define GIVEN_BACK_AT_ONCE ((size_t)4 << 20)

/* libcsv knows no lines, so it is fed line by line; it tells nobody whether a field was quoted, so lines with quotes
 * are fed field by field, and its `quoted` looked at before the byte that ends the field. Lines without a quote, nearly
 * all of large files, are split here, which is faster. */
struct reader {
	const char *path;
	const struct row_format *format;
	const struct row_sink *sink;
	struct csv_parser parser;
	struct text squeezed; /* a line whose runs of blanks are one tab each */
	struct text copy;     /* a line whose fields are handed out */
	size_t rows, most;
	size_t line;	 /* on which the current row starts */
	size_t column;	 /* of the next field */
	bool quoted;	 /* the field that ends next */
	bool row_closed; /* by the line fed last */
	struct err *err;
	bool failed;
};

static void reader_done(struct reader *reader)
{
	csv_free(&reader->parser);
	text_done(&reader->squeezed);
	text_done(&reader->copy);
}

static void note(struct reader *reader, enum err_code code)
{
	reader->failed = reader->failed || code != ERR_OK;
}

static void on_field(void *text, size_t length, void *user)
{
	struct reader *reader = user;

	if (reader->failed)
		return;
	if (length > ROWS_LONGEST_FIELD)
		note(reader,
		     err_set(reader->err, ERR_INPUT, "%s:%zu: column %zu: a field of %zu bytes; the most is %zu",
			     reader->path, reader->line, reader->column + 1, length, ROWS_LONGEST_FIELD));
	else
		note(reader, reader->sink->take_field(reader->sink->user, reader->line, reader->column, text,
						      reader->quoted, reader->err));
	reader->column++;
	reader->quoted = false;
}

static void on_row(int terminator, void *user)
{
	struct reader *reader = user;

	(void)terminator;
	if (!reader->failed)
		note(reader, reader->sink->end_row(reader->sink->user, reader->line, reader->column, reader->err));
	reader->column = 0;
	reader->row_closed = true;
	reader->rows++;
}

struct rows_line rows_line_at(const char *data)
{
	struct rows_line line = { .length = strcspn(data, "\r\n") };
	size_t returns = strspn(data + line.length, "\r");

	if (data[line.length + returns] == '\n')
		line.end = returns + 1;
	else
		line.end = returns > 0;
	return line;
}

static bool is_blank(const char *text, size_t count)
{
	while (count > 0 && (text[count - 1] == ' ' || text[count - 1] == '\t'))
		count--;
	return count == 0;
}

static enum err_code parse_failed(struct reader *reader)
{
	struct csv_parser *parser = &reader->parser;

	if (csv_error(parser) != CSV_EPARSE)
		return err_set(reader->err, ERR_SYSTEM, "%s:%zu: %s", reader->path, reader->line,
			       csv_strerror(csv_error(parser)));
	return err_set(
	    reader->err, ERR_INPUT,
	    "%s:%zu: column %zu: a stray quote; a field with quotes or commas in it is written \"a \"\"b\"\", c\"",
	    reader->path, reader->line, reader->column + 1);
}

static enum err_code parse(struct reader *reader, const char *text, size_t count)
{
	size_t taken = csv_parse(&reader->parser, text, count, on_field, on_row, reader);

	if (reader->failed)
		return reader->err->code;
	return taken == count ? ERR_OK : parse_failed(reader);
}

/* Each piece begins with the byte that ends the field before. */
static enum err_code parse_by_field(struct reader *reader, const char *text, size_t count)
{
	char separator = (char)csv_get_delim(&reader->parser);

	for (size_t i = 0, next; i < count; i = next) {
		next = i + 1;
		while (next < count && text[next] != separator && text[next] != '\r' && text[next] != '\n')
			next++;
		reader->quoted = reader->parser.quoted != 0;
		if (parse(reader, text + i, next - i) != ERR_OK)
			return reader->err->code;
	}
	return ERR_OK;
}

/* reader->squeezed <- the line with one tab for each run of blanks outside quotes, none at its ends. `in_quotes`: it
 * begins within a quoted field. */
static enum err_code squeeze(struct reader *reader, const char *text, size_t count, bool in_quotes)
{

	text_clear(&reader->squeezed);
	for (size_t i = 0, next; i < count; i = next) {
		next = i + 1;
		in_quotes = in_quotes != (text[i] == reader->format->quote);
		bool blank = !in_quotes && is_blank(text + i, 1);
		while (blank && next < count && is_blank(text + next, 1))
			next++;
		if (blank && (i == 0 || next == count || text[next] == '\r' || text[next] == '\n'))
			continue;
		if (text_append_bytes(&reader->squeezed, blank ? "\t" : text + i, 1, reader->err) != ERR_OK)
			return reader->err->code;
	}
	return ERR_OK;
}

/* A whole row in a line of `length` bytes without quotes and line end. */
static enum err_code split_line(struct reader *reader, const char *text, size_t length)
{
	char separator = (char)csv_get_delim(&reader->parser);

	text_clear(&reader->copy);
	if (text_append_bytes(&reader->copy, text, length, reader->err) != ERR_OK)
		return reader->err->code;
	for (char *at = reader->copy.data, *end = at + length; at != NULL && !reader->failed;) {
		char *next = memchr(at, separator, (size_t)(end - at));
		char *last = next != NULL ? next : end;
		while (at < last && is_blank(at, 1))
			at++;
		while (at < last && is_blank(last - 1, 1))
			last--;
		*last = '\0';
		on_field(at, (size_t)(last - at), reader);
		at = next != NULL ? next + 1 : NULL;
	}
	on_row('\n', reader);
	return reader->failed ? reader->err->code : ERR_OK;
}

static enum err_code feed_line(struct reader *reader, const char *text, struct rows_line line)
{
	size_t count = line.length + line.end;
	bool opens = reader->row_closed;
	bool is_whole = opens && memchr(text, reader->format->quote, line.length) == NULL;

	/* A blank line closes no row but opens none either. */
	reader->row_closed = opens && is_blank(text, line.length);
	if (reader->row_closed)
		return ERR_OK;
	if (reader->format->separator == ' ') {
		if (squeeze(reader, text, count, !opens) != ERR_OK)
			return reader->err->code;
		text = reader->squeezed.data;
		count = reader->squeezed.length;
	}
	return is_whole ? split_line(reader, text, count - line.end) : parse_by_field(reader, text, count);
}

/* What has been read, a large piece at a time; *given: how much of it is gone. */
static void give_back(const struct rows_text *text, size_t read, size_t *given)
{
	const struct text *content = text->file->content;

	if (read - *given < GIVEN_BACK_AT_ONCE)
		return;
	mem_drop(content->data + (text->data - content->data) + *given, read - *given);
	*given = read;
}

static enum err_code feed(struct reader *reader, const struct rows_text *text)
{
	const char *comment = reader->format->comment;
	size_t comment_length = comment != NULL ? strlen(comment) : 0;
	size_t line_number = text->line;
	size_t given = FIRST_PAGE;
	/* What other programs count. */
	bool counts_returns = memchr(text->data, '\n', text->length) == NULL;
	bool was_counted = false; /* the end of the line before */

	reader->row_closed = true;
	for (size_t i = 0; i < text->length && reader->rows < reader->most;) {
		const char *at = text->data + i;
		struct rows_line line = rows_line_at(at);
		i += line.length + line.end;
		line_number += was_counted;
		was_counted = counts_returns || text->data[i - 1] == '\n';
		if (reader->row_closed && comment_length > 0 && strncmp(at, comment, comment_length) == 0)
			continue;
		if (reader->row_closed)
			reader->line = line_number;
		if (feed_line(reader, at, line) != ERR_OK)
			return reader->err->code;
		if (text->file != NULL && reader->most == SIZE_MAX && i > given)
			give_back(text, i, &given);
	}
	if (reader->rows == reader->most)
		return ERR_OK;
	reader->quoted = reader->parser.quoted != 0;
	if (csv_fini(&reader->parser, on_field, on_row, reader) != 0 && !reader->failed)
		return err_set(reader->err, ERR_INPUT, "%s:%zu: column %zu: the quote that opens it is never closed",
			       reader->path, reader->line, reader->column + 1);
	return reader->failed ? reader->err->code : ERR_OK;
}

enum err_code rows_read(const struct rows_text *text, const struct row_format *format, size_t most,
			const struct row_sink *sink, struct err *err)
{
	AUTO(reader_done)
	struct reader reader = { .path = text->path, .format = format, .sink = sink, .most = most, .err = err };

	(void)csv_init(&reader.parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
	csv_set_blk_size(&reader.parser, 1 << 16);
	csv_set_delim(&reader.parser, (unsigned char)(format->separator == ' ' ? '\t' : format->separator));
	csv_set_quote(&reader.parser, (unsigned char)format->quote);
	return feed(&reader, text);
}
