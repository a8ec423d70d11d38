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
	struct weighting *weighting;
	double *class_weight; /* (k) ones */
	bool has_weighting;   /* it is the run's own; else it is good for nothing */
	struct epoch_record *record, *expected;
	double *step_error; /* (n) how far float32 can have led du and dl away, of this epoch, of all */
	double *sum_error;
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
