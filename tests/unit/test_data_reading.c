/* data: files as people have them. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/dataset.h"
#include "scratch.h"

TestSuite(reading, .init = scratch_enter, .fini = scratch_leave);

static void append_names(struct text *text, char *const *names, size_t count)
{
	struct err err;

	for (size_t i = 0; i < count; i++)
		cr_assert_eq(text_append(text, &err, "%s%s", i == 0 ? "" : ",", names[i]), ERR_OK);
	cr_assert_eq(text_append(text, &err, "|"), ERR_OK);
}

/* "features|label|classes|x x y x x y" : the numbers of each row and its class. */
static void describe(const struct dataset *dataset, struct text *text)
{
	struct err err;

	append_names(text, dataset->feature_names, dataset->features);
	append_names(text, &dataset->label, 1);
	append_names(text, dataset->class_names, dataset->classes);
	for (size_t i = 0; i < dataset->instances; i++) {
		for (size_t j = 0; j < dataset->features; j++)
			cr_assert_eq(text_append(text, &err, "%g ", dataset->x[i * dataset->features + j]), ERR_OK);
		cr_assert_eq(text_append(text, &err, "%s%s;", dataset->class_names[dataset->y[i]],
					 dataset->own_part != NULL && dataset->own_part[i] ? "*" : ""),
			     ERR_OK);
	}
}

static struct dataset *read_text(const char *text, const struct reading *reading)
{
	struct dataset *dataset = NULL;
	struct err err = { 0 };

	scratch_write("t.csv", text, strlen(text));
	cr_assert_eq(dataset_read("t.csv", reading, &dataset, &err), ERR_OK, "%s: %s", text, err.message);
	return dataset;
}

