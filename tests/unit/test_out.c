/* out: tables, CSV and JSON. */
#include <criterion/criterion.h>
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "out/out.h"

#define COLUMNS 3

static const struct out_column columns[COLUMNS] = { { .name = "name" }, { .name = "value" }, { .name = "note" } };

static size_t format_of(const char *name)
{
	size_t i = 0;

	while (strcmp(out_format_name(i), name) != 0)
		i++;
	return i;
}

/* Three columns and `count` rows as text, freed with free(). */
static char *render(const char *format, bool terminal, const struct out_value (*rows)[COLUMNS], size_t count)
{
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);
	struct out_target target = { .file = file, .terminal = terminal };
	AUTO(out_freep) struct out *out = NULL;
	struct err err;

	cr_assert_eq(out_begin(format_of(format), &target, columns, COLUMNS, &out, &err), ERR_OK);
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(out_row(out, rows[i], &err), ERR_OK);
	cr_assert_eq(out_end(out, &err), ERR_OK);
	fclose(file);
	return text;
}

static void make_ready(const char *format, struct out_value values[COLUMNS], struct text *texts)
{
	const struct out_target target = { .file = tmpfile() };
	AUTO(out_freep) struct out *out = NULL;
	struct err err;

	cr_assert_eq(out_begin(format_of(format), &target, columns, COLUMNS, &out, &err), ERR_OK);
	cr_assert_eq(out_make_ready(out, values, COLUMNS, texts, &err), ERR_OK);
	fclose(target.file);
}

#define TEXT(value)                                                                                                    \
	{                                                                                                              \
		.type = OUT_TEXT, .text = (value)                                                                      \
	}
#define BOLD(value)                                                                                                    \
	{                                                                                                              \
		.type = OUT_TEXT, .text = (value), .bold = true                                                        \
	}
#define WHOLE(value)                                                                                                   \
	{                                                                                                              \
		.type = OUT_INTEGER, .integer = (value)                                                                \
	}
#define REAL(value)                                                                                                    \
	{                                                                                                              \
		.type = OUT_REAL, .real = (value)                                                                      \
	}
#define BLOB(value)                                                                                                    \
	{                                                                                                              \
		.type = OUT_BLOB, .blob = {(value), sizeof(value) - 1 }                                                \
	}
#define NONE                                                                                                           \
	{                                                                                                              \
		.type = OUT_NULL                                                                                       \
	}

struct rendering {
	const char *format;
	bool terminal;
	struct out_value row[1][COLUMNS];
	const char *expected;
};

static void check_renderings(const struct rendering *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		AUTO(mem_freep) char *text = render(cases[i].format, cases[i].terminal, cases[i].row, 1);
		cr_expect_str_eq(text, cases[i].expected, "case %zu:\n%s", i, text);
		if (out_is_for_people(format_of(cases[i].format)))
			continue;
		AUTO(text_done) struct text texts = { 0 };
		struct out_value ready[1][COLUMNS];
		memcpy(ready, cases[i].row, sizeof ready);
		make_ready(cases[i].format, ready[0], &texts);
		AUTO(mem_freep) char *same = render(cases[i].format, cases[i].terminal, ready, 1);
		cr_expect_str_eq(same, cases[i].expected, "case %zu, values made ready:\n%s", i, same);
	}
}

