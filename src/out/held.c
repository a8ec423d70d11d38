/* Rows held back, for the formats that people read. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "out/format.h"

#define NONE "–"

static enum err_code append_value(struct out *out, const struct out_value *value, struct err *err)
{
	struct out_held *held = out->state;

	switch (value->type) {
	case OUT_NULL:
		return text_append(&held->texts, err, NONE);
	case OUT_INTEGER:
		return text_append(&held->texts, err, "%" PRId64, value->integer);
	case OUT_REAL:
		return text_append(&held->texts, err, "%.6g", value->real);
	case OUT_FLOAT:
		return text_append(&held->texts, err, "%.6g", (double)value->single);
	case OUT_TEXT:
		return out->format->layout->append_text(&held->texts, value->text, err);
	case OUT_BLOB:
		return out_append_blob(&held->texts, value, err);
	case OUT_READY:
		break;
	}
	return ERR_OK;
}

static enum err_code hold(struct out *out, const struct out_value *value, struct err *err)
{
	struct out_held *held = out->state;

	if (mem_more(&held->cells, held->cell_count, &held->cell_capacity, err) != ERR_OK)
		return err->code;
	struct out_cell cell = { .start = held->texts.length,
				 .bold = value->bold,
				 .number =
				     value->type == OUT_INTEGER || value->type == OUT_REAL || value->type == OUT_FLOAT,
				 .none = value->type == OUT_NULL };
	if (append_value(out, value, err) != ERR_OK || text_append_bytes(&held->texts, "", 1, err) != ERR_OK)
		return err->code;
	held->cells[held->cell_count++] = cell;
	return ERR_OK;
}

static void settle_column(const struct out *out, size_t column)
{
	struct out_held *held = out->state;
	const char *name = out->columns[column].name;
	bool numbers = false, texts = false;

	held->widths[column] = text_width(name, strlen(name));
	for (size_t i = column; i < held->cell_count; i += out->count) {
		const char *text = held->texts.data + held->cells[i].start;
		size_t width = text_width(text, strlen(text));
		if (width > held->widths[column])
			held->widths[column] = width;
		numbers |= held->cells[i].number;
		texts |= !held->cells[i].number && !held->cells[i].none;
	}
	held->right[column] = out->columns[column].align == OUT_ALIGN_RIGHT ||
			      (out->columns[column].align == OUT_ALIGN_AUTO && numbers && !texts);
}

static enum err_code release(struct out *out, struct err *err)
{
	struct out_held *held = out->state;

	for (size_t i = 0; i < out->count && !held->settled; i++)
		settle_column(out, i);
	if (out->format->layout->append_rows(out, err) != ERR_OK)
		return err->code;
	held->settled = true;
	held->cell_count = 0;
	text_clear(&held->texts);
	return ERR_OK;
}

enum err_code out_held_begin(struct out *out, struct err *err)
{
	struct out_held *held = NULL;

	if (mem_new(&held, 1, err) != ERR_OK)
		return err->code;
	out->state = held;
	for (size_t i = 0; i < out->count; i++) {
		AUTO(text_done) struct text name = { 0 };
		char *copy = NULL;
		if (text_append(&name, err, "%s", "") != ERR_OK ||
		    out->format->layout->append_text(&name, out->columns[i].name, err) != ERR_OK ||
		    mem_copy_text(name.data, &copy, err) != ERR_OK)
			return err->code;
		free((char *)out->columns[i].name);
		out->columns[i].name = copy;
	}
	if (mem_new(&held->widths, out->count, err) != ERR_OK || mem_new(&held->right, out->count, err) != ERR_OK)
		return err->code;
	return ERR_OK;
}

enum err_code out_held_row(struct out *out, const struct out_value *values, struct err *err)
{
	for (size_t i = 0; i < out->count; i++)
		if (hold(out, &values[i], err) != ERR_OK)
			return err->code;
	return (out->rows + 1) % OUT_TABLE_HELD == 0 ? release(out, err) : ERR_OK;
}

static bool has_value(const struct out *out, size_t column)
{
	const struct out_held *held = out->state;

	for (size_t i = column; i < held->cell_count; i += out->count)
		if (!held->cells[i].none)
			return true;
	return held->cell_count == 0;
}

/* Columns without a value in any row go, as long as one stays. */
static void leave_out_empty(struct out *out)
{
	struct out_held *held = out->state;

	for (size_t column = out->count; column-- > 0;) {
		size_t kept = 0;
		if (out->count == 1 || has_value(out, column))
			continue;
		for (size_t i = 0; i < held->cell_count; i++)
			if (i % out->count != column)
				held->cells[kept++] = held->cells[i];
		held->cell_count = kept;
		free((char *)out->columns[column].name);
		for (size_t i = column; i + 1 < out->count; i++)
			out->columns[i] = out->columns[i + 1];
		out->count--;
	}
}

enum err_code out_held_end(struct out *out, struct err *err)
{
	const struct out_held *held = out->state;

	/* With more rows than one batch some are written, and columns must line up. */
	if (out->target.no_empty_columns && !held->settled)
		leave_out_empty(out);
	return held->settled && held->cell_count == 0 ? ERR_OK : release(out, err);
}

void out_held_free(void *state)
{
	struct out_held *held = state;

	if (held == NULL)
		return;
	text_done(&held->texts);
	free(held->cells);
	free(held->widths);
	free(held->right);
	free(held);
}
