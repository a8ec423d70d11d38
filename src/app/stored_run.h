/* A recorded run as it was when it ended: recipe, data set, split, and the weights of its recorded epochs.
 * Reads; writes nothing. */
#ifndef HARDROW_APP_STORED_RUN_H
#define HARDROW_APP_STORED_RUN_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/catalogue.h"
#include "data/dataset.h"
#include "data/split.h"
#include "model/network.h"
#include "track/track_read.h"
#include "train/recipe.h"
#include "train/trainer.h"

struct stored_run {
	int64_t run_id;
	struct track_run_row row;
	struct run_settings options; /* as recorded: all that count are given */
	double *ordering_loss;	     /* (n) that the recipe's subject has, NULL: none */
	struct recipe recipe;	     /* made of them */
	struct dataset *dataset;
	struct split *split;
	char **texts; /* what text settings point to */
	size_t text_count;
};

/* Where the data file is, if the tables do not hold the features (too many of them). */
struct stored_run_source {
	struct data_path path;
	const char *data; /* catalogue name or path; NULL: the catalogue's data set of the recorded name */
};

/* The features come from the tables if they are there, so that the original file is not needed (the data set then has
 * no path and no sub-classes); else the file is read, relabelled and thinned out again, and must come to the recorded
 * sha256. ERR_INPUT: no such run, a run of imported predictions, settings this program does not know, a file that is
 * not the recorded one. ERR_MISSING: the file is not on this machine. */
MUST_CHECK enum err_code stored_run_read(struct track *track, int64_t run_id, const struct stored_run_source *source,
					 struct stored_run **ret_run, struct err *err);
void stored_run_free(struct stored_run *run);
void stored_run_freep(struct stored_run **run);

/* ERR_INPUT: the run is one of a regression, and `what` it is asked for is about classes. */
MUST_CHECK enum err_code stored_run_check_classes(const struct track_run_row *row, const char *what, struct err *err);

/* The run's network, parameters 0, in `precision`, for batches of up to `instances`. */
MUST_CHECK enum err_code stored_run_create_network(const struct stored_run *run, enum network_precision precision,
						   size_t instances, struct network **ret_network, struct err *err);

/* Writes the weights of `epoch` into a network of the run's shape. ERR_INPUT: that epoch's are not recorded. */
MUST_CHECK enum err_code stored_run_load(struct track *track, const struct stored_run *run, size_t epoch,
					 struct network *network, struct err *err);

/* Writes the weights of `epoch` into a trainer of the run's recipe, or of one that differs in what comes after the
 * network, for trainer_evaluate(). ERR_INPUT: as above. */
MUST_CHECK enum err_code stored_run_load_trainer(struct track *track, const struct stored_run *run, size_t epoch,
						 struct trainer *trainer, struct err *err);

/* GraNd of the trainer's instances, at the run's weights before the epoch that it is of (those that it was adjusted
 * from), into the trainer's dynamics; not known if those are not recorded. */
MUST_CHECK enum err_code stored_run_take_grand(struct track *track, const struct stored_run *run,
					       struct trainer *trainer, struct err *err);

/* The epochs with weights, as of track_list_weight_epochs(). ERR_INPUT: there are none. */
MUST_CHECK enum err_code stored_run_list_epochs(struct track *track, const struct stored_run *run, size_t from,
						size_t **ret_epochs, size_t *ret_count, struct err *err);

#endif
