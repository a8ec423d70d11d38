/* What the tracker wrote, read back. Shapes: n instances, d features, k classes. */
#ifndef HARDROW_TRACK_TRACK_READ_H
#define HARDROW_TRACK_TRACK_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "track/track.h"

/* Opens an existing file to read it, or, waiting as `write` says, also to write (NULL: not). ERR_INPUT: no such file.
 */
MUST_CHECK enum err_code track_open_existing(const char *path, const struct db_wait *write, struct track **ret_track,
					     struct err *err);

/* To read, also a file of an older version, of which that is a copy (db_open_upgraded). */
MUST_CHECK enum err_code track_open_upgraded(const char *path, struct track **ret_track, struct err *err);

/* A run with the keys of its data set and split. */
struct track_run_row {
	int64_t run_id, dataset_id, split_id;
	int64_t experiment_id; /* 0: none */
	char *method;
	char *status;
	int64_t source_run_id; /* whose weights were adjusted; 0: none */
	size_t last_epoch;     /* that is recorded; 0: none */
	char *blas;	       /* as in track_environment */
	int64_t blas_threads;
	char *dataset, *sha256, *label; /* as in track_dataset */
	size_t instances, features, classes;
	size_t instance_bytes; /* that the tables hold of the features of each instance; 0: they do not hold them */
	bool has_model;	       /* false: imported predictions */
	bool is_regression;    /* the classes are bins of a target */
	bool given;	       /* as in track_split */
	uint8_t *is_test;      /* (n) */
};

/* ERR_INPUT: no such run. Zero-initialise *ret_row; track_run_row_done() frees what it holds. */
MUST_CHECK enum err_code track_read_run(struct track *track, int64_t run_id, struct track_run_row *ret_row,
					struct err *err);
void track_run_row_done(struct track_run_row *row);

/* Hands every setting of the run that is not null to `take`, as text: numbers exactly as they were recorded, true and
 * false as "yes" and "no". */
MUST_CHECK enum err_code track_read_settings(struct track *track, int64_t run_id,
					     enum err_code (*take)(void *context, const char *name, const char *value,
								   struct err *err),
					     void *context, struct err *err);

/* Names of the classes (k) and features (d) of the data set, each freed with free(). */
MUST_CHECK enum err_code track_read_names(struct track *track, const struct track_run_row *row, char **ret_classes,
					  char **ret_features, struct err *err);

/* The instances by position: y, instance_id (ascending), source_line (n). ERR_INPUT: they are not what was written. */
MUST_CHECK enum err_code track_read_instances(struct track *track, const struct track_run_row *row, uint32_t *ret_y,
					      uint32_t *ret_instance_id, uint32_t *ret_source_line, struct err *err);

/* Their targets, of a regression: ret_target (n). ERR_INPUT: they are not what was written. */
MUST_CHECK enum err_code track_read_targets(struct track *track, const struct track_run_row *row, double *ret_target,
					    struct err *err);

/* Probabilities that an instance has in an epoch record: the classes; 0 of a regression. */
size_t track_run_row_probabilities(const struct track_run_row *row);

/* Their features, if the tables have them: ret_x (n, d) row-major, exactly the numbers that were written. */
MUST_CHECK enum err_code track_read_features(struct track *track, const struct track_run_row *row, double *ret_x,
					     struct err *err);

/* The epochs with recorded weights, ascending, from `from` on: 0 are the weights that training began with. *ret_epochs
 * is freed with free(). */
MUST_CHECK enum err_code track_list_weight_epochs(struct track *track, int64_t run_id, size_t from, size_t **ret_epochs,
						  size_t *ret_count, struct err *err);

/* Which matrix of a run. */
struct track_matrix {
	int64_t run_id;
	size_t epoch, layer;
	const char *name; /* "weight", "bias" */
	size_t rows, cols;
};

/* ret_value (rows, cols). ERR_INPUT: not recorded, or of another shape. */
MUST_CHECK enum err_code track_read_matrix(struct track *track, const struct track_matrix *matrix, double *ret_value,
					   struct err *err);

#endif
