/* The series: what is recorded of every instance and epoch, once. The encoder and the INSERT of a block, the columns of
 * the virtual table, of the view `dynamics` (src/sql/embed.py reads the table below) and of `materialize` follow from
 * it.
 *
 * A block of m instances holds one blob a series, little-endian. A new series is one row here, a migration that adds
 * its column to `block` and `dynamics_rows`, and the numbers that the recorder fills in (record/epoch.c). */
#ifndef HARDROW_DB_SERIES_H
#define HARDROW_DB_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum series_storage {
	SERIES_FLOAT32, /* from double; NaN: not known, not for this instance */
	SERIES_CLASS,	/* uint16, from double: the index of a class, shown as its name */
	SERIES_TALLY,	/* uint16, or uint32 (SERIES_LONG), from uint32_t; all bits set: not known */
};

enum series_task { SERIES_OF_CLASSIFICATION, SERIES_OF_REGRESSION, SERIES_OF_BOTH };

/* X(ID, column of block, column of dynamics, storage, shape, task): shape INSTANCE is (m), CLASSES (k, m), class by
 * class, of which dynamics shows that of the true class; task is whose it is: CLASSIFICATION (in dynamics), REGRESSION
 * (in regression_dynamics) or BOTH. In the order of the columns and of a block's checksum. Blocks of a classification
 * have NULL for series of REGRESSION, those of a regression no bytes for series of CLASSIFICATION. */
#define SERIES(X)                                                                                                      \
	X(PREDICTED, predicted, predicted, CLASS, INSTANCE, CLASSIFICATION)                                            \
	X(P, p, p_true, FLOAT32, CLASSES, CLASSIFICATION)                                                              \
	X(DU, du, du, FLOAT32, INSTANCE, BOTH)                                                                         \
	X(DL, dl, dl, FLOAT32, INSTANCE, BOTH)                                                                         \
	X(DIFFICULTY, difficulty, difficulty, FLOAT32, INSTANCE, BOTH)                                                 \
	X(WEIGHT, weight, weight, FLOAT32, INSTANCE, BOTH)                                                             \
	X(DRAWS, draws, draws, TALLY, INSTANCE, BOTH)                                                                  \
	X(RESIDUAL, residual, residual, FLOAT32, INSTANCE, REGRESSION)

/* A piece of SQL that only series of dynamics have: IN_DYNAMICS_##task(text). */
#define IN_DYNAMICS_CLASSIFICATION(text) text
#define IN_DYNAMICS_BOTH(text) text
#define IN_DYNAMICS_REGRESSION(text) ""

#define SERIES_ID(id, name, column, storage, shape, task) SERIES_##id,
enum series { SERIES(SERIES_ID) SERIES_COUNT };
#undef SERIES_ID

/* A class that is not known, and the first tally that a short one cannot be. */
#define SERIES_UNKNOWN 65535

/* Bytes of a tally in the blocks of an epoch, as epoch.draws_bytes says: four where one of them is above 65534. */
enum series_tally { SERIES_SHORT = 2, SERIES_LONG = 4 };

/* Tally number i of those at `bytes`; SERIES_NO_TALLY is not known. */
#define SERIES_NO_TALLY UINT32_MAX
uint32_t series_read_tally(const unsigned char *bytes, enum series_tally tally, size_t i);

struct series_spec {
	const char *name;   /* column of block */
	const char *column; /* of dynamics */
	enum series_storage storage;
	bool per_class;
	enum series_task task;
};

extern const struct series_spec series_specs[SERIES_COUNT];

/* Bytes of one number. */
size_t series_width(enum series series, enum series_tally tally);

/* Those of dynamics stand before the others. */
#define SERIES_DYNAMICS_COUNT SERIES_RESIDUAL

/* Bytes of a block of m instances and k classes, 0 of a regression: of the series, of all series. */
size_t series_bytes(enum series series, size_t instances, size_t classes, enum series_tally tally);
size_t series_block_bytes(size_t instances, size_t classes, enum series_tally tally);

#endif
