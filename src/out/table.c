/* Rows as a table for people. One that is wider than the terminal is cut into blocks of columns, each with the columns
 * that tell rows apart in front; a cell that alone is wider is folded. */
#include <string.h>

#include "base/mem.h"
#include "out/format.h"

#define GAP 2
/* A column is not folded to less. */
#define COLUMN_LEAST 16

/* Columns first to last - 1, behind the first `keys` of the table, which are not among them. */
struct block {
	size_t keys, first, last;
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Whether no two of the rows that are held have the same first columns. */
static bool tells_apart(const struct out *out, size_t columns)
{
	const struct out_held *held = out->state;

	for (size_t a = 0; a < held->cell_count; a += out->count)
		for (size_t b = 0; b < a; b += out->count) {
			size_t same = 0;
			while (same < columns && strcmp(held->texts.data + held->cells[a + same].start,
							held->texts.data + held->cells[b + same].start) == 0)
				same++;
			if (same == columns)
				return false;
		}
	return true;
}

/* Columns in front of every block: the fewest that tell the first batch of rows apart, or else the first alone; none if
 * they leave no room. */
static size_t count_keys(const struct out *out)
{
	const struct out_held *held = out->state;
	size_t room = out->target.width;

	for (size_t keys = 1, width = 0; keys < out->count; keys++) {
		width += held->widths[keys - 1] + GAP;
		if (width + COLUMN_LEAST > room)
			break;
		if (tells_apart(out, keys))
			return keys;
	}
	return out->count > 1 && held->widths[0] + GAP + COLUMN_LEAST <= room ? 1 : 0;
}

/* Width of the keys with the gap behind them. */
static size_t key_width(const struct out *out, size_t keys)
{
	const struct out_held *held = out->state;
	size_t width = 0;

	for (size_t i = 0; i < keys; i++)
		width += held->widths[i] + GAP;
	return width;
}

/* The block that begins with column `first`; held->widths[] of its columns are made to fit. */
static struct block block_from(const struct out *out, size_t keys, size_t first)
{
	struct out_held *held = out->state;
	size_t room = out->target.width - key_width(out, keys), used = 0;
	struct block block = { keys, first, first };

	if (out->target.width == 0)
		return (struct block){ 0, 0, out->count };
	for (; block.last < out->count; block.last++) {
		held->widths[block.last] = least(held->widths[block.last], room < COLUMN_LEAST ? COLUMN_LEAST : room);
		size_t wanted = used + held->widths[block.last] + (used == 0 ? 0 : GAP);
		if (wanted > room && block.last > first)
			break;
		used = wanted;
	}
	return block;
}

static enum err_code append_blanks(struct text *line, size_t count, struct err *err)
{
	return text_append(line, err, "%*s", (int)count, "");
}

/* Column of the table that stands at place k of the block. */
static size_t column_at(const struct block *block, size_t k)
{
	return k < block->keys ? k : block->first + k - block->keys;
}

/* `length` bytes from column `at` of a line that is `*written` wide so far, at least GAP behind what is there. */
static enum err_code append_piece(struct out *out, const char *text, size_t length, bool bold, size_t at,
				  size_t *written, struct err *err)
{
	bool marked = bold && out->target.terminal;
	size_t place = *written > 0 && at < *written + GAP ? *written + GAP : at;

	if (append_blanks(&out->line, place - *written, err) != ERR_OK ||
	    text_append(&out->line, err, marked ? "\033[1m%.*s\033[0m" : "%.*s", (int)length, text) != ERR_OK)
		return err->code;
	*written = place + text_width(text, length);
	return ERR_OK;
}

/* One line of a row: of each text as much as fits; what is left of them stays in texts[]. */
static enum err_code append_line(struct out *out, const struct block *block, const char **texts,
				 const struct out_cell *cells, bool *ret_more, struct err *err)
{
	const struct out_held *held = out->state;
	size_t start = 0, written = 0;

	*ret_more = false;
	for (size_t k = 0; k < block->keys + block->last - block->first; k++) {
		size_t column = column_at(block, k), width = held->widths[column];
		const char *text = texts[column];
		size_t length = out->target.width == 0 ? strlen(text) : text_fitting(text, width);
		size_t shown = text_width(text, length);
		size_t at = start + (held->right[column] && shown < width ? width - shown : 0);
		if (length > 0 &&
		    append_piece(out, text, length, cells != NULL && cells[column].bold, at, &written, err) != ERR_OK)
			return err->code;
		texts[column] += length;
		*ret_more |= *texts[column] != '\0';
		start += width + GAP;
	}
	return text_append(&out->line, err, "\n");
}

/* The block's part of a row, whose texts are given by column, in as many lines as its longest cell takes. */
static enum err_code append_row(struct out *out, const struct block *block, const char **texts,
				const struct out_cell *cells, struct err *err)
{
	bool more = true;

	while (more)
		if (append_line(out, block, texts, cells, &more, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static enum err_code append_rule(struct out *out, const struct block *block, struct err *err)
{
	const struct out_held *held = out->state;
	size_t count = block->keys + block->last - block->first;

	for (size_t k = 0; k < count; k++) {
		for (size_t i = 0; i < held->widths[column_at(block, k)]; i++)
			if (text_append_bytes(&out->line, "-", 1, err) != ERR_OK)
				return err->code;
		if (text_append(&out->line, err, k + 1 == count ? "\n" : "%*s", GAP, "") != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code append_block(struct out *out, const struct block *block, bool head, struct err *err)
{
	const struct out_held *held = out->state;
	AUTO(mem_freep) const char **texts = NULL;

	if (mem_new(&texts, out->count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < out->count; i++)
		texts[i] = out->columns[i].name;
	if (head && (append_row(out, block, texts, NULL, err) != ERR_OK || append_rule(out, block, err) != ERR_OK))
		return err->code;
	for (size_t row = 0; row < held->cell_count; row += out->count) {
		for (size_t i = 0; i < out->count; i++)
			texts[i] = held->texts.data + held->cells[row + i].start;
		if (append_row(out, block, texts, held->cells + row, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code append_rows(struct out *out, struct err *err)
{
	struct out_held *held = out->state;
	size_t total = key_width(out, out->count) - GAP;
	bool in_blocks = out->target.width > 0 && total > out->target.width;

	if (in_blocks && !held->settled)
		held->keys = count_keys(out);
	size_t keys = held->keys;
	for (size_t first = keys; first < out->count;) {
		struct block block = block_from(out, keys, first);
		if ((first > keys || (in_blocks && held->settled)) && text_append(&out->line, err, "\n") != ERR_OK)
			return err->code;
		if (append_block(out, &block, in_blocks || !held->settled, err) != ERR_OK)
			return err->code;
		first = block.last;
	}
	return ERR_OK;
}

static enum err_code append_words(struct text *text, const char *words, struct err *err)
{
	return text_append_clean(text, words, err);
}

static const struct out_layout layout = { text_append_clean, append_words, append_rows };

const struct out_format out_format_table = { "table",	    out_held_begin, out_held_row, out_held_end,
					     out_held_free, NULL,	    &layout };
