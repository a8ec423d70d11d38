/* data: reading CSVs. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/dataset.h"
#include "data/input.h"
#include "data/value.h"
#include "scratch.h"

TestSuite(csv, .init = scratch_enter, .fini = scratch_leave);

static void expect_refused(const char *path, const char *label, enum missing_policy missing, const char *message)
{
	struct dataset *dataset = NULL;
	struct err err = { 0 };

	cr_expect_eq(dataset_read(path, &(struct reading){ .label = label, .missing = missing }, &dataset, &err),
		     ERR_INPUT, "%s", message);
	cr_expect_str_eq(err.message, message);
	cr_expect_null(dataset, "%s", message);
	dataset_free(dataset);
}

static struct dataset *read_text(const char *text, const char *label, enum missing_policy missing)
{
	struct dataset *dataset = NULL;
	struct err err = { 0 };

	scratch_write("t.csv", text, strlen(text));
	cr_assert_eq(dataset_read("t.csv", &(struct reading){ .label = label, .missing = missing }, &dataset, &err),
		     ERR_OK, "%s", err.message);
	return dataset;
}

static const struct {
	const char *text, *label, *message;
	enum missing_policy missing;
} refusals[] = {
	{ "", NULL, "t.csv: is empty; it takes rows of fields, with the columns' names in the first", MISSING_ERROR },
	{ "\n \n\r\n", NULL, "t.csv: is empty; it takes rows of fields, with the columns' names in the first",
	  MISSING_ERROR },
	{ "\xef\xbb\xbf", NULL, "t.csv: is empty; it takes rows of fields, with the columns' names in the first",
	  MISSING_ERROR },
	{ "a,b\n", NULL, "t.csv: has a header row but no data rows below", MISSING_ERROR },
	{ "a,b\n1,x\nabc,y\n", NULL,
	  "t.csv:3: column 'a': 'abc' is not a number; '--missing-values abc' takes it for a missing value",
	  MISSING_ERROR },
	{ "b,a\nx,1\ny,0x1f\n", "b",
	  "t.csv:3: column 'a': '0x1f' is not a number; '--missing-values 0x1f' takes it for a missing value",
	  MISSING_ERROR },
	{ "a,b\n\"1\n2\",x\n2,y\n", NULL,
	  "t.csv:2: column 'a': '1 2' is not a number: correct it, or leave the column out with --drop",
	  MISSING_ERROR },
	{ "a,b\n"
	  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\xc3\xa9,x\n1,y\n",
	  NULL,
	  "t.csv:2: column 'a': 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…' is not a "
	  "number: correct it, or leave the column out with --drop",
	  MISSING_ERROR },
	{ "a,b\n1,x\n-inf,y\n", NULL,
	  "t.csv:3: column 'a': '-inf' is not a finite number; '--missing-values -inf' takes it for a missing "
	  "value",
	  MISSING_ERROR },
	{ "a,b\n1,x\n1e999,y\n", NULL,
	  "t.csv:3: column 'a': '1e999' is not a finite number; '--missing-values 1e999' takes it for a "
	  "missing value",
	  MISSING_ERROR },
	{ "a,b\n1,x\n2\n", NULL,
	  "t.csv:3: 1 field, but the header row has 2: write nothing between two separators for 'b', if it is "
	  "missing",
	  MISSING_ERROR },
	{ "a,b\n1,x\n2,y,z\n", NULL,
	  "t.csv:3: 3 fields, but the header row has 2: 'z' is too many; put quotes around a text with a "
	  "separator in it",
	  MISSING_ERROR },
	{ "a,b\n1,\"x\ny\"\n\n3\n", NULL,
	  "t.csv:5: 1 field, but the header row has 2: write nothing between two separators for 'b', if it is "
	  "missing",
	  MISSING_ERROR },
	{ "a,b\n1,x\n2,x\n", NULL,
	  "t.csv: column 'b' holds one class only, 'x'; two are needed: --label says which column has them",
	  MISSING_ERROR },
	{ "a\n1\n2\n", NULL,
	  "t.csv: 'a' is the only column; a data set has features and a label: is it separated by something "
	  "else than commas, semicolons, tabs or blanks?",
	  MISSING_ERROR },
	{ "a,b\n1,x\n", "c", "t.csv:1: no column is called 'c'; there are 'a', 'b'", MISSING_ERROR },
	{ "a,b,c,d,e,f,g,h,i,j,k,l,m\n", "n",
	  "t.csv:1: no column is called 'n'; there are 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', "
	  "'l', …",
	  MISSING_ERROR },
	{ "a,b\n1,x\"y\n", NULL,
	  "t.csv:2: column 2: a stray quote; a field with quotes or commas in it is written \"a \"\"b\"\", c\"",
	  MISSING_ERROR },
	{ "a,b\n\"1\"2,y\n", NULL,
	  "t.csv:2: column 1: a stray quote; a field with quotes or commas in it is written \"a \"\"b\"\", c\"",
	  MISSING_ERROR },
	{ "a,b\n1,x\n2,\"y\n3,z\n", NULL, "t.csv:3: column 2: the quote that opens it is never closed", MISSING_ERROR },
	{ "a,b\n1,caf\xe9\n", NULL,
	  "t.csv:2: byte 0xE9 is not UTF-8: save the file as UTF-8; if it is Latin-1 or Windows-1252, 'iconv -f CP1252 "
	  "-t "
	  "UTF-8 t.csv' "
	  "prints it so",
	  MISSING_ERROR },
	{ "a,b\n1,\xc0\xaf\n", NULL,
	  "t.csv:2: byte 0xC0 is not UTF-8: save the file as UTF-8; if it is Latin-1 or Windows-1252, 'iconv -f CP1252 "
	  "-t "
	  "UTF-8 t.csv' "
	  "prints it so",
	  MISSING_ERROR },
	{ "a,b\n1,\xed\xa0\x80\n", NULL,
	  "t.csv:2: byte 0xED is not UTF-8: save the file as UTF-8; if it is Latin-1 or Windows-1252, 'iconv -f CP1252 "
	  "-t "
	  "UTF-8 t.csv' "
	  "prints it so",
	  MISSING_ERROR },
	{ "a,b\n1,\xe2\x82", NULL,
	  "t.csv:2: byte 0xE2 is not UTF-8: save the file as UTF-8; if it is Latin-1 or Windows-1252, 'iconv -f CP1252 "
	  "-t "
	  "UTF-8 t.csv' "
	  "prints it so",
	  MISSING_ERROR },
	{ "a,b\n1,x\n?,y\n2,NA\n,z\n", NULL,
	  "t.csv:3: column 'a': a missing value, the first of 3; '--missing mean' or '--missing drop' accepts "
	  "them",
	  MISSING_ERROR },
	{ "a,b\n1,x\n2,\n3,y\n", NULL, "t.csv:3: column 'b': a missing label; only '--missing drop' accepts it",
	  MISSING_MEAN },
	{ "a,b\n?,x\n2,NA\n", NULL, "t.csv: every row has a missing value, so none is left", MISSING_DROP },
	{ "a,b\n1,x\n2,x\n?,y\n", NULL,
	  "t.csv: column 'b' holds one class only, 'x'; two are needed: --label says which column has them",
	  MISSING_DROP },
	{ "a,b\n1,x\n2,y\n3,x\nzwei,y\n", NULL,
	  "t.csv:5: column 'a': 'zwei' is not a number; '--missing-values zwei' takes it for a missing value",
	  MISSING_ERROR },
	{ "a,b\n\"1,234\",x\n\"2,500\",y\n", NULL,
	  "t.csv:2: column 'a': '1,234' is a number with commas between thousands: write it with nothing between "
	  "thousands, "
	  "or leave the column out with --drop",
	  MISSING_ERROR },
	{ "a;b\n1.234,5;x\n2;y\n3;y\n", NULL,
	  "t.csv:2: column 'a': '1.234,5' is a number with points between thousands: write it with nothing between "
	  "thousands, or leave the column out with --drop",
	  MISSING_ERROR },
	{ "a,b\n\"12,34\",x\n1,y\n2,y\n", NULL,
	  "t.csv:2: column 'a': '12,34' is a number with a comma: write it with a point, or leave the column out with "
	  "--drop",
	  MISSING_ERROR },
	{ "a,b\n1,x\n2,y\na,b\n3,y\n", NULL,
	  "t.csv:4: column 'a': 'a' is its name: the header row is there again; delete this line", MISSING_ERROR },
};

Test(csv, bad_input_is_one_line_with_its_place)
{
	for (size_t i = 0; i < ARRAY_LENGTH(refusals); i++) {
		scratch_write("t.csv", refusals[i].text, strlen(refusals[i].text));
		expect_refused("t.csv", refusals[i].label, refusals[i].missing, refusals[i].message);
	}
}

Test(csv, likely_mistakes_are_refused_with_a_way_out)
{
	static const char unlabelled[] = "a,b\n1,x\n2,\n3,y\n";

	scratch_write("t.csv", unlabelled, strlen(unlabelled));
	expect_refused("t.csv", NULL, MISSING_ERROR,
		       "t.csv:3: column 'b': a missing label, the first of 1; '--missing drop' accepts it");
}

Test(csv, what_is_no_text_file_is_refused)
{
	static const char binary[] = "a,b\n1,\0x\n";

	cr_assert_eq(mkdir("folder.csv", 0755), 0);
	scratch_write("binary.csv", binary, sizeof binary - 1);
	expect_refused("none.csv", NULL, MISSING_ERROR, "none.csv: No such file or directory");
	expect_refused("folder.csv", NULL, MISSING_ERROR, "folder.csv: is a directory, not a file");
	expect_refused("binary.csv", NULL, MISSING_ERROR, "binary.csv:2: a NUL byte: this is no text file");
}

Test(csv, a_huge_field_is_refused)
{
	const size_t length = (size_t)10 << 20;
	char *text = malloc(length);

	cr_assert_not_null(text);
	memset(text, '9', length);
	memcpy(text, "a,b\n1,x\n", 8);
	scratch_write("t.csv", text, length);
	free(text);
	expect_refused("t.csv", NULL, MISSING_ERROR,
		       "t.csv:3: column 1: a field of 10485752 bytes; the most is 1048576");
}

Test(csv, too_many_classes_are_refused)
{
	const size_t rows = 65536;
	char *text = malloc(rows * 16);
	size_t length = 4;

	cr_assert_not_null(text);
	memcpy(text, "a,b\n", length);
	for (size_t i = 0; i < rows; i++)
		length += (size_t)sprintf(text + length, "1,c%zu\n", i);
	scratch_write("t.csv", text, length);
	free(text);
	expect_refused("t.csv", NULL, MISSING_ERROR,
		       "t.csv:65537: column 'b': more than 65535 different values: is this the right column?");
}

/* All of these are the same three rows: (1, 2.5) no, (-3, .25) "yes, really", (4, 0) no. */
Test(csv, every_spelling_gives_the_same_data)
{
	static const struct {
		const char *text;
		uint32_t lines[3];
	} cases[] = {
		{ "a,b,c\n1,2.5,no\n-3,.25,\"yes, really\"\n4,0,no\n", { 2, 3, 4 } },
		{ "a,b,c\n1,2.5,no\n-3,.25,\"yes, really\"\n4,0,no", { 2, 3, 4 } },
		{ "a,b,c\r\n1,2.5,no\r\n-3,.25,\"yes, really\"\r\n4,0,no\r\n", { 2, 3, 4 } },
		{ "a,b,c\r1,2.5,no\r-3,.25,\"yes, really\"\r4,0,no\r", { 2, 3, 4 } },
		{ "\xef\xbb\xbf"
		  "a,b,c\n1,2.5,no\n-3,.25,\"yes, really\"\n4,0,no\n",
		  { 2, 3, 4 } },
		{ "\n\na,b,c\n\n1,2.5,no\n \t\n-3,.25,\"yes, really\"\n4,0,no\n\n", { 5, 7, 8 } },
		{ "\"a\",\"b\",\"c\"\n\"1\",\"2.5\",\"no\"\n-3,\".25\",\"yes, really\"\n\"4\",\"0\",\"no\"\n",
		  { 2, 3, 4 } },
		{ " a , b , c \n 1 ,\t2.5 , no \n -3 , .25 , \"yes, really\" \n4,0,no\n", { 2, 3, 4 } },
		{ "a,b,c\n+1,25e-1,no\n-3.0,0.25,\"yes, really\"\n4e0,-0,no\n", { 2, 3, 4 } },
	};
	static const double x[] = { 1, 2.5, -3, .25, 4, 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct dataset *dataset = read_text(cases[i].text, NULL, MISSING_ERROR);
		cr_assert_eq(dataset->instances, 3, "case %zu", i);
		cr_assert_eq(dataset->features, 2, "case %zu", i);
		cr_assert_eq(dataset->classes, 2, "case %zu", i);
		for (size_t j = 0; j < ARRAY_LENGTH(x); j++)
			cr_expect_eq(dataset->x[j], x[j], "case %zu, value %zu", i, j);
		for (uint32_t row = 0; row < 3; row++) {
			cr_expect_eq(dataset->y[row], row == 1, "case %zu, row %u", i, row);
			cr_expect_eq(dataset->instance_id[row], row, "case %zu, row %u", i, row);
			cr_expect_eq(dataset->source_line[row], cases[i].lines[row], "case %zu, row %u", i, row);
		}
		cr_expect_str_eq(dataset->class_names[1], "yes, really", "case %zu", i);
		cr_expect_str_eq(dataset->feature_names[1], "b", "case %zu", i);
		dataset_free(dataset);
	}
}

