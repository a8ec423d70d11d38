/* One epoch of one run, encoded as it goes to the disk: made by the thread that trains, written by the one that owns
 * the file.
 *
 * The instances are in blocks of 64 in the order of the data set (the last one shorter). A block holds one series after
 * the other, as db/series.h lists and stores them. */
#ifndef HARDROW_TRACK_EPOCH_RECORD_H
#define HARDROW_TRACK_EPOCH_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "db/series.h"

#define BLOCK_INSTANCES 64

#define RECORD_NAME_SIZE 64

struct record_matrix {
	char name[RECORD_NAME_SIZE]; /* "weight", "bias" */
	size_t layer, rows, cols;
	const double *value; /* (rows, cols) */
};

struct record_class {
	uint32_t train_correct, test_correct;
	double sampling_share, weight_norm; /* NaN: unknown */
};

/* NaN: no such part, or unknown. */
struct record_part {
	double loss, accuracy, balanced_error, macro_f1, calibration_error;
};

/* A row of regression_epoch; NaN: unknown. */
struct record_regression {
	const char *part, *shot; /* static */
	size_t instances;
	double mse, mae, geometric_mean, pearson, balanced_mae;
};
/* A series of the caller's own: a number of each instance. */
struct record_own {
	char *name;
	float *value; /* (n); NAN: none */
};
#define RECORD_REGRESSIONS 8 /* both parts, all and three shots */

/* The numbers of an epoch, X(column of the table, field of the record): in the order of a row's checksum. */
#define EPOCH_NUMBERS(X)                                                                                               \
	X(train_loss, train.loss)                                                                                      \
	X(train_accuracy, train.accuracy)                                                                              \
	X(train_balanced_error, train.balanced_error)                                                                  \
	X(train_macro_f1, train.macro_f1)                                                                              \
	X(train_calibration_error, train.calibration_error)                                                            \
	X(test_loss, test.loss)                                                                                        \
	X(test_accuracy, test.accuracy)                                                                                \
	X(test_balanced_error, test.balanced_error)                                                                    \
	X(test_macro_f1, test.macro_f1)                                                                                \
	X(test_calibration_error, test.calibration_error)                                                              \
	X(test_many_shot_accuracy, many_shot_accuracy)                                                                 \
	X(test_medium_shot_accuracy, medium_shot_accuracy)                                                             \
	X(test_few_shot_accuracy, few_shot_accuracy)                                                                   \
	X(effective_sample_size, effective_sample_size)                                                                \
	X(seconds, seconds)

struct epoch_record {
	void *owner; /* the caller's */
	size_t instances, classes;
	size_t epoch; /* from 1; 0: before training, matrices only */
	struct record_part train, test;
	/* Of the test part: classes with many, some, few training instances. */
	double many_shot_accuracy, medium_shot_accuracy, few_shot_accuracy;
	double effective_sample_size, seconds;
	struct record_class *by_class; /* (k) */
	size_t regression_count;       /* 0, or RECORD_REGRESSIONS */
	struct record_regression regression[RECORD_REGRESSIONS];
	bool has_blocks;
	enum series_tally tally; /* of the blocks */
	unsigned char *blocks;	 /* one after the other */
	uint64_t *checksums;	 /* of each block */
	size_t matrix_count, matrix_capacity;
	struct record_matrix *matrices; /* values point into `values` */
	double *values;
	size_t value_count, value_capacity;
	size_t seen; /* instances that it has predictions of */
	/* Numbers of the caller's own. */
	size_t own_count, own_capacity;
	struct record_own *own; /* name and values are the record's */
};

/* Room for n instances, k classes (0 of a regression), `matrices` matrices of `values` doubles in all. */
MUST_CHECK enum err_code epoch_record_create(size_t instances, size_t classes, size_t matrices, size_t values,
					     struct epoch_record **ret_record, struct err *err);
void epoch_record_free(struct epoch_record *record);

/* The memory that it takes, about. */
size_t epoch_record_bytes(const struct epoch_record *record);

/* Room for the blocks, which most epochs of some runs do not have. */
MUST_CHECK enum err_code epoch_record_reserve_blocks(struct epoch_record *record, struct err *err);

/* The blocks, for which there is room, have long tallies from now on until the record is cleared; of what is in them
 * only what epoch_record_values() gives stays. */
MUST_CHECK enum err_code epoch_record_take_long_tallies(struct epoch_record *record, struct err *err);

/* The same if one of the tallies (n) needs it; NULL: they are not known. */
MUST_CHECK enum err_code epoch_record_fit_tallies(struct epoch_record *record, const uint32_t *tallies,
						  struct err *err);
void epoch_record_freep(struct epoch_record **record);

/* The numbers of a tile of 64 instances, of each series (64) or (k, 64) doubles, of tallies (m) uint32_t. NULL: not
 * known, or not a series of the task. */
struct record_tile {
	const void *series[SERIES_COUNT];
	bool has_values; /* what is predicted is where epoch_record_values() says already */
};

/* Bytes of a series in block t. */
size_t epoch_record_series_bytes(const struct epoch_record *record, size_t t, enum series series);

/* Encodes block t, for which there must be room, and takes its checksum. */
void epoch_record_encode(struct epoch_record *record, size_t t, const struct record_tile *tile);

/* What is predicted: probabilities, or of a regression residuals. */
enum series epoch_record_predicts(const struct epoch_record *record);

/* Where they are in block t, (k, m) or (m) float32, class by class; not aligned as floats are. There must be room for
 * the blocks. */
unsigned char *epoch_record_values(struct epoch_record *record, size_t t);

/* Room for so many matrices, of so many doubles in all, in an empty record. */
MUST_CHECK enum err_code epoch_record_reserve_matrices(struct epoch_record *record, size_t matrices, size_t values,
						       struct err *err);

/* Adds a matrix and returns the place of its values (rows, cols), for the caller to fill; there must be room
 * (asserted). A name that is longer than RECORD_NAME_SIZE takes is cut. */
double *epoch_record_add_matrix(struct epoch_record *record, const char *name, size_t layer, size_t rows, size_t cols);

/* Adds a series of the caller's own, all NAN, or finds it; its values are (n), for the caller to fill. */
MUST_CHECK enum err_code epoch_record_add_own(struct epoch_record *record, const char *name, float **ret_value,
					      struct err *err);

/* Empty, of this epoch: no matrices, no blocks, no series of the caller's own; all instances are seen. */
void epoch_record_clear(struct epoch_record *record, size_t epoch);

size_t epoch_record_block_count(const struct epoch_record *record);
size_t epoch_record_block_length(const struct epoch_record *record, size_t t); /* m */

/* All series of block t, one after the other. */
const unsigned char *epoch_record_block(const struct epoch_record *record, size_t t);

#endif
