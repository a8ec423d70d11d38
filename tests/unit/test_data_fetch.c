/* fetch: what is got from where data sets are published, with files of this machine in its place. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/catalogue.h"
#include "scratch.h"

static struct catalogue *catalogue;

static void enter(void)
{
	struct err err;

	scratch_enter();
	cr_assert_eq(catalogue_create(&catalogue, &err), ERR_OK);
}

static void leave(void)
{
	catalogue_free(catalogue);
	scratch_leave();
}

TestSuite(fetch, .init = enter, .fini = leave);

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

/* Fetches the entry from a raw file of that content, and opens what came of it. */
static void expect_fetched_from(const char *name, const char *raw_name, const struct text *raw)
{
	const struct catalogue_entry *entry = catalogue_find(catalogue, name);
	const struct data_path path = { .folders = (const char *const[]){ "new", NULL } };
	struct text mirror = { 0 };
	struct dataset *dataset = NULL;
	struct err err = { 0 };

	scratch_write(raw_name, raw->data, raw->length);
	append_mirror(&mirror);
	cr_assert_eq(catalogue_fetch(entry, mirror.data, "new", &err), ERR_OK, "%s", err.message);
	cr_assert_eq(catalogue_open(catalogue, &path, name,
				    &(struct reading){ .has_target = catalogue_is_regression(entry) }, &dataset, &err),
		     ERR_OK, "%s", err.message);
	cr_expect_eq(dataset->instances, entry->rows);
	cr_expect_eq(dataset->features, entry->features);
	if (!catalogue_is_regression(entry))
		cr_expect_eq(dataset->classes, entry->classes);
	dataset_free(dataset);
	text_done(&mirror);
}

/* UCI's file of a comma-separated data set is the CSV without its header row, for most robots with CRLF. */
static void expect_fetched(const char *name, const char *raw_name, const char *line_end)
{
	struct text raw = { 0 };
	char *csv = NULL;
	size_t length = 0;
	struct err err;

	need_curl();
	read_shared(catalogue_find(catalogue, name)->file, &csv, &length);
	for (const char *line = strchr(csv, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1)
		cr_assert_eq(text_append(&raw, &err, "%.*s%s", (int)strcspn(line, "\n"), line, line_end), ERR_OK);
	expect_fetched_from(name, raw_name, &raw);
	free(csv);
	text_done(&raw);
}

/* The file as UCI has it, from a copy with commas, without header row and last line end. */
static void expect_fetched_from_copy(const char *name, const char *copy, const char *raw_name, const char *header,
				     char separator)
{
	struct text raw = { 0 };
	char *csv = NULL;
	size_t length = 0;
	struct err err;

	need_curl();
	read_shared(copy, &csv, &length);
	for (char *letter = csv; *letter != '\0'; letter++)
		*letter = *letter == ',' ? separator : *letter;
	cr_assert_eq(text_append(&raw, &err, "%s%s\n", header, csv), ERR_OK);
	expect_fetched_from(name, raw_name, &raw);
	free(csv);
	text_done(&raw);
}

Test(fetch, abalone_as_uci_has_it)
{
	expect_fetched_from_copy("abalone", "wild/abalone.csv", "abalone.data", "", ',');
}

#define WINE_HEADER                                                                                                    \
	"\"fixed acidity\";\"volatile acidity\";\"citric acid\";\"residual sugar\";\"chlorides\";"                     \
	"\"free sulfur dioxide\";\"total sulfur dioxide\";\"density\";\"pH\";\"sulphates\";\"alcohol\";\"quality\"\n"

Test(fetch, winequality_as_uci_has_it)
{
	expect_fetched_from_copy("winequality-red", "wild/winequality-red.csv", "winequality-red.csv", WINE_HEADER,
				 ';');
	expect_fetched_from_copy("winequality-white", "wild/winequality-white.csv", "winequality-white.csv",
				 WINE_HEADER, ';');
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
