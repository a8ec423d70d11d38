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
#include "data/scale.h"
#include "data/split.h"
#include "scratch.h"

TestSuite(reading, .init = scratch_enter, .fini = scratch_leave);
TestSuite(prepared, .init = scratch_enter, .fini = scratch_leave);

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
					 dataset->own_test != NULL && dataset->own_test[i] ? "*" : ""),
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
	{ "a\tb\tc\n1\t2\tx, or\n3\t4\ty\n", { 0 }, "a,b|c|x, or,y|1 2 x, or;3 4 y;", "separated by tabs\n" },
	{ "  a b   c\n 1  2 x\n3 \t4 'y'  \n", { 0 }, "a,b|c|'y',x|1 2 x;3 4 'y';", "separated by blanks\n" },
	{ "a b \"c d\"\n1 2 \"x  y\"\n3 4 z\n", { 0 }, "a,b|c d|x  y,z|1 2 x  y;3 4 z;", "separated by blanks\n" },
	{ "a, b, c\n1, 2, x\n3, 4, y\n", { 0 }, "a,b|c|x,y|1 2 x;3 4 y;", NULL },
	{ "a;b,c\n1;5,x\n2;6,y\n", { .separator = SEPARATOR_COMMA }, "a;b=1;5,a;b=2;6|c|x,y|1 0 x;0 1 y;", NULL },
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
	{ "colour,kind\nblue,q\nred,p\n", { .encode = ENCODE_ORDINAL }, "colour|kind|p,q|0 q;1 p;", NULL },
	{ "a,,b,a\n1,2,x,3\n4,5,y,6\n",
	  { .label = "b" },
	  "a,x2,a.1|b|x,y|1 2 3 x;4 5 6 y;",
	  "column 2 has no name: it is 'x2' here\ntwo columns are called 'a': column 4 is 'a.1' here\n" },
	/* comments, line ends, end of file */
	{ "# a\na,b\n#1,x\n1,x\r\r\n2,y\r\r\n\x1a", { .comment = "#" }, "a|b|x,y|1 x;2 y;", NULL },
	/* labels */
	{ "class,a,b\nx,1,2\ny,3,4\n", { 0 }, "a,b|class|x,y|1 2 x;3 4 y;", "the label is column 1, 'class'\n" },
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
	{ "a,b\n\"1,234\",x\n\"2,500\",y\n",
	  { 0 },
	  "t.csv:2: column 'a': '1,234' is a number with a comma: write it with a point and nothing between "
	  "thousands, or leave the column out with --drop" },
	{ "a,b\np,x\nq,y\n",
	  { .encode = ENCODE_ERROR },
	  "t.csv:2: column 'a': 'p' is not a number; --encode one-hot takes texts" },
	{ "a,b\np,x\nq,y\nr,x\n",
	  { .max_levels = 2 },
	  "t.csv: column 'a' has more than 2 different texts; --drop leaves it out, --max-levels allows more" },
	{ "a,b\n1,x\n2,y\n3,x\nzwei,y\n", { 0 }, "t.csv:5: column 'a': 'zwei' is not a number" },
	{ "a,b\n1,x\n2,y\n", { .drop = "z" }, "t.csv:1: no column is called 'z'; there are 'a', 'b'" },
	{ "a,b\n1,x\n2,y\n", { .drop = "a" }, "t.csv: no feature is left besides the label 'b'" },
	{ "1,2,x\n3,4,y\n", { .header = HEADER_YES }, "t.csv: column 'x' holds one class only, 'y'; two are needed" },
	{ "@relation r\n@attribute a numeric\n", { 0 }, "t.csv: has no line '@data' before its rows" },
	{ "@relation r\n@attribute a\n@data\n1\n", { 0 }, "t.csv:2: '@attribute' takes a name and a type" },
	{ "@relation r\n@attribute a {x,y\n@data\n1\n", { 0 }, "t.csv:2: the levels of 'a' do not end with '}'" },
	{ "@relation r\n@attribute a numeric\n@attribute c {x,y}\n@data\n1,z\n",
	  { 0 },
	  "t.csv:5: column 'c': 'z' is none of its declared values" },
	{ "@relation r\n@attribute a numeric\n@attribute c {x,y}\n@data\n1,x,2\n",
	  { 0 },
	  "t.csv:5: 3 fields, but the attributes are 2" },
	{ "@relation r\n@attribute a numeric\n@attribute c {x,y}\n@data\n{0 1, 7 x}\n",
	  { 0 },
	  "t.csv:5: '7' is no column from 1 to 1 of a sparse row" },
	{ "@relation r\n@attribute a numeric\n@attribute c {x,y}\n@data\n{0 1\n",
	  { 0 },
	  "t.csv:5: a sparse row ends with '}'" },
	{ "@relation r\n@inputs b\n@data\n", { 0 }, "t.csv:2: 'b' is no attribute" },
	{ "\xfd\x37zXZ000", { 0 }, "t.csv: is compressed with xz: 'xz -dc t.csv | hardrow train --data -' reads it" },
	{ "\x28\xb5\x2f\xfd"
	  "000",
	  { 0 },
	  "t.csv: is compressed with zstd: 'zstd -dc t.csv | hardrow train --data -' reads it" },
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

