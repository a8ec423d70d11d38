/* Private to app: what a trial and a sweep do with their planned runs before they run them. */
#ifndef HARDROW_APP_PLAN_H
#define HARDROW_APP_PLAN_H

#include "app/runner.h"
#include "data/catalogue.h"

/* Opens a data set as the settings want it read: relabelled, or with the bins of its targets. Errors: as of
 * catalogue_open(), dataset_relabel() and dataset_bin_target(). */
MUST_CHECK enum err_code plan_open(const struct catalogue *catalogue, const struct data_path *path, const char *data,
				   const struct data_settings *settings, struct dataset **ret_dataset, struct err *err);

/* The split that the settings ask for, and in *ret_derived the data set it is of if that is another than `source` (an
 * imbalance, flipped labels), else NULL. ERR_INPUT: `strict`, and they ask for a drawn test part of a data set that has
 * its own; without `strict` (a sweep over several data sets) such a data set keeps its own. */
MUST_CHECK enum err_code plan_split(const struct dataset *source, const struct data_settings *settings, bool strict,
				    struct dataset **ret_derived, struct split **ret_split, struct err *err);

/* Whether a meta set is to be taken out of the training part: the recipe's loss uses one, and the data set does not
 * have its own. ERR_INPUT: it has, and the options say how many of each class to take. */
MUST_CHECK enum err_code plan_takes_meta(const struct run_settings *options, const struct recipe *recipe,
					 const struct split *split, bool *ret_takes, struct err *err);

/* Writes the run's data set and split into the tracker, or finds them, and sets their ids. */
MUST_CHECK enum err_code plan_register(struct track *track, struct planned_run *run, struct err *err);

/* The same, for recorder_call(). */
MUST_CHECK enum err_code plan_register_one(struct track *track, void *run, struct err *err);

/* Sets run->key: the sha256 of what makes the run, the data set's content, the split's mask, method name, recipe
 * without defaults and seed. */
MUST_CHECK enum err_code plan_key(struct planned_run *run, struct err *err);

/* The tracker's view of it, without environment; both are borrowed. Who only looks for it by its key gives no settings.
 */
struct track_run plan_track_run(const struct planned_run *run, const char *settings);

/* A notice for each thing that was found out about the data set's file, "PATH: the label is column 3, 'x3'". */
void plan_tell_notes(const struct dataset *dataset, const struct runner_watch *watch);

/* A notice when the runs will write more than 100 MB, one when they have too many weights to record each epoch, one of
 * methods that are wrong for their model, and one of classes that look like numbers to predict. */
void plan_warn(const struct planned_run *runs, size_t count, const struct runner_watch *watch);

#endif
