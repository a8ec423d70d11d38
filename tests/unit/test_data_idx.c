/* data: IDX files, plain and compressed, and data sets with their own test part. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/catalogue.h"
#include "data/gzip.h"
#include "data/idx.h"
#include "data/split.h"
#include "scratch.h"

TestSuite(idx, .init = scratch_enter, .fini = scratch_leave);

#define BYTES(text) text, sizeof text - 1

struct content {
	const char *bytes;
	size_t length;
};

/* Three training images of 2 x 2 and two test images; classes 3 and 7. */
static const struct content tiny[IDX_PARTS] = {
	[IDX_TRAIN_IMAGES] = { BYTES("\0\0\10\3\0\0\0\3\0\0\0\2\0\0\0\2"
				     "\0\1\2\3"
				     "\4\5\6\7"
				     "\xff\xfe\x80\x33") },
	[IDX_TRAIN_LABELS] = { BYTES("\0\0\10\1\0\0\0\3\7\3\7") },
	[IDX_TEST_IMAGES] = { BYTES("\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\2"
				    "\0\0\0\0"
				    "\1\1\1\xff") },
	[IDX_TEST_LABELS] = { BYTES("\0\0\10\1\0\0\0\2\3\7") },
};

/* "tiny" with part `other` replaced. */
static void write_tiny(size_t other, const char *bytes, size_t length)
{
	struct err err;

	cr_assert_eq(file_make_directory("tiny", &err), ERR_OK);
	for (size_t i = 0; i < IDX_PARTS; i++) {
		AUTO(mem_freep) char *file = NULL;
		cr_assert_eq(file_join("tiny", idx_part_name(i), &file, &err), ERR_OK);
		scratch_write(file, i == other ? bytes : tiny[i].bytes, i == other ? length : tiny[i].length);
	}
}

static void write_all_tiny(void)
{
	write_tiny(IDX_PARTS, NULL, 0);
}

Test(idx, four_files_are_a_data_set)
{
	static const double x[] = { 0, 1, 2, 3, 4, 5, 6, 7, 255, 254, 128, 51, 0, 0, 0, 0, 1, 1, 1, 255 };
	static const uint32_t y[] = { 1, 0, 1, 0, 1 };
	static const uint32_t id[] = { 0, 1, 2, 3, 4 };
	static const uint32_t line[] = { 1, 2, 3, 1, 2 };
	static const uint8_t test[] = { 0, 0, 0, 1, 1 };
	struct dataset *dataset = NULL;
	struct err err = { 0 };

	write_all_tiny();
	cr_assert_eq(dataset_read_idx("./tiny//", "digit", &dataset, &err), ERR_OK, "%s", err.message);
	cr_expect_str_eq(dataset->name, "tiny");
	cr_expect_str_eq(dataset->path, "./tiny");
	cr_expect_str_eq(dataset->label, "digit");
	cr_expect_str_eq(dataset->missing, "error");
	cr_assert_eq(dataset->instances, 5);
	cr_assert_eq(dataset->features, 4);
	cr_assert_eq(dataset->classes, 2);
	cr_expect_str_eq(dataset->class_names[0], "3");
	cr_expect_str_eq(dataset->class_names[1], "7");
	cr_expect_str_eq(dataset->feature_names[0], "pixel_0");
	cr_expect_str_eq(dataset->feature_names[3], "pixel_3");
	for (size_t i = 0; i < ARRAY_LENGTH(x); i++)
		cr_expect_eq(dataset->x[i], x[i] / 255, "pixel %zu", i);
	cr_expect_arr_eq(dataset->y, y, sizeof y);
	cr_expect_arr_eq(dataset->instance_id, id, sizeof id);
	cr_expect_arr_eq(dataset->source_line, line, sizeof line);
	cr_expect_arr_eq(dataset->own_part, test, sizeof test);
	dataset_free(dataset);
}

