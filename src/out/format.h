/* One output format: what out.c asks of it. Only the files of this folder include this. */
#ifndef HARDROW_OUT_FORMAT_H
#define HARDROW_OUT_FORMAT_H

#include "base/text.h"
#include "out/out.h"

struct out {
	const struct out_format *format;
	struct out_target target;
	struct out_column *columns; /* count, names owned */
	size_t count;
	size_t rows;	  /* so far */
	struct text line; /* what is being built; written and cleared after each call */
	void *state;	  /* the format's own */
};

/* Each appends to out->line what is to be written now. `end` and `free` may be NULL; `free` takes out->state. */
struct out_format {
	const char *name;
	enum err_code (*begin)(struct out *out, struct err *err);
	enum err_code (*row)(struct out *out, const struct out_value *values, struct err *err);
	enum err_code (*end)(struct out *out, struct err *err);
	void (*free)(void *state);
	/* Appends a value to *text as a row has it; NULL: not for out_make_ready(). */
	enum err_code (*append_value)(struct out *out, const struct out_value *value, struct text *text,
				      struct err *err);
	/* NULL unless it is for people: what held.c asks of it. */
	const struct out_layout *layout;
};

extern const struct out_format out_format_table, out_format_markdown, out_format_latex, out_format_csv, out_format_json,
    out_format_jsonl;

struct out_cell {
	size_t start; /* of its NUL-terminated text in held->texts, as the layout wrote it */
	bool bold, number, none;
};

/* The state of formats for people: rows are held back until it is known how wide columns are and how they line up. */
struct out_held {
	struct text texts;
	struct out_cell *cells; /* rows held x columns, row after row */
	size_t cell_count, cell_capacity;
	size_t *widths; /* (count) of a terminal, by names and the rows of the first batch */
	bool *right;	/* (count) numbers, or the column says so */
	size_t keys;	/* how many columns a table that is too wide repeats; by the first batch */
	bool settled;	/* the first batch is written */
};

struct out_layout {
	/* Appends what stands for a name or text, cleaned by text_clean(). */
	enum err_code (*append_text)(struct text *text, const char *value, struct err *err);
	/* Appends a line of words above or below the rows, without its end. */
	enum err_code (*append_words)(struct text *text, const char *words, struct err *err);
	/* Appends all held rows to out->line; held->settled is false the first time, when a head comes before them. */
	enum err_code (*append_rows)(struct out *out, struct err *err);
};

/* What a format with a layout has as begin, row, end and free. Rows go out OUT_TABLE_HELD at a time. */
MUST_CHECK enum err_code out_held_begin(struct out *out, struct err *err);
MUST_CHECK enum err_code out_held_row(struct out *out, const struct out_value *values, struct err *err);
MUST_CHECK enum err_code out_held_end(struct out *out, struct err *err);
void out_held_free(void *state);

/* The bytes as lower-case hexadecimal, two for each: written, the end is returned; or appended. */
char *out_put_blob(char *to, const struct out_value *value);
MUST_CHECK enum err_code out_append_blob(struct text *text, const struct out_value *value, struct err *err);

struct out_replacement {
	char byte;
	const char *by;
	bool doubled; /* only of a byte that the same follows */
};

/* Appends the text cleaned and without blanks around it; what replaces[] has for a byte stands for it. */
MUST_CHECK enum err_code out_append_escaped(struct text *text, const char *value,
					    const struct out_replacement *replaces, size_t count, struct err *err);

#endif