Test(csv, lines_are_counted_through_quoted_line_breaks)
{
	struct dataset *dataset = read_text("\"a\nb\",c\n1,\"x\r\n\r\nx\"\n\n2,\"y \"\"q\"\"\"\n", NULL, MISSING_ERROR);

	cr_expect_str_eq(dataset->feature_names[0], "a\nb");
	cr_expect_str_eq(dataset->class_names[0], "x\r\n\r\nx");
	cr_expect_str_eq(dataset->class_names[1], "y \"q\"");
	cr_expect_eq(dataset->source_line[0], 3);
	cr_expect_eq(dataset->source_line[1], 7);
	dataset_free(dataset);
}

Test(csv, the_label_is_any_column)
{
	static const char *const texts[] = { "l,a,b\nx,1,2\ny,3,4\n", "a,l,b\n1,x,2\n3,y,4\n",
					     "a,b,l\n1,2,x\n3,4,y\n" };

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct dataset *dataset = read_text(texts[i], "l", MISSING_ERROR);
		cr_expect_str_eq(dataset->label, "l");
		cr_expect_str_eq(dataset->feature_names[0], "a");
		cr_expect_str_eq(dataset->feature_names[1], "b");
		for (size_t j = 0; j < 4; j++)
			cr_expect_eq(dataset->x[j], (double)j + 1, "text %zu", i);
		dataset_free(dataset);
	}
}

