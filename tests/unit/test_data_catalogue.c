/* data: the catalogue, finding, opening and fetching data sets. */
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
TestSuite(fetch, .init = enter, .fini = leave);

/* The bundled data sets' folder, freed with free(). */
static char *bundled_folder(void)
{
	char *folder = NULL;
	struct err err;

	cr_assert_not_null(getenv("HARDROW_SOURCE"), "run by 'meson test'");
	cr_assert_eq(file_join(getenv("HARDROW_SOURCE"), "datasets", &folder, &err), ERR_OK);
	return folder;
}

/* The file `name` among the optional data sets outside the project (HARDROW_SHARED, else ../shared); skips the test if
 * there is none. */
static void read_shared(const char *name, char **ret_text, size_t *ret_length)
{
	const char *shared = getenv("HARDROW_SHARED");
	struct text path = { 0 };
	struct err err;

	if (shared != NULL)
		cr_assert_eq(text_append(&path, &err, "%s/datasets/%s", shared, name), ERR_OK);
	else
		cr_assert_eq(text_append(&path, &err, "%s/../shared/datasets/%s", getenv("HARDROW_SOURCE"), name),
			     ERR_OK);
	if (!file_exists(path.data)) {
		/* A skipped test's .fini does not run. */
		text_done(&path);
		scratch_leave();
		cr_skip_test("needs ../shared/datasets/%s", name);
	}
	cr_assert_eq(file_read(path.data, ret_text, ret_length, &err), ERR_OK);
	text_done(&path);
}

static void need_curl(void)
{
	if (system("curl --version >/dev/null 2>&1") != 0) {
		scratch_leave();
		cr_skip_test("needs the command curl");
	}
}

Test(catalogue, every_entry_is_complete)
{
	cr_assert_eq(catalogue_count(catalogue), 14);
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
		cr_expect(entry->rows > 0 && entry->features > 0 && entry->classes > 1, "%s", entry->name);
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
	const struct data_path path = { (const char *const[]){ folder, NULL } };
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		const struct catalogue_entry *entry = catalogue_find(catalogue, cases[i].name);
		struct dataset *dataset = NULL;
		uint32_t size[6] = { 0 };
		cr_assert_eq(catalogue_open(catalogue, &path, cases[i].name, NULL, MISSING_ERROR, &dataset, &err),
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
	const struct data_path path = { (const char *const[]){ "empty", "first", "second", NULL } };
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
	const struct data_path path = { (const char *const[]){ "here", "there", NULL } };
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct dataset *dataset = NULL;
		cr_expect_eq(catalogue_open(catalogue, &path, cases[i].name, NULL, MISSING_ERROR, &dataset, &err),
			     ERR_MISSING);
		cr_expect_str_eq(err.message, cases[i].message);
	}
}

Test(catalogue, another_content_under_a_known_name_is_refused)
{
	static const char text[] = "a,class\n1,x\n2,y\n";
	const struct data_path path = { (const char *const[]){ ".", NULL } };
	struct dataset *dataset = NULL;
	struct err err;

	scratch_write("iris.csv", text, sizeof text - 1);
	cr_expect_eq(catalogue_open(catalogue, &path, "iris", NULL, MISSING_ERROR, &dataset, &err), ERR_INPUT);
	cr_expect_str_eq(
	    err.message,
	    "./iris.csv: is not the 'iris' of the catalogue (sha256 "
	    "7abfb8ef32ce186b3e45025136e1c078fc0b84a01805c9b6f4c2c8d31fc7f1a1, not "
	    "e1412f8c8c69c78fea91c42d8732f7edeb182234e9a67261b29617cc6097cc7b); to use it as it is, name its path");
	cr_expect_null(dataset);
	cr_assert_eq(catalogue_open(catalogue, &path, "./iris.csv", NULL, MISSING_ERROR, &dataset, &err), ERR_OK);
	cr_expect_str_eq(dataset->name, "iris");
	dataset_free(dataset);
}

