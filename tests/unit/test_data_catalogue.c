/* data: the catalogue, finding and opening data sets. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/catalogue.h"
#include "scratch.h"

static struct catalogue *catalogue;

static void enter(void)
{
	struct err err = { 0 };

	scratch_enter();
	cr_assert_eq(catalogue_create(&catalogue, &err), ERR_OK, "%s", err.message);
}

static void leave(void)
{
	catalogue_freep(&catalogue);
	catalogue = NULL;
	scratch_leave();
}

TestSuite(catalogue, .init = enter, .fini = leave);

/* The bundled data sets' folder, freed with free(). */
static char *bundled_folder(void)
{
	char *folder = NULL;
	struct err err;

	cr_assert_not_null(getenv("HARDROW_SOURCE"), "run by 'meson test'");
	cr_assert_eq(file_join(getenv("HARDROW_SOURCE"), "datasets", &folder, &err), ERR_OK);
	return folder;
}

Test(catalogue, every_entry_is_complete)
{
	cr_assert_eq(catalogue_count(catalogue), 18);
	for (size_t i = 0; i < catalogue_count(catalogue); i++) {
		const struct catalogue_entry *entry = catalogue_at(catalogue, i);
		const char *const texts[] = { entry->title,   entry->uci_name, entry->doi,   entry->citation,
					      entry->licence, entry->file,     entry->label, entry->sha256 };
		const char *const fetched[] = { entry->url, entry->raw_sha256, entry->raw_separator, entry->header };
		for (size_t j = 0; j < ARRAY_LENGTH(texts); j++)
			cr_expect_not_null(texts[j], "%s: text %zu", entry->name, j);
		for (size_t j = 0; j < ARRAY_LENGTH(fetched) && !catalogue_has_images(entry); j++)
			cr_expect_eq(fetched[j] == NULL, entry->url == NULL, "%s: text %zu", entry->name, j);
		for (size_t j = 0; j < IDX_PARTS && catalogue_has_images(entry); j++)
			cr_expect_eq(strlen(entry->part_sha256[j]), FILE_SHA256_SIZE - 1, "%s: part %zu", entry->name,
				     j);
		cr_expect_eq(strlen(entry->sha256), FILE_SHA256_SIZE - 1, "%s", entry->name);
		cr_expect(entry->rows > 0 && entry->features > 0, "%s", entry->name);
		cr_expect_eq(entry->classes > 1, !catalogue_is_regression(entry), "%s", entry->name);
		cr_expect_eq(entry->task != NULL, catalogue_is_regression(entry), "%s", entry->name);
	}
}

Test(catalogue, a_header_has_the_entrys_columns)
{
	for (size_t i = 0; i < catalogue_count(catalogue); i++) {
		const struct catalogue_entry *entry = catalogue_at(catalogue, i);
		size_t commas = 0;
		if (entry->header == NULL)
			continue;
		for (const char *letter = entry->header; *letter != '\0'; letter++)
			commas += *letter == ',';
		cr_expect_eq(commas, entry->features, "%s", entry->name);
		cr_expect_str_eq(strrchr(entry->header, ',') + 1, entry->label);
	}
}

Test(catalogue, titles_are_the_papers)
{
	static const char *const names[] = { "sonar", "balance-scale", "cmc",	  "ecoli", "glass",
					     "heart", "iris",	       "robot-4", "seeds", "wine" };
	static const char *const titles[] = { "Sonar", "Balance", "CMC",   "Ecoli", "Glass",
					      "Heart", "Iris",	  "Robot", "Seeds", "Wine" };

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		cr_assert_not_null(catalogue_find(catalogue, names[i]), "%s", names[i]);
		cr_expect_str_eq(catalogue_find(catalogue, names[i])->title, titles[i]);
	}
	cr_expect_str_eq(catalogue_find(catalogue, "robot")->title, "Robot (24 sensors)");
	cr_expect_null(catalogue_find(catalogue, "robot-3"));
}

