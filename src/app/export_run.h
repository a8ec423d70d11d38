/* Private to the export: the run that is exported, and its blocks and matrices in order. Shapes: n instances, m of a
 * block, k classes. */
#ifndef HARDROW_APP_EXPORT_RUN_H
#define HARDROW_APP_EXPORT_RUN_H

#include <math.h>
#include <string.h>

#include "app/export.h"
#include "app/export_files.h"
#include "db/series.h"
#include "track/track_read.h"

/* What a column of dynamics, or of predictions of a regression, holds. */
enum export_kind {
	EXPORT_SERIES,	  /* as recorded; of p that of the true class */
	EXPORT_PART,	  /* name of the part */
	EXPORT_CLASS,	  /* name of the class; of a regression the bin of the target */
	EXPORT_TARGET,	  /* of a regression, float64: the target, */
	EXPORT_PREDICTED, /* target and residual added, */
	EXPORT_LOSS,	  /* the residual squared */
};

struct export_column {
	const char *name;
	enum export_kind kind;
	enum series series; /* of EXPORT_SERIES */
};

#define EXPORT_COLUMNS_MAX (SERIES_COUNT + 5)

struct export_run {
	struct track *track;
	const struct export_request *request;
	struct export_files *files;
	size_t out_format; /* of tables: see out/out.h */
	struct track_run_row row;
	char **classes;	       /* (k) names */
	uint32_t *y;	       /* (n) class indices */
	uint32_t *instance_id; /* (n) */
	double *target;	       /* (n) of a regression, else NULL */
	size_t epoch_count;
	size_t *epochs; /* (epoch_count) those whose instances are recorded, ascending */
};

/* *run is zero but for its first fields. */
MUST_CHECK enum err_code export_run_read(struct export_run *run, int64_t run_id, struct err *err);
void export_run_done(struct export_run *run);

/* A new file: "runR_NAME.SUFFIX". */
MUST_CHECK enum err_code export_run_open(const struct export_run *run, const char *name, const char *suffix,
					 FILE **ret_stream, struct err *err);

/* The columns of the run's view, dynamics or regression_dynamics, behind run_id, epoch and instance_id, but for
 * probabilities; returns how many. */
size_t export_dynamics_columns(const struct export_run *run, struct export_column ret_columns[EXPORT_COLUMNS_MAX]);

/* Instances first to first + m - 1 after an epoch; a series as it is stored, NULL: not recorded. */
struct export_block {
	size_t epoch, first, m;
	enum series_tally tally;
	const unsigned char *series[SERIES_COUNT];
};

/* Hands every block to `take`, by epoch and position. ERR_INPUT: one is missing or of another size than it must be.
 */
MUST_CHECK enum err_code export_run_blocks(const struct export_run *run,
					   enum err_code (*take)(void *context, const struct export_block *block,
								 struct err *err),
					   void *context, struct err *err);

struct export_matrix {
	size_t epoch, layer;
	const char *name;
	size_t rows, cols;
	const double *value; /* (rows, cols), unaligned: copy it */
};

/* Hands every recorded matrix to `take`, by layer, name and epoch. */
MUST_CHECK enum err_code export_run_matrices(const struct export_run *run,
					     enum err_code (*take)(void *context, const struct export_matrix *matrix,
								   struct err *err),
					     void *context, struct err *err);

/* Number i of a series of the block. Classes that are not known are SERIES_UNKNOWN, tallies SERIES_NO_TALLY. */
static inline float export_float(const struct export_block *block, enum series series, size_t i)
{
	float value = NAN;

	if (block->series[series] != NULL)
		memcpy(&value, block->series[series] + i * sizeof value, sizeof value);
	return value;
}
uint16_t export_class(const struct export_block *block, enum series series, size_t i);
uint32_t export_tally(const struct export_block *block, enum series series, size_t i);

/* Number i of a column that is float64; NaN: not known. */
double export_real(const struct export_run *run, const struct export_block *block, enum export_kind kind, size_t i);

/* What the tallies of all epochs fit in. */
MUST_CHECK enum err_code export_run_tally(const struct export_run *run, enum series_tally *ret_tally, struct err *err);

/* The ways to write a run: rows of dynamics, predictions and weights, tables of instances and epochs, and arrays. */
MUST_CHECK enum err_code export_dynamics_rows(struct export_run *run, struct err *err);
MUST_CHECK enum err_code export_prediction_rows(struct export_run *run, struct err *err);
MUST_CHECK enum err_code export_weight_rows(struct export_run *run, struct err *err);
MUST_CHECK enum err_code export_instances(struct export_run *run, struct err *err);
MUST_CHECK enum err_code export_epochs(struct export_run *run, struct err *err);
MUST_CHECK enum err_code export_dynamics_arrays(struct export_run *run, struct err *err);
MUST_CHECK enum err_code export_prediction_array(struct export_run *run, struct err *err);
MUST_CHECK enum err_code export_weight_arrays(struct export_run *run, struct err *err);

/* What the axes of the arrays are: runR_axes.json. */
MUST_CHECK enum err_code export_axes(struct export_run *run, struct err *err);

#endif