#define GUESSED "the first row is taken for a header row; --header no reads it as data\n"
static const struct {
	const char *text;
	struct reading reading;
	const char *expected, *notes;
} found[] = {
	/* separators, decimal commas */
	{ "a;b;c\n1;2;x\n3;4;y\n", { 0 }, "a,b|c|x,y|1 2 x;3 4 y;", "separated by semicolons\n" },
	{ "a;b;c\n1,5;2;x\n3;4,25;y\n",
	  { 0 },
	  "a,b|c|x,y|1.5 2 x;3 4.25 y;",
	  "separated by semicolons, with decimal commas\n" },
	{ "a;d;c\n1;2;x\n2;3;y\n3;4;x\n4;5;y\n5;6;x\n6;7;y\n7;8;x\n8;9;y\n9;1;x\n1;2;y\n2;3;x\n3;4;y\n4;5;x\n5;6;y\n6;"
	  "7;x\n"
	  "7;8;y\n8;9;x\n9;1;y\n1;2;x\n2;3;y\n3;0,5;x\n",
	  { .columns = "d" },
	  "d|c|x,y|2 x;3 y;4 x;5 y;6 x;7 y;8 x;9 y;1 x;2 y;3 x;4 y;5 x;6 y;7 x;8 y;9 x;1 y;2 x;3 y;0.5 x;",
	  "separated by semicolons, with decimal commas\n" },
	{ "a;d;c\n1,5;01.02.2020;x\n2;02.02.2020;y\n",
	  { .drop = "d" },
	  "a|c|x,y|1.5 x;2 y;",
	  "separated by semicolons, with decimal commas\n" },
	{ "sep=;\r\na;b\r\n1;x\r\n2,5;y\r\n",
	  { 0 },
	  "a|b|x,y|1 x;2.5 y;",
	  "separated by semicolons, with decimal commas\n" },
	{ "a\tb\tc\n1\t2\tx, or\n3\t4\ty\n", { 0 }, "a,b|c|x, or,y|1 2 x, or;3 4 y;", "separated by tabs\n" },
	{ "  a b   c\n 1  2 x\n3 \t4 'y'  \n", { 0 }, "a,b|c|'y',x|1 2 x;3 4 'y';", "separated by blanks\n" },
	{ "a b \"c d\"\n1 2 \"x  y\"\n3 4 z\n", { 0 }, "a,b|c d|x  y,z|1 2 x  y;3 4 z;", "separated by blanks\n" },
	{ "a, b, c\n1, 2, x\n3, 4, y\n", { 0 }, "a,b|c|x,y|1 2 x;3 4 y;", NULL },
	{ "a;b,c\n1;5,x\n2;6,y\n", { .separator = SEPARATOR_COMMA }, "a;b=1;5,a;b=2;6|c|x,y|1 0 x;0 1 y;", GUESSED },
	/* header or none */
	{ "1,2,x\n3,4,y\n",
	  { 0 },
	  "x1,x2|x3|x,y|1 2 x;3 4 y;",
	  "no header row: the columns are x1 to x3\nthe label is column 3, 'x3'\n" },
	{ "1,2,1\n3,4,2\n",
	  { 0 },
	  "x1,x2|x3|1,2|1 2 1;3 4 2;",
	  "no header row: the columns are x1 to x3\nthe label is column 3, 'x3'\n" },
	{ "1,2,x\n3,4,y\n", { .header = HEADER_NO, .label = "last" }, "x1,x2|x3|x,y|1 2 x;3 4 y;", NULL },
	{ "0,1,target\n3,4,x\n5,6,y\n", { 0 }, "0,1|target|x,y|3 4 x;5 6 y;", NULL },
	{ "red,p\nblue,q\nred,p\nblue,q\n",
	  { .encode = ENCODE_ORDINAL },
	  "x1|x2|p,q|1 p;0 q;1 p;0 q;",
	  "no header row: the columns are x1 to x2\nthe label is column 2, 'x2'\n" },
	{ "colour,kind\nblue,q\nred,p\n", { .encode = ENCODE_ORDINAL }, "colour|kind|p,q|0 q;1 p;", GUESSED },
	{ "a,,b,a\n1,2,x,3\n4,5,y,6\n",
	  { .label = "b" },
	  "a,x2,a.1|b|x,y|1 2 3 x;4 5 6 y;",
	  "column 2 has no name: it is 'x2' here\ntwo columns are called 'a': column 4 is 'a.1' here\n" },
	{ "2019,2020,kind\n1,2,p\n3,4,q\n", { .label = "kind" }, "2019,2020|kind|p,q|1 2 p;3 4 q;", NULL },
	{ "0,1,2,3\n5,6,7,0\n8,9,7,1\n",
	  { 0 },
	  "0,1,2|3|0,1|5 6 7 0;8 9 7 1;",
	  "the first row counts up, so it is a header row; --header no reads it as data\n" },
	{ "1,2,3,4\n5,6,7,1\n",
	  { .label = "last" },
	  "x1,x2,x3|x4|1,4|1 2 3 4;5 6 7 1;",
	  "no header row: the columns are x1 to x4\n" },
	/* rows with a field more: names of rows, or a separator at their end */
	{ "\"a\" \"class\"\n\"1\" 5 \"x\"\n\"2\" 6 \"y\"\n",
	  { 0 },
	  "a|class|x,y|5 x;6 y;",
	  "separated by blanks\ncolumn 1 has no name: it is 'x1' here\n"
	  "column 'x1' is left out: it counts the rows; --keep-ids keeps it\n" },
	{ "a,class\n1,x,\n2,y,\n",
	  { 0 },
	  "a|class|x,y|1 x;2 y;",
	  "column 3 is left out: it has no name and no value\nthe label is column 2, 'class'\n" },
	{ "a,class,\n1,x,\n2,y,\n",
	  { 0 },
	  "a|class|x,y|1 x;2 y;",
	  "column 3 is left out: it has no name and no value\nthe label is column 2, 'class'\n" },
	/* comments, line ends, end of file */
	{ "# a\na,b\n#1,x\n1,x\r\r\n2,y\r\r\n\x1a", { .comment = "#" }, "a|b|x,y|1 x;2 y;", NULL },
	/* labels */
	{ "class,a,b\nx,1,2\ny,3,4\n", { 0 }, "a,b|class|x,y|1 2 x;3 4 y;", "the label is column 1, 'class'\n" },
	{ "X,Y,kind\n1,2,p\n3,4,q\n", { 0 }, "X,Y|kind|p,q|1 2 p;3 4 q;", NULL },
	{ "x,y,kind\n1,2,p\n3,4,q\n", { 0 }, "x,y|kind|p,q|1 2 p;3 4 q;", NULL },
	{ "a,b\n1,x\n2,y\n", { .label = "first" }, "b=x,b=y|a|1,2|1 0 1;0 1 2;", NULL },
	{ "a,b\n1,Yes\n2,yes\n3,no.\n4,no\n",
	  { 0 },
	  "a|b|Yes,no,no.,yes|1 Yes;2 yes;3 no.;4 no;",
	  "class 'no.' differs from another only by case or a dot at its end\n"
	  "class 'yes' differs from another only by case or a dot at its end\n" },
	{ "a,b\n1,1\n2,01\n3,1.0\n4,2\n",
	  { 0 },
	  "a|b|1,2|1 1;2 1;3 1;4 2;",
	  "labels that are the same number, as 1 and 1.0, are one class\n" },
	/* missing values */
	{ "a,b\n1,\"NA\"\n2,x\n", { 0 }, "a|b|NA,x|1 NA;2 x;", NULL },
	{ "a,b\n1,-\n2,+\n", { 0 }, "a|b|+,-|1 -;2 +;", NULL },
	{ "a,b\nNaN,x\nn/a,y\n-,x\n.,y\n<NULL>,x\nnone,y\n7,x\n",
	  { .missing = MISSING_MEAN },
	  "a|b|x,y|nan x;nan y;nan x;nan y;nan x;nan y;7 x;",
	  NULL },
	{ "a,b\n-9,x\n1,y\n,x\n",
	  { .missing = MISSING_MEAN, .missing_values = "-9,-8" },
	  "a|b|x,y|nan x;1 y;nan x;",
	  NULL },
	{ "a,t,b\n1,?,x\n?,u,y\n3,v,y\n",
	  { .missing = MISSING_INDICATOR },
	  "a,a=?,t=u,t=v,t=?|b|x,y|1 0 0 0 1 x;nan 1 1 0 0 y;3 0 0 1 0 y;",
	  NULL },
	{ "a,t,b\n1,?,x\n2,u,y\n3,v,y\n",
	  { .missing = MISSING_MEDIAN },
	  "a,t=u,t=v|b|x,y|1 nan nan x;2 1 0 y;3 0 1 y;",
	  NULL },
	{ "a,e,b\n1,,x\n2,,y\n",
	  { .missing = MISSING_MEAN },
	  "a|b|x,y|1 x;2 y;",
	  "column 'e' is left out: every value is missing\n" },
	/* columns */
	{ "a,flag,b\n1,TRUE,x\n2,false,y\n", { 0 }, "a,flag|b|x,y|1 1 x;2 0 y;", NULL },
	{ "a,c,b\n1,p,x\n2,q,y\n", { .drop = "c" }, "a|b|x,y|1 x;2 y;", NULL },
	{ "a,c,d,b\n1,p,3,x\n2,q,4,y\n", { .columns = "d,a" }, "a,d|b|x,y|1 3 x;2 4 y;", NULL },
	{ "id,a,b\n1,5,x\n2,3,y\n",
	  { 0 },
	  "a|b|x,y|5 x;3 y;",
	  "column 'id' is left out: it counts the rows; --keep-ids keeps it\n" },
	{ "id,a,b\n1,5,x\n2,3,y\n", { .keep_ids = true }, "id,a|b|x,y|1 5 x;2 3 y;", NULL },
	{ "id,b\n1,x\n2,y\n", { 0 }, "id|b|x,y|1 x;2 y;", NULL },
	{ "id,a,b\n1,5,x\n2,,y\n3,4,y\n",
	  { .missing = MISSING_DROP },
	  "a|b|x,y|5 x;4 y;",
	  "column 'id' is left out: it counts the rows; --keep-ids keeps it\n" },
	{ "part,a,b\ntrain,5,x\n,6,x\ntest,3,y\n",
	  { .missing = MISSING_DROP },
	  "a|b|x,y|5 x;3 y*;",
	  "column 'part' says which rows test\n" },
	{ "part,a,b\ntrain,5,x\nTest,3,y\ntrain,2,y\n",
	  { 0 },
	  "a|b|x,y|5 x;3 y*;2 y;",
	  "column 'part' says which rows test\n" },
	/* ARFF and KEEL */
	{ "% a comment\n@RELATION r\n@attribute 'a b' NUMERIC\n@ATTRIBUTE t {q, 'p p', r}\n"
	  "@attribute class {yes,no}\n@data\n\n% x\n1,'p p',no\n?,q,yes\n",
	  { .missing = MISSING_MEAN },
	  "a b,t=q,t=p p,t=r|class|yes,no|1 0 1 0 no;nan 1 0 0 yes;",
	  NULL },
	{ "@relation k\n@attribute a real [0.0, 2.0]\n@attribute t {x,y}\n@attribute c integer[1,9]\n"
	  "@inputs a, c\n@outputs t\n@data\n0.5, x, 3\n1.5, y, 4\n",
	  { 0 },
	  "a,c|t|x,y|0.5 3 x;1.5 4 y;",
	  NULL },
	{ "\xef\xbb\xbf@relation q\n@attribute 'it\\'s' numeric\n@attribute t {'don\\'t', \"a \\\"b\\\", c\", '?', d "
	  "e}\n"
	  "@attribute c {p,q}\n@data\n1, 'don\\'t', p\n% 'x\n2,\"a \\\"b\\\", c\",q\n3,'?',p\n4,d e,q\n",
	  { 0 },
	  "it's,t=don't,t=a \"b\", c,t=?,t=d e|c|p,q|1 1 0 0 0 p;2 0 1 0 0 q;3 0 0 1 0 p;4 0 0 0 1 q;",
	  NULL },
	{ "@relation s\n@attribute a numeric\n@attribute t {'u\\\\, v',w}\n@attribute c {p,q}\n@data\n{0 1, 2 q}\n{0 "
	  "?, 1 w}\n",
	  { .missing = MISSING_MEAN },
	  "a,t=u\\, v,t=w|c|p,q|1 1 0 q;nan 0 1 p;",
	  NULL },
	{ "@relation s\n@attribute a numeric\n@attribute c {'p q',r}\n@data\n1\t'p q'\n2\tr\n",
	  { 0 },
	  "a|c|p q,r|1 p q;2 r;",
	  NULL },
	{ "@relation s\n@attribute a numeric\n@attribute t {u,v}\n@attribute c {p,q}\n@data\n{0 2.5, 2 q}\n{1 "
	  "v}\n",
	  { 0 },
	  "a,t=u,t=v|c|p,q|2.5 1 0 q;0 0 1 p;",
	  NULL },
};

