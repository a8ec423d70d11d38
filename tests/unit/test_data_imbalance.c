/* data: long-tailed training parts, coarser classes, wrong labels. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/flip.h"
#include "data/imbalance.h"
#include "data/relabel.h"
#include "data/target_bins.h"
#include "scratch.h"

TestSuite(imbalance, .init = scratch_enter, .fini = scratch_leave);
TestSuite(flip, .init = scratch_enter, .fini = scratch_leave);

/* `each` instances of each of the classes first .. first + k - 1, feature = row number. */
static struct dataset *make(size_t each, size_t k, size_t first, size_t step)
{
	struct text csv AUTO(text_done) = { 0 };
	struct dataset *dataset = NULL;
	struct err err = { 0 };

	cr_assert_eq(text_append(&csv, &err, "a,class\n"), ERR_OK);
	for (size_t i = 0; i < each * k; i++)
		cr_assert_eq(text_append(&csv, &err, "%zu,%zu\n", i, first + i % k * step), ERR_OK);
	scratch_write("t.csv", csv.data, csv.length);
	cr_assert_eq(dataset_read("t.csv", &(struct reading){ 0 }, &dataset, &err), ERR_OK, "%s", err.message);
	return dataset;
}

/* Bins of width 1 with 8, 0, 6, 2 and 5 instances: the profile runs over those that have some. */
Test(imbalance, bins_of_a_target_are_thinned)
{
	static const struct {
		const char *text;
		size_t max;
		uint32_t size[5];
	} cases[] = {
		{ "exp:0.25", 0, { 8, 0, 5, 2, 2 } },
		{ "exp:0.01", 4, { 4, 0, 1, 1, 1 } },
		{ "step:0.5", 0, { 8, 0, 6, 2, 4 } },
		{ "step:0.5", 100, { 8, 0, 6, 2, 5 } },
	};
	static const size_t counts[5] = { 8, 0, 6, 2, 5 };
	struct text csv AUTO(text_done) = { 0 };
	struct err err = { 0 };

	cr_assert_eq(text_append(&csv, &err, "a,t\n"), ERR_OK);
	for (size_t b = 0; b < 5; b++)
		for (size_t i = 0; i < counts[b]; i++)
			cr_assert_eq(text_append(&csv, &err, "%zu,%zu\n", i, b), ERR_OK);
	scratch_write("t.csv", csv.data, csv.length);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct dataset *dataset = NULL, *tailed = NULL;
		struct split *split = NULL;
		struct imbalance imbalance;
		cr_assert_eq(dataset_read("t.csv", &(struct reading){ .has_target = true }, &dataset, &err), ERR_OK);
		cr_assert_eq(dataset_bin_target(dataset, "width:1", &err), ERR_OK, "%s", err.message);
		cr_assert_eq(imbalance_parse(cases[i].text, &imbalance, &err), ERR_OK);
		imbalance.max = cases[i].max;
		cr_assert_eq(split_create(dataset, 0, false, 0, &split, &err), ERR_OK, "%s", err.message);
		cr_assert_eq(imbalance_apply(&imbalance, dataset, &split, 3, &tailed, &err), ERR_OK, "%s", err.message);
		cr_expect_arr_eq(split->train_class, cases[i].size, sizeof cases[i].size, "case %zu", i);
		for (size_t row = 0; row < tailed->instances; row++)
			cr_expect_eq(tailed->target[row], tailed->y[row]);
		dataset_free(dataset);
		dataset_free(tailed);
		split_free(split);
	}
}

