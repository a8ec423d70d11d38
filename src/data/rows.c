#include "data/rows.h"

#include <csv.h>
#include <stdbool.h>
#include <string.h>

#include "base/mem.h"

/* libcsv knows no lines, so it is fed line by line. */
struct reader {
	const char *path;
	const struct row_sink *sink;
	size_t line;	 /* on which the current row starts */
	size_t column;	 /* of the next field */
	bool row_closed; /* by the line fed last */
	struct err *err;
	bool failed;
};

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
		note(reader,
		     reader->sink->take_field(reader->sink->user, reader->line, reader->column, text, reader->err));
	reader->column++;
}

static void on_row(int terminator, void *user)
{
	struct reader *reader = user;

	(void)terminator;
	if (!reader->failed)
		note(reader, reader->sink->end_row(reader->sink->user, reader->line, reader->column, reader->err));
	reader->column = 0;
	reader->row_closed = true;
}

/* Bytes of the line at `text`, its end included. */
static size_t line_length(const char *text)
{
	size_t length = strcspn(text, "\r\n");

	if (text[length] == '\r')
		length++;
	if (text[length] == '\n')
		length++;
	return length;
}

/* `count` bytes of blanks and line ends. */
static bool is_blank(const char *text, size_t count)
{
	while (count > 0 && strchr(" \t\r\n", text[count - 1]) != NULL)
		count--;
	return count == 0;
}

static enum err_code parse_failed(const struct reader *reader, struct csv_parser *parser)
{
	if (csv_error(parser) != CSV_EPARSE)
		return err_set(reader->err, ERR_SYSTEM, "%s:%zu: %s", reader->path, reader->line,
			       csv_strerror(csv_error(parser)));
	return err_set(
	    reader->err, ERR_INPUT,
	    "%s:%zu: column %zu: a stray quote; a field with quotes or commas in it is written \"a \"\"b\"\", c\"",
	    reader->path, reader->line, reader->column + 1);
}

static enum err_code feed(struct reader *reader, struct csv_parser *parser, const char *text, size_t length)
{
	size_t line = 1;

	reader->row_closed = true;
	for (size_t i = 0; i < length; line++) {
		size_t count = line_length(text + i);
		if (reader->row_closed)
			reader->line = line;
		/* A blank line closes no row but opens none either. */
		reader->row_closed = reader->row_closed && is_blank(text + i, count);
		if (csv_parse(parser, text + i, count, on_field, on_row, reader) != count && !reader->failed)
			return parse_failed(reader, parser);
		if (reader->failed)
			return reader->err->code;
		i += count;
	}
	if (csv_fini(parser, on_field, on_row, reader) != 0 && !reader->failed)
		return err_set(reader->err, ERR_INPUT, "%s:%zu: column %zu: the quote that opens it is never closed",
			       reader->path, reader->line, reader->column + 1);
	return reader->failed ? reader->err->code : ERR_OK;
}

enum err_code rows_read(const char *path, const char *text, size_t length, const struct row_sink *sink, struct err *err)
{
	static const char byte_order_mark[] = "\xef\xbb\xbf";
	AUTO(csv_free) struct csv_parser parser;
	struct reader reader = { .path = path, .sink = sink, .err = err };

	if (strncmp(text, byte_order_mark, 3) == 0) {
		text += 3;
		length -= 3;
	}
	(void)csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI | CSV_APPEND_NULL);
	csv_set_blk_size(&parser, 1 << 16);
	return feed(&reader, &parser, text, length);
}
