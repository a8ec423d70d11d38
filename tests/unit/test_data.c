/* data: splitting and scaling. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "data/scale.h"
#include "data/split.h"

/* A data set of `classes` classes with `size` instances each, class by class, without features. */
struct counted {
	struct dataset dataset;
	uint32_t y[1024];
};

static void make_counted(struct counted *counted, const uint32_t *size, size_t classes)
{
	static char name[] = "t";

	*counted = (struct counted){ .dataset = { .name = name, .classes = classes, .y = counted->y } };
	for (uint32_t c = 0; c < classes; c++)
		for (uint32_t i = 0; i < size[c]; i++)
			counted->y[counted->dataset.instances++] = c;
}

static void expect_partition(const struct split *split, const struct dataset *dataset)
{
	size_t train = 0;
	size_t test = 0;
	uint32_t seen[16] = { 0 };

	cr_assert_eq(split->train_count + split->test_count, dataset->instances);
	for (uint32_t i = 0; i < dataset->instances; i++)
		if (split->is_test[i])
			cr_expect_eq(split->test[test++], i);
		else
			cr_expect_eq(split->train[train++], i);
	cr_expect_eq(test, split->test_count);
	for (size_t i = 0; i < split->test_count; i++)
		seen[dataset->y[split->test[i]]]++;
	for (size_t c = 0; c < split->classes; c++)
		cr_expect_eq(seen[c], split->test_class[c]);
	for (size_t i = 0; i < split->train_count; i++)
		seen[dataset->y[split->train[i]]]++;
	for (size_t c = 0; c < split->classes; c++)
		cr_expect_eq(seen[c], split->train_class[c] + split->test_class[c]);
}

/* Class counts of the test part as scikit-learn 1.2.1's train_test_split(stratify=y) gives them, for data sets where
 * no two remainders tie. */
Test(split, stratified_counts_are_scikit_learns)
{
	static const struct {
		const char *name;
		size_t classes;
		double fraction;
		uint32_t size[6], test[6];
	} cases[] = {
		{ "iris", 3, .2, { 50, 50, 50 }, { 10, 10, 10 } },
		{ "iris", 3, .5, { 50, 50, 50 }, { 25, 25, 25 } },
		{ "glass", 6, .2, { 70, 76, 17, 13, 9, 29 }, { 14, 15, 3, 3, 2, 6 } },
		{ "glass", 6, .25, { 70, 76, 17, 13, 9, 29 }, { 18, 19, 4, 3, 2, 8 } },
		{ "sonar", 2, .2, { 111, 97 }, { 22, 20 } },
		{ "wine", 3, .2, { 59, 71, 48 }, { 12, 14, 10 } },
		{ "heart", 2, .2, { 150, 120 }, { 30, 24 } },
	};
	struct counted counted;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		make_counted(&counted, cases[i].size, cases[i].classes);
		for (uint64_t seed = 0; seed < 5; seed++) {
			struct split *split = NULL;
			cr_assert_eq(split_create(&counted.dataset, cases[i].fraction, true, seed, &split, &err),
				     ERR_OK);
			for (size_t c = 0; c < cases[i].classes; c++)
				cr_expect_eq(split->test_class[c], cases[i].test[c], "%s %g, class %zu: %u",
					     cases[i].name, cases[i].fraction, c, split->test_class[c]);
			expect_partition(split, &counted.dataset);
			split_free(split);
		}
	}
}

/* balance-scale, 288 + 49 + 288: scikit-learn gives (57, 10, 58) or (58, 10, 57), depending on the seed. */
Test(split, equal_remainders_are_settled_at_random)
{
	static const uint32_t size[] = { 288, 49, 288 };
	size_t first = 0;
	struct counted counted;
	struct err err;

	make_counted(&counted, size, 3);
	for (uint64_t seed = 0; seed < 100; seed++) {
		struct split *split = NULL;
		cr_assert_eq(split_create(&counted.dataset, .2, true, seed, &split, &err), ERR_OK);
		cr_expect_eq(split->test_class[1], 10);
		cr_expect_eq(split->test_class[0] + split->test_class[2], 115);
		first += split->test_class[0] == 58;
		split_free(split);
	}
	cr_expect(first > 30 && first < 70, "%zu of 100", first);
}

Test(split, the_test_part_is_rounded_up)
{
	static const struct {
		uint32_t size[2];
		double fraction;
		size_t test;
	} cases[] = { { { 5, 5 }, .25, 3 },
		      { { 75, 75 }, .2, 30 },
		      { { 5, 5 }, 0, 0 },
		      { { 600, 25 }, .2, 125 },
		      { { 5, 5 }, .001, 1 } };
	struct counted counted;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		for (int stratified = 0; stratified < 2; stratified++) {
			struct split *split = NULL;
			make_counted(&counted, cases[i].size, 2);
			cr_assert_eq(split_create(&counted.dataset, cases[i].fraction, stratified, 1, &split, &err),
				     ERR_OK);
			cr_expect_eq(split->test_count, cases[i].test, "case %zu", i);
			expect_partition(split, &counted.dataset);
			split_free(split);
		}
}