Test(csv, names_come_from_the_path)
{
	static const struct {
		const char *path, *name;
	} cases[] = { { "t.csv", "t" }, { "./my.data.csv", "my.data" }, { "plain", "plain" }, { ".csv", ".csv" } };
	static const char text[] = "a,b\n1,x\n2,y\n";
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct dataset *dataset = NULL;
		scratch_write(cases[i].path, text, sizeof text - 1);
		cr_assert_eq(dataset_read(cases[i].path, &(struct reading){ 0 }, &dataset, &err), ERR_OK);
		cr_expect_str_eq(dataset->name, cases[i].name);
		cr_expect_str_eq(dataset->path, cases[i].path);
		dataset_free(dataset);
	}
}

Test(csv, the_sha256_is_that_of_the_file)
{
	/* sha256sum of the same bytes. */
	struct dataset *dataset = read_text("a,b\n1,x\n2,y\n", NULL, MISSING_ERROR);

	cr_expect_str_eq(dataset->sha256, "15920f3fb7c051cc15fceee84432e8803a139a9b53a4ea832c37bf1109e200cf");
	dataset_free(dataset);
}

Test(csv, classes_are_ordered_by_value_or_as_scikit_learn_does)
{
	static const struct {
		const char *text;
		const char *order[4];
	} cases[] = {
		{ "a,b\n1,10\n1,9\n1,2\n", { "2", "9", "10" } },
		{ "a,b\n1,1\n1,-1\n1,0\n", { "-1", "0", "1" } },
		{ "a,b\n1,10\n1,9\n1,x\n", { "10", "9", "x" } },
		{ "a,b\n1,10.0\n1,9.0\n", { "9.0", "10.0" } },
		{ "a,b\n1,1.0\n1,02\n1,1\n1,2\n", { "1", "2" } },
		{ "a,b\n1,b\n1,a\n1,B\n1,\xc3\xa4\n", { "B", "a", "b", "\xc3\xa4" } },
		{ "a,b\n1,im\n1,imU\n1,imL\n1,cp\n", { "cp", "im", "imL", "imU" } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct dataset *dataset = read_text(cases[i].text, NULL, MISSING_ERROR);
		for (size_t c = 0; c < 4 && cases[i].order[c] != NULL; c++)
			cr_expect_str_eq(dataset->class_names[c], cases[i].order[c], "case %zu, class %zu", i, c);
		dataset_free(dataset);
	}
}

Test(csv, dropped_rows_keep_the_numbers_of_the_others)
{
	static const double x[] = { 2, 5 };
	struct dataset *dataset = read_text("a,c\nNA,gone\n2,y\n3,?\n\"\",y\n5,x\n", NULL, MISSING_DROP);

	cr_assert_eq(dataset->instances, 2);
	cr_expect_eq(dataset->classes, 2, "a class that only dropped rows have does not count");
	for (size_t i = 0; i < ARRAY_LENGTH(x); i++) {
		cr_expect_eq(dataset->x[i], x[i]);
		cr_expect_eq(dataset->y[i], i == 0);
		cr_expect_eq(dataset->instance_id[i], i == 0 ? 1 : 4);
		cr_expect_eq(dataset->source_line[i], i == 0 ? 3 : 6);
	}
	cr_expect_str_eq(dataset->missing, "drop");
	dataset_free(dataset);
}

Test(value, equals_strtod_bit_for_bit)
{
	static const char *const texts[] = { "0",
					     "-0",
					     "7",
					     ".28",
					     "5.",
					     "-.5",
					     "9.899999",
					     "1.0000",
					     "0.1",
					     "123456789012345",
					     "12345678901234567890",
					     "0.123456789012345",
					     "0.1234567890123456789",
					     "00012.5",
					     "1e5",
					     "-2.5E-3",
					     "4.9e-324",
					     "0.000000000000001",
					     "179.769313486231" };

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		double value = 99;
		double expected = strtod(texts[i], NULL);
		cr_assert(value_read(texts[i], &value), "'%s'", texts[i]);
		cr_expect_eq(memcmp(&value, &expected, sizeof value), 0, "'%s'", texts[i]);
	}
}