/* Bins of width 1 with 9, 3, 0, 1 and 4 test instances among as many again that train: the median is 3. */
Test(imbalance, bins_of_a_target_are_tested_balanced)
{
	static const uint32_t counts[5] = { 9, 3, 0, 1, 4 }, tested[5] = { 3, 3, 0, 1, 3 };
	struct text csv AUTO(text_done) = { 0 };
	struct dataset *dataset = NULL, *tailed = NULL;
	struct split *split = NULL;
	struct imbalance imbalance;
	uint8_t is_test[34];
	struct err err = { 0 };
	size_t rows = 0;

	cr_assert_eq(text_append(&csv, &err, "a,t\n"), ERR_OK);
	for (size_t b = 0; b < 5; b++)
		for (size_t i = 0; i < 2 * counts[b]; i++) {
			is_test[rows] = i % 2 == 0;
			cr_assert_eq(text_append(&csv, &err, "%zu,%zu\n", rows++, b), ERR_OK);
		}
	scratch_write("t.csv", csv.data, csv.length);
	cr_assert_eq(dataset_read("t.csv", &(struct reading){ .has_target = true }, &dataset, &err), ERR_OK);
	cr_assert_eq(dataset_bin_target(dataset, "width:1", &err), ERR_OK, "%s", err.message);
	cr_assert_eq(split_restore(dataset, is_test, false, &split, &err), ERR_OK);
	cr_assert_eq(imbalance_parse("exp:0.1", &imbalance, &err), ERR_OK);
	cr_assert_eq(imbalance_apply(&imbalance, dataset, &split, 3, &tailed, &err), ERR_OK, "%s", err.message);
	cr_expect_arr_eq(split->test_class, tested, sizeof tested);
	cr_expect_eq(split->test_count, 10);
	cr_expect_eq(tailed->instances, split->train_count + 10);
	dataset_free(dataset);
	dataset_free(tailed);
	split_free(split);
}

