/* data: folds. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"
#include "data/folds.h"

#define MOST 128

/* Instances in the order 0, 1, 2, 0, 1, … of their classes until those are used up, without features. */
struct dealt {
	struct dataset dataset;
	uint32_t y[MOST], group[MOST];
};

static void make_dealt(struct dealt *dealt, const uint32_t *size, size_t classes, const uint32_t *groups, size_t count)
{
	static char name[] = "t";
	uint32_t used[8] = { 0 };
	struct dataset *dataset = &dealt->dataset;
	size_t n = 0;

	*dealt = (struct dealt){ .dataset = { .name = name, .classes = classes, .y = dealt->y } };
	for (size_t c = 0; c < classes; c++)
		dataset->instances += size[c];
	for (size_t i = 0; n < dataset->instances; i++)
		if (used[i % classes]++ < size[i % classes])
			dealt->y[n++] = (uint32_t)(i % classes);
	if (count == 0)
		return;
	dataset->groups = count;
	dataset->group = dealt->group;
	n = 0;
	for (uint32_t g = 0; g < count; g++)
		for (uint32_t i = 0; i < groups[g]; i++)
			dealt->group[n++] = g;
	cr_assert_eq(n, dataset->instances);
}

/* fold_of (n) <- the fold that tests each instance, which is one. */
static void cover(const struct dataset *dataset, struct folds folds, size_t *fold_of)
{
	uint32_t tested[MOST] = { 0 };
	struct err err;

	for (folds.at = 0; folds.at < folds.count; folds.at++) {
		AUTO(split_freep) struct split *split = NULL;
		cr_assert_eq(folds_create_split(dataset, &folds, &split, &err), ERR_OK, "%s", err.message);
		cr_expect(!split->is_given);
		for (size_t i = 0; i < split->test_count; i++) {
			tested[split->test[i]]++;
			fold_of[split->test[i]] = folds.at;
		}
	}
	for (size_t i = 0; i < dataset->instances; i++)
		cr_assert_eq(tested[i], 1, "instance %zu: %u times", i, tested[i]);
}

/* ecoli's classes: imL and imS have two instances each. */
static const uint32_t sizes[] = { 40, 22, 10, 6, 2, 2 };

Test(folds, every_instance_is_tested_once_and_folds_are_even)
{
	static const struct {
		struct folds folds;
		uint32_t least, most;	  /* instances of a fold */
		uint32_t class_more_than; /* a fold has at most so many more of a class than another */
	} cases[] = {
		{ { .count = 2 }, 41, 41, MOST },
		{ { .count = 10, .seed = 7 }, 8, 9, MOST },
		{ { .count = 10, .seed = 7, .stratified = true }, 8, 9, 1 },
		{ { .count = 3, .seed = 8, .stratified = true }, 27, 28, 1 },
		{ { .count = 10, .blocks = true }, 8, 9, MOST },
		{ { .count = 82 }, 1, 1, MOST },
	};
	struct dealt dealt;

	make_dealt(&dealt, sizes, ARRAY_LENGTH(sizes), NULL, 0);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		size_t fold_of[MOST];
		uint32_t members[MOST] = { 0 };
		uint32_t of_class[MOST][8] = { { 0 } };
		const struct folds *folds = &cases[i].folds;
		cover(&dealt.dataset, *folds, fold_of);
		for (size_t j = 0; j < dealt.dataset.instances; j++) {
			members[fold_of[j]]++;
			of_class[fold_of[j]][dealt.y[j]]++;
			if (folds->blocks)
				cr_expect(j == 0 || fold_of[j] == fold_of[j - 1] || fold_of[j] == fold_of[j - 1] + 1);
		}
		for (size_t f = 0; f < folds->count; f++) {
			cr_expect(members[f] >= cases[i].least && members[f] <= cases[i].most, "case %zu, fold %zu: %u",
				  i, f, members[f]);
			for (size_t c = 0; c < ARRAY_LENGTH(sizes); c++)
				cr_expect_leq(of_class[f][c],
					      of_class[(f + 1) % folds->count][c] + cases[i].class_more_than,
					      "case %zu, fold %zu, class %zu", i, f, c);
		}
	}
}