Test(reading, what_is_not_said_is_found_out)
{
	for (size_t i = 0; i < ARRAY_LENGTH(found); i++) {
		struct text got AUTO(text_done) = { 0 };
		AUTO(dataset_freep) struct dataset *dataset = read_text(found[i].text, &found[i].reading);
		describe(dataset, &got);
		cr_expect_str_eq(got.data, found[i].expected, "%s: %s", found[i].text, got.data);
		cr_expect_str_eq(dataset->notes != NULL ? dataset->notes : "",
				 found[i].notes != NULL ? found[i].notes : "", "%s: %s", found[i].text, dataset->notes);
	}
}

static const struct {
	const char *text;
	struct reading reading;
	const char *message;
} refused[] = {
	{ "a,b\n$1,x\n$2,y\n",
	  { 0 },
	  "t.csv:2: column 'a': '$1' is an amount of money: make it a number, or leave the column out with "
	  "--drop" },
	{ "a,b\n4.2%,x\n5%,y\n",
	  { 0 },
	  "t.csv:2: column 'a': '4.2%' is a percentage: make it a number, or leave the column out with "
	  "--drop" },
	{ "a,b\n2024-01-31,x\n2024-02-01,y\n",
	  { 0 },
	  "t.csv:2: column 'a': '2024-01-31' is a date or time: make numbers of it, such as days since a date, "
	  "or "
	  "leave the column out with --drop" },
	{ "a;d;b\n1,5;01.02.2020;x\n2;03.04.2020;y\n",
	  { 0 },
	  "t.csv:2: column 'd': '01.02.2020' is a date or time: make numbers of it, such as days since a date, or "
	  "leave the column out with --drop" },
	{ "a,t,b\n1,10:30,x\n2,11:45,y\n",
	  { 0 },
	  "t.csv:2: column 't': '10:30' is a date or time: make numbers of it, such as days since a date, or "
	  "leave the column out with --drop" },
	{ "a;c;b\n1,5;2;x\n2,5;1.234;y\n3;4;y\n",
	  { 0 },
	  "t.csv:3: column 'c': '1.234' is a number with a point: write it with a comma, as the others are, and "
	  "nothing between thousands, or leave the column out with --drop" },
	{ "a,b\n\"NA\",x\n1,y\n2,y\n",
	  { 0 },
	  "t.csv:2: column 'a': 'NA' in quotes is not a number; '--missing-values NA' takes it for a missing value" },
	{ "part,a,b\ntrain,5,x\n,6,x\ntest,3,y\n",
	  { .missing = MISSING_MEAN },
	  "t.csv: column 'part' says which rows test, but not of 1 row: '--missing drop' leaves it out, --drop the "
	  "column" },
	{ "@relation r\n@attribute a numeric\n@attribute c {x,y}\n@data\n1,x,{2}\n",
	  { 0 },
	  "t.csv:5: '{2}' behind the row: rows with weights are not read" },
	{ "@relation r\n@attribute a numeric\n@attribute c {x,y}\n@data\n{0 1}, {2}\n",
	  { 0 },
	  "t.csv:5: ', {2}' behind the row: rows with weights are not read" },
	{ "a,b\np,x\nq,y\n",
	  { .encode = ENCODE_ERROR },
	  "t.csv:2: column 'a': 'p' is not a number; --encode one-hot takes texts" },
	{ "a,b\np,x\nq,y\nr,x\n",
	  { .max_levels = 2 },
	  "t.csv: column 'a' has more than 2 different texts; --drop leaves it out, --max-levels allows more" },
	{ "a,b\n1,x\n2,y\n", { .drop = "z" }, "t.csv:1: no column is called 'z'; there are 'a', 'b'" },
	{ "a,b\n1,x\n2,y\n", { .drop = "a" }, "t.csv: no feature is left besides the label 'b'" },
	{ "1,2,x\n3,4,y\n",
	  { .header = HEADER_YES },
	  "t.csv: column 'x' holds one class only, 'y'; two are needed: --label says which column has them" },
	{ "@relation r\n@attribute a numeric\n", { 0 }, "t.csv: has no line '@data' before its rows" },
	{ "@relation r\n@attribute a\n@data\n1\n", { 0 }, "t.csv:2: '@attribute' takes a name and a type" },
	{ "@relation r\n@attribute a {x,y\n@data\n1\n", { 0 }, "t.csv:2: the levels of 'a' do not end with '}'" },
	{ "@relation r\n@attribute a numeric\n@attribute c {x,y}\n@data\n1,z\n",
	  { 0 },
	  "t.csv:5: column 'c': 'z' is none of its declared values" },
	{ "@relation r\n@attribute a numeric\n@attribute c {x,y}\n@data\n1,x,2\n",
	  { 0 },
	  "t.csv:5: 3 fields, but the attributes are 2: '2' is too many; put quotes around a text with a separator in "
	  "it" },
	{ "@relation r\n@attribute a numeric\n@attribute c {x,y}\n@data\n{0 1, 7 x}\n",
	  { 0 },
	  "t.csv:5: '7' is no column from 1 to 1 of a sparse row" },
	{ "@relation r\n@attribute a numeric\n@attribute c {x,y}\n@data\n{0 1\n",
	  { 0 },
	  "t.csv:5: a sparse row ends with '}'" },
	{ "@relation r\n@inputs b\n@data\n", { 0 }, "t.csv:2: 'b' is no attribute" },
	{ "\xfd\x37zXZ000", { 0 }, "t.csv: is compressed with xz: read what 'xz -dc t.csv' writes ('-': a pipe)" },
	{ "\x28\xb5\x2f\xfd"
	  "000",
	  { 0 },
	  "t.csv: is compressed with zstd: read what 'zstd -dc t.csv' writes ('-': a pipe)" },
	{ "\xff\xfe"
	  "a,b",
	  { 0 },
	  "t.csv: is UTF-16: 'iconv -f UTF-16 -t UTF-8 t.csv' prints it as UTF-8" },
};

