/* data: what becomes of features before they are learned from. */
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/dataset.h"
#include "data/scale.h"
#include "data/split.h"
#include "scratch.h"

TestSuite(prepared, .init = scratch_enter, .fini = scratch_leave);

/* The same where the data set's x lies, which is then gone; before `scaled`, which may have borrowed it. */
static void expect_same_in_place(struct dataset *dataset, const struct split *split, enum scale_kind kind,
				 struct scaled *scaled)
{
	struct scaled in_place AUTO(scaled_done) = { 0 };
	const double *x = dataset->x;
	size_t count = dataset->instances * dataset->features;
	AUTO(mem_freep) double *own = NULL;
	struct err err;

	cr_assert_eq(mem_new(&own, count, &err), ERR_OK);
	memcpy(own, scaled->x, count * sizeof *own);
	cr_assert_eq(
	    scale_fit(dataset, split, &(struct scaling){ .kind = kind, .spare_x = &dataset->x }, &in_place, &err),
	    ERR_OK, "%s", err.message);
	cr_expect_null(dataset->x);
	cr_expect_eq(in_place.x, x);
	cr_expect_arr_eq(in_place.x, own, count * sizeof *own);
	free(scaled->values);
	scaled->x = scaled->values = take_ptr(&own);
}

/* The first four rows train; values (rows, features) prepared as `kind` says. */
static void expect_prepared(const char *text, int missing, enum scale_kind kind, const char *expected)
{
	static uint32_t train[] = { 0, 1, 2, 3 };
	const struct split split = { .train_count = 4, .train = train };
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	struct scaled scaled AUTO(scaled_done) = { 0 };
	struct text got AUTO(text_done) = { 0 };
	struct err err;

	scratch_write("t.csv", text, strlen(text));
	cr_assert_eq(dataset_read("t.csv", &(struct reading){ .missing = missing }, &dataset, &err), ERR_OK, "%s",
		     err.message);
	cr_assert_eq(scale_fit(dataset, &split, &(struct scaling){ .kind = kind }, &scaled, &err), ERR_OK, "%s",
		     err.message);
	expect_same_in_place(dataset, &split, kind, &scaled);
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

/* Ten rows train; decimal numbers, those of float32, a constant, -0 beside a mean that is not 0. */
Test(prepared, what_is_packed_gives_the_same_numbers)
{
	static uint32_t train[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 };
	static const uint32_t index[] = { 10, 3, 0, 11, 7, 6, 5, 4, 2, 1, 9 };
	const struct split split = { .train_count = 10, .train = train };
	struct text text AUTO(text_done) = { 0 };
	struct err err;

	/* The last one fits into no 4 bytes. */
	for (size_t odd = 0; odd <= 1; odd++) {
		AUTO(dataset_freep) struct dataset *dataset = NULL;
		struct scaled scaled AUTO(scaled_done) = { 0 }, packed AUTO(scaled_done) = { 0 };
		double tile[4 * 16];
		text_clear(&text);
		cr_assert_eq(text_append(&text, &err, "a,b,c,d,e\n"), ERR_OK);
		for (int i = 0; i < 12; i++)
			cr_assert_eq(text_append(&text, &err, "%s%d.%06d,%.17g,%s,%s,%c\n", i % 2 ? "-" : "",
						 i == 5 ? 0 : 7 * i, i == 5 ? 0 : 99 * i,
						 (double)(1.0F / (float)(i + 3)), i < 10 ? "2.5" : "3",
						 odd && i == 4 ? "0.12345678901" : "65536", "xy"[i % 2]),
				     ERR_OK);
		scratch_write("t.csv", text.data, text.length);
		cr_assert_eq(dataset_read("t.csv", &(struct reading){ 0 }, &dataset, &err), ERR_OK, "%s", err.message);
		cr_assert_eq(dataset->features, 4);
		cr_assert(signbit(dataset->x[5 * 4]) && dataset->x[5 * 4] == 0);
		cr_assert_eq(scale_fit(dataset, &split, &(struct scaling){ .kind = SCALE_STANDARD }, &scaled, &err),
			     ERR_OK);
		const struct scaling packs = { .kind = SCALE_STANDARD, .spare_x = &dataset->x, .packs = true };
		cr_assert_eq(scale_fit(dataset, &split, &packs, &packed, &err), ERR_OK);
		cr_assert_eq(packed.x == NULL, odd == 0);
		for (size_t i = 0; odd && i < 12 * 4; i++)
			cr_expect_eq(packed.x[i], scaled.x[i]);
		const struct packed_rows rows = scaled_packed(&packed, 4);
		for (size_t far = 0; far <= 1 && !odd; far++) {
			packed_gather(&rows, index, ARRAY_LENGTH(index), 16, far == 1, tile);
			for (size_t i = 0; i < 16; i++)
				for (size_t j = 0; j < 4; j++) {
					double expected = i < ARRAY_LENGTH(index) ? scaled.x[index[i] * 4 + j] : 0;
					cr_expect_eq(memcmp(&tile[j * 16 + i], &expected, sizeof expected), 0,
						     "row %zu feature %zu", i, j);
				}
		}
	}
}