Test(catalogue, bundled_data_sets_open_with_their_counts)
{
	static const struct {
		const char *name;
		size_t n, d, k;
		uint32_t size[6];
		const char *first_class;
	} cases[] = {
		{ "sonar", 208, 60, 2, { 111, 97 }, "M" },
		{ "balance-scale", 625, 4, 3, { 49, 288, 288 }, "B" },
		{ "glass", 214, 9, 6, { 70, 76, 17, 13, 9, 29 }, "1" },
		{ "heart", 270, 13, 2, { 150, 120 }, "1" },
		{ "iris", 150, 4, 3, { 50, 50, 50 }, "Iris-setosa" },
		{ "wine", 178, 13, 3, { 59, 71, 48 }, "1" },
	};
	char *folder = bundled_folder();
	const struct data_path path = { .folders = (const char *const[]){ folder, NULL } };
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct catalogue_entry *entry = catalogue_find(catalogue, cases[i].name);
		struct dataset *dataset = NULL;
		uint32_t size[6] = { 0 };
		cr_assert_eq(catalogue_open(catalogue, &path, cases[i].name, &(struct reading){ 0 }, &dataset, &err),
			     ERR_OK, "%s", err.message);
		cr_expect_eq(dataset->instances, cases[i].n);
		cr_expect_eq(dataset->features, cases[i].d);
		cr_expect_eq(dataset->classes, cases[i].k);
		cr_expect_eq(entry->rows, cases[i].n);
		cr_expect_eq(entry->features, cases[i].d);
		cr_expect_eq(entry->classes, cases[i].k);
		cr_expect_str_eq(dataset->name, cases[i].name);
		cr_expect_str_eq(dataset->sha256, entry->sha256);
		cr_expect_str_eq(dataset->class_names[0], cases[i].first_class);
		for (size_t row = 0; row < dataset->instances; row++)
			size[dataset->y[row]]++;
		cr_expect_arr_eq(size, cases[i].size, sizeof size, "%s", cases[i].name);
		dataset_free(dataset);
	}
	free(folder);
}

Test(catalogue, the_first_folder_wins)
{
	const struct data_path path = { .folders = (const char *const[]){ "empty", "first", "second", NULL } };
	char *file = NULL;
	struct err err;

	for (size_t i = 0; path.folders[i] != NULL; i++)
		cr_assert_eq(file_make_directory(path.folders[i], &err), ERR_OK);
	scratch_write("first/iris.csv", "x", 1);
	scratch_write("second/iris.csv", "x", 1);
	cr_assert_eq(catalogue_locate(catalogue_find(catalogue, "iris"), &path, &file, &err), ERR_OK);
	cr_expect_str_eq(file, "first/iris.csv");
	free(file);
}

Test(catalogue, what_is_not_found_says_how_to_get_it)
{
	static const struct {
		const char *name, *message;
	} cases[] = {
		{ "seeds",
		  "seeds: not found; 'hardrow datasets fetch seeds' gets it from UCI, or put seeds.csv into here "
		  "or there" },
		{ "iris", "iris: not found; iris.csv comes with hardrow, in its folder 'datasets': --data-dir says "
			  "where that is, "
			  "or put it into here or there" },
	};
	const struct data_path path = { .folders = (const char *const[]){ "here", "there", NULL } };
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct dataset *dataset = NULL;
		cr_expect_eq(catalogue_open(catalogue, &path, cases[i].name, &(struct reading){ 0 }, &dataset, &err),
			     ERR_MISSING);
		cr_expect_str_eq(err.message, cases[i].message);
	}
}