Test(split, every_instance_is_equally_likely_to_be_tested)
{
	static const uint32_t size[] = { 30, 20 };
	const int splits = 2000;
	struct counted counted;
	struct err err;

	for (int stratified = 0; stratified < 2; stratified++) {
		unsigned tested[50] = { 0 };
		make_counted(&counted, size, 2);
		for (int seed = 0; seed < splits; seed++) {
			struct split *split = NULL;
			cr_assert_eq(split_create(&counted.dataset, .2, stratified, (uint64_t)seed, &split, &err),
				     ERR_OK);
			for (size_t i = 0; i < 50; i++)
				tested[i] += split->is_test[i];
			split_free(split);
		}
		/* Binomial(2000, 0.2) has standard deviation 17.9. */
		for (size_t i = 0; i < 50; i++)
			cr_expect(abs((int)tested[i] - 400) < 90, "instance %zu: %u of 2000", i, tested[i]);
	}
}

Test(split, a_seed_gives_one_split)
{
	static const uint32_t size[] = { 40, 20 };
	struct split *splits[3] = { NULL };
	struct counted counted;
	struct err err;

	make_counted(&counted, size, 2);
	for (size_t i = 0; i < 3; i++)
		cr_assert_eq(split_create(&counted.dataset, .3, true, i / 2, &splits[i], &err), ERR_OK);
	cr_expect_arr_eq(splits[0]->is_test, splits[1]->is_test, 60);
	cr_expect_arr_neq(splits[0]->is_test, splits[2]->is_test, 60);
	for (size_t i = 0; i < 3; i++)
		split_free(splits[i]);
}

/* A class of one has the smallest share of the test part: scikit-learn refuses it, here it stays in training. */
Test(split, a_class_of_one_is_trained_on)
{
	static const uint32_t size[] = { 9, 1, 10 };
	struct counted counted;
	struct err err;

	make_counted(&counted, size, 3);
	for (uint64_t seed = 0; seed < 20; seed++) {
		struct split *split = NULL;
		cr_assert_eq(split_create(&counted.dataset, .2, true, seed, &split, &err), ERR_OK);
		cr_expect_eq(split->train_class[1], 1);
		split_free(split);
	}
}

Test(split, a_training_part_without_two_classes_is_refused)
{
	static double targets[] = { 1, 2, 3, 4 };
	static const struct {
		uint32_t size[2];
		double fraction;
		const char *message;
		double *target;
	} cases[] = {
		{ { 2, 2 },
		  .75,
		  "t: with the test fraction 0.75, 1 of 4 instances are left to train on, of 1 class; two classes are "
		  "needed",
		  NULL },
		{ { 2, 2 },
		  .9,
		  "t: with the test fraction 0.9, 0 of 4 instances are left to train on, of 0 classes; two classes are "
		  "needed",
		  NULL },
		{ { 2, 2 },
		  .75,
		  "t: with the test fraction 0.75, 1 of 4 instances are left to train on, of 1 bin; two bins are "
		  "needed",
		  targets },
		{ { 2, 2 }, 1, "'1' will not do: the test fraction is from 0 to below 1", NULL },
		{ { 2, 2 }, -.1, "'-0.1' will not do: the test fraction is from 0 to below 1", NULL },
	};
	struct counted counted;
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct split *split = NULL;
		make_counted(&counted, cases[i].size, 2);
		counted.dataset.target = cases[i].target;
		cr_expect_eq(split_create(&counted.dataset, cases[i].fraction, false, 0, &split, &err), ERR_INPUT);
		cr_expect_str_eq(err.message, cases[i].message);
		cr_expect_null(split);
	}
}

/* Five instances of three features, the third constant in the training part (the first four). */
static double small_x[] = { 1.5, 10, 0.1, 2.25, -3, 0.1, 8, .125, 0.1, -4, 7, 0.1, 100, 100, 5 };
static uint32_t small_train[] = { 0, 1, 2, 3 };
static char *small_names[] = { (char[]){ "a" }, (char[]){ "b" }, (char[]){ "c" } };

static struct dataset small_dataset(void)
{
	return (struct dataset){
		.name = small_names[0], .instances = 5, .features = 3, .x = small_x, .feature_names = small_names
	};
}

Test(scale, standard_equals_numpy)
{
	/* mean(0) and std(0) of the first four rows and (x - mean) / std by numpy 1.24. */
	static const double mean[] = { 1.9375, 3.53125, 0.1 };
	static const double sd[] = { 4.251378452925592, 5.199440324448392, 0 };
	static const double x[] = { -0.10290779916310056, 1.244124289605395,   0,
				    0.07350557083078611,  -1.2561448141426452, 0,
				    1.4260080741172507,	  -0.6551185872801355, 0,
				    -1.3966058457849362,  0.6671391118173857,  0,
				    23.066048126700682,	  18.553679623245674,  0 };
	const struct split split = { .instances = 5, .train_count = 4, .train = small_train };
	struct dataset dataset = small_dataset();
	struct scaled scaled = { 0 };
	struct err err;

	cr_assert_eq(scale_fit(&dataset, &split, &(struct scaling){ .kind = SCALE_STANDARD }, &scaled, &err), ERR_OK);
	for (size_t j = 0; j < 3; j++) {
		cr_expect_float_eq(scaled.mean[j], mean[j], 1e-15, "mean %zu", j);
		cr_expect_float_eq(scaled.sd[j], sd[j], 1e-15, "sd %zu", j);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(x); i++)
		cr_expect_float_eq(scaled.x[i], x[i], 1e-14, "value %zu: %.17g", i, scaled.x[i]);
	scaled_done(&scaled);
}