Test(folds, a_seed_gives_one_division)
{
	size_t first[MOST], again[MOST], other[MOST];
	static const uint32_t groups[] = { 20, 20, 20, 20, 2 };

	for (size_t grouped = 0; grouped < 2; grouped++) {
		struct dealt dealt;
		make_dealt(&dealt, sizes, ARRAY_LENGTH(sizes), groups, grouped * ARRAY_LENGTH(groups));
		cover(&dealt.dataset, (struct folds){ .count = 4, .seed = 1 }, first);
		cover(&dealt.dataset, (struct folds){ .count = 4, .seed = 1 }, again);
		cover(&dealt.dataset, (struct folds){ .count = 4, .seed = 2 }, other);
		cr_expect_arr_eq(first, again, dealt.dataset.instances * sizeof first[0]);
		cr_expect_arr_neq(first, other, dealt.dataset.instances * sizeof first[0]);
	}
}

/* scikit-learn 1.2.1: [len(te) for _, te in GroupKFold(3).split(g, groups=g)] of these sizes is 14, 14, 14. */
Test(folds, groups_are_never_parted)
{
	static const uint32_t size[] = { 30, 12 };
	static const uint32_t groups[] = { 9, 7, 7, 5, 4, 3, 3, 2, 1, 1 };

	for (size_t stratified = 0; stratified < 2; stratified++) {
		struct dealt dealt;
		size_t fold_of[MOST];
		uint32_t members[3] = { 0 }, rare[3] = { 0 };
		make_dealt(&dealt, size, 2, groups, ARRAY_LENGTH(groups));
		cover(&dealt.dataset, (struct folds){ .count = 3, .seed = 5, .stratified = stratified }, fold_of);
		for (size_t i = 0; i < dealt.dataset.instances; i++) {
			members[fold_of[i]]++;
			rare[fold_of[i]] += dealt.y[i] == 1;
			for (size_t j = 0; j < i; j++)
				cr_expect(dealt.group[i] != dealt.group[j] || fold_of[i] == fold_of[j]);
		}
		for (size_t f = 0; f < 3; f++)
			if (stratified)
				cr_expect(rare[f] >= 3 && rare[f] <= 5, "fold %zu: %u", f, rare[f]);
			else
				cr_expect_eq(members[f], 14, "fold %zu: %u", f, members[f]);
	}
}

Test(folds, what_cannot_be_parted_is_refused)
{
	static const uint32_t size[] = { 4, 2 };
	static const uint32_t groups[] = { 3, 3 };
	static const struct {
		struct folds folds;
		bool grouped, own_part;
		const char *message;
	} cases[] = {
		{ { .count = 7 }, false, false, "t: 7 folds will not do: there are 6 instances" },
		{ { .count = 3 }, true, false, "t: 3 folds will not do: there are 2 groups" },
		{ { .count = 2, .blocks = true }, true, false, "blocks will not do: there are groups" },
		{ { .count = 2 }, false, true, "t: comes with its own test part; folds do not apply" },
	};
	uint8_t own_part[6] = { 1 };
	struct dealt dealt;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct split *split = NULL;
		make_dealt(&dealt, size, 2, groups, cases[i].grouped ? 2 : 0);
		dealt.dataset.own_part = cases[i].own_part ? own_part : NULL;
		cr_expect_eq(folds_create_split(&dealt.dataset, &cases[i].folds, &split, &err), ERR_INPUT);
		cr_expect_str_eq(err.message, cases[i].message);
		cr_expect_null(split);
	}
	/* Sorted by class, one block has all of a class. */
	make_dealt(&dealt, size, 2, NULL, 0);
	memcpy(dealt.y, (uint32_t[]){ 0, 0, 0, 0, 1, 1 }, 6 * sizeof dealt.y[0]);
	struct split *split = NULL;
	const struct folds last = { .count = 3, .at = 2, .blocks = true };
	cr_expect_eq(folds_create_split(&dealt.dataset, &last, &split, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.message, "two classes are needed"), "%s", err.message);
}