Test(reading, what_cannot_be_read_says_what_to_do)
{
	for (size_t i = 0; i < ARRAY_LENGTH(refused); i++) {
		struct dataset *dataset = NULL;
		struct err err = { 0 };
		scratch_write("t.csv", refused[i].text, strlen(refused[i].text));
		cr_expect_eq(dataset_read("t.csv", &refused[i].reading, &dataset, &err), ERR_INPUT, "%s",
			     refused[i].text);
		cr_expect_str_eq(err.message, refused[i].message);
		dataset_free(dataset);
	}
}

Test(reading, a_text_of_ones_own_in_every_row_is_no_feature)
{
	struct text text AUTO(text_done) = { 0 };
	struct err err;

	cr_assert_eq(text_append(&text, &err, "name,n,a,class\n"), ERR_OK);
	for (int i = 0; i < 30; i++)
		cr_assert_eq(text_append(&text, &err, "p%d,%d,%d,%c\n", i, i + 1, i % 7, "xy"[i % 2]), ERR_OK);
	AUTO(dataset_freep) struct dataset *dataset = read_text(text.data, &(struct reading){ 0 });
	cr_expect_eq(dataset->features, 1);
	cr_expect_str_eq(dataset->feature_names[0], "a");
	cr_expect_str_eq(dataset->notes,
			 "column 'name' is left out: it has another text in every row; --keep-ids keeps it\n"
			 "column 'n' is left out: it counts the rows; --keep-ids keeps it\n");
}