Test(value, refuses_what_is_no_number)
{
	static const char *const texts[] = { "", "-", ".", "-.", "1.2.3", "--1", "1 2", "0x1", "abc", "1,5", "1e" };

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		double value = 99;
		cr_expect_not(value_read(texts[i], &value), "'%s'", texts[i]);
		cr_expect_eq(value, 99, "'%s'", texts[i]);
	}
}

/* Blank lines were looked at again for each of them: two megabytes took minutes. */
Test(csv, many_blank_lines_are_read_once, .timeout = 20)
{
	static const char rows[] = "a,class\n1,x\n2,y\n";
	const size_t length = 2000000;
	AUTO(mem_freep) char *text = NULL;
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	struct err err;

	cr_assert_eq(mem_new(&text, length, &err), ERR_OK);
	memset(text, '\n', length);
	memcpy(text, rows, sizeof rows - 1);
	scratch_write("t.csv", text, length);
	cr_assert_eq(dataset_read("t.csv", &(struct reading){ 0 }, &dataset, &err), ERR_OK, "%s", err.message);
	cr_expect_eq(dataset->instances, 2);
}

/* The memory of a large file goes while it is read. */
Test(csv, a_large_file_is_read_again_for_texts_that_come_late)
{
	struct text text AUTO(text_done) = { 0 };
	struct err err;

	cr_assert_eq(text_append(&text, &err, "a,b,class\n"), ERR_OK);
	for (int i = 0; i < 20000; i++)
		cr_assert_eq(text_append(&text, &err, "%s,%900d,%c\n", i < 250 ? "1" : "p", i % 5, "xy"[i % 2]),
			     ERR_OK);
	AUTO(dataset_freep) struct dataset *dataset = read_text(text.data, NULL, MISSING_ERROR);
	cr_assert_eq(dataset->features, 3);
	cr_expect_str_eq(dataset->feature_names[1], "a=p");
	for (size_t i = 0; i < 20000; i++)
		cr_assert(dataset->x[i * 3] == (i < 250) && dataset->x[i * 3 + 2] == (double)(i % 5), "row %zu", i);
	const struct rows_file other = { &text, "of other bytes" };
	const struct rows_text rows = { .path = "t.csv", .file = &other };
	cr_expect_eq(input_read_again(&rows, &err), ERR_INPUT);
	cr_expect_str_eq(err.message, "t.csv: has changed while it was read");
}