Test(catalogue, a_file_of_ones_own_opens_by_name_or_path)
{
	static const char text[] = "class,a\n1,x\n2,y\n";
	static const char *const names[] = { "own", "./own", "own.csv" };
	const struct data_path path = { (const char *const[]){ NULL } };
	struct err err = { 0 };

	scratch_write("own", text, sizeof text - 1);
	scratch_write("own.csv", text, sizeof text - 1);
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		struct dataset *dataset = NULL;
		cr_assert_eq(catalogue_open(catalogue, &path, names[i], NULL, MISSING_ERROR, &dataset, &err), ERR_OK,
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
	const struct data_path path = { (const char *const[]){ NULL } };
	struct err err;

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct dataset *dataset = NULL;
		cr_expect_eq(catalogue_open(catalogue, &path, cases[i].name, NULL, MISSING_ERROR, &dataset, &err),
			     ERR_INPUT);
		cr_expect_str_eq(err.message, cases[i].message);
	}
}

/* An entry of our own, its raw file in the form of UCI's: blanks, doubled tabs, a column to drop, CRLF. */
static const char raw_text[] = "ID1  0.50\t\t1 x\r\nID2  .25  2\t y\r\n";
static const char csv_text[] = "a,b,class\n0.50,1,x\n.25,2,y\n";

struct own_entry {
	struct catalogue_entry entry;
	char raw_sha256[FILE_SHA256_SIZE], sha256[FILE_SHA256_SIZE];
};

static void make_own(struct own_entry *own)
{
	need_curl();
	*own = (struct own_entry){ .entry = { .name = "own",
					      .file = "own.csv",
					      .label = "class",
					      .url = "https://archive.example/own/own.data",
					      .raw_separator = "blank",
					      .raw_drop = 1,
					      .header = "a,b,class" } };
	file_sha256(raw_text, sizeof raw_text - 1, own->raw_sha256);
	file_sha256(csv_text, sizeof csv_text - 1, own->sha256);
	own->entry.raw_sha256 = own->raw_sha256;
	own->entry.sha256 = own->sha256;
	scratch_write("own.data", raw_text, sizeof raw_text - 1);
}

static void append_mirror(struct text *mirror)
{
	char folder[256];
	struct err err;

	cr_assert_not_null(getcwd(folder, sizeof folder));
	cr_assert_eq(text_append(mirror, &err, "file://%s", folder), ERR_OK);
}

Test(fetch, converts_what_it_got)
{
	struct own_entry own;
	struct text mirror = { 0 };
	struct err err = { 0 };

	make_own(&own);
	append_mirror(&mirror);
	for (int slash = 0; slash < 2; slash++) {
		char *csv = NULL;
		size_t length = 0;
		cr_assert_eq(catalogue_fetch(&own.entry, mirror.data, "new/folder", &err), ERR_OK, "%s", err.message);
		cr_assert_eq(file_read("new/folder/own.csv", &csv, &length, &err), ERR_OK);
		cr_expect_str_eq(csv, csv_text);
		cr_expect_eq(scratch_count("new/folder"), 1);
		free(csv);
		cr_assert_eq(text_append(&mirror, &err, "/"), ERR_OK);
	}
	text_done(&mirror);
}

static void expect_fetch_fails(const struct own_entry *own, enum err_code code, const char *end_of_message)
{
	struct text mirror = { 0 };
	struct text message = { 0 };
	struct err err;
	struct err other;

	append_mirror(&mirror);
	cr_expect_eq(catalogue_fetch(&own->entry, mirror.data, "new", &err), code);
	cr_assert_eq(text_append(&message, &other, "%s/own.data: %s", mirror.data, end_of_message), ERR_OK);
	cr_expect_str_eq(err.message, message.data);
	cr_expect_eq(scratch_count("new"), 0, "something is left behind");
	text_done(&mirror);
	text_done(&message);
}

Test(fetch, another_raw_file_is_refused)
{
	struct own_entry own;

	make_own(&own);
	scratch_write("own.data", "x y\n", 4);
	own.entry.raw_sha256 = "expected";
	expect_fetch_fails(&own, ERR_INPUT,
			   "sha256 0f044da0abb8aabed6bbbe0fecae23e80af0c48e98f3755ce25f1f0dfab18283, not expected: "
			   "another file than the catalogue knows");
}