/* Of a column of very many texts only the first ones are kept: the others are not missing. */
Test(reading, rows_of_very_many_texts_are_not_dropped)
{
	struct text text AUTO(text_done) = { 0 };
	struct err err;

	cr_assert_eq(text_append(&text, &err, "name,a,class\nq,,x\n"), ERR_OK);
	for (int i = 0; i < 1500; i++)
		cr_assert_eq(text_append(&text, &err, "p%d,%d,%c\n", i, i % 7, "xy"[i % 2]), ERR_OK);
	AUTO(dataset_freep)
	struct dataset *dataset = read_text(text.data, &(struct reading){ .missing = MISSING_DROP });
	cr_expect_eq(dataset->instances, 1500);
	cr_expect_eq(dataset->features, 1);
}

/* A column whose first 200 rows are numbers. */
Test(reading, a_column_is_text_by_all_its_rows)
{
	struct text text AUTO(text_done) = { 0 };
	struct err err;

	cr_assert_eq(text_append(&text, &err, "a,b,class\n"), ERR_OK);
	for (int i = 0; i < 700; i++)
		cr_assert_eq(text_append(&text, &err, "%s,%d,%c\n",
					 i < 250 ? "1"
					 : i % 2 ? "p"
						 : "q",
					 i % 5, "xy"[i % 2]),
			     ERR_OK);
	AUTO(dataset_freep) struct dataset *dataset = read_text(text.data, &(struct reading){ 0 });
	cr_expect_eq(dataset->features, 4);
	cr_expect_str_eq(dataset->feature_names[0], "a=1");
	cr_expect_eq(dataset->x[699 * 4 + 1], 1);
}

