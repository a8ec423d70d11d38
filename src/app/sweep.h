/* Sweeps: data sets x models x methods x splits, declared in one ini file.
 *
 *     [sweep]
 *     name = table4                     ; the experiment's name in the file
 *     datasets = iris, wine             ; catalogue names or paths; the rows of the table
 *     methods = base, difficulty, mine  ; the columns; `all`: every method of the program
 *     models = logreg, mlp              ; each method trains each; without it the model of [settings]
 *     splits = 50                       ; split s = 0, 1, … uses split-seed and seed s (plus those of [settings])
 *     record_splits = 1                 ; so many splits are recorded in full, the others their last epoch
 *                                       ; with `folds = K` in [settings] every split is K of them: fold 0, 1, …
 *
 *     [settings]                        ; any option of `hardrow train`, for all runs
 *     epochs = 100
 *
 *     [model mlp]                       ; settings of one model
 *     hidden = 64,32
 *
 *     [method mine]                     ; a method of its own name, with settings of its own
 *     method = difficulty
 *     apply = weight
 *
 *     [published base]                  ; figures to show beside a method, as printed: their source, then by data set
 *     source = Yu et al. 2022
 *     iris = 93.3                       ; accuracy in per cent
 *     iris class ratio = 1.7            ; another metric: a heading of a report
 */
#ifndef HARDROW_APP_SWEEP_H
#define HARDROW_APP_SWEEP_H

#include <stddef.h>

#include "app/runner.h"
#include "base/err.h"
#include "data/catalogue.h"
#include "track/track.h"
#include "train/settings.h"

/* A setting that is not for all runs, or that nothing stands above. */
struct sweep_override {
	const char *owner; /* for the runs of one of `methods` or `models`, a pointer from there; NULL: for all */
	const struct option_spec *spec;
	const char *value;
};

/* Names of one kind, each once; array and tree are owned, the names are not. */
struct sweep_names {
	const char **at;
	void *tree; /* of the same names, to find them: a tsearch() root */
	size_t count, capacity;
};

struct sweep {
	const char *name;
	char *source; /* the file's text; owned */
	size_t splits, record_splits;
	size_t shard, shards; /* only the runs of shard 0 .. shards - 1; shards 0: all */
	struct run_settings settings;
	struct sweep_names datasets, methods;
	bool has_all_methods;		  /* of the task */
	struct sweep_names models;	  /* of model_name(); none: the model of `settings` */
	struct sweep_override *overrides; /* own_count of them with an owner, sorted by it; then those for all */
	struct track_published *published;
	char **strings; /* everything the fields point into; owned */
	size_t own_count, override_count, published_count, string_count;
	size_t override_capacity, published_capacity, string_capacity;
};

/* ERR_INPUT with file and line for what cannot be read. */
MUST_CHECK enum err_code sweep_read(const char *path, struct sweep **ret_sweep, struct err *err);
void sweep_free(struct sweep *sweep);
void sweep_freep(struct sweep **sweep);

/* "KEY=VALUE": a setting for all runs, whatever the file says. ERR_INPUT: there is no such setting, or the value will
 * not do. */
MUST_CHECK enum err_code sweep_set(struct sweep *sweep, const char *assignment, struct err *err);

/* The settings of the runs of a method and a model: those of [settings], then the model's, then the method's, then
 * those of sweep_set(). */
struct sweep_pair {
	struct run_settings settings;
	char *mismatch; /* why the two do not go together; NULL: they do */
};

/* All of them, (models, methods). ERR_INPUT if a method goes with none of the models, or a model with none of the
 * methods. */
MUST_CHECK enum err_code sweep_compose(const struct sweep *sweep, struct sweep_pair **ret_pairs, struct err *err);
void sweep_free_pairs(const struct sweep *sweep, struct sweep_pair *pairs);

/* Splits of each data set: all folds of every split seed. */
size_t sweep_split_count(const struct sweep *sweep);

/* The settings of the data of split s = 0, 1, … */
struct data_settings sweep_data_settings(const struct sweep *sweep, size_t s);

/* Models to train each method with, at least 1. */
size_t sweep_model_count(const struct sweep *sweep);

struct sweep_result {
	size_t planned, already_done;
	struct runner_progress progress;
};

/* Does the runs that the file does not hold yet. A method that does not go with one of the models is a notice. A data
 * set that is not on this machine is a notice and its runs are left out; ERR_MISSING if none is here, or if one is not
 * and this is a shard: other machines would share the runs out otherwise. */
MUST_CHECK enum err_code sweep_run(const struct sweep *sweep, const char *database, const struct data_path *path,
				   size_t jobs, const struct track_environment *environment,
				   const struct runner_watch *watch, struct sweep_result *ret_result, struct err *err);

#endif
