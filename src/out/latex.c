/* Rows as a tabular of LaTeX, which needs no package; words around it are comments, so that a file of it can be \input.
 */
#include "base/mem.h"
#include "out/format.h"

static const struct out_replacement escapes[] = {
	{ '\\', "\\textbackslash{}", false },
	{ '~', "\\textasciitilde{}", false },
	{ '^', "\\textasciicircum{}", false },
	{ '|', "\\textbar{}", false },
	{ '<', "\\textless{}", false },
	{ '>', "\\textgreater{}", false },
	{ '&', "\\&", false },
	{ '%', "\\%", false },
	{ '$', "\\$", false },
	{ '#', "\\#", false },
	{ '_', "\\_", false },
	{ '{', "\\{", false },
	{ '}', "\\}", false },
	/* `\\[` is a distance. */
	{ '[', "{[}", false },
	{ '*', "{*}", false },
	/* Two of them are a dash or quotes. */
	{ '-', "-{}", true },
	{ '\'', "'{}", true },
	{ '`', "`{}", true },
};

static enum err_code append_text(struct text *text, const char *value, struct err *err)
{
	return out_append_escaped(text, value, escapes, ARRAY_LENGTH(escapes), err);
}

static enum err_code append_words(struct text *text, const char *words, struct err *err)
{
	return text_append(text, err, "%% ") != ERR_OK ? err->code : text_append_clean(text, words, err);
}

static enum err_code append_head(struct out *out, struct err *err)
{
	const struct out_held *held = out->state;

	if (text_append(&out->line, err, "\\begin{tabular}{") != ERR_OK)
		return err->code;
	for (size_t i = 0; i < out->count; i++)
		if (text_append(&out->line, err, held->right[i] ? "r" : "l") != ERR_OK)
			return err->code;
	if (text_append(&out->line, err, "}\n\\hline\n") != ERR_OK)
		return err->code;
	for (size_t i = 0; i < out->count; i++)
		if (text_append(&out->line, err, i == 0 ? "%s" : " & %s", out->columns[i].name) != ERR_OK)
			return err->code;
	return text_append(&out->line, err, " \\\\\n\\hline\n");
}

static enum err_code append_rows(struct out *out, struct err *err)
{
	const struct out_held *held = out->state;

	if (!held->settled && append_head(out, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < held->cell_count; i++) {
		bool first = i % out->count == 0, last = (i + 1) % out->count == 0;
		if (text_append(&out->line, err, first ? "" : " & ") != ERR_OK ||
		    text_append(&out->line, err, held->cells[i].bold ? "\\textbf{%s}" : "%s",
				held->texts.data + held->cells[i].start) != ERR_OK ||
		    text_append(&out->line, err, last ? " \\\\\n" : "") != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code latex_end(struct out *out, struct err *err)
{
	if (out_held_end(out, err) != ERR_OK)
		return err->code;
	return text_append(&out->line, err, "\\hline\n\\end{tabular}\n");
}

static const struct out_layout layout = { append_text, append_words, append_rows };

const struct out_format out_format_latex = { "latex",	    out_held_begin, out_held_row, latex_end,
					     out_held_free, NULL,	    &layout };
