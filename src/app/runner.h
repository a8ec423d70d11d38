/* Runs planned trainings on several threads and hands what comes out to a recorder. */
#ifndef HARDROW_APP_RUNNER_H
#define HARDROW_APP_RUNNER_H

#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "record/recorder.h"
#include "train/recipe.h"

/* One run to do. Everything is borrowed. */
struct planned_run {
	struct recipe recipe;
	const char *method; /* the name it is recorded under */
	int64_t experiment_id, dataset_id, split_id;
	char key[FILE_SHA256_SIZE]; /* of what makes it: plan_key() sets it; "": none */
	int64_t resume_id;	    /* the interrupted run that goes on; 0: a new one */
	bool is_longer;		    /* resume_id had fewer epochs: settings and key are no longer those it has */
};

struct runner_progress {
	size_t runs, runs_ended; /* planned, ended here */
	size_t diverged, failed, interrupted;
	size_t doubtful;	     /* done, but no better than guessing: train/diagnosis.h */
	size_t elsewhere;	     /* done by other processes meanwhile */
	double epochs, epochs_ended; /* planned, done here or elsewhere */
	int64_t last_run_id;	     /* of the run that ended last; 0 at first */
};

/* How a caller follows and stops the work. All calls come from the thread that called. */
struct runner_watch {
	void *context;
	/* After every epoch and every run, and a few times a second in between; may be NULL. */
	void (*progress)(void *context, const struct runner_progress *progress);
	/* One line for the person; may be NULL. */
	void (*notice)(void *context, const char *line);
	/* The same for a run that diverged or failed; NULL: notice gets it. */
	void (*failure)(void *context, const char *line);
	/* A run's state is saved so often, and when it is interrupted; INFINITY: never. */
	double checkpoint_seconds;
	bool keeps_state; /* of runs that are done, too */
	/* Set (by a signal handler) to end cleanly: the epochs under way are finished and written, their runs marked
	 * 'interrupted'. May be NULL. */
	const atomic_bool *stop;
	void (*begins)(void); /* as in struct recorder_watch; when runner_execute() begins, too */
};

/* Runs of an experiment are claimed before they begin, so that several processes share them; what is interrupted and
 * has a state goes on. Ends when all runs are done, here or elsewhere: waits for those that other living processes
 * have, with a notice after some seconds, and takes over what they leave. Does the runs in order on `jobs` >= 1
 * threads, each with its environment->threads to share its work. A run that diverges or cannot start (failed, with
 * the reason) does not stop the others. ERR_INTERRUPTED if stopped. If the file cannot be written, what was committed
 * stays, and runner_close() says why. *ret_progress is set in every case. */
MUST_CHECK enum err_code runner_execute(struct recorder *recorder, struct planned_run *runs, size_t count, size_t jobs,
					const struct track_environment *environment, const struct runner_watch *watch,
					struct runner_progress *ret_progress, struct err *err);

/* The end of what runner_execute() was for, which returned `code` and its *err: closes the recorder. Returns its
 * failure if it has one, else `code`. */
MUST_CHECK enum err_code runner_close(struct recorder *recorder, enum err_code code, struct err *err);

#endif
