/* data: bins of a target. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "data/target_bins.h"

/* A data set of these targets (count), binned as the text says; NULL and the message if it is refused. */
static struct dataset *binned(const double *targets, size_t count, const char *text, struct err *err)
{
	struct dataset *dataset = NULL;

	cr_assert_eq(mem_new(&dataset, 1, err), ERR_OK);
	dataset->instances = count;
	cr_assert(mem_new(&dataset->target, count, err) == ERR_OK && mem_new(&dataset->y, count, err) == ERR_OK &&
		  mem_copy_text("t.csv", &dataset->path, err) == ERR_OK &&
		  mem_copy_text("y", &dataset->label, err) == ERR_OK);
	memcpy(dataset->target, targets, count * sizeof *targets);
	if (dataset_bin_target(dataset, text, err) == ERR_OK)
		return dataset;
	dataset_free(dataset);
	return NULL;
}

Test(target_bins, numbers_fall_into_half_open_bins)
{
	static const struct {
		const char *text;
		double target[5];
		uint32_t y[5];
		size_t classes;
		const char *first, *last; /* names */
	} cases[] = {
		/* The last bin includes its upper end. */
		{ "2", { 0, 1, 1.999, 2, 4 }, { 0, 0, 0, 1, 1 }, 2, "0..2", "2..4" },
		{ "4", { -1, 0, 0.5, 2, 3 }, { 0, 1, 1, 3, 3 }, 4, "-1..0", "2..3" },
		/* Of a width they are multiples of it, below 0 too; those without an instance are there. */
		{ "width:1", { -1.5, -0.5, 0, 3.9, 4 }, { 0, 1, 2, 5, 6 }, 7, "-2..-1", "4..5" },
		{ "width:0.5", { 0.25, 0.5, 0.75, 1, 1.25 }, { 0, 1, 1, 2, 2 }, 3, "0..0.5", "1..1.5" },
		{ "width:10", { 7, 12, 19, 30, 31 }, { 0, 1, 1, 3, 3 }, 4, "0..10", "30..40" },
		/* One for each whole number, unless they are far apart or not whole. */
		{ "auto", { 3, 4, 4, 7, 5 }, { 0, 1, 1, 4, 2 }, 5, "3", "7" },
		{ "width:1", { 3, 4, 4, 7, 5 }, { 0, 1, 1, 4, 2 }, 5, "3", "7" },
		{ "auto", { 0, 100, 1, 2, 99 }, { 0, 100, 1, 2, 99 }, 101, "0", "100" },
		{ "auto", { 0, 101, 10, 50.5, 101 }, { 0, 9, 0, 5, 9 }, 10, "0..10.1", "90.9..101" },
		/* Rounding leaves 1.4e-17 and 2.8e-17 of the edges at 0; others may be as small. */
		{ "3", { -0.1, -0.05, 0.05, 0.15, 0.2 }, { 0, 0, 1, 2, 2 }, 3, "-0.1..0", "0.1..0.2" },
		{ "3", { -0.2, -0.15, -0.05, 0.05, 0.1 }, { 0, 0, 1, 2, 2 }, 3, "-0.2..-0.1", "0..0.1" },
		{ "2", { -1e-17, 0, 0, 0, 1e-17 }, { 0, 1, 1, 1, 1 }, 2, "-1e-17..0", "0..1e-17" },
		{ "auto", { 0, 0.5, 1, 2, 10 }, { 0, 0, 1, 2, 9 }, 10, "0..1", "9..10" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct err err = { 0 };
		struct dataset *dataset = binned(cases[i].target, 5, cases[i].text, &err);
		cr_assert_not_null(dataset, "%s", err.message);
		cr_expect_eq(dataset->classes, cases[i].classes, "%zu: %zu", i, dataset->classes);
		for (size_t j = 0; j < 5; j++)
			cr_expect_eq(dataset->y[j], cases[i].y[j], "%zu, %g: %u", i, cases[i].target[j], dataset->y[j]);
		cr_expect_str_eq(dataset->class_names[0], cases[i].first, "%zu", i);
		cr_expect_str_eq(dataset->class_names[dataset->classes - 1], cases[i].last, "%zu", i);
		dataset_free(dataset);
	}
}

/* By itself a bin for 20 instances, 10 to 50 of them. */
Test(target_bins, their_number_follows_the_instances)
{
	static const size_t cases[][2] = {
		{ 10, 10 }, { 200, 10 }, { 219, 10 }, { 220, 11 }, { 1000, 50 }, { 5000, 50 }
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		double *target = NULL;
		struct err err = { 0 };
		cr_assert_eq(mem_new(&target, cases[i][0], &err), ERR_OK);
		for (size_t j = 0; j < cases[i][0]; j++)
			target[j] = (double)j / 7;
		struct dataset *dataset = binned(target, cases[i][0], "auto", &err);
		cr_expect_eq(dataset->classes, cases[i][1], "%zu: %zu", cases[i][0], dataset->classes);
		dataset_free(dataset);
		free(target);
	}
}

/* Equal bins are one data set, others another. */
Test(target_bins, are_part_of_the_identity)
{
	static const double target[] = { 1, 2, 3, 4, 5 };
	struct err err = { 0 };
	struct dataset *two = binned(target, 5, "2", &err), *again = binned(target, 5, "2", &err);
	struct dataset *three = binned(target, 5, "3", &err);

	cr_expect_str_eq(two->sha256, again->sha256);
	cr_expect_str_neq(two->sha256, three->sha256);
	dataset_free(two);
	dataset_free(again);
	dataset_free(three);
}

Test(target_bins, refuse_what_makes_none)
{
	static const struct {
		const char *text;
		double target[2];
		const char *message;
	} cases[] = {
		{ "1", { 0, 1 }, "'1' will not do" },
		{ "width:0", { 0, 1 }, "'width:0' will not do" },
		{ "width:inf", { 0, 1 }, "'width:inf' will not do" },
		{ "many", { 0, 1 }, "'many' will not do" },
		{ "auto", { 3, 3 }, "t.csv: column 'y': one value only" },
		{ "auto", { 0, 5e-324 }, "t.csv: column 'y': bins of width 0 are too narrow" },
		{ "9", { 1e17, 1e17 + 64 }, "bins of width 7.11111 are too narrow for numbers as large as 1e+17" },
		{ "width:8", { 1e17, 1e17 + 64 }, "bins of width 8 are too narrow" },
		{ "width:1e-9", { 0, 1 }, "t.csv: column 'y': 1000000000 bins of" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct err err = { 0 };
		cr_expect_null(binned(cases[i].target, 2, cases[i].text, &err));
		cr_expect_not_null(strstr(err.message, cases[i].message), "%s", err.message);
	}
}
