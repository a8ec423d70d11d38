/* Rows as a table for people. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "out/format.h"

#define GAP "  "
#define NONE "–"

struct cell {
	size_t start; /* of its NUL-terminated text in `texts` */
	bool bold, number, none;
};

/* Rows held back until the widths are known. */
struct table {
	struct text texts;
	struct cell *cells; /* held x columns, row after row */
	size_t cell_count, cell_capacity;
	size_t *widths; /* in characters */
	bool *right;
	bool settled; /* widths are fixed and the head is written */
};

static enum err_code append_value(struct text *texts, const struct out_value *value, struct err *err)
{
	switch (value->type) {
	case OUT_NULL:
		return text_append(texts, err, NONE);
	case OUT_INTEGER:
		return text_append(texts, err, "%" PRId64, value->integer);
	case OUT_REAL:
		return text_append(texts, err, "%.6g", value->real);
	case OUT_FLOAT:
		return text_append(texts, err, "%.6g", (double)value->single);
	case OUT_TEXT:
		return text_append_clean(texts, value->text, err);
	case OUT_BLOB:
		return out_append_blob(texts, value, err);
	case OUT_READY:
		break;
	}
	return ERR_OK;
}

static enum err_code hold(struct table *table, const struct out_value *value, struct err *err)
{
	if (mem_more(&table->cells, table->cell_count, &table->cell_capacity, err) != ERR_OK)
		return err->code;
	struct cell cell = { .start = table->texts.length,
			     .bold = value->bold,
			     .number =
				 value->type == OUT_INTEGER || value->type == OUT_REAL || value->type == OUT_FLOAT,
			     .none = value->type == OUT_NULL };
	if (append_value(&table->texts, value, err) != ERR_OK || text_append_bytes(&table->texts, "", 1, err) != ERR_OK)
		return err->code;
	table->cells[table->cell_count++] = cell;
	return ERR_OK;
}

static enum err_code append_blanks(struct text *line, size_t count, struct err *err)
{
	return text_append(line, err, "%*s", (int)count, "");
}

/* One cell in its width; nothing trails behind the last column. */
static enum err_code append_cell(struct out *out, size_t column, const char *text, bool bold, struct err *err)
{
	const struct table *table = out->state;
	size_t width = text_width(text, strlen(text));
	size_t blanks = width < table->widths[column] ? table->widths[column] - width : 0;
	bool last = column + 1 == out->count;
	bool marked = bold && out->target.terminal;

	if (append_blanks(&out->line, table->right[column] ? blanks : 0, err) != ERR_OK ||
	    text_append(&out->line, err, marked ? "\033[1m%s\033[0m" : "%s", text) != ERR_OK ||
	    append_blanks(&out->line, table->right[column] || last ? 0 : blanks, err) != ERR_OK)
		return err->code;
	return text_append(&out->line, err, last ? "\n" : GAP);
}

static enum err_code append_head(struct out *out, struct err *err)
{
	static const char dashes[] = "----------------------------------------------------------------";
	const struct table *table = out->state;

	for (size_t i = 0; i < out->count; i++)
		if (append_cell(out, i, out->columns[i].name, false, err) != ERR_OK)
			return err->code;
	for (size_t i = 0; i < out->count; i++) {
		for (size_t left = table->widths[i]; left > 0;) {
			size_t some = left < sizeof dashes - 1 ? left : sizeof dashes - 1;
			if (text_append_bytes(&out->line, dashes, some, err) != ERR_OK)
				return err->code;
			left -= some;
		}
		if (text_append(&out->line, err, i + 1 == out->count ? "\n" : GAP) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static void settle_column(const struct out *out, size_t column)
{
	struct table *table = out->state;
	const char *name = out->columns[column].name;
	bool numbers = false, texts = false;

	table->widths[column] = text_width(name, strlen(name));
	for (size_t i = column; i < table->cell_count; i += out->count) {
		const char *text = table->texts.data + table->cells[i].start;
		size_t width = text_width(text, strlen(text));
		if (width > table->widths[column])
			table->widths[column] = width;
		numbers |= table->cells[i].number;
		texts |= !table->cells[i].number && !table->cells[i].none;
	}
	table->right[column] = out->columns[column].align == OUT_ALIGN_RIGHT ||
			       (out->columns[column].align == OUT_ALIGN_AUTO && numbers && !texts);
}

/* Moves the held rows to the line; the first time fixes the widths and writes the head. */
static enum err_code release(struct out *out, struct err *err)
{
	struct table *table = out->state;

	if (!table->settled) {
		for (size_t i = 0; i < out->count; i++)
			settle_column(out, i);
		if (append_head(out, err) != ERR_OK)
			return err->code;
		table->settled = true;
	}
	for (size_t i = 0; i < table->cell_count; i++)
		if (append_cell(out, i % out->count, table->texts.data + table->cells[i].start, table->cells[i].bold,
				err) != ERR_OK)
			return err->code;
	table->cell_count = 0;
	text_clear(&table->texts);
	return ERR_OK;
}

static enum err_code table_begin(struct out *out, struct err *err)
{
	struct table *table = NULL;

	if (mem_new(&table, 1, err) != ERR_OK)
		return err->code;
	out->state = table;
	for (size_t i = 0; i < out->count; i++)
		(void)text_clean((char *)out->columns[i].name, false);
	if (mem_new(&table->widths, out->count, err) != ERR_OK || mem_new(&table->right, out->count, err) != ERR_OK)
		return err->code;
	return ERR_OK;
}

static enum err_code table_row(struct out *out, const struct out_value *values, struct err *err)
{
	struct table *table = out->state;

	for (size_t i = 0; i < out->count; i++)
		if (hold(table, &values[i], err) != ERR_OK)
			return err->code;
	if (!table->settled && out->rows + 1 < OUT_TABLE_HELD)
		return ERR_OK;
	return release(out, err);
}

static void table_free(void *state)
{
	struct table *table = state;

	if (table == NULL)
		return;
	text_done(&table->texts);
	free(table->cells);
	free(table->widths);
	free(table->right);
	free(table);
}

const struct out_format out_format_table = { "table", table_begin, table_row, release, table_free, NULL };