Test(fetch, a_csv_that_is_not_the_catalogues_is_not_written)
{
	struct own_entry own;
	struct text mirror = { 0 };
	struct err err;

	make_own(&own);
	append_mirror(&mirror);
	own.entry.sha256 = "expected";
	cr_expect_eq(catalogue_fetch(&own.entry, mirror.data, "new", &err), ERR_INPUT);
	cr_expect_str_eq(err.message,
			 "own.csv: sha256 7453ed8391095095e14dbb0adaf80e4168c81153834ece9e2bf8d61d43101f47, not "
			 "expected: another file than the catalogue knows");
	cr_expect_eq(scratch_count("new"), 0, "something is left behind");
	text_done(&mirror);
}

Test(fetch, curls_own_words_are_passed_on)
{
	struct own_entry own;
	struct text words = { 0 };
	char folder[256];
	struct err err;

	make_own(&own);
	cr_assert_eq(unlink("own.data"), 0);
	cr_assert_not_null(getcwd(folder, sizeof folder));
	cr_assert_eq(text_append(&words, &err, "curl: (37) Couldn't open file %s/own.data", folder), ERR_OK);
	expect_fetch_fails(&own, ERR_SYSTEM, words.data);
	text_done(&words);
}

Test(fetch, a_machine_without_curl_is_told)
{
	struct own_entry own;

	make_own(&own);
	cr_assert_eq(setenv("PATH", "/nowhere", 1), 0);
	expect_fetch_fails(
	    &own, ERR_SYSTEM,
	    "the command 'curl' does not start (No such file or directory): Debian's package 'curl' has it");
}

Test(fetch, bundled_data_sets_are_not_fetched)
{
	struct err err;

	cr_expect_eq(catalogue_fetch(catalogue_find(catalogue, "iris"), NULL, "new", &err), ERR_INPUT);
	cr_expect_str_eq(err.message, "iris: comes with hardrow and is not fetched");
}

/* UCI's file of a comma-separated data set is the CSV without its header row, for most robots with CRLF. */
static void expect_fetched(const char *name, const char *raw_name, const char *line_end)
{
	const struct catalogue_entry *entry = catalogue_find(catalogue, name);
	const struct data_path path = { (const char *const[]){ "new", NULL } };
	struct text raw = { 0 };
	struct text mirror = { 0 };
	struct dataset *dataset = NULL;
	char *csv = NULL;
	size_t length = 0;
	struct err err = { 0 };

	need_curl();
	read_shared(entry->file, &csv, &length);
	for (const char *line = strchr(csv, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1)
		cr_assert_eq(text_append(&raw, &err, "%.*s%s", (int)strcspn(line, "\n"), line, line_end), ERR_OK);
	scratch_write(raw_name, raw.data, raw.length);
	append_mirror(&mirror);
	cr_assert_eq(catalogue_fetch(entry, mirror.data, "new", &err), ERR_OK, "%s", err.message);
	cr_assert_eq(catalogue_open(catalogue, &path, name, NULL, MISSING_ERROR, &dataset, &err), ERR_OK, "%s",
		     err.message);
	cr_expect_eq(dataset->instances, entry->rows);
	cr_expect_eq(dataset->features, entry->features);
	cr_expect_eq(dataset->classes, entry->classes);
	dataset_free(dataset);
	free(csv);
	text_done(&raw);
	text_done(&mirror);
}

Test(fetch, cmc_as_uci_has_it)
{
	expect_fetched("cmc", "cmc.data", "\n");
}

Test(fetch, robot_as_uci_has_it)
{
	expect_fetched("robot", "sensor_readings_24.data", "\r\n");
}

Test(fetch, robot_4_as_uci_has_it)
{
	expect_fetched("robot-4", "sensor_readings_4.data", "\r\n");
}

Test(fetch, robot_2_as_uci_has_it)
{
	expect_fetched("robot-2", "sensor_readings_2.data", "\n");
}
