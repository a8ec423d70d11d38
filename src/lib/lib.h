/* Private to lib: what stands behind the handles of hardrow.h. */
#ifndef HARDROW_LIB_LIB_H
#define HARDROW_LIB_LIB_H

#include <hardrow.h>
#include <locale.h>
#include <pthread.h>
#include <sys/types.h>

#include "base/file.h"
#include "rebalance/logged.h"
#include "rebalance/weighting.h"
#include "record/epoch.h"
#include "record/recorder.h"

#define LIB_MOST_EPOCHS 1000000000

struct hardrow_tracker {
	pid_t pid; /* of who opened it */
	struct recorder *recorder;
	struct track_environment environment;
	char host[256];
	hardrow_tracker_options options;
	/* Calls of a recorder that belong to one thread come from several here. It guards what follows, too. */
	pthread_mutex_t lock;
	struct hardrow_run *runs; /* under way */
};

struct hardrow_dataset {
	pid_t pid;
	struct hardrow_tracker *tracker;
	int64_t dataset_id, split_id;
	char sha256[FILE_SHA256_SIZE], mask_sha256[FILE_SHA256_SIZE];
	struct instances instances; /* points to what follows */
	char **class_names;	    /* (k) */
	char **keys;		    /* (n) or NULL */
	uint32_t *places;	    /* (place_count) hash table of positions + 1 by key, if there are keys; 0: free */
	size_t place_count;	    /* a power of 2 */
	bool has_ids;		    /* instance_id are not 0 .. n-1 */
	uint32_t *y, *instance_id;  /* (n) */
	double *target;		    /* (n) of a regression, else NULL */
	uint8_t *is_test;	    /* (n) */
	uint32_t *index;	    /* (n) positions of the training part, then of the test part */
	uint32_t *class_count;	    /* (2 k) of both */
};

/* A matrix that waits for the end of its epoch. */
struct logged_matrix {
	struct logged_matrix *next;
	char *name;
	size_t layer, rows, cols;
	double *value;
};

struct hardrow_run {
	struct hardrow_run *next; /* of the tracker */
	pid_t pid;
	struct hardrow_tracker *tracker; /* NULL: it was closed, the run is over */
	const struct hardrow_dataset *dataset;
	char *model, *method, *argv;
	struct track_environment environment;
	struct recording *recording;
	bool has_ended; /* its end is in the file, or cannot get there */
	struct recorder_ended ended;
	struct epoch_record *record; /* of the epoch under way; NULL: nothing was logged yet */
	bool is_open;		     /* it has room for the predictions */
	struct logged *logged;
	struct weighting *weighting;
	uint64_t seed;
	struct sampler_work work; /* made by the first draw */
	uint32_t *draws;	  /* (n) of the epoch under way; NULL: none were ever logged */
	bool has_draws;
	struct logged_matrix *matrices; /* the newest first */
	size_t epochs, number;		/* how many have ended; the number of the last */
	double begun_at;		/* clock_seconds() of the epoch under way */
};

/* Fills *error (which may be NULL) from *err and returns the code that hardrow.h has for it. */
int lib_fail(const struct err *err, hardrow_error *error);

/* ERR_INPUT: `pid` is another process: this one is its child. */
MUST_CHECK enum err_code lib_check_process(pid_t pid, struct err *err);

/* A struct of the caller's, which may be of an older version and shorter, or of a newer one and longer; what it lacks
 * is 0. ERR_INPUT: its size cannot be, or it has fields that this version does not know and that are not 0. */
MUST_CHECK enum err_code lib_take_options(const void *options, void *ret_options, size_t size, const char *name,
					  struct err *err);

/* The position of an instance; `at`: which of those that the caller named. ERR_INPUT: there is none. */
struct lib_names {
	const int64_t *ids;
	const char *const *keys;
};
MUST_CHECK enum err_code lib_find(const struct hardrow_dataset *dataset, const struct lib_names *names, size_t at,
				  uint32_t *ret_position, struct err *err);

/* ERR_INPUT: somebody has deleted it from the file. */
MUST_CHECK enum err_code lib_check_dataset(const struct hardrow_dataset *dataset, struct err *err);

/* ERR_INPUT: both are given, not those that the data set has, or of neither more than n. */
MUST_CHECK enum err_code lib_check_names(const struct hardrow_dataset *dataset, const struct lib_names *names,
					 size_t count, struct err *err);

/* What the options of a run say; ERR_INPUT if it will not do. */
MUST_CHECK enum err_code lib_find_sampler(const hardrow_run_options *options, bool is_regression,
					  const struct sampler **ret_sampler, struct err *err);
MUST_CHECK enum err_code lib_read_difficulty(const hardrow_run_options *options,
					     struct difficulty_settings *ret_difficulty, struct err *err);

/* run.settings: what the run's numbers go by, and behind it the settings of the caller. */
MUST_CHECK enum err_code lib_write_settings(struct hardrow_tracker *tracker, const hardrow_run_options *options,
					    const struct sampler *sampler, const struct difficulty_settings *difficulty,
					    struct text *ret_settings, struct err *err);

/* Until the scope ends this thread reads and writes numbers with points, whatever the locale of the host is:
 *     AUTO(lib_speak_again) locale_t host = lib_speak_c(); */
locale_t lib_speak_c(void);
void lib_speak_again(locale_t *host);

/* The record of the epoch under way, made if there is none. */
MUST_CHECK enum err_code lib_open_epoch(struct hardrow_run *run, struct err *err);

/* Ends the recording, and waits until that is in the file; takes the run off its tracker, whose lock is held. */
void lib_end_run(struct hardrow_run *run, struct recording_end *end);

/* ERR_INPUT: a forked child, the tracker was closed, or the run is lost (recording_check). ERR_SYSTEM: nothing can be
 * written any more. */
MUST_CHECK enum err_code lib_check_run(const struct hardrow_run *run, struct err *err);

/* The matrices of the epoch under way. */
void lib_drop_matrices(struct hardrow_run *run);

void lib_free_run(struct hardrow_run *run);
void lib_free_runp(struct hardrow_run **run);

#endif
