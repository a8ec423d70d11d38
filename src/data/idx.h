/* Image data sets as four IDX files (LeCun, "The MNIST database", http://yann.lecun.com/exdb/mnist): training images
 * and labels, test images and labels, each plain or compressed with gzip. */
#ifndef HARDROW_DATA_IDX_H
#define HARDROW_DATA_IDX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "data/dataset.h"

enum idx_part { IDX_TRAIN_IMAGES, IDX_TRAIN_LABELS, IDX_TEST_IMAGES, IDX_TEST_LABELS, IDX_PARTS };

/* "train-images-idx3-ubyte" and so on; NULL behind the last. */
const char *idx_part_name(size_t i);

/* *ret_is: all four files are in `folder`. */
MUST_CHECK enum err_code idx_is_folder(const char *folder, bool *ret_is, struct err *err);

/* Reads the four files. Features pixel_0, pixel_1 and so on, row by row, byte / 255; classes the label bytes that
 * occur, named by their numbers, in order; `label` is the name of the label. Instances: the training images, then the
 * test images, which are the data set's own test part (own_part). instance_id counts over both, source_line is the
 * 1-based number of the image in its file. sha256: of the four hexadecimal sums of the expanded files, one behind the
 * other in the order of enum idx_part. The name is the folder's. ERR_INPUT, one line with the file, for: another magic
 * number, another length than the header says, no images, unequal numbers of images and labels, test images of another
 * size than the training images, fewer than two classes. */
MUST_CHECK enum err_code dataset_read_idx(const char *folder, const char *label, struct dataset **ret_dataset,
					  struct err *err);

/* The images alone, as bytes. Errors: those of dataset_read_idx(). */
struct idx_pictures;
MUST_CHECK enum err_code idx_pictures_open(const char *folder, struct idx_pictures **ret_pictures, struct err *err);
void idx_pictures_free(struct idx_pictures *pictures);
void idx_pictures_freep(struct idx_pictures **pictures);

/* The sha256 that dataset_read_idx() would give. */
void idx_pictures_sum(const struct idx_pictures *pictures, char sha256[FILE_SHA256_SIZE]);

/* Of every one of them. */
void idx_pictures_size(const struct idx_pictures *pictures, size_t *ret_rows, size_t *ret_columns);

/* (rows, columns), of the instance dataset_read_idx() calls so; borrowed. NULL: there is none. */
const uint8_t *idx_picture(const struct idx_pictures *pictures, size_t instance_id);

#endif
