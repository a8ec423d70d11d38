/* Sweeps: data sets x methods x splits, declared in one ini file.
 *
 *     [sweep]
 *     name = table4                     ; the experiment's name in the file
 *     datasets = iris, wine             ; catalogue names or paths; the rows of the table
 *     methods = base, difficulty, mine  ; the columns
 *     splits = 50                       ; split s = 0, 1, … uses split-seed and seed s (plus those of [settings])
 *     record_splits = 1                 ; so many splits are recorded in full, the others their last epoch
 *
 *     [settings]                        ; any option of `hardrow train`, for all runs
 *     epochs = 100
 *
 *     [method mine]                     ; after [settings]: a method of its own name, with settings of its own
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

struct sweep_method {
	const char *name;
	struct run_settings settings;
};

struct sweep {
	const char *name;
	char *source; /* the file's text; owned */
	size_t splits, record_splits;
	struct run_settings settings;
	size_t dataset_count, method_count, published_count;
	const char **datasets;
	struct sweep_method *methods;
	struct track_published *published;
	char **strings; /* everything the fields point into; owned */
	size_t string_count;
	size_t string_capacity, dataset_capacity, method_capacity, published_capacity;
};

/* ERR_INPUT with file and line for what cannot be read. */
MUST_CHECK enum err_code sweep_read(const char *path, struct sweep **ret_sweep, struct err *err);
void sweep_free(struct sweep *sweep);
void sweep_freep(struct sweep **sweep);

struct sweep_result {
	size_t planned, already_done;
	struct runner_progress progress;
};

/* Does the runs that the file does not hold yet. A data set that is not on this machine is a notice and its runs are
 * left out; ERR_MISSING if none is here. */
MUST_CHECK enum err_code sweep_run(const struct sweep *sweep, const char *database, const struct data_path *path,
				   size_t jobs, const struct track_environment *environment,
				   const struct runner_watch *watch, struct sweep_result *ret_result, struct err *err);

#endif
