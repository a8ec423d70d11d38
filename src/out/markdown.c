/* Rows as a table of GitHub's Markdown. */
#include "base/mem.h"
#include "out/format.h"

/* Whatever may begin something else than text, in a cell or a paragraph. */
static const struct out_replacement escapes[] = {
	{ '\\', "\\\\", false }, { '|', "\\|", false }, { '`', "\\`", false }, { '*', "\\*", false },
	{ '_', "\\_", false },	 { '~', "\\~", false }, { '[', "\\[", false }, { ']', "\\]", false },
	{ '<', "\\<", false },	 { '>', "\\>", false }, { '&', "\\&", false }, { '$', "\\$", false },
	{ '#', "\\#", false },
};

static enum err_code append_text(struct text *text, const char *value, struct err *err)
{
	return out_append_escaped(text, value, escapes, ARRAY_LENGTH(escapes), err);
}

static enum err_code append_head(struct out *out, struct err *err)
{
	const struct out_held *held = out->state;

	for (size_t i = 0; i < out->count; i++)
		if (text_append(&out->line, err, "| %s ", out->columns[i].name) != ERR_OK)
			return err->code;
	if (text_append(&out->line, err, "|\n") != ERR_OK)
		return err->code;
	for (size_t i = 0; i < out->count; i++)
		if (text_append(&out->line, err, held->right[i] ? "|---:" : "|---") != ERR_OK)
			return err->code;
	return text_append(&out->line, err, "|\n");
}

static enum err_code append_rows(struct out *out, struct err *err)
{
	const struct out_held *held = out->state;

	if (!held->settled && append_head(out, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < held->cell_count; i++) {
		const char *text = held->texts.data + held->cells[i].start;
		bool bold = held->cells[i].bold && *text != '\0';
		if (text_append(&out->line, err, bold ? "| **%s** " : "| %s ", text) != ERR_OK ||
		    ((i + 1) % out->count == 0 && text_append(&out->line, err, "|\n") != ERR_OK))
			return err->code;
	}
	return ERR_OK;
}

static const struct out_layout layout = { append_text, append_text, append_rows };

const struct out_format out_format_markdown = { "markdown",    out_held_begin, out_held_row, out_held_end,
						out_held_free, NULL,	       &layout };
