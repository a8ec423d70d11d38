/* Private to verify, summarise and whatif: one run against what its predictions say. */
#ifndef HARDROW_APP_VERIFY_RUN_H
#define HARDROW_APP_VERIFY_RUN_H

#include "app/verify.h"
#include "record/epoch.h"
#include "track/track_verify.h"
#include "train/trainer.h"

/* A run and what its predictions, taken from the file epoch by epoch, come to. Shapes: n instances, k classes. */
struct verify_run {
	int64_t run_id;
	struct track_findings *findings;
	struct track_run_row row;
	struct run_settings settings; /* what the run was recorded with, as far as difficulty needs it */
	struct dataset dataset;	      /* of which y, instance_id and the names are there */
	struct split *split;
	struct predictions *predictions;
	double *p, *log_p; /* (k, 64) recorded ones of the tile at hand */
	struct seen *seen; /* of epochs in which some instances were not predicted */
	struct weighting *weighting;
	bool has_weighting; /* it is the run's own; else it is good for nothing */
	struct epoch_record *record, *expected;
	double *step_error; /* (n) how far float32 can have led du and dl away, of this epoch, of all */
	double *sum_error;
	double *doubtful_falls;	   /* (n) epochs in which float32 hides whether p_true fell by DYNAMICS_FALL */
	bool *has_lost;		   /* (n) in some epoch a logarithm went by a probability that float32 hardly has */
	size_t count;		   /* of epochs so far */
	bool is_old;		   /* the epoch has no checksum: an older version made it, which knew fewer numbers */
	bool is_complete;	   /* they are all recorded, from the first on */
	bool trusts_grand;	   /* it is recorded, the weights that it follows from are not */
	struct stored_run *stored; /* NULL: its data is not here */
	struct trainer *trainer;
};

/* Makes everything ready for the run's first epoch; run->run_id and run->findings are set, the rest is 0. Of the
 * request only the source counts. ERR_INPUT: no such run, or it cannot be read. */
MUST_CHECK enum err_code verify_run_init(struct track *track, const struct verify_request *request,
					 struct verify_run *run, struct err *err);

/* A float32 is off by at most half of this, relatively; where two go in, by all of it. */
#define VERIFY_FLOAT32 0x1p-23

/* Numbers that are computed from counts, in double. */
#define VERIFY_EXACT 1e-12

/* From weights: the sums of a network in single precision may have another order on another machine. */
#define VERIFY_NETWORK 1e-5

/* Where a number stands: of the epoch, and of an instance or a class, in words. */
struct verify_place {
	const struct verify_run *run;
	const char *what; /* NULL: of the epoch */
	long long id;
};
struct verify_place verify_place_of(const struct verify_run *run, size_t i);

/* Numbers that are further apart than `bound` are a finding; NaN equals NaN only. */
void verify_compare(const struct verify_place *place, const char *column, double recorded, double expected,
		    double bound);

/* Number i of a block of float32. */
double verify_number(const struct epoch_record *record, size_t t, enum series series, size_t i);

/* du, dl and difficulty of number i of tile t, whose step_error is set, against those recorded. */
void verify_difficulty(struct verify_run *run, size_t t, size_t i);

/* Number i of tile t is not seen: it has no probabilities, du and dl. */
void verify_unseen(struct verify_run *run, size_t t, size_t i);

/* Of a regression: takes tile t of run->record in and compares it; compares the residuals with those of the weights;
 * compares the epoch's rows of regression_epoch. */
void verify_regression_tile(struct verify_run *run, size_t t);
void verify_regression_weights(struct verify_run *run);
MUST_CHECK enum err_code verify_regression_metrics(struct track *track, struct verify_run *run, struct err *err);

/* The weight of the instance at position i as it is in run->record; NaN in the test part. */
double verify_recorded_weight(const struct verify_run *run, size_t i);

/* Takes the epoch in run->record in: compares its instances, metrics and classes. */
void verify_epoch(struct verify_run *run);

/* Compares the epoch's probabilities with those of the trainer, which has just evaluated its weights. */
void verify_weights(struct verify_run *run);

/* Compares a row of instance_summary, of the instance at position i, with the epochs taken in. */
void verify_summary(struct verify_run *run, size_t i, const struct track_summary *summary);

/* Takes in the epochs of the run that `run` names, for its findings, and compares them; counts into *result.
 * verify_run_done() frees what it holds, also after an error. */
MUST_CHECK enum err_code verify_run_read(struct track *track, const struct verify_request *request,
					 struct verify_run *run, struct verify_result *result, struct err *err);
void verify_run_done(struct verify_run *run);

/* Compares all that is recorded of the run; counts into *result. An error means that it cannot be read. */
MUST_CHECK enum err_code verify_run(struct track *track, int64_t run_id, const struct verify_request *request,
				    struct track_findings *findings, struct verify_result *result, struct err *err);

/* Trains or adjusts the run again in a temporary file and compares the rows of both, bit by bit. What cannot be made
 * again is told, not an error; nor are differences, which are findings. Errors: no memory, no room, interrupted. */
MUST_CHECK enum err_code verify_retrain(struct track *track, int64_t run_id, const struct verify_request *request,
					struct track_findings *findings, struct verify_result *result, struct err *err);

#endif
