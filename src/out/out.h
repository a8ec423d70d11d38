/* Rows out as a table, Markdown, LaTeX, CSV, JSON or JSON lines. Knows no meaning: columns have names, values have
 * types.
 *
 *     out_begin(format, &target, columns, count, &out, err);
 *     out_row(out, values, err);     // for every row, `count` values
 *     out_end(out, err);
 *
 * table  columns lined up, numbers rounded to 6 significant digits, NULL is "–", a rule under the names. Widths come
 *        from the first rows (OUT_TABLE_HELD); memory stays flat however many follow. One that is wider than
 *        target.width is cut into blocks of columns, with the first ones that tell the rows apart in front of
 *        each; cells that alone are wider are folded.
 * markdown, latex
 *        the same rows as a table of GitHub's Markdown and as a tabular, whatever texts hold.
 * csv    RFC 4180 quoting, LF line ends, reals as the shortest text that reads back exactly, NULL is empty, an empty
 *        text is "", a blob is hexadecimal.
 * jsonl  the objects of json, a line each, without the array.
 * json   an array of objects, a row a line; NULL, NaN and infinity are null, a blob is a hexadecimal string, bytes
 *        that are not UTF-8 become U+FFFD. Two columns of one name are ERR_INPUT: an object has a key once.
 *
 * Names and texts drive no terminal: what is for people, the first three, is clean (text_clean()) wherever it goes, the
 * other formats on a terminal; elsewhere they carry texts as they are.
 *
 * A new format = one file + one line in out.c. A failed write is ERR_SYSTEM. */
#ifndef HARDROW_OUT_OUT_H
#define HARDROW_OUT_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "base/text.h"

#define OUT_TABLE_HELD 1000

enum out_type { OUT_NULL, OUT_INTEGER, OUT_REAL, OUT_FLOAT, OUT_TEXT, OUT_BLOB, OUT_READY };

struct out_value {
	enum out_type type;
	bool bold; /* shown by Markdown, LaTeX and a table on a terminal */
	union {
		int64_t integer;
		double real;
		float single;	  /* OUT_FLOAT: with the digits that tell floats apart */
		const char *text; /* UTF-8 */
		struct {
			const void *bytes;
			size_t length;
		} blob; /* OUT_READY, too: what out_make_ready() has made */
	};
};

enum out_align { OUT_ALIGN_AUTO /* numbers right, else left */, OUT_ALIGN_LEFT, OUT_ALIGN_RIGHT };

struct out_column {
	const char *name;
	enum out_align align; /* for people only */
};

struct out_target {
	FILE *file;
	bool terminal; /* escape sequences of ours are welcome, those of names are not */
	size_t width;  /* of a table, in columns of the terminal; 0: whatever it takes */
	/* table, markdown, latex: leave columns out that no row has a value in, if there are at most OUT_TABLE_HELD */
	bool no_empty_columns;
	bool csv_safe; /* csv: texts that a spreadsheet takes for a formula (= + - @ TAB CR) begin with ' instead */
};

struct out;

/* Name of format i, NULL behind the last. 0 is "table". */
const char *out_format_name(size_t i);
#define OUT_FORMAT_TABLE 0
#define OUT_FORMATS "table, markdown, latex, csv, json or jsonl"
/* Whether words may stand above and below the rows, and values are rounded. */
bool out_is_for_people(size_t format);

/* Writes lines of words, in a format for people; of a table no wider than it. */
MUST_CHECK enum err_code out_words(size_t format, const struct out_target *target, const char *words, struct err *err);

/* Columns and target are copied. */
MUST_CHECK enum err_code out_begin(size_t format, const struct out_target *target, const struct out_column *columns,
				   size_t count, struct out **ret_out, struct err *err);
/* Makes values that many rows have OUT_READY, whose bytes are in *text, which is empty. Of csv, json and jsonl
 * (asserted). */
MUST_CHECK enum err_code out_make_ready(struct out *out, struct out_value *values, size_t count, struct text *text,
					struct err *err);
MUST_CHECK enum err_code out_row(struct out *out, const struct out_value *values, struct err *err);
/* Writes what was held back; the stream itself is not flushed. */
MUST_CHECK enum err_code out_end(struct out *out, struct err *err);

/* Takes NULL. */
void out_free(struct out *out);
void out_freep(struct out **out);

#endif