Test(idx, the_sum_is_of_the_four_sums)
{
	struct text sums = { 0 };
	char sum[FILE_SHA256_SIZE];
	struct dataset *dataset = NULL;
	struct err err = { 0 };

	write_all_tiny();
	for (size_t i = 0; i < IDX_PARTS; i++) {
		file_sha256(tiny[i].bytes, tiny[i].length, sum);
		cr_assert_eq(text_append(&sums, &err, "%s", sum), ERR_OK);
	}
	file_sha256(sums.data, sums.length, sum);
	cr_assert_eq(dataset_read_idx("tiny", "class", &dataset, &err), ERR_OK, "%s", err.message);
	cr_expect_str_eq(dataset->sha256, sum);
	dataset_free(dataset);
	text_done(&sums);
}

Test(idx, compressed_files_are_the_same)
{
	struct dataset *plain = NULL;
	struct dataset *packed = NULL;
	struct dataset *pieces = NULL;
	struct err err = { 0 };

	write_all_tiny();
	cr_assert_eq(dataset_read_idx("tiny", "class", &plain, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(system("gzip tiny/t*-ubyte"), 0);
	cr_assert_eq(dataset_read_idx("tiny", "class", &packed, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(system("cd tiny && for f in *.gz; do gzip -dc $f > t; head -c 9 t | gzip > $f; "
			    "tail -c +10 t | gzip >> $f; done"),
		     0);
	cr_assert_eq(dataset_read_idx("tiny", "class", &pieces, &err), ERR_OK, "%s", err.message);
	cr_expect_str_eq(packed->sha256, plain->sha256);
	cr_expect_str_eq(pieces->sha256, plain->sha256);
	cr_expect_arr_eq(packed->x, plain->x, plain->instances * plain->features * sizeof *plain->x);
	dataset_free(plain);
	dataset_free(packed);
	dataset_free(pieces);
}

Test(idx, bad_files_get_one_line)
{
	static const struct {
		size_t part;
		struct content content;
		const char *message;
	} cases[] = {
		{ IDX_TRAIN_IMAGES,
		  { BYTES("") },
		  "tiny/train-images-idx3-ubyte: 0 bytes are too few for an IDX file" },
		{ IDX_TRAIN_IMAGES,
		  { BYTES("\0\0\10\1\0\0\0\3\7\3\7zzzzzzz") },
		  "tiny/train-images-idx3-ubyte: begins with the magic number 0x00000801, not 0x00000803: no IDX file "
		  "of "
		  "images" },
		{ IDX_TEST_LABELS,
		  { BYTES("\0\0\15\1\0\0\0\2\3\7") },
		  "tiny/t10k-labels-idx1-ubyte: begins with the magic number 0x00000d01, not 0x00000801: no IDX file "
		  "of "
		  "labels" },
		{ IDX_TEST_IMAGES,
		  { BYTES("\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\2\0\0\0\0\1\1\1") },
		  "tiny/t10k-images-idx3-ubyte: 7 bytes behind the header, which says 2 x 2 x 2" },
		{ IDX_TEST_IMAGES,
		  { BYTES("\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\2\0\0\0\0\1\1\1\1\1") },
		  "tiny/t10k-images-idx3-ubyte: 9 bytes behind the header, which says 2 x 2 x 2" },
		{ IDX_TEST_IMAGES,
		  { BYTES("\0\0\10\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1") },
		  "tiny/t10k-images-idx3-ubyte: 1 bytes behind the header, which says 4294967295 x 4294967295 x "
		  "4294967295" },
		{ IDX_TEST_IMAGES,
		  { BYTES("\0\0\10\3\0\0\0\0\0\0\0\2\0\0\0\2") },
		  "tiny/t10k-images-idx3-ubyte: holds nothing" },
		{ IDX_TRAIN_LABELS,
		  { BYTES("\0\0\10\1\0\0\0\2\7\3") },
		  "tiny/train-labels-idx1-ubyte: 2 labels, but tiny/train-images-idx3-ubyte holds 3 images" },
		{ IDX_TEST_IMAGES,
		  { BYTES("\0\0\10\3\0\0\0\2\0\0\0\2\0\0\0\1\1\2\3\4") },
		  "tiny/t10k-images-idx3-ubyte: images of 2 x 1, but those to train on are 2 x 2" },
		{ IDX_TEST_IMAGES,
		  { BYTES("\x1f\x8b\10\0\0\0\0\0\0\3\x13") },
		  "tiny/t10k-images-idx3-ubyte: its compressed data are cut off" },
		{ IDX_TEST_IMAGES,
		  { BYTES("\x1f\x8b\10\0\0\0\0\0\0\3\xff\xff\xff\xff") },
		  "tiny/t10k-images-idx3-ubyte: its compressed data are damaged (invalid block type)" },
		{ IDX_TEST_IMAGES,
		  { BYTES("\x1f\x8b\10\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0xy") },
		  "tiny/t10k-images-idx3-ubyte: 2 bytes more behind the end of its compressed data" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct dataset *dataset = NULL;
		struct err err = { 0 };
		write_tiny(cases[i].part, cases[i].content.bytes, cases[i].content.length);
		cr_expect_eq(dataset_read_idx("tiny", "class", &dataset, &err), ERR_INPUT, "case %zu", i);
		cr_expect_str_eq(err.message, cases[i].message);
		cr_expect_null(dataset);
	}
}

Test(idx, one_class_is_refused)
{
	struct dataset *dataset = NULL;
	struct err err = { 0 };

	write_tiny(IDX_TRAIN_LABELS, BYTES("\0\0\10\1\0\0\0\3\7\7\7"));
	scratch_write("tiny/t10k-labels-idx1-ubyte", BYTES("\0\0\10\1\0\0\0\2\7\7"));
	cr_expect_eq(dataset_read_idx("tiny", "class", &dataset, &err), ERR_INPUT);
	cr_expect_str_eq(err.message, "tiny/train-labels-idx1-ubyte: one class only, '7'; two are needed");
}

Test(idx, an_empty_compressed_file_is_empty)
{
	char *data = NULL;
	size_t length = 1;
	struct err err = { 0 };

	scratch_write("empty.gz", BYTES("\x1f\x8b\10\0\0\0\0\0\0\3\3\0\0\0\0\0\0\0\0\0"));
	cr_assert_eq(gzip_read("empty.gz", &data, &length, &err), ERR_OK, "%s", err.message);
	cr_expect_eq(length, 0);
	free(data);
}

Test(idx, a_folder_opens_by_its_path)
{
	const struct data_path path = { .folders = (const char *const[]){ NULL } };
	struct catalogue *catalogue = NULL;
	struct dataset *dataset = NULL;
	struct err err = { 0 };

	write_all_tiny();
	cr_assert_eq(catalogue_create(&catalogue, &err), ERR_OK);
	cr_assert_eq(
	    catalogue_open(catalogue, &path, "./tiny", &(struct reading){ .missing = MISSING_MEAN }, &dataset, &err),
	    ERR_OK, "%s", err.message);
	cr_expect_str_eq(dataset->label, "class");
	dataset_freep(&dataset);
	cr_assert_eq(
	    catalogue_open(catalogue, &path, "tiny", &(struct reading){ .missing = MISSING_MEAN }, &dataset, &err),
	    ERR_OK, "%s", err.message);
	dataset_freep(&dataset);
	dataset = NULL;
	cr_expect_eq(catalogue_open(catalogue, &path, "tiny",
				    &(struct reading){ .label = "digit", .missing = MISSING_MEAN }, &dataset, &err),
		     ERR_INPUT);
	cr_expect_str_eq(err.message, "tiny: images have no column 'digit'; their label is called 'class'");
	catalogue_free(catalogue);
}

Test(idx, images_that_are_not_found_say_how_to_get_them)
{
	const struct data_path path = { .folders = (const char *const[]){ "here", "there", NULL } };
	struct catalogue *catalogue = NULL;
	char *file = NULL;
	struct err err = { 0 };

	cr_assert_eq(catalogue_create(&catalogue, &err), ERR_OK);
	struct catalogue_entry fashion = *catalogue_find(catalogue, "fashion-mnist");
	cr_expect_str_eq(fashion.installed, "/usr/share/datasets/fashion-mnist");
	fashion.installed = "tiny";
	cr_expect_eq(catalogue_locate(catalogue_find(catalogue, "mnist"), &path, &file, &err), ERR_MISSING);
	cr_expect_str_eq(err.message, "mnist: not found; 'hardrow datasets fetch mnist' gets it, or put its four files "
				      "into the folder mnist in here or there");
	cr_expect_eq(catalogue_locate(&fashion, &path, &file, &err), ERR_MISSING);
	cr_expect_str_eq(err.message, "fashion-mnist: not found; 'hardrow datasets fetch fashion-mnist' gets it, "
				      "Debian's package dataset-fashion-mnist has it, or put its four files into the "
				      "folder fashion-mnist in here or there");
	write_all_tiny();
	cr_assert_eq(catalogue_locate(&fashion, &path, &file, &err), ERR_OK, "%s", err.message);
	cr_expect_str_eq(file, "tiny");
	free(file);
	catalogue_free(catalogue);
}

/* An entry of our own whose files are in the folder "mirror". */
static void make_entry(struct catalogue_entry *entry, char sums[IDX_PARTS][FILE_SHA256_SIZE], struct text *mirror)
{
	char folder[256];
	struct err err;

	if (system("curl --version >/dev/null 2>&1") != 0) {
		scratch_leave();
		cr_skip_test("needs the command curl");
	}
	write_all_tiny();
	cr_assert_eq(system("mv tiny mirror && gzip mirror/*"), 0);
	*entry = (struct catalogue_entry){ .name = "own", .file = "own", .url = "https://archive.example/own/" };
	for (size_t i = 0; i < IDX_PARTS; i++) {
		file_sha256(tiny[i].bytes, tiny[i].length, sums[i]);
		entry->part_sha256[i] = sums[i];
	}
	cr_assert_not_null(getcwd(folder, sizeof folder));
	cr_assert_eq(text_append(mirror, &err, "file://%s/mirror", folder), ERR_OK);
}

Test(idx, fetch_gets_the_four_files)
{
	struct catalogue_entry entry;
	char sums[IDX_PARTS][FILE_SHA256_SIZE];
	struct text mirror = { 0 };
	struct err err = { 0 };

	make_entry(&entry, sums, &mirror);
	cr_assert_eq(catalogue_fetch(&entry, mirror.data, "new", &err), ERR_OK, "%s", err.message);
	cr_expect_eq(scratch_count("new/own"), IDX_PARTS);
	cr_expect_eq(system("cmp -s new/own/t10k-images-idx3-ubyte.gz mirror/t10k-images-idx3-ubyte.gz"), 0);
	text_done(&mirror);
}

Test(idx, fetch_refuses_another_content)
{
	struct catalogue_entry entry;
	char sums[IDX_PARTS][FILE_SHA256_SIZE];
	struct text mirror = { 0 };
	struct err err = { 0 };

	make_entry(&entry, sums, &mirror);
	entry.part_sha256[IDX_TRAIN_IMAGES] = "expected";
	cr_expect_eq(catalogue_fetch(&entry, mirror.data, "new", &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.message, "/train-images-idx3-ubyte.gz: sha256 "), "%s", err.message);
	cr_expect_eq(scratch_count("new/own"), 0);
	text_done(&mirror);
}

Test(idx, fetch_stops_where_more_comes_than_the_catalogue_knows)
{
	static const struct {
		const char *make, *message; /* of the first part; of the error */
	} cases[] = {
		{ "head -c 10000000 /dev/zero | gzip > mirror/train-images-idx3-ubyte.gz",
		  ": expands to more than 65600 bytes" },
		{ "head -c 100000 /dev/urandom > mirror/train-images-idx3-ubyte.gz", ": curl: (" },
	};
	struct catalogue_entry entry;
	char sums[IDX_PARTS][FILE_SHA256_SIZE];
	struct text mirror = { 0 };
	struct err err = { 0 };

	make_entry(&entry, sums, &mirror);
	entry.rows = 16;
	entry.features = 3;
	for (size_t i = 0; i < 2; i++) {
		cr_assert_eq(system(cases[i].make), 0);
		cr_expect_neq(catalogue_fetch(&entry, mirror.data, "new", &err), ERR_OK);
		cr_expect_not_null(strstr(err.message, cases[i].message), "%s", err.message);
		cr_expect_eq(strstr(err.message, "sha256"), NULL, "%s", err.message);
		cr_expect_eq(scratch_count("new/own"), 0);
	}
	text_done(&mirror);
}

Test(idx, the_own_test_part_is_the_split)
{
	static const uint32_t train[] = { 0, 1, 2 };
	static const uint32_t test[] = { 3, 4 };
	struct dataset *dataset = NULL;
	struct err err = { 0 };

	write_all_tiny();
	cr_assert_eq(dataset_read_idx("tiny", "class", &dataset, &err), ERR_OK, "%s", err.message);
	for (uint64_t seed = 0; seed < 3; seed++) {
		struct split *split = NULL;
		cr_assert_eq(split_create(dataset, .2, seed == 1, seed, &split, &err), ERR_OK, "%s", err.message);
		cr_expect(split->is_given);
		cr_assert_eq(split->train_count, 3);
		cr_assert_eq(split->test_count, 2);
		cr_expect_arr_eq(split->train, train, sizeof train);
		cr_expect_arr_eq(split->test, test, sizeof test);
		cr_expect_eq(split->train_class[1], 2);
		cr_expect_eq(split->test_class[0], 1);
		cr_expect_float_eq(split_test_share(split), .4, 1e-15);
		split_free(split);
	}
	dataset_free(dataset);
}

Test(idx, mnist_has_its_published_counts)
{
	static const uint32_t train[] = { 5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949 };
	static const uint32_t test[] = { 980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009 };
	const char *shared = getenv("HARDROW_SHARED");
	struct text folder = { 0 };
	struct catalogue *catalogue = NULL;
	struct dataset *dataset = NULL;
	struct split *split = NULL;
	struct err err = { 0 };

	cr_assert_eq(text_append(&folder, &err, "%s%s/datasets", shared != NULL ? shared : getenv("HARDROW_SOURCE"),
				 shared != NULL ? "" : "/../shared"),
		     ERR_OK);
	const struct data_path path = { .folders = (const char *const[]){ folder.data, NULL } };
	cr_assert_eq(catalogue_create(&catalogue, &err), ERR_OK);
	enum err_code code = catalogue_open(catalogue, &path, "mnist", &(struct reading){ 0 }, &dataset, &err);
	catalogue_free(catalogue);
	text_done(&folder);
	if (code == ERR_MISSING) {
		scratch_leave();
		cr_skip_test("needs ../shared/datasets/mnist");
	}
	cr_assert_eq(code, ERR_OK, "%s", err.message);
	cr_assert_eq(split_create(dataset, 0, false, 0, &split, &err), ERR_OK, "%s", err.message);
	cr_expect_eq(dataset->features, 784);
	cr_expect_str_eq(dataset->label, "digit");
	cr_expect_arr_eq(split->train_class, train, sizeof train);
	cr_expect_arr_eq(split->test_class, test, sizeof test);
	split_free(split);
	dataset_free(dataset);
}