static const struct {
	const char *text, *test, *expected, *notes; /* or the message of an error, without notes */
} parts[] = {
	{ "a,b\n1,x\n2,y\n", "a,b\n7,x.\n8,y.\n", "a|b|x,y|1 x;2 y;7 x*;8 y*;",
	  "labels of u.csv end in a dot, which is left out\n" },
	{ "a,c,b\n1,3,x\n2,4,y\n", "b,a,c\ny,7,9\n", "a,c|b|x,y|1 3 x;2 4 y;7 9 y*;", "" },
	{ "a,b\n1,x\n2,y\n", "a;b\n7,5;x\n", "a|b|x,y|1 x;2 y;7.5 x*;", "" },
	{ "id,a,b\n1,5,x\n2,6,y\n", "id,a,b\n1,7,x\n2,8,y\n", "a|b|x,y|5 x;6 y;7 x*;8 y*;",
	  "column 'id' is left out: it counts the rows; --keep-ids keeps it\n" },
	{ "t,b\np,x\nq,y\n", "t,b\n1,x\n2,y\n3,y\n",
	  "t=1,t=2,t=3,t=p,t=q|b|x,y|0 0 0 1 0 x;0 0 0 0 1 y;1 0 0 0 0 x*;0 1 0 0 0 y*;0 0 1 0 0 y*;", GUESSED },
	{ "@relation r\n@attribute a numeric\n@attribute b {x,y}\n@data\n1,x\n2,y\n",
	  "@relation r\n@attribute b {y,x}\n@attribute a numeric\n@data\nx,7\n", "a|b|x,y|1 x;2 y;7 x*;", "" },
	{ "a,b\n1,x\n2,y\n", "a,d\n7,x\n", "u.csv:1: column 'd' is not in t.csv, where column 2 is 'b'", NULL },
	{ "a,b\n1,x\n2,y\n", "a,b\nzwei,x\n",
	  "u.csv:2: column 'a': 'zwei' is not a number; '--missing-values zwei' takes it for a missing value", NULL },
	{ "a,b\n1,x\n2,y\n", "a,b\n", "u.csv: has a header row but no data rows below", NULL },
};

