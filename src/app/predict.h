/* The model of a recorded run, applied to new rows. Reads; writes nothing. */
#ifndef HARDROW_APP_PREDICT_H
#define HARDROW_APP_PREDICT_H

#include "app/stored_run.h"
#include "data/new_rows.h"

struct predicted {
	struct stored_run *run; /* its data set has the new rows behind its own, in the test part */
	struct new_rows rows;
	struct recipe recipe; /* of both */
	struct split *split;
	struct trainer *trainer; /* has predicted them */
	size_t first;		 /* position of the first new row */
};

/* Predicts the rows of a file (data/new_rows.h) as the run predicted its own: the same features, filled in and scaled
 * by the run's training part, the same adjustment. Zero-initialise *predicted; predicted_done() frees. ERR_INPUT: what
 * stored_run_read() and new_rows_read() refuse; a run without weights, or of images. */
MUST_CHECK enum err_code predict_rows(struct track *track, int64_t run_id, const char *file,
				      const struct stored_run_source *source, struct predicted *predicted,
				      struct err *err);
void predicted_done(struct predicted *predicted);

/* Of new row i: the class that is predicted, and the probability of class c; the number, of a regression. */
size_t predicted_class(const struct predicted *predicted, size_t i);
double predicted_probability(const struct predicted *predicted, size_t i, size_t c);
double predicted_number(const struct predicted *predicted, size_t i);

#endif
