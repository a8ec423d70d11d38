/* The tracker: experiments, data sets, splits, runs and epochs into and out of one SQLite file. No maths.
 *
 * A tracker and all its calls belong to one thread at a time. Everything is written inside transactions that
 * track_begin() opens, the calls that write too: what a call has put is on disk after the next commit. */
#ifndef HARDROW_TRACK_TRACK_H
#define HARDROW_TRACK_TRACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/text.h"
#include "db/db.h"
#include "db/measures.h"
#include "track/epoch_record.h"

struct track;

/* Opens or creates the file for writing, or (NULL) one that is gone with the tracker (db_open_scratch); `wait` says how
 * it waits while the file is locked (NULL: 10 s). Runs left 'running' by dead processes become 'interrupted', their
 * claims are free. */
MUST_CHECK enum err_code track_open(const char *path, const struct db_wait *wait, struct track **ret_track,
				    struct err *err);
void track_set_wait(struct track *track, const struct db_wait *wait);

/* The clean end: commits, and leaves one plain file. */
MUST_CHECK enum err_code track_close(struct track *track, struct err *err);

/* Drops what is not committed. Takes NULL. */
void track_free(struct track *track);
void track_freep(struct track **track);

/* Its connection, for db_interrupt(). */
struct db *track_db(struct track *track);

/* Opens a transaction if none is open; commits or drops the one that is. A commit is a sign of life of the process. */
MUST_CHECK enum err_code track_begin(struct track *track, struct err *err);
MUST_CHECK enum err_code track_commit(struct track *track, struct err *err);
void track_rollback(struct track *track);

/* What is written behind a mark may be taken back, and the transaction goes on without it; or is kept. */
MUST_CHECK enum err_code track_mark(struct track *track, struct err *err);
MUST_CHECK enum err_code track_keep(struct track *track, struct err *err);
MUST_CHECK enum err_code track_take_back(struct track *track, struct err *err);

/* WAL from here on, so that others can read while the file grows; not on a network file system, and later if somebody
 * keeps the file locked right now. Between transactions. */
MUST_CHECK enum err_code track_use_wal(struct track *track, struct err *err);

/* A data set: n instances, d features, k classes. All borrowed. */
struct track_dataset {
	const char *name, *sha256, *label, *missing;
	const char *origin; /* sha256 of the file that was read, whatever was made of it */
	size_t instances, features, classes;
	const double *x;			       /* (n, d), NULL for imported runs without a data file */
	const uint32_t *y, *instance_id, *source_line; /* (n) */
	const char *const *instance_key;	       /* (n) or NULL */
	const double *target;	    /* (n) of a regression, whose classes are bins of it; NULL: of a classification */
	char *const *feature_names; /* (d) */
	const uint32_t *level_at; /* (d) where in its name the text begins that the feature stands for; 0, NULL: none */
	char *const *class_names; /* (k) */
	const uint32_t *subclass; /* (n) index of subclass_names, or NULL */
	char *const *subclass_names;
	const uint32_t *flipped_from; /* (n) class before the label was made wrong, k or more: it was not; or NULL */
};

/* Finds the data set (name, sha256, label, missing) or writes it with its classes, instances and the names of its
 * features; with their numbers if an instance's take 2048 bytes at most. */
MUST_CHECK enum err_code track_put_dataset(struct track *track, const struct track_dataset *dataset, int64_t *ret_id,
					   struct err *err);

struct track_split {
	int64_t dataset_id;
	uint64_t seed;
	double test_fraction;
	bool stratified;
	size_t folds, fold; /* folds 0: not one of folds */
	bool given;	    /* the test part came with the data set */
	size_t instances, classes;
	const uint8_t *is_test;			  /* (n) 0 trains, 1 tests, 2 neither: db/part.h */
	const char *sha256;			  /* of is_test: another mask is another split */
	const uint32_t *train_class, *test_class; /* (k) instances of each class */
};

/* Finds or writes it. */
MUST_CHECK enum err_code track_put_split(struct track *track, const struct track_split *split, int64_t *ret_id,
					 struct err *err);

struct track_published {
	const char *method, *dataset, *metric, *source;
	double value; /* as printed: per cent, or a ratio */
};

struct track_experiment {
	const char *name, *source; /* source: the text of the sweep file */
	size_t dataset_count, method_count, published_count;
	const char *const *datasets, *const *titles; /* (dataset_count) */
	const char *const *methods;		     /* (method_count) */
	const struct track_published *published;     /* (published_count) */
};

/* Writes it, or replaces the lists of the experiment of that name. */
MUST_CHECK enum err_code track_put_experiment(struct track *track, const struct track_experiment *experiment,
					      int64_t *ret_id, struct err *err);

/* Where and how a program ran. */
struct track_environment {
	const char *version, *git_commit /* or NULL */, *blas, *compiler, *host, *argv /* JSON array */;
	int blas_threads; /* of OpenBLAS's own */
	int threads;	  /* that shared a run's work */
	int64_t pid;
	const char *run_name, *note; /* people's, of the runs that begin; or NULL */
};

/* How an interrupted run goes on after the epoch of its state: what is newer goes. */
struct track_resume {
	int64_t run_id; /* 0: it is a new run */
	size_t epoch;
	/* Whether a run that was not interrupted would have recorded that epoch's instances and weights. */
	bool keeps_blocks, keeps_weights;
};