Test(scale, none_keeps_the_values)
{
	const struct split split = { .instances = 5, .train_count = 4, .train = small_train };
	struct dataset dataset = small_dataset();
	struct scaled scaled = { 0 };
	struct err err;

	cr_assert_eq(scale_fit(&dataset, &split, &(struct scaling){ .kind = SCALE_NONE }, &scaled, &err), ERR_OK);
	cr_expect_arr_eq(scaled.x, small_x, sizeof small_x);
	for (size_t j = 0; j < 3; j++) {
		cr_expect_eq(scaled.mean[j], 0);
		cr_expect_eq(scaled.sd[j], 1);
	}
	scaled_done(&scaled);
}

Test(scale, a_constant_column_becomes_zero_whatever_its_mean_rounds_to)
{
	double x[100];
	uint32_t train[100];
	const struct dataset dataset = {
		.name = small_names[0], .instances = 100, .features = 1, .x = x, .feature_names = small_names
	};
	const struct split split = { .instances = 100, .train_count = 99, .train = train };
	struct scaled scaled = { 0 };
	struct err err;

	for (uint32_t i = 0; i < 100; i++) {
		x[i] = i < 99 ? 0.1 : 3;
		train[i] = i;
	}
	cr_assert_eq(scale_fit(&dataset, &split, &(struct scaling){ .kind = SCALE_STANDARD }, &scaled, &err), ERR_OK);
	cr_expect_eq(scaled.sd[0], 0);
	for (size_t i = 0; i < 100; i++)
		cr_expect_eq(scaled.x[i], 0, "instance %zu", i);
	scaled_done(&scaled);
}

Test(scale, values_too_large_to_square_are_refused)
{
	double x[] = { 1e300, -1e300 };
	const struct dataset dataset = {
		.name = small_names[1], .instances = 2, .features = 1, .x = x, .feature_names = small_names
	};
	const struct split split = { .instances = 2, .train_count = 2, .train = small_train };
	struct scaled scaled = { 0 };
	struct err err;

	cr_expect_eq(scale_fit(&dataset, &split, &(struct scaling){ .kind = SCALE_STANDARD }, &scaled, &err),
		     ERR_INPUT);
	cr_expect_str_eq(err.message, "b: column 'a': its values are too large to be standardised");
	cr_expect_null(scaled.x);
}

Test(names, follow_the_enums)
{
	cr_expect_str_eq(missing_policy_name(MISSING_DROP), "drop");
	cr_expect_null(missing_policy_name(MISSING_INDICATOR + 1));
	cr_expect_str_eq(scale_kind_name(SCALE_STANDARD), "standard");
	cr_expect_null(scale_kind_name(SCALE_STANDARD + 1));
}

/* Of each class so many, at most half, and no test instance; the rest trains. */
Test(split, a_meta_set_is_taken_out_of_the_training_part)
{
	static const uint32_t size[3] = { 30, 8, 1 };
	static const size_t wanted[] = { 3, 1000 };
	struct counted counted;
	struct dataset *dataset = &counted.dataset;
	struct split *split = NULL;
	struct err err;

	make_counted(&counted, size, 3);
	cr_assert_eq(split_create(dataset, .2, true, 1, &split, &err), ERR_OK);
	for (size_t i = 0; i < 2; i++) {
		struct split *less = NULL, *again = NULL;
		uint32_t taken[3] = { 0 };
		cr_assert_eq(split_take_meta(split, dataset, wanted[i], 5, &less, &err), ERR_OK);
		cr_assert_eq(split_restore(dataset, less->is_test, false, &again, &err), ERR_OK);
		cr_expect_str_eq(less->sha256, again->sha256);
		cr_expect_str_neq(less->sha256, split->sha256);
		cr_expect_eq(less->train_count + less->meta_count, split->train_count);
		cr_expect_eq(again->meta_count, less->meta_count);
		for (size_t j = 0; j < less->meta_count; j++) {
			cr_expect_eq(split->is_test[less->meta[j]], SPLIT_TRAIN);
			cr_expect_eq(less->is_test[less->meta[j]], SPLIT_META);
			taken[dataset->y[less->meta[j]]]++;
		}
		for (size_t c = 0; c < 3; c++) {
			uint32_t half = split->train_class[c] / 2;
			cr_expect_eq(taken[c], wanted[i] < half ? wanted[i] : half);
			cr_expect_eq(less->train_class[c], split->train_class[c] - taken[c]);
			cr_expect_eq(less->test_class[c], split->test_class[c]);
		}
		split_free(less);
		split_free(again);
	}
	split_free(split);
}
