/* libhardrow: records what any trainer predicts for every instance at every epoch into a hardrow file, and says what
 * each instance should weigh in the next epoch.
 *
 *     hardrow_open ─ hardrow_put_dataset ─ hardrow_begin ─▶ { log · log_draws · log_series · log_matrix · end_epoch
 *                                                             · weights · draw } ─ hardrow_finish ─ hardrow_close
 *
 * Every call that can fail returns 0 (HARDROW_OK) or an error code, and fills `error` with one line of text if it is
 * not NULL; outputs stay untouched then. No call exits, prints, raises a signal, or changes the locale or the number
 * of threads of anybody. What a call takes is borrowed for the call; what it gives is said below.
 *
 * Structs begin with their own size: set `size` to sizeof of the struct and everything that is not wanted to 0, so
 * that later versions can add fields at the end.
 *
 * Threads: calls about one run come from one thread at a time; different runs may have different threads. A tracker
 * has a thread of its own, which writes: logging waits for the disk only if much is waiting to be written.
 * Fork: what is opened belongs to the process that opened it. In a child its handles are refused with HARDROW_INPUT,
 * and letting go of them (hardrow_close, hardrow_finish, hardrow_dataset_free) does nothing. A child must not open a
 * file that was open when it was forked: SQLite would take the locks of its parent for its own, and the child would
 * lose what it logs. If the process dies, what was logged until a second before is in the file, in whole epochs, and
 * the run is 'interrupted'.
 *
 * Shapes: n instances, k classes, N of the instances train. */
#ifndef HARDROW_H
#define HARDROW_H

#include <stddef.h>
#include <stdint.h>

#if defined __GNUC__
#define HARDROW_API __attribute__((visibility("default")))
#else
#define HARDROW_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define HARDROW_OK 0
#define HARDROW_INPUT 1	  /* what the caller gave will not do */
#define HARDROW_FOREIGN 3 /* the file is another program's, or of a newer version */
#define HARDROW_SYSTEM 4  /* memory, disk, a failed call */

#define HARDROW_MESSAGE_SIZE 1024

typedef struct hardrow_error {
	int code;
	char message[HARDROW_MESSAGE_SIZE]; /* one line, UTF-8 */
} hardrow_error;

typedef struct hardrow_tracker hardrow_tracker; /* an open file */
typedef struct hardrow_dataset hardrow_dataset; /* a data set and its two parts */
typedef struct hardrow_run hardrow_run;		/* a run under way */

/* "0.1.0". Static. */
HARDROW_API const char *hardrow_version(void);

/* The version and source id of the SQLite that it uses ("3.40.1 2022-12-28 …"). Another copy of SQLite in the same
 * process would lose locks that this one holds on the same file. Static. */
HARDROW_API const char *hardrow_sqlite(void);

typedef struct hardrow_tracker_options {
	size_t size;
	/* What a person ought to know, one line: that somebody keeps the file locked. Called from calls of this
	 * library. May be NULL. */
	void (*notice)(void *context, const char *line);
	void *context;
} hardrow_tracker_options;

/* Opens the file for writing, or creates it; an older one is upgraded (a copy stays beside it). Waits while it is
 * locked. options may be NULL. *ret_tracker is ended by hardrow_close(). */
HARDROW_API int hardrow_open(const char *path, const hardrow_tracker_options *options, hardrow_tracker **ret_tracker,
			     hardrow_error *error);

/* Waits until everything is in the file, and leaves one plain file. Runs that were not finished end as 'interrupted',
 * and their handles are no longer good for anything but hardrow_finish(). Always ends the tracker. Takes NULL. */
HARDROW_API int hardrow_close(hardrow_tracker *tracker, hardrow_error *error);

/* Waits until all epochs that were ended are in the file, committed. */
HARDROW_API int hardrow_sync(hardrow_tracker *tracker, hardrow_error *error);

/* A data set of a classification, or with `target` of a regression. */
typedef struct hardrow_dataset_options {
	size_t size;
	const char *name;
	size_t instances;		/* n >= 1 */
	size_t classes;			/* k, 2 to 65535; of a regression 0 */
	const uint32_t *labels;		/* (n) class of each, 0 .. k-1 */
	const char *const *class_names; /* (k) or NULL: "0", "1", … */
	/* What instances are called: at most one of the two. Numbers ascend, from 0 to 4294967294; texts are all
	 * different. Both NULL: 0 .. n-1. */
	const int64_t *ids;	 /* (n) */
	const char *const *keys; /* (n) */
	const uint8_t *test;	 /* (n) 1: of the test part, 0: it trains; NULL: all train */
	/* Optional. */
	size_t features;		  /* d */
	const double *x;		  /* (n, d) row-major, or NULL */
	const char *const *feature_names; /* (d) or NULL: x1, x2, … */
	/* A regression: without labels and class_names. Bins of the target stand for classes: samplers go by their
	 * sizes, and reports by bin. */
	const double *target;	 /* (n) from -1e30 to 1e30 */
	const char *target_bins; /* "12", "width:0.5", as 'hardrow help train' says; NULL: "auto" */
} hardrow_dataset_options;

/* Finds the data set and its split in the file or writes them: it is told by its name and its content. *ret_dataset is
 * freed by hardrow_dataset_free(), after the runs on it have ended. */
HARDROW_API int hardrow_put_dataset(hardrow_tracker *tracker, const hardrow_dataset_options *options,
				    hardrow_dataset **ret_dataset, hardrow_error *error);
/* Takes NULL. */
HARDROW_API void hardrow_dataset_free(hardrow_dataset *dataset);