Test(reading, another_file_is_the_test_part)
{
	static const char test[] = "a,b\n7,x.\n8,y.\n";
	struct text got AUTO(text_done) = { 0 };

	scratch_write("u.csv", test, sizeof test - 1);
	AUTO(dataset_freep)
	struct dataset *dataset = read_text("a,b\n1,x\n2,y\n", &(struct reading){ .test = "u.csv" });
	describe(dataset, &got);
	cr_expect_str_eq(got.data, "a|b|x,y|1 x;2 y;7 x*;8 y*;");
	cr_expect_str_eq(dataset->notes, "labels of u.csv end in a dot, which is left out\n");
	AUTO(dataset_freep) struct dataset *alone = read_text("a,b\n1,x\n2,y\n", &(struct reading){ 0 });
	cr_expect_str_neq(alone->sha256, dataset->sha256);
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

/* The first four rows train; values (rows, features) prepared as `kind` says. */
static void expect_prepared(const char *text, int missing, enum scale_kind kind, const char *expected)
{
	static uint32_t train[] = { 0, 1, 2, 3 };
	const struct split split = { .train_count = 4, .train = train };
	AUTO(dataset_freep) struct dataset *dataset = read_text(text, &(struct reading){ .missing = missing });
	struct scaled scaled AUTO(scaled_done) = { 0 };
	struct text got AUTO(text_done) = { 0 };
	struct err err;

	cr_assert_eq(scale_fit(dataset, &split, kind, &scaled, &err), ERR_OK, "%s", err.message);
	for (size_t i = 0; i < dataset->instances; i++)
		for (size_t j = 0; j < dataset->features; j++)
			cr_assert_eq(text_append(&got, &err, "%.6g%s", scaled.x[i * dataset->features + j],
						 j + 1 == dataset->features ? ";" : " "),
				     ERR_OK);
	cr_expect_str_eq(got.data, expected, "%s: %s", text, got.data);
}

Test(prepared, missing_values_are_filled_in_from_the_training_part)
{
	expect_prepared("a,b\n1,x\n2,y\n6,x\n?,y\n600,x\n?,y\n", MISSING_MEAN, SCALE_NONE, "1;2;6;3;600;3;");
	expect_prepared("a,b\n1,x\n2,y\n6,x\n?,y\n600,x\n?,y\n", MISSING_MEDIAN, SCALE_NONE, "1;2;6;2;600;2;");
	expect_prepared("a,b\n1,x\n2,y\n4,x\n5,y\n600,x\n?,y\n", MISSING_MEDIAN, SCALE_NONE, "1;2;4;5;600;3;");
	expect_prepared("a,b\n1,x\n3,y\n1,x\n3,y\n5,x\n?,y\n", MISSING_MEAN, SCALE_STANDARD, "-1;1;-1;1;3;0;");
	expect_prepared("a,b\n?,x\n?,y\n?,x\n?,y\n5,x\n?,y\n", MISSING_MEAN, SCALE_NONE, "0;0;0;0;5;0;");
}

Test(prepared, a_missing_text_is_the_most_frequent_of_the_training_part)
{
	expect_prepared("t,b\np,x\nq,y\nq,x\n?,y\np,x\np,x\n?,y\n", MISSING_MEAN, SCALE_NONE,
			"1 0;0 1;0 1;0 1;1 0;1 0;0 1;");
}

Test(prepared, a_text_that_only_the_test_part_has_is_none)
{
	expect_prepared("t,b\np,x\nq,y\nq,x\np,y\nr,x\n", MISSING_ERROR, SCALE_NONE, "1 0 0;0 1 0;0 1 0;1 0 0;0 0 0;");
	expect_prepared("t,b\np,x\nq,y\nq,x\np,y\nr,x\n", MISSING_ERROR, SCALE_STANDARD,
			"1 -1 0;-1 1 0;-1 1 0;1 -1 0;-1 -1 0;");
}

Test(prepared, rounding_noise_is_not_scaled_up)
{
	expect_prepared("a,b\n0.3,x\n0.30000000000000004,y\n0.3,x\n0.3,y\n7,x\n", MISSING_ERROR, SCALE_STANDARD,
			"0;0;0;0;0;");
	expect_prepared("a,b\n1,x\n1.0000000001,y\n1,x\n1.0000000001,y\n", MISSING_ERROR, SCALE_STANDARD, "-1;1;-1;1;");
}
