/* The pictures of a data set of images, which the database does not hold: from its own files, if they are here. */
#ifndef HARDROW_PAGE_PICTURES_H
#define HARDROW_PAGE_PICTURES_H

#include "data/catalogue.h"
#include "db/db.h"
#include "page/sink.h"

/* Pixels of one data set in a page, at most: 5349 pictures of 28 x 28. */
#define PICTURES_BYTES_MAX (4 << 20)

/* Writes the matrix pictured-DATASET (instance_id) and, unless it has no rows, the element pictures-DATASET: their
 * pixels in base64, a byte each, row by row, `data-width` of them in a row. Of more instances than fit, those whose
 * p_true_mean is lowest in one of the runs, a JSON array. The data set is found by what its file's sha256 was: it has
 * no rows if the catalogue has no such images or they are not in the path. ERR_INPUT: the files are damaged. */
MUST_CHECK enum err_code pictures_put(struct sink *sink, struct db *db, int64_t dataset_id, const char *runs,
				      const struct data_path *path, struct err *err);

#endif