Test(reading, another_file_is_the_test_part)
{
	const struct reading reading = { .test = "u.csv" };

	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++) {
		struct text got AUTO(text_done) = { 0 };
		AUTO(dataset_freep) struct dataset *dataset = NULL;
		struct err err = { 0 };
		scratch_write("t.csv", parts[i].text, strlen(parts[i].text));
		scratch_write("u.csv", parts[i].test, strlen(parts[i].test));
		bool is_read = dataset_read("t.csv", &reading, &dataset, &err) == ERR_OK;
		cr_assert_eq(is_read, parts[i].notes != NULL, "%s: %s", parts[i].test, err.message);
		if (!is_read) {
			cr_expect_str_eq(err.message, parts[i].expected);
			continue;
		}
		describe(dataset, &got);
		cr_expect_str_eq(got.data, parts[i].expected, "%s: %s", parts[i].test, got.data);
		cr_expect_str_eq(dataset->notes != NULL ? dataset->notes : "", parts[i].notes);
		AUTO(dataset_freep) struct dataset *alone = read_text(parts[i].text, &(struct reading){ 0 });
		cr_expect_str_neq(alone->sha256, dataset->sha256);
	}
}

Test(reading, a_packed_file_is_the_same_data_set)
{
	static const char text[] = "a,b\n1,x\n2,y\n";
	AUTO(dataset_freep) struct dataset *plain = read_text(text, &(struct reading){ 0 });
	AUTO(dataset_freep) struct dataset *packed = NULL;
	struct err err;
	gzFile file = gzopen("t.csv.gz", "wb");

	cr_assert_eq(gzwrite(file, text, sizeof text - 1), (int)sizeof text - 1);
	cr_assert_eq(gzclose(file), Z_OK);
	cr_assert_eq(dataset_read("t.csv.gz", &(struct reading){ 0 }, &packed, &err), ERR_OK, "%s", err.message);
	cr_expect_str_eq(packed->sha256, plain->sha256);
	cr_expect_str_eq(packed->name, "t");
}

