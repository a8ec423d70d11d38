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
};

extern const struct out_format out_format_table, out_format_csv, out_format_json, out_format_jsonl;

/* The bytes as lower-case hexadecimal, two for each: written, the end is returned; or appended. */
char *out_put_blob(char *to, const struct out_value *value);
MUST_CHECK enum err_code out_append_blob(struct text *text, const struct out_value *value, struct err *err);

#endif