Test(out, one_row_in_every_format)
{
	static const struct rendering cases[] = {
		{ "csv",
		  true,
		  { { TEXT("a"), WHOLE(-9223372036854775807 - 1), NONE } },
		  "name,value,note\na,-9223372036854775808,\n" },
		{ "csv",
		  true,
		  { { TEXT("a,b"), REAL(0.1), TEXT("say \"x\"") } },
		  "name,value,note\n\"a,b\",0.1,\"say \"\"x\"\"\"\n" },
		{ "csv",
		  true,
		  { { TEXT("two\nlines"), REAL(0.30000000000000004), TEXT("") } },
		  "name,value,note\n\"two\nlines\",0.30000000000000004,\"\"\n" },
		{ "csv",
		  true,
		  { { REAL(NAN), REAL(-INFINITY), BLOB("\x00\xff") } },
		  "name,value,note\nnan,-inf,00ff\n" },
		{ "json",
		  true,
		  { { TEXT("a\"b"), REAL(0.30000000000000004), NONE } },
		  "[\n{\"name\":\"a\\\"b\",\"value\":0.30000000000000004,\"note\":null}\n]\n" },
		{ "json",
		  true,
		  { { REAL(NAN), REAL(INFINITY), BLOB("\x01\xab") } },
		  "[\n{\"name\":null,\"value\":null,\"note\":\"01ab\"}\n]\n" },
		{ "json",
		  true,
		  { { TEXT("\xc3("), WHOLE(7), TEXT("–\xed\xa0\x80") } },
		  "[\n{\"name\":\"\xef\xbf\xbd(\",\"value\":7,\"note\":\"–\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"}\n]"
		  "\n" },
		{ "table",
		  false,
		  { { TEXT("a"), REAL(1.0 / 3), BOLD("x") } },
		  "name     value  note\n----  --------  ----\na     0.333333  x\n" },
		{ "table",
		  true,
		  { { BOLD("a"), REAL(2), TEXT("x") } },
		  "name  value  note\n----  -----  ----\n\033[1ma\033[0m         2  x\n" },
		{ "table",
		  true,
		  { { TEXT("a\nb\033[2J"), NONE, NONE } },
		  "name     value  note\n-------  -----  ----\na b?[2J  –      –\n" },
		{ "table",
		  false,
		  { { TEXT("1 ± 2"), WHOLE(1), TEXT("–") } },
		  "name   value  note\n-----  -----  ----\n1 ± 2      1  –\n" },
	};

	check_renderings(cases, ARRAY_LENGTH(cases));
}

Test(out, markdown_and_latex_mean_what_texts_say)
{
	static const struct rendering cases[] = {
		{ "markdown",
		  false,
		  { { TEXT("a|b_c*d"), REAL(1.0 / 3), BOLD(" 5 & 6 % ") } },
		  "| name | value | note |\n|---|---:|---|\n| a\\|b\\_c\\*d | 0.333333 | **5 \\& 6 %** |\n" },
		{ "markdown",
		  true,
		  { { TEXT("$x$\\`<b>`[l](u)"), NONE, BOLD("a\n\033[2J") } },
		  "| name | value | note |\n|---|---|---|\n| \\$x\\$\\\\\\`\\<b\\>\\`\\[l\\](u) | – | **a ?\\[2J** "
		  "|\n" },
		{ "latex",
		  false,
		  { { TEXT("5 % & a_b"), WHOLE(7), BOLD("$x^2$") } },
		  "\\begin{tabular}{lrl}\n\\hline\nname & value & note \\\\\n\\hline\n"
		  "5 \\% \\& a\\_b & 7 & \\textbf{\\$x\\textasciicircum{}2\\$} \\\\\n\\hline\n\\end{tabular}\n" },
		{ "latex",
		  true,
		  { { TEXT("[1,2]"), NONE, TEXT("C:\\{--a} #~ ''a-b'") } },
		  "\\begin{tabular}{lll}\n\\hline\nname & value & note \\\\\n\\hline\n"
		  "{[}1,2] & – & C:\\textbackslash{}\\{-{}-a\\} \\#\\textasciitilde{} '{}'a-b' "
		  "\\\\\n\\hline\n\\end{tabular}\n" },
	};

	check_renderings(cases, ARRAY_LENGTH(cases));
}