Test(csv, pipes_and_comments)
{
	static const struct {
		const char *text, *message; /* NULL: two features, two classes */
	} cases[] = {
		{ "a|b|c\n1|2|x, or\n3|4|y\n", NULL },
		{ "a,b,c\n1,2,p|q\n3,4,q|r\n5,6,p|q\n", NULL },
		{ "# made by hand\na,b\n1,x\n2,y\n",
		  "t.csv:2: 1 field, but the header row has 4: write nothing between two separators for 'made', if it "
		  "is missing; --comment '#' leaves out the lines that begin so" },
		{ "% made by hand\n@attribute a real\n@attribute b {x,y}\n@data\n1,x\nz,y\n",
		  "t.csv:6: column 'a': 'z' is not a number; '--missing-values z' takes it for a missing value" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		AUTO(dataset_freep) struct dataset *dataset = NULL;
		const struct reading reading = { 0 };
		struct err err = { 0 };
		scratch_write("t.csv", cases[i].text, strlen(cases[i].text));
		enum err_code code = dataset_read("t.csv", &reading, &dataset, &err);
		cr_expect_eq(code, cases[i].message == NULL ? ERR_OK : ERR_INPUT, "%s", err.message);
		if (cases[i].message != NULL)
			cr_expect_str_eq(err.message, cases[i].message);
		else if (code == ERR_OK)
			cr_expect(dataset->features == 2 && dataset->classes == 2, "%s", cases[i].text);
	}
}

/* Rows "i, label": labels 0, step, 2 step, … for each of `classes`, in turns. */
static bool looks_continuous(size_t rows, size_t classes, const char *format, double step)
{
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	struct text text AUTO(text_done) = { 0 };
	struct err err;

	cr_assert_eq(text_append(&text, &err, "a,b\n"), ERR_OK);
	for (size_t i = 0; i < rows; i++)
		if (text_append(&text, &err, "%zu.5,", i) != ERR_OK ||
		    text_append(&text, &err, format, step * (double)(i % classes)) != ERR_OK)
			cr_assert_fail("%s", err.message);
	dataset = read_text(text.data, NULL, MISSING_ERROR);
	return dataset_looks_continuous(dataset);
}

Test(csv, labels_that_may_be_meant_as_numbers)
{
	static const struct {
		size_t rows, classes;
		const char *format;
		double step;
		bool expected;
	} cases[] = {
		{ 400, 3, "%.1f\n", 0.5, true },  { 400, 2, "%.1f\n", 0.5, false }, { 400, 21, "%.0f\n", 1, true },
		{ 400, 20, "%.0f\n", 1, false },  { 400, 30, "%.0f\n", 7, false },  { 200, 30, "%.0f\n", 7, true },
		{ 400, 50, "c%.0f\n", 1, false },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		cr_expect_eq(looks_continuous(cases[i].rows, cases[i].classes, cases[i].format, cases[i].step),
			     cases[i].expected, "%zu", i);
}
