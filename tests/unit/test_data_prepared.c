/* data: what becomes of features before they are learned from. */
#include <criterion/criterion.h>
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
