#include "data/idx.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/gzip.h"

#define IMAGE_DIMENSIONS 3
#define LABEL_DIMENSIONS 1

/* The third byte of the magic number: unsigned bytes. */
#define TYPE_BYTE 8

#define LABEL_VALUES 256

struct idx {
	char *path;
	char *data;
	const uint8_t *values; /* behind the header */
	size_t count;	       /* images or labels */
	size_t rows, columns;  /* of an image */
	char sha256[FILE_SHA256_SIZE];
};

/* All four, whole in memory. */
struct idx_pictures {
	struct idx part[IDX_PARTS];
};

const char *idx_part_name(size_t i)
{
	static const char *const names[] = {
		[IDX_TRAIN_IMAGES] = "train-images-idx3-ubyte",
		[IDX_TRAIN_LABELS] = "train-labels-idx1-ubyte",
		[IDX_TEST_IMAGES] = "t10k-images-idx3-ubyte",
		[IDX_TEST_LABELS] = "t10k-labels-idx1-ubyte",
	};

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

/* The part's file in `folder`, plain or with ".gz" (plain first), freed with free(); NULL if there is none. */
static enum err_code locate(const char *folder, size_t part, char **ret_file, struct err *err)
{
	static const char *const suffixes[] = { "", ".gz" };

	for (size_t i = 0; i < ARRAY_LENGTH(suffixes); i++) {
		struct text file AUTO(text_done) = { 0 };
		if (text_append(&file, err, "%s/%s%s", folder, idx_part_name(part), suffixes[i]) != ERR_OK)
			return err->code;
		if (file_exists(file.data)) {
			*ret_file = take_ptr(&file.data);
			return ERR_OK;
		}
	}
	*ret_file = NULL;
	return ERR_OK;
}

enum err_code idx_is_folder(const char *folder, bool *ret_is, struct err *err)
{
	bool found = true;

	for (size_t i = 0; i < IDX_PARTS && found; i++) {
		AUTO(mem_freep) char *file = NULL;
		if (locate(folder, i, &file, err) != ERR_OK)
			return err->code;
		found = file != NULL;
	}
	*ret_is = found;
	return ERR_OK;
}

static void pictures_done(struct idx_pictures *images)
{
	for (size_t i = 0; i < IDX_PARTS; i++) {
		free(images->part[i].path);
		free(images->part[i].data);
	}
}

/* Number `i` behind the magic number, big-endian. */
static uint32_t header_number(const char *data, size_t i)
{
	const uint8_t *byte = (const uint8_t *)data + 4 * i;

	return (uint32_t)byte[0] << 24 | (uint32_t)byte[1] << 16 | (uint32_t)byte[2] << 8 | byte[3];
}

/* count, rows, columns and values from the header of `length` bytes. */
static enum err_code read_header(struct idx *idx, size_t length, uint32_t dimensions, struct err *err)
{
	size_t header = 4 * (size_t)(dimensions + 1);
	uint32_t magic = TYPE_BYTE << 8 | dimensions;
	size_t size[IMAGE_DIMENSIONS] = { 1, 1, 1 };
	size_t expected = 1;

	if (length < header)
		return err_set(err, ERR_INPUT, "%s: %zu bytes are too few for an IDX file", idx->path, length);
	if (header_number(idx->data, 0) != magic)
		return err_set(err, ERR_INPUT, "%s: begins with the magic number 0x%08x, not 0x%08x: no IDX file of %s",
			       idx->path, header_number(idx->data, 0), magic,
			       dimensions == IMAGE_DIMENSIONS ? "images" : "labels");
	for (size_t i = 0; i < dimensions; i++) {
		size[i] = header_number(idx->data, i + 1);
		if (__builtin_mul_overflow(expected, size[i], &expected))
			expected = SIZE_MAX;
	}
	if (length - header != expected)
		return err_set(err, ERR_INPUT, "%s: %zu bytes behind the header, which says %zu x %zu x %zu", idx->path,
			       length - header, size[0], size[1], size[2]);
	if (expected == 0)
		return err_set(err, ERR_INPUT, "%s: holds nothing", idx->path);
	idx->count = size[0];
	idx->rows = size[1];
	idx->columns = size[2];
	idx->values = (const uint8_t *)idx->data + header;
	return ERR_OK;
}

static enum err_code read_part(const char *folder, size_t part, struct idx *idx, struct err *err)
{
	bool is_images = part == IDX_TRAIN_IMAGES || part == IDX_TEST_IMAGES;
	size_t length = 0;

	if (locate(folder, part, &idx->path, err) != ERR_OK)
		return err->code;
	if (idx->path == NULL)
		return err_set(err, ERR_INPUT, "%s: neither %s nor %s.gz is there", folder, idx_part_name(part),
			       idx_part_name(part));
	if (gzip_read(idx->path, &idx->data, &length, err) != ERR_OK)
		return err->code;
	file_sha256(idx->data, length, idx->sha256);
	return read_header(idx, length, is_images ? IMAGE_DIMENSIONS : LABEL_DIMENSIONS, err);
}

static enum err_code check_labels(const struct idx *pictures, const struct idx *labels, struct err *err)
{
	if (labels->count == pictures->count)
		return ERR_OK;
	return err_set(err, ERR_INPUT, "%s: %zu labels, but %s holds %zu images", labels->path, labels->count,
		       pictures->path, pictures->count);
}

static enum err_code read_images(const char *folder, struct idx_pictures *images, struct err *err)
{
	const struct idx *part = images->part;

	for (size_t i = 0; i < IDX_PARTS; i++)
		if (read_part(folder, i, &images->part[i], err) != ERR_OK)
			return err->code;
	if (check_labels(&part[IDX_TRAIN_IMAGES], &part[IDX_TRAIN_LABELS], err) != ERR_OK ||
	    check_labels(&part[IDX_TEST_IMAGES], &part[IDX_TEST_LABELS], err) != ERR_OK)
		return err->code;
	if (part[IDX_TEST_IMAGES].rows != part[IDX_TRAIN_IMAGES].rows ||
	    part[IDX_TEST_IMAGES].columns != part[IDX_TRAIN_IMAGES].columns)
		return err_set(err, ERR_INPUT, "%s: images of %zu x %zu, but those to train on are %zu x %zu",
			       part[IDX_TEST_IMAGES].path, part[IDX_TEST_IMAGES].rows, part[IDX_TEST_IMAGES].columns,
			       part[IDX_TRAIN_IMAGES].rows, part[IDX_TRAIN_IMAGES].columns);
	return ERR_OK;
}

/* Instances first .. first + count - 1 from one pair of files. */
static void take_part(struct dataset *dataset, const struct idx *pictures, const struct idx *labels, size_t first,
		      bool is_test)
{
	double *x = dataset->x + first * dataset->features;

	for (size_t i = 0; i < pictures->count * dataset->features; i++)
		x[i] = pictures->values[i] / 255.0;
	for (size_t i = 0; i < labels->count; i++) {
		dataset->y[first + i] = labels->values[i];
		dataset->instance_id[first + i] = (uint32_t)(first + i);
		dataset->source_line[first + i] = (uint32_t)(i + 1);
		dataset->own_part[first + i] = is_test;
	}
}

static enum err_code number_text(const char *prefix, size_t number, char **ret_text, struct err *err)
{
	char text[32];

	(void)snprintf(text, sizeof text, "%s%zu", prefix, number);
	return mem_copy_text(text, ret_text, err);
}

/* y from label bytes to indices of those that occur. */
static enum err_code order_classes(struct dataset *dataset, const struct idx_pictures *images, struct err *err)
{
	bool occurs[LABEL_VALUES] = { false };
	uint32_t index[LABEL_VALUES] = { 0 };

	for (size_t i = 0; i < dataset->instances; i++)
		occurs[dataset->y[i]] = true;
	if (mem_new(&dataset->class_names, LABEL_VALUES, err) != ERR_OK)
		return err->code;
	for (size_t value = 0; value < LABEL_VALUES; value++) {
		if (!occurs[value])
			continue;
		if (number_text("", value, &dataset->class_names[dataset->classes], err) != ERR_OK)
			return err->code;
		index[value] = (uint32_t)dataset->classes++;
	}
	if (dataset->classes < 2)
		return err_set(err, ERR_INPUT, "%s: one class only, '%s'; two are needed",
			       images->part[IDX_TRAIN_LABELS].path, dataset->class_names[0]);
	for (size_t i = 0; i < dataset->instances; i++)
		dataset->y[i] = index[dataset->y[i]];
	return ERR_OK;
}

static enum err_code name_dataset(struct dataset *dataset, const char *folder, const char *label, struct err *err)
{
	if (mem_copy_text(folder, &dataset->path, err) != ERR_OK)
		return err->code;
	for (size_t end = strlen(dataset->path); end > 1 && dataset->path[end - 1] == '/'; end--)
		dataset->path[end - 1] = '\0';
	const char *slash = strrchr(dataset->path, '/');
	if (mem_copy_text(slash == NULL ? dataset->path : slash + 1, &dataset->name, err) != ERR_OK ||
	    mem_copy_text(label, &dataset->label, err) != ERR_OK ||
	    mem_new(&dataset->feature_names, dataset->features, err) != ERR_OK)
		return err->code;
	for (size_t j = 0; j < dataset->features; j++)
		if (number_text("pixel_", j, &dataset->feature_names[j], err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

void idx_pictures_sum(const struct idx_pictures *pictures, char sha256[FILE_SHA256_SIZE])
{
	char sums[IDX_PARTS * (FILE_SHA256_SIZE - 1)];

	for (size_t i = 0; i < IDX_PARTS; i++)
		memcpy(sums + i * (FILE_SHA256_SIZE - 1), pictures->part[i].sha256, FILE_SHA256_SIZE - 1);
	file_sha256(sums, sizeof sums, sha256);
}

static enum err_code allocate(struct dataset *dataset, const struct idx_pictures *images, struct err *err)
{
	const struct idx *train = &images->part[IDX_TRAIN_IMAGES];
	size_t n = train->count + images->part[IDX_TEST_IMAGES].count;

	if (n > UINT32_MAX)
		return err_set(err, ERR_INPUT, "%s: %zu images are too many", train->path, n);
	dataset->instances = n;
	dataset->features = train->rows * train->columns;
	if (mem_new(&dataset->x, n * dataset->features, err) != ERR_OK || mem_new(&dataset->y, n, err) != ERR_OK ||
	    mem_new(&dataset->instance_id, n, err) != ERR_OK || mem_new(&dataset->source_line, n, err) != ERR_OK)
		return err->code;
	return mem_new(&dataset->own_part, n, err);
}

enum err_code dataset_read_idx(const char *folder, const char *label, struct dataset **ret_dataset, struct err *err)
{
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	struct idx_pictures images AUTO(pictures_done) = { 0 };
	const struct idx *part = images.part;

	if (read_images(folder, &images, err) != ERR_OK || mem_new(&dataset, 1, err) != ERR_OK ||
	    allocate(dataset, &images, err) != ERR_OK || name_dataset(dataset, folder, label, err) != ERR_OK)
		return err->code;
	take_part(dataset, &part[IDX_TRAIN_IMAGES], &part[IDX_TRAIN_LABELS], 0, false);
	take_part(dataset, &part[IDX_TEST_IMAGES], &part[IDX_TEST_LABELS], part[IDX_TRAIN_IMAGES].count, true);
	if (order_classes(dataset, &images, err) != ERR_OK)
		return err->code;
	dataset->missing = missing_policy_name(MISSING_ERROR);
	idx_pictures_sum(&images, dataset->sha256);
	memcpy(dataset->origin, dataset->sha256, sizeof dataset->origin);
	dataset->has_images = true;
	*ret_dataset = take_ptr(&dataset);
	return ERR_OK;
}

enum err_code idx_pictures_open(const char *folder, struct idx_pictures **ret_pictures, struct err *err)
{
	AUTO(idx_pictures_freep) struct idx_pictures *pictures = NULL;

	if (mem_new(&pictures, 1, err) != ERR_OK || read_images(folder, pictures, err) != ERR_OK)
		return err->code;
	*ret_pictures = take_ptr(&pictures);
	return ERR_OK;
}

void idx_pictures_free(struct idx_pictures *pictures)
{
	if (pictures == NULL)
		return;
	pictures_done(pictures);
	free(pictures);
}

void idx_pictures_freep(struct idx_pictures **pictures)
{
	idx_pictures_free(*pictures);
}

void idx_pictures_size(const struct idx_pictures *pictures, size_t *ret_rows, size_t *ret_columns)
{
	*ret_rows = pictures->part[IDX_TRAIN_IMAGES].rows;
	*ret_columns = pictures->part[IDX_TRAIN_IMAGES].columns;
}

const uint8_t *idx_picture(const struct idx_pictures *pictures, size_t instance_id)
{
	const struct idx *train = &pictures->part[IDX_TRAIN_IMAGES];
	const struct idx *test = &pictures->part[IDX_TEST_IMAGES];

	if (instance_id < train->count)
		return train->values + instance_id * train->rows * train->columns;
	instance_id -= train->count;
	return instance_id < test->count ? test->values + instance_id * test->rows * test->columns : NULL;
}