struct track_run {
	int64_t experiment_id; /* 0: none */
	int64_t dataset_id, split_id;
	const char *model, *method, *settings; /* settings: canonical JSON */
	const char *key;       /* sha256 of what makes it; NULL: nothing in this file can make it again */
	int64_t source_run_id; /* whose weights were adjusted; 0: none */
	const char *chosen;    /* JSON: what cross-validation chose; NULL: nothing */
	struct track_resume resume;
	uint64_t seed;
	const struct track_environment *environment;
};

/* What a process may do about a planned run of an experiment: `run` has its experiment, data set, split, model, method,
 * settings and key. */
enum track_claim {
	TRACK_CLAIMED,	 /* train it; until it begins nobody else will */
	TRACK_IS_DONE,	 /* done or diverged, and the newest in its place in the reports */
	TRACK_ELSEWHERE, /* another living process has claimed it or trains it */
};

/* Runs of older versions have no key: whether there are any; gives those with all the settings of this run its key. */
MUST_CHECK enum err_code track_has_keyless_runs(struct track *track, int64_t experiment_id, bool *ret_has,
						struct err *err);
MUST_CHECK enum err_code track_key_old_runs(struct track *track, const struct track_run *run, struct err *err);

/* Whether it is TRACK_IS_DONE. */
MUST_CHECK enum err_code track_has_run(struct track *track, const struct track_run *run, bool *ret_has,
				       struct err *err);

/* *ret_resume_id: an interrupted run of the same key that can go on; 0: there is none. */
MUST_CHECK enum err_code track_claim_run(struct track *track, const struct track_run *run, enum track_claim *ret_claim,
					 int64_t *ret_resume_id, struct err *err);

/* What track_claim_run() would answer, without writing anything: TRACK_CLAIMED if it could be claimed. Processes are
 * taken for alive (track_has_dead). *ret_holder: of TRACK_ELSEWHERE, who has it (track_append_writer). */
MUST_CHECK enum err_code track_look_at_run(struct track *track, const struct track_run *run,
					   enum track_claim *ret_claim, int64_t *ret_holder, struct err *err);

/* Whether a dead process has left runs or claims; the next track_claim_run() frees them. */
MUST_CHECK enum err_code track_has_dead(struct track *track, bool *ret_has, struct err *err);

/* Appends "process 4711 on HOST". */
MUST_CHECK enum err_code track_append_writer(struct track *track, int64_t writer_id, struct text *text,
					     struct err *err);

/* ERR_INPUT: the run is gone, or another process has it: this one was silent for long, see db/dead.h. */
MUST_CHECK enum err_code track_check_mine(struct track *track, int64_t run_id, struct err *err);

/* Gives back what this process has claimed and not begun. */
MUST_CHECK enum err_code track_release_claims(struct track *track, struct err *err);

/* A new run, status 'running'; or run->resume goes on. Its claim, if it has one, is done with. ERR_INPUT: run->resume
 * is running, or has no state of that epoch any more; nothing is written. */
MUST_CHECK enum err_code track_start_run(struct track *track, const struct track_run *run, int64_t *ret_run_id,
					 struct err *err);

/* Settings, key and what cross-validation chose, known only now; a NULL key stays as it is. */
MUST_CHECK enum err_code track_settle_run(struct track *track, int64_t run_id, const char *settings, const char *key,
					  const char *chosen, struct err *err);

/* All that the run needs to go on after `epoch`, in place of what was kept before. */
MUST_CHECK enum err_code track_put_state(struct track *track, int64_t run_id, size_t epoch, const void *bytes,
					 size_t length, struct err *err);

MUST_CHECK enum err_code track_put_epoch(struct track *track, int64_t run_id, const struct epoch_record *record,
					 struct err *err);

/* One instance of instance_summary. */
struct track_summary {
	const char *class_name, *predicted;
	uint32_t instance_id;
	uint8_t part;		       /* as in the split's mask */
	bool has_later;		       /* false: of an older version, which knew those of MEASURES_FIRST only */
	double measure[MEASURE_COUNT]; /* NAN: not known */
};

/* `count` summaries in the order of their ids; row() sets number i, when it is its turn. */
struct track_summaries {
	size_t count;
	void (*row)(const void *context, size_t i, struct track_summary *ret_summary);
	const void *context;
};

MUST_CHECK enum err_code track_put_summaries(struct track *track, int64_t run_id,
					     const struct track_summaries *summaries, struct err *err);

/* Of these only the measures that rows of older versions lack, into the rows that are there. */
MUST_CHECK enum err_code track_put_measures(struct track *track, int64_t run_id,
					    const struct track_summaries *summaries, struct err *err);

enum track_status { TRACK_DONE, TRACK_DIVERGED, TRACK_FAILED, TRACK_INTERRUPTED };

/* `message` says why, NULL for done. The state of a run that is done goes unless `keeps_state`. */
MUST_CHECK enum err_code track_finish_run(struct track *track, int64_t run_id, enum track_status status,
					  const char *message, bool keeps_state, struct err *err);

/* How many instance-epochs of the run are recorded. ERR_INPUT: no such run. */
MUST_CHECK enum err_code track_count_dynamics(struct track *track, int64_t run_id, int64_t *ret_rows, struct err *err);

/* Writes them as rows of dynamics_rows, replacing the run's rows there, in one transaction. */
MUST_CHECK enum err_code track_materialize(struct track *track, int64_t run_id, struct err *err);

#endif