Test(out, words_around_rows)
{
	static const struct {
		const char *format, *expected;
	} cases[] = {
		{ "table", "a_b: 5 %\n?[1m\n" },
		{ "markdown", "a\\_b: 5 %\n?\\[1m\n" },
		{ "latex", "% a_b: 5 %\n% ?[1m\n" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		AUTO(mem_freep) char *text = NULL;
		size_t length = 0;
		const struct out_target target = { .file = open_memstream(&text, &length) };
		struct err err;
		cr_assert_eq(out_words(format_of(cases[i].format), &target, "a_b: 5 %\n\033[1m", &err), ERR_OK);
		fclose(target.file);
		cr_expect_str_eq(text, cases[i].expected, "%s:\n%s", cases[i].format, text);
	}
}

Test(out, the_list_of_formats_is_whole)
{
	for (size_t i = 0; out_format_name(i) != NULL; i++)
		cr_expect_not_null(strstr(OUT_FORMATS, out_format_name(i)), "%s", out_format_name(i));
}

/* What a table of `count` rows looks like in `width` columns. */
static void check_width(size_t width, const struct out_column *names, const struct out_value (*rows)[COLUMNS],
			size_t count, const char *expected)
{
	AUTO(mem_freep) char *text = NULL;
	size_t length = 0;
	const struct out_target target = { .file = open_memstream(&text, &length), .width = width };
	AUTO(out_freep) struct out *out = NULL;
	struct err err;

	cr_assert_eq(out_begin(OUT_FORMAT_TABLE, &target, names, COLUMNS, &out, &err), ERR_OK);
	for (size_t i = 0; i < count; i++)
		cr_assert_eq(out_row(out, rows[i], &err), ERR_OK);
	cr_assert_eq(out_end(out, &err), ERR_OK);
	fclose(target.file);
	cr_expect_str_eq(text, expected, "%zu:\n%s", width, text);
}

Test(out, a_table_is_no_wider_than_it_may_be)
{
	static const struct out_column by_id[COLUMNS] = { { .name = "run" }, { .name = "x_id" }, { .name = "note" } };
	static const struct out_value rows[][COLUMNS] = {
		{ WHOLE(1), WHOLE(23), TEXT("a cell of more, much more,letters") }, { WHOLE(1), WHOLE(24), TEXT("b") }
	};
	static const struct out_value texts[][COLUMNS] = {
		{ TEXT("Aaaaaaaaaaaa"), TEXT("Bbbbbbbbbbbbbbbb"), TEXT("Cccccccccccccccc") },
		{ TEXT("Aaaaaaaaaaaa"), TEXT("Bbbbbbbbbbbbbbbb"), TEXT("Cccccccccccccccc") },
	};

	check_width(0, by_id, rows, 1,
		    "run  x_id  note\n---  ----  ---------------------------------\n"
		    "  1    23  a cell of more, much more,letters\n");
	check_width(44, by_id, rows, 1,
		    "run  x_id  note\n---  ----  ---------------------------------\n"
		    "  1    23  a cell of more, much more,letters\n");
	/* The columns that tell rows apart stay in front; what is too wide by itself is folded. */
	check_width(30, by_id, rows, 2,
		    "run  x_id  note\n---  ----  -------------------\n"
		    "  1    23  a cell of more, \n           much more,letters\n"
		    "  1    24  b\n");
	check_width(30, by_id, rows, 1,
		    "run  x_id\n---  ----\n  1    23\n\n"
		    "run  note\n---  -------------------------\n  1  a cell of more, much \n     more,letters\n");
	check_width(32, columns, texts, 1,
		    "name          value\n------------  ----------------\n"
		    "Aaaaaaaaaaaa  Bbbbbbbbbbbbbbbb\n\nname          note\n------------  ----------------\n"
		    "Aaaaaaaaaaaa  Cccccccccccccccc\n");
	/* Nothing tells these apart: the first. */
	check_width(32, columns, texts, 2,
		    "name          value\n------------  ----------------\n"
		    "Aaaaaaaaaaaa  Bbbbbbbbbbbbbbbb\nAaaaaaaaaaaa  Bbbbbbbbbbbbbbbb\n\n"
		    "name          note\n------------  ----------------\n"
		    "Aaaaaaaaaaaa  Cccccccccccccccc\nAaaaaaaaaaaa  Cccccccccccccccc\n");
	/* No room for a key. */
	check_width(20, columns, texts, 1,
		    "name\n------------\nAaaaaaaaaaaa\n\nvalue\n----------------\nBbbbbbbbbbbbbbbb\n\n"
		    "note\n----------------\nCccccccccccccccc\n");
}

Test(out, wide_characters_take_two_columns_and_marks_none)
{
	static const struct out_value rows[][COLUMNS] = { { TEXT("漢字"), TEXT("e\u0301a"), TEXT("🙂") } };

	cr_assert_not_null(setlocale(LC_CTYPE, "C.UTF-8"));
	check_width(0, columns, rows, 1, "name  value  note\n----  -----  ----\n漢字  e\u0301a     🙂\n");
}

/* Tables are clean wherever they go, the others on a terminal. */
Test(out, texts_drive_no_terminal)
{
	static const struct rendering cases[] = {
		{ "table",
		  false,
		  { { TEXT("\xc2\x9b"
			   "1mx"),
		      TEXT("\u202ex"), TEXT("\xffx") } },
		  "name  value  note\n----  -----  ----\n?1mx  ?x     ?x\n" },
		{ "csv",
		  false,
		  { { TEXT("\033[1m\n"), TEXT("\u202e"), TEXT("\xff") } },
		  "name,value,note\n\"\033[1m\n\",\u202e,\xff\n" },
		{ "csv",
		  true,
		  { { TEXT("\033[1m\n"), TEXT("\u202e"), TEXT("\xff") } },
		  "name,value,note\n\"?[1m\n\",?,?\n" },
		{ "json",
		  false,
		  { { TEXT("\033[1m\n"), TEXT("\u202e"), TEXT("\177") } },
		  "[\n{\"name\":\"\\u001b[1m\\u000a\",\"value\":\"\u202e\",\"note\":\"\177\"}\n]\n" },
		{ "json",
		  true,
		  { { TEXT("\033[1m\n"), TEXT("\u202e"), TEXT("\177") } },
		  "[\n{\"name\":\"\\u001b[1m\\u000a\",\"value\":\"?\",\"note\":\"?\"}\n]\n" },
	};

	check_renderings(cases, ARRAY_LENGTH(cases));
}

Test(out, no_rows)
{
	static const struct {
		const char *format, *expected;
	} cases[] = {
		{ "csv", "name,value,note\n" },
		{ "json", "[]\n" },
		{ "table", "name  value  note\n----  -----  ----\n" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		AUTO(mem_freep) char *text = render(cases[i].format, false, NULL, 0);
		cr_expect_str_eq(text, cases[i].expected, "%s:\n%s", cases[i].format, text);
	}
}

Test(out, csv_numbers_read_back_exactly)
{
	static const double values[] = { 1.0 / 3, 5e-324, 1.7976931348623157e308, (double)0.1F, -0.0, 1e22, 123456789 };

	for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
		const struct out_value rows[1][COLUMNS] = { { NONE, REAL(values[i]), NONE } };
		AUTO(mem_freep) char *text = render("csv", false, rows, 1);
		char *start = strchr(text, '\n') + 2;
		double back = 0;
		*strchr(start, ',') = '\0';
		cr_assert(parse_real(start, &back), "%s", start);
		cr_expect_eq(back, values[i], "%s", start);
	}
}

/* The widths are settled by then: later rows still appear, in their order. */
Test(out, a_table_loses_no_row_behind_those_it_holds)
{
	enum { COUNT = OUT_TABLE_HELD + 500 };
	static struct out_value rows[COUNT][COLUMNS];

	for (size_t i = 0; i < COUNT; i++) {
		rows[i][0] = (struct out_value)TEXT(i == COUNT - 1 ? "a name wider than all the others" : "n");
		rows[i][1] = (struct out_value)WHOLE((int64_t)i);
		rows[i][2] = (struct out_value)NONE;
	}
	AUTO(mem_freep) char *text = render("table", false, rows, COUNT);
	size_t lines = 0;
	for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
		lines++;
	cr_expect_eq(lines, COUNT + 2, "%zu", lines);
	cr_expect_not_null(strstr(text, "\na name wider than all the others  1499  –\n"), "%s", strrchr(text, 'n'));
}

Test(out, columns_can_be_told_their_side)
{
	const struct out_column sided[COLUMNS] = { { "l", OUT_ALIGN_LEFT },
						   { "r", OUT_ALIGN_RIGHT },
						   { "a", OUT_ALIGN_AUTO } };
	const struct out_value rows[2][COLUMNS] = { { WHOLE(1), TEXT("x"), WHOLE(1) },
						    { WHOLE(10), TEXT("xx"), NONE } };
	char *text = NULL;
	size_t length = 0;
	FILE *file = open_memstream(&text, &length);
	struct out_target target = { .file = file, .terminal = false };
	AUTO(out_freep) struct out *out = NULL;
	struct err err;

	cr_assert_eq(out_begin(OUT_FORMAT_TABLE, &target, sided, COLUMNS, &out, &err), ERR_OK);
	cr_assert_eq(out_row(out, rows[0], &err), ERR_OK);
	cr_assert_eq(out_row(out, rows[1], &err), ERR_OK);
	cr_assert_eq(out_end(out, &err), ERR_OK);
	fclose(file);
	cr_expect_str_eq(text, "l    r  a\n--  --  -\n1    x  1\n10  xx  –\n", "%s", text);
	free(text);
}

Test(out, a_full_disk_is_an_error)
{
	FILE *file = fopen("/dev/full", "w");
	struct out_target target = { .file = file, .terminal = false };
	const struct out_value row[COLUMNS] = { WHOLE(1), WHOLE(2), WHOLE(3) };
	AUTO(out_freep) struct out *out = NULL;
	struct err err = { 0 };

	setvbuf(file, NULL, _IONBF, 0);
	enum err_code code = out_begin(format_of("csv"), &target, columns, COLUMNS, &out, &err);
	if (code == ERR_OK)
		code = out_row(out, row, &err);
	cr_expect_eq(code, ERR_SYSTEM);
	cr_expect_str_eq(err.message, "cannot write: No space left on device");
	fclose(file);
}