Test(folds, parts_of_the_training_hold_every_training_instance_out_once)
{
	static const uint32_t size[] = { 80, 20, 3 };
	/* 82 training instances of 64, 16 and 2: each class begins where the one before it ended. */
	static const uint32_t each[] = { 17, 17, 16, 16, 16 };
	struct dealt dealt;
	const struct dataset *dataset = &dealt.dataset;
	struct split *split = NULL;
	struct err err;
	uint32_t held_out[103] = { 0 };

	make_dealt(&dealt, size, 3, NULL, 0);
	cr_assert_eq(split_create(dataset, .2, true, 1, &split, &err), ERR_OK);
	for (size_t at = 0; at < 5; at++) {
		struct split *fold = NULL;
		struct folds folds = { .count = 5, .at = at, .seed = 3 };
		uint32_t members[3] = { 0 };
		cr_assert_eq(folds_part_training(split, dataset, &folds, &fold, &err), ERR_OK);
		for (size_t i = 0; i < fold->test_count; i++) {
			uint32_t position = fold->test[i];
			if (split->is_test[position])
				continue;
			held_out[position]++;
			members[dataset->y[position]]++;
		}
		for (size_t c = 0; c < 3; c++) {
			uint32_t even = split->train_class[c] / 5;
			cr_expect(members[c] == even || members[c] == even + 1);
		}
		cr_expect_eq(members[0] + members[1] + members[2], each[at], "fold %zu", at);
		split_free(fold);
	}
	for (size_t i = 0; i < dataset->instances; i++)
		cr_expect_eq(held_out[i], !split->is_test[i]);
	split_free(split);
}

/* Groups train or are held out as wholes, those that train once. */
Test(folds, parts_of_the_training_keep_groups_together)
{
	static const uint32_t size[] = { 30, 10 }, groups[] = { 7, 2, 1, 8, 3, 1, 6, 5, 4, 3 };
	const struct folds outer = { .count = 5, .at = 1, .seed = 2 };
	struct dealt dealt;
	struct split *split = NULL;
	struct err err = { 0 };
	uint32_t held_out[40] = { 0 };

	make_dealt(&dealt, size, 2, groups, ARRAY_LENGTH(groups));
	cr_assert_eq(folds_create_split(&dealt.dataset, &outer, &split, &err), ERR_OK, "%s", err.message);
	for (size_t at = 0; at < 4; at++) {
		struct split *fold = NULL;
		struct folds folds = { .count = 4, .at = at, .seed = 3 };
		bool trains[ARRAY_LENGTH(groups)] = { false }, tests[ARRAY_LENGTH(groups)] = { false };
		cr_assert_eq(folds_part_training(split, &dealt.dataset, &folds, &fold, &err), ERR_OK, "%s",
			     err.message);
		for (size_t i = 0; i < fold->train_count; i++)
			trains[dealt.group[fold->train[i]]] = true;
		for (size_t i = 0; i < fold->test_count; i++) {
			tests[dealt.group[fold->test[i]]] = true;
			held_out[fold->test[i]] += !split->is_test[fold->test[i]];
		}
		for (size_t g = 0; g < ARRAY_LENGTH(groups); g++)
			cr_expect(!trains[g] || !tests[g], "fold %zu, group %zu", at, g);
		split_free(fold);
	}
	for (size_t i = 0; i < 40; i++)
		cr_expect_eq(held_out[i], !split->is_test[i], "%zu: %u times", i, held_out[i]);
	const struct folds many = { .count = 10, .seed = 3 };
	struct split *none = NULL;
	cr_expect_eq(folds_part_training(split, &dealt.dataset, &many, &none, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.message, "10 folds will not do"), "%s", err.message);
	split_free(split);
}