typedef struct hardrow_run_options {
	size_t size;
	const char *model;    /* what is trained, as "resnet32" */
	const char *method;   /* how; NULL: what 'hardrow methods' calls the sampler, as "difficulty" multinomial, or
			       * "logged" without one */
	const char *settings; /* JSON object of numbers, texts and booleans, for people; NULL: none */
	const char *argv;     /* JSON array of texts, or NULL */
	uint64_t seed;	      /* of hardrow_draw(), and recorded */
	/* What weights of instances go by, as 'hardrow methods' has them: any sampler that needs predictions and
	 * classes only. NULL: "multinomial", by instance difficulty. */
	const char *sampler;
	size_t epochs;	   /* that there will be in all, for samplers that go by it; 0: not known */
	double prior;	   /* c of the difficulty, from 1e-20; 0: 1 */
	double floor;	   /* of probabilities in it, from 1e-37 to 0.1; 0: 1e-12 */
	int per_epoch;	   /* 1: the difficulty of the last epoch alone */
	size_t el2n_epoch; /* of which epoch EL2N is; 0: 3 */
} hardrow_run_options;

/* Begins a run, 'running' from now on. Both handles must outlive it. options may be NULL. *ret_run is ended by
 * hardrow_finish(). */
HARDROW_API int hardrow_begin(hardrow_tracker *tracker, const hardrow_dataset *dataset,
			      const hardrow_run_options *options, hardrow_run **ret_run, hardrow_error *error);

/* HARDROW_NUMBERS: of a regression, one a row, in the unit of the target. The others are of classes, one number each.
 */
enum hardrow_kind { HARDROW_PROBABILITIES, HARDROW_LOG_PROBABILITIES, HARDROW_LOGITS, HARDROW_NUMBERS };
enum hardrow_type { HARDROW_FLOAT32, HARDROW_FLOAT64 };

/* Some rows of predictions: entry (r, c) is at values + r * row_stride + c * column_stride bytes. */
typedef struct hardrow_predictions {
	size_t size;
	const void *values;
	int type; /* enum hardrow_type */
	int kind; /* enum hardrow_kind */
	size_t rows;
	ptrdiff_t row_stride, column_stride; /* bytes; both 0: row by row without gaps */
	/* Whose they are, (rows) as in the data set; both NULL: of the first instances. */
	const int64_t *ids;
	const char *const *keys;
} hardrow_predictions;

/* Predictions of this epoch, in any order and in as many calls as wanted; later ones of an instance replace earlier
 * ones. Probabilities sum to 1 within 0.001. HARDROW_INPUT: a value is not a number, or an instance is not there; rows
 * before it may have been taken. */
HARDROW_API int hardrow_log(hardrow_run *run, const hardrow_predictions *predictions, hardrow_error *error);

/* Whom the trainer drew in this epoch, one entry for each draw; ids or keys (count). Calls add up. Without a call the
 * draws of the epoch are not known. HARDROW_INPUT: an instance is not there; none of the draws counts. */
HARDROW_API int hardrow_log_draws(hardrow_run *run, const int64_t *ids, const char *const *keys, size_t count,
				  hardrow_error *error);

/* Numbers of the trainer's own, as its loss of each row, into the view instance_series: float32; ids or keys (count),
 * both NULL: of the first instances. Later ones replace earlier ones of the epoch. */
HARDROW_API int hardrow_log_series(hardrow_run *run, const char *name, const int64_t *ids, const char *const *keys,
				   const double *values, size_t count, hardrow_error *error);

/* A matrix of the model after this epoch, (rows, cols) row-major, into the view weights. */
HARDROW_API int hardrow_log_matrix(hardrow_run *run, size_t layer, const char *name, size_t rows, size_t cols,
				   const double *values, hardrow_error *error);

typedef struct hardrow_epoch_options {
	size_t size;
	uint64_t number; /* above the last; 0: one more than the last */
	/* 1: who was not predicted in this epoch keeps his last predictions, as if they had been made again. 0: he has
	 * none, his difficulty stays, and the epoch says how many were seen. */
	int carry;
} hardrow_epoch_options;

/* Closes the epoch: du, dl, difficulty, metrics and the weights of the next. It is in the file within a second, whole.
 * options may be NULL. HARDROW_INPUT: nobody was predicted. */
HARDROW_API int hardrow_end_epoch(hardrow_run *run, const hardrow_epoch_options *options, hardrow_error *error);

/* (n) of the next epoch, mean 1 over the training part (0 if the sampler draws nobody), NaN in the test part; before
 * the first end of an epoch those of epoch 1. (n) difficulty D, 1 before the first. Valid until the next end of an
 * epoch, owned by the run. */
HARDROW_API const double *hardrow_weights(const hardrow_run *run);
HARDROW_API const double *hardrow_difficulty(const hardrow_run *run);

/* Draws of the next epoch by the sampler, as positions 0 .. n-1: *ret_count of them, at most `room`, for which
 * hardrow_most_draws() is enough. The same seed draws the same. */
HARDROW_API size_t hardrow_most_draws(const hardrow_run *run);
HARDROW_API int hardrow_draw(hardrow_run *run, uint32_t *ret_positions, size_t room, size_t *ret_count,
			     hardrow_error *error);

enum hardrow_status { HARDROW_DONE, HARDROW_DIVERGED, HARDROW_FAILED, HARDROW_INTERRUPTED };

/* Ends the run, and waits until it is in the file. An epoch that was not ended is left out. `reason` says why it is not
 * done, or NULL. *ret_run_id, if not NULL: its number in the file. Always frees the handle. Takes NULL. */
HARDROW_API int hardrow_finish(hardrow_run *run, int status, const char *reason, int64_t *ret_run_id,
			       hardrow_error *error);

#ifdef __cplusplus
}
#endif

#endif