/* ../shared/datasets/wild, as SOURCES.md there says. */
Test(reading, files_of_real_people)
{
	static const struct {
		const char *name;
		size_t rows, features, classes;
	} cases[] = {
		{ "abalone.csv", 4177, 10, 28 },
		{ "abalone19.dat", 4174, 10, 2 },
		{ "adult-test.csv", 16281, 104, 2 },
		{ "adult-train.csv", 32561, 105, 2 },
		{ "auto_imports.csv", 201, 74, 186 },
		{ "breast-cancer.arff", 286, 51, 2 },
		{ "breast-cancer.csv", 286, 39, 2 },
		{ "car-good.dat", 1728, 21, 2 },
		{ "cleveland-0_vs_4.dat", 177, 13, 2 },
		{ "cm1.arff", 498, 21, 2 },
		{ "contact-lenses.arff", 24, 9, 3 },
		{ "cpu.arff", 209, 6, 116 },
		{ "german.csv", 1000, 61, 2 },
		{ "horse-colic.data", 300, 27, 2 },
		{ "housing.data", 506, 13, 229 },
		{ "hypothyroid.arff", 3772, 52, 4 },
		{ "labor.arff", 57, 29, 2 },
		{ "mammography.csv", 11183, 6, 2 },
		{ "new-thyroid.csv", 215, 5, 3 },
		{ "oil-spill.csv", 937, 49, 2 },
		{ "pima-indians-diabetes.csv", 768, 8, 2 },
		{ "vote.arff", 435, 32, 2 },
		{ "winequality-red.csv", 1599, 11, 6 },
		{ "winequality-white.csv", 4898, 11, 7 },
	};
	const char *source = getenv("HARDROW_SOURCE");
	struct err err;

	if (source == NULL)
		return;
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		AUTO(dataset_freep) struct dataset *dataset = NULL;
		struct text path AUTO(text_done) = { 0 };
		cr_assert_eq(text_append(&path, &err, "%s/../shared/datasets/wild/%s", source, cases[i].name), ERR_OK);
		if (!file_exists(path.data))
			continue;
		cr_expect_eq(dataset_read(path.data, &(struct reading){ .missing = MISSING_MEDIAN }, &dataset, &err),
			     ERR_OK, "%s: %s", cases[i].name, err.message);
		if (dataset == NULL)
			continue;
		cr_expect_eq(dataset->instances, cases[i].rows, "%s: %zu rows", cases[i].name, dataset->instances);
		cr_expect_eq(dataset->features, cases[i].features, "%s: %zu features", cases[i].name,
			     dataset->features);
		cr_expect_eq(dataset->classes, cases[i].classes, "%s: %zu classes", cases[i].name, dataset->classes);
	}
}

Test(reading, what_was_said_is_told_apart)
{
	const struct reading one = { .comment = "# drop a" }, other = { .comment = "#", .drop = "a" };
	struct text of_one AUTO(text_done) = { 0 };
	struct text of_other AUTO(text_done) = { 0 };
	struct err err;

	cr_assert_eq(reading_append(&one, &of_one, &err), ERR_OK);
	cr_assert_eq(reading_append(&other, &of_other, &err), ERR_OK);
	cr_expect_str_neq(of_one.data, of_other.data);
}