Test(catalogue, another_content_under_a_known_name_is_refused)
{
	static const char text[] = "a,class\n1,x\n2,y\n";
	const struct data_path path = { .folders = (const char *const[]){ ".", NULL } };
	struct dataset *dataset = NULL;
	struct err err;

	scratch_write("iris.csv", text, sizeof text - 1);
	cr_expect_eq(catalogue_open(catalogue, &path, "iris", &(struct reading){ 0 }, &dataset, &err), ERR_INPUT);
	cr_expect_str_eq(
	    err.message,
	    "./iris.csv: is not the 'iris' of the catalogue (sha256 "
	    "7abfb8ef32ce186b3e45025136e1c078fc0b84a01805c9b6f4c2c8d31fc7f1a1, not "
	    "e1412f8c8c69c78fea91c42d8732f7edeb182234e9a67261b29617cc6097cc7b); to use it as it is, name its path");
	cr_expect_null(dataset);
	cr_assert_eq(catalogue_open(catalogue, &path, "./iris.csv", &(struct reading){ 0 }, &dataset, &err), ERR_OK);
	cr_expect_str_eq(dataset->name, "iris");
	dataset_free(dataset);
}

Test(catalogue, a_file_of_ones_own_opens_by_name_or_path)
{
	static const char text[] = "b,a\n1,x\n2,y\n";
	static const char *const names[] = { "own", "./own", "own.csv" };
	const struct data_path path = { .folders = (const char *const[]){ NULL } };
	struct err err = { 0 };

	scratch_write("own", text, sizeof text - 1);
	scratch_write("own.csv", text, sizeof text - 1);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		struct dataset *dataset = NULL;
		cr_assert_eq(catalogue_open(catalogue, &path, names[i], &(struct reading){ 0 }, &dataset, &err), ERR_OK,
			     "%s", err.message);
		cr_expect_str_eq(dataset->label, "a");
		dataset_free(dataset);
	}
}

Test(catalogue, an_unknown_name_gets_the_nearest)
{
	static const struct {
		const char *name, *message;
	} cases[] = {
		{ "iriss", "'iriss' is no known data set and no file; did you mean 'iris'?" },
		{ "balance", "'balance' is no known data set and no file; did you mean 'balance-scale'?" },
		{ "letters", "'letters' is no known data set and no file; 'hardrow datasets' lists the known ones" },
		{ "robot-5", "'robot-5' is no known data set and no file; did you mean 'robot-4'?" },
		{ "none.csv", "none.csv: No such file or directory" },
		{ "iris/", "iris/: No such file or directory" },
	};
	const struct data_path path = { .folders = (const char *const[]){ NULL } };
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct dataset *dataset = NULL;
		cr_expect_eq(catalogue_open(catalogue, &path, cases[i].name, &(struct reading){ 0 }, &dataset, &err),
			     ERR_INPUT);
		cr_expect_str_eq(err.message, cases[i].message);
	}
}

Test(catalogue, bundled_targets_are_there)
{
	char *folder = bundled_folder();
	const struct data_path path = { .folders = (const char *const[]){ folder, NULL } };
	const struct catalogue_entry *entry = catalogue_find(catalogue, "diabetes");
	struct dataset *dataset = NULL;
	struct err err = { 0 };

	cr_expect_eq(catalogue_open(catalogue, &path, "diabetes", &(struct reading){ 0 }, &dataset, &err), ERR_INPUT);
	cr_expect_str_eq(err.message,
			 "diabetes: its label is a number: --task regression predicts it, --label progression "
			 "takes each value for a class");
	cr_assert_eq(
	    catalogue_open(catalogue, &path, "diabetes", &(struct reading){ .label = "progression" }, &dataset, &err),
	    ERR_OK, "%s", err.message);
	cr_expect_eq(dataset->classes, 214);
	dataset_freep(&dataset);
	dataset = NULL;
	cr_assert_eq(
	    catalogue_open(catalogue, &path, "diabetes", &(struct reading){ .has_target = true }, &dataset, &err),
	    ERR_OK, "%s", err.message);
	cr_expect_eq(dataset->instances, entry->rows);
	cr_expect_eq(dataset->features, entry->features);
	cr_expect_str_eq(dataset->label, "progression");
	cr_expect_float_eq(dataset->x[441 * 10 + 8], 4.5951, 1e-12);
	dataset_free(dataset);
	free(folder);
}