Test(imbalance, sizes_follow_the_profile)
{
	static const struct {
		const char *text;
		size_t max, each, classes;
		uint32_t size[10];
	} cases[] = {
		/* MNIST-LT of the paper. */
		{ "exp:0.01", 5400, 5400, 10, { 5400, 3237, 1940, 1163, 697, 418, 250, 150, 90, 54 } },
		{ "exp:0.01", 0, 5400, 10, { 5400, 3237, 1940, 1163, 697, 418, 250, 150, 90, 54 } },
		{ "step:0.1", 50, 60, 5, { 50, 50, 5, 5, 5 } },
		{ "exp:1", 0, 7, 3, { 7, 7, 7 } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct dataset *dataset = make(cases[i].each, cases[i].classes, 0, 1);
		struct dataset *tailed = NULL;
		struct split *split = NULL;
		struct imbalance imbalance;
		struct err err = { 0 };
		cr_assert_eq(imbalance_parse(cases[i].text, &imbalance, &err), ERR_OK, "%s", err.message);
		imbalance.max = cases[i].max;
		cr_assert_eq(split_create(dataset, 0, false, 0, &split, &err), ERR_OK, "%s", err.message);
		cr_assert_eq(imbalance_apply(&imbalance, dataset, &split, 3, &tailed, &err), ERR_OK, "%s", err.message);
		cr_expect_arr_eq(split->train_class, cases[i].size, cases[i].classes * sizeof(uint32_t), "case %zu", i);
		for (size_t row = 0; row < tailed->instances; row++) {
			cr_assert_eq(tailed->x[row], tailed->instance_id[row], "row %zu", row);
			cr_assert_eq(tailed->y[row], tailed->instance_id[row] % cases[i].classes, "row %zu", row);
		}
		dataset_free(dataset);
		dataset_free(tailed);
		split_free(split);
	}
}

/* The numbers of classes 0 to 2 are 10 each in the training part; the test part stays. */
static void apply(const char *text, uint64_t seed, struct dataset **ret_tailed, struct split **ret_split)
{
	AUTO(dataset_freep) struct dataset *dataset = make(20, 3, 0, 1);
	struct imbalance imbalance;
	struct err err = { 0 };

	cr_assert_eq(imbalance_parse(text, &imbalance, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(split_create(dataset, .5, true, 0, ret_split, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(imbalance_apply(&imbalance, dataset, ret_split, seed, ret_tailed, &err), ERR_OK, "%s",
		     err.message);
}

Test(imbalance, the_seed_says_who_stays)
{
	struct dataset *tailed[3];
	struct split *split[3];

	for (size_t i = 0; i < 3; i++)
		apply("exp:0.25", i / 2, &tailed[i], &split[i]);
	for (size_t i = 0; i < 3; i++) {
		cr_expect_eq(split[i]->train_count, 10 + 5 + 2);
		cr_expect_eq(split[i]->test_count, 30);
		cr_expect_not(split[i]->is_given);
		cr_expect_str_eq(tailed[i]->name, "t-exp:0.25");
	}
	size_t bytes = tailed[0]->instances * sizeof *tailed[0]->instance_id;
	cr_expect_eq(memcmp(tailed[0]->instance_id, tailed[1]->instance_id, bytes), 0);
	cr_expect_neq(memcmp(tailed[0]->instance_id, tailed[2]->instance_id, bytes), 0);
	cr_expect_str_eq(tailed[0]->sha256, tailed[1]->sha256);
	cr_expect_str_neq(tailed[0]->sha256, tailed[2]->sha256);
	for (size_t i = 0; i < 3; i++) {
		dataset_free(tailed[i]);
		split_free(split[i]);
	}
}

Test(imbalance, what_cannot_be_is_refused)
{
	static const struct {
		const char *text;
		size_t max;
		const char *message;
	} cases[] = {
		{ "exp:0.01", 0, "t: the imbalance leaves class '2' none of its 20 training instances" },
		{ "exp:0.5", 30, "t: imbalance-max 30 asks for 30 training instances of class '0', which has 20" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct dataset *dataset = make(20, 3, 0, 1);
		struct dataset *tailed = NULL;
		struct split *split = NULL;
		struct imbalance imbalance;
		struct err err = { 0 };
		cr_assert_eq(imbalance_parse(cases[i].text, &imbalance, &err), ERR_OK);
		imbalance.max = cases[i].max;
		cr_assert_eq(split_create(dataset, 0, false, 0, &split, &err), ERR_OK);
		cr_expect_eq(imbalance_apply(&imbalance, dataset, &split, 0, &tailed, &err), ERR_INPUT);
		cr_expect_str_eq(err.message, cases[i].message);
		cr_expect_null(tailed);
		dataset_free(dataset);
		split_free(split);
	}
}

/* floor(f max) of the second class must not be above what it has: 26 x 0.3 is 7.8, 16 x 0.5 is 8. */
Test(imbalance, the_sizes_are_the_largest_that_all_classes_have)
{
	static const struct {
		const char *text;
		uint32_t size[2];
	} cases[] = { { "step:0.3", { 26, 7 } }, { "step:0.5", { 15, 7 } } };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct dataset *dataset = make(50, 2, 0, 1);
		struct dataset *tailed = NULL;
		struct split *split = NULL;
		struct imbalance imbalance;
		struct err err = { 0 };
		uint8_t is_test[100] = { 0 };
		for (size_t row = 14; row < 100; row++)
			is_test[row] = dataset->y[row] == 1;
		cr_assert_eq(split_restore(dataset, is_test, false, &split, &err), ERR_OK);
		cr_assert_eq(imbalance_parse(cases[i].text, &imbalance, &err), ERR_OK);
		cr_assert_eq(imbalance_apply(&imbalance, dataset, &split, 3, &tailed, &err), ERR_OK, "%s", err.message);
		cr_expect_arr_eq(split->train_class, cases[i].size, sizeof cases[i].size, "%s: %u, %u", cases[i].text,
				 split->train_class[0], split->train_class[1]);
		dataset_free(dataset);
		dataset_free(tailed);
		split_free(split);
	}
}

Test(imbalance, texts)
{
	static const char *const bad[] = { "", "exp", "exp:", "exp:0", "exp:1.01", "exp:nan", "step:x", "tail:0.1" };
	struct imbalance imbalance = { 0 };
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(bad); i++)
		cr_expect_eq(imbalance_parse(bad[i], &imbalance, &err), ERR_INPUT, "'%s'", bad[i]);
	cr_expect_eq(imbalance_parse("none", &imbalance, &err), ERR_OK);
	cr_expect_eq(imbalance.kind, IMBALANCE_NONE);
	cr_expect_eq(imbalance_parse("step:1", &imbalance, &err), ERR_OK);
	cr_expect_eq(imbalance.kind, IMBALANCE_STEP);
	cr_expect_eq(imbalance.ratio, 1);
}

Test(imbalance, parity_becomes_the_class)
{
	static const uint32_t y[] = { 1, 0, 1, 1, 0, 1 };
	static const uint32_t subclass[] = { 0, 1, 2, 0, 1, 2 };
	struct dataset *dataset = make(2, 3, 1, 1);
	struct err err = { 0 };
	char sha256[FILE_SHA256_SIZE];

	memcpy(sha256, dataset->sha256, sizeof sha256);
	cr_assert_eq(dataset_relabel(dataset, RELABEL_NONE, &err), ERR_OK);
	cr_expect_str_eq(dataset->name, "t");
	cr_assert_eq(dataset_relabel(dataset, RELABEL_EVEN_ODD, &err), ERR_OK, "%s", err.message);
	cr_expect_str_eq(dataset->name, "t-even-odd");
	cr_expect_str_neq(dataset->sha256, sha256);
	cr_assert_eq(dataset->classes, 2);
	cr_expect_str_eq(dataset->class_names[0], "even");
	cr_expect_str_eq(dataset->class_names[1], "odd");
	cr_expect_arr_eq(dataset->y, y, sizeof y);
	cr_expect_arr_eq(dataset->subclass, subclass, sizeof subclass);
	cr_expect_str_eq(dataset->subclass_names[2], "3");
	dataset_free(dataset);
}

Test(imbalance, the_profile_runs_over_the_subclasses)
{
	struct dataset *dataset = make(8, 4, 0, 1);
	struct dataset *tailed = NULL;
	struct split *split = NULL;
	struct imbalance imbalance = { IMBALANCE_EXP, .125, 8 };
	uint32_t size[4] = { 0 };
	struct err err = { 0 };

	cr_assert_eq(dataset_relabel(dataset, RELABEL_EVEN_ODD, &err), ERR_OK);
	cr_assert_eq(split_create(dataset, 0, false, 0, &split, &err), ERR_OK);
	cr_assert_eq(imbalance_apply(&imbalance, dataset, &split, 0, &tailed, &err), ERR_OK, "%s", err.message);
	for (size_t i = 0; i < tailed->instances; i++)
		size[tailed->subclass[i]]++;
	cr_expect_arr_eq(size, ((uint32_t[]){ 8, 4, 2, 1 }), sizeof size);
	cr_expect_str_eq(tailed->name, "t-even-odd-exp:0.125-8");
	dataset_free(dataset);
	dataset_free(tailed);
	split_free(split);
}

Test(imbalance, negative_classes_have_a_parity)
{
	static const uint32_t y[] = { 1, 1, 0 };
	struct dataset *dataset = NULL;
	struct err err = { 0 };
	const char csv[] = "a,class\n1,-3\n2,1\n3,2\n";

	scratch_write("t.csv", csv, sizeof csv - 1);
	cr_assert_eq(dataset_read("t.csv", &(struct reading){ 0 }, &dataset, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(dataset_relabel(dataset, RELABEL_EVEN_ODD, &err), ERR_OK, "%s", err.message);
	cr_expect_arr_eq(dataset->y, y, sizeof y);
	dataset_free(dataset);
}

Test(imbalance, one_parity_only_is_refused)
{
	struct dataset *dataset = make(2, 3, 0, 2);
	struct err err = { 0 };

	cr_expect_eq(dataset_relabel(dataset, RELABEL_EVEN_ODD, &err), ERR_INPUT);
	cr_expect_str_eq(err.message, "t: all classes are even, so relabel even-odd leaves one class only");
	cr_expect_eq(dataset->classes, 3);
	dataset_free(dataset);
}

/* Counts the flips; each says what the label was. */
static size_t count_flips(const struct dataset *dataset, const struct dataset *flipped, enum flip_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < dataset->instances; i++) {
		bool is_flipped = flipped->flipped_from[i] != NOT_FLIPPED;
		count += is_flipped;
		cr_assert_eq(flipped->y[i] != dataset->y[i], is_flipped, "row %zu", i);
		cr_assert_lt(flipped->y[i], dataset->classes);
		if (is_flipped)
			cr_assert_eq(flipped->flipped_from[i], dataset->y[i], "row %zu", i);
		if (is_flipped && kind == FLIP_NEXT)
			cr_assert_eq(flipped->y[i], (dataset->y[i] + 1) % dataset->classes, "row %zu", i);
	}
	return count;
}

Test(flip, a_share_of_the_labels_is_wrong)
{
	struct dataset *dataset = make(40, 3, 0, 1);
	static const struct {
		double share;
		enum flip_kind kind;
		size_t flips;
		const char *name;
	} cases[] = { { 0.1, FLIP_SYMMETRIC, 12, "t-flip:0.1" },
		      { 0.1, FLIP_NEXT, 12, "t-flip:0.1-next" },
		      { 0.104, FLIP_SYMMETRIC, 12, "t-flip:0.104" },
		      { 1, FLIP_SYMMETRIC, 120, "t-flip:1" } };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct dataset *one = NULL, *again = NULL, *other = NULL;
		struct err err = { 0 };
		cr_assert_eq(dataset_flip(dataset, cases[i].share, cases[i].kind, 3, &one, &err), ERR_OK);
		cr_assert_eq(dataset_flip(dataset, cases[i].share, cases[i].kind, 3, &again, &err), ERR_OK);
		cr_assert_eq(dataset_flip(dataset, cases[i].share, cases[i].kind, 4, &other, &err), ERR_OK);
		cr_expect_eq(count_flips(dataset, one, cases[i].kind), cases[i].flips);
		cr_expect_str_eq(one->name, cases[i].name);
		cr_expect_arr_eq(one->y, again->y, 120 * sizeof *one->y);
		cr_expect_str_eq(one->sha256, again->sha256);
		cr_expect_str_neq(one->sha256, other->sha256);
		cr_expect_str_neq(one->sha256, dataset->sha256);
		cr_expect_str_eq(one->origin, dataset->origin);
		dataset_free(one);
		dataset_free(again);
		dataset_free(other);
	}
	dataset_free(dataset);
}

/* Any of the other classes; the labels of the data set's own test part stay. */
Test(flip, symmetric_flips_go_everywhere)
{
	struct dataset *dataset = make(1000, 3, 0, 1);
	struct dataset *flipped = NULL;
	size_t to[3] = { 0 };
	struct err err = { 0 };

	cr_assert_eq(mem_new(&dataset->own_part, dataset->instances, &err), ERR_OK);
	for (size_t i = 1500; i < 3000; i++)
		dataset->own_part[i] = 1;
	cr_assert_eq(dataset_flip(dataset, 0.5, FLIP_SYMMETRIC, 0, &flipped, &err), ERR_OK);
	cr_expect_eq(count_flips(dataset, flipped, FLIP_SYMMETRIC), 750);
	for (size_t i = 0; i < 3000; i++) {
		if (dataset->own_part[i])
			cr_assert_eq(flipped->y[i], dataset->y[i]);
		else if (flipped->y[i] != dataset->y[i])
			to[(flipped->y[i] + 3 - dataset->y[i]) % 3]++;
	}
	/* Within four deviations of a half. */
	cr_expect(to[1] > 320 && to[1] < 430, "%zu", to[1]);
	cr_expect_eq(to[1] + to[2], 750);
	dataset_free(flipped);
	dataset_free(dataset);
}
