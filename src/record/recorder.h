/* The one way into the file: whoever has predictions, a trainer, an import or another program, begins a run, hands in
 * epochs and ends it.
 *
 *     recorder_open ─ recorder_begin ─▶ recording { next · put · settings · state · end } ─ recorder_take_ended ─ close
 *
 * A recorder owns the file's only writing connection and a thread that works on it. What is handed in waits in memory,
 * and goes into the file in short transactions: the write lock is held while rows are written, for WRITE_SECONDS at a
 * time, never while anybody trains. An epoch is in the file COMMIT_SECONDS after it was handed in at the latest, whole.
 * While another program keeps the file locked, everything goes on until the memory for what waits is used up.
 *
 * Work of less than a second is written with a rollback journal, which writes each page once; what lasts longer goes to
 * WAL, so that others can read while the file grows, but on a network file system: there a notice says so at the
 * beginning.
 *
 * Any thread may begin a recording, and make calls; a recording belongs to one thread at a time. All else is for the
 * thread that opened the recorder. */
#ifndef HARDROW_RECORD_RECORDER_H
#define HARDROW_RECORD_RECORDER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/state.h"
#include "base/text.h"
#include "track/track.h"

struct recorder;
struct recording;

/* How a caller follows and stops it. Borrowed; calls come from the thread that opened the recorder, while it waits. */
struct recorder_watch {
	void *context;
	void (*notice)(void *context, const char *line); /* one line for the person; may be NULL */
	/* Set (by a signal handler) to end the waiting for somebody else's lock, too; may be NULL. */
	const atomic_bool *stop;
	/* Before each run is begun, from whatever thread begins it: what ends the program now ought to set `stop`.
	 * Until then nothing is lost if it just ends. May be NULL. */
	void (*begins)(void);
};

/* Opens or creates the file, with NULL one that is gone with the recorder; waits while it is locked. ERR_INPUT:
 * `must_exist` and there is no such file. */
MUST_CHECK enum err_code recorder_open(const char *path, bool must_exist, const struct recorder_watch *watch,
				       struct recorder **ret_recorder, struct err *err);

/* Before any run, where they are a stranger's: what the file does not take of one fails that run alone, not all, which
 * costs some 20 us an epoch, and epochs that wait take 2 MB at most, or one a run: memory is the program's. */
void recorder_set_apart(struct recorder *recorder);

/* Writes what waits, ends the thread and leaves one plain file. All recordings must have ended. */
MUST_CHECK enum err_code recorder_close(struct recorder *recorder, struct err *err);

/* The same without leaving one plain file, for after an error; what was handed in is still written if it can be. Takes
 * NULL. */
void recorder_free(struct recorder *recorder);
void recorder_freep(struct recorder **recorder);

/* Work on the connection, in the recorder's thread; waits for it. RECORDER_READS: at once, of what is in the file, so
 * that nothing is committed for it. RECORDER_WRITES: behind all that was handed in before, in one transaction, which is
 * committed when this returns. RECORDER_WRITES_AT_ONCE: the same, but before what waits. */
enum recorder_access { RECORDER_READS, RECORDER_WRITES, RECORDER_WRITES_AT_ONCE };
MUST_CHECK enum err_code recorder_call(struct recorder *recorder, enum recorder_access access,
				       enum err_code (*work)(struct track *track, void *context, struct err *err),
				       void *context, struct err *err);

/* Shape of a run: n instances, k classes (0 of a regression), and of an epoch's matrices: how many, of how many numbers
 * in all. */
struct recording_shape {
	size_t instances, classes, matrices, values;
};

/* A new run, status 'running', or with run->resume an interrupted one that goes on. run_ids are in the order of
 * these calls. `run` may go afterwards, but not its environment and names. `tag` is the caller's. */
MUST_CHECK enum err_code recorder_begin(struct recorder *recorder, const struct track_run *run,
					const struct recording_shape *shape, void *tag,
					struct recording **ret_recording, struct err *err);

/* A run that cannot begin for the reason in *reason: is taken as ended, 'failed', and nothing of it is written. run_id:
 * what recorder_take_ended() says; 0: none. */
MUST_CHECK enum err_code recorder_refuse(struct recorder *recorder, int64_t run_id, void *tag, const struct err *reason,
					 struct err *err);

/* An empty record for the next epoch; waits for one while too much waits to be written. Filled, it goes to
 * recording_put(). ERR_SYSTEM: memory is short. ERR_INPUT: the run is not this process's any more: another one took it
 * up, or deleted it. It is to be ended; nothing more of it is written, and other runs go on. */
MUST_CHECK enum err_code recording_next(struct recording *recording, struct epoch_record **ret_record, struct err *err);
void recording_put(struct recording *recording, struct epoch_record *record);

/* No epoch will be put any more: waits until those that were are written, and lets go of the memory of all records,
 * also of one that recording_next() gave. */
void recording_drain(struct recording *recording);

/* ERR_INPUT: the run is lost as recording_next() says, or something of it could not be written; it is to be ended. */
MUST_CHECK enum err_code recording_check(const struct recording *recording, struct err *err);

/* The run's settings, key (NULL: it stays) and what was chosen, now that they are known. */
MUST_CHECK enum err_code recording_settle(struct recording *recording, const char *settings, const char *key,
					  const char *chosen, struct err *err);

/* All that the run needs to go on after `epoch`. Of those that wait to be written only the oldest and the newest are
 * kept. Takes the bytes over. */
MUST_CHECK enum err_code recording_save_state(struct recording *recording, struct text *bytes, size_t epoch,
					      struct err *err);

/* The same of an object's state. A large one is never in memory as bytes: it is written, behind all that waits, before
 * the call returns. ERR_INPUT: another process took the run up or deleted it. */
MUST_CHECK enum err_code recording_write_state(struct recording *recording, size_t epoch, state_list *list,
					       void *object, struct err *err);

struct recording_end {
	enum track_status status;
	char reason[256]; /* why it is not done; may be empty */
	/* Made as they are written, of what stays until the run is taken as ended. count 0: none. */
	struct track_summaries summaries;
	/* What they are made of if it is the recorder's to free: let_go(kept). NULL: it is not. It takes about so many
	 * bytes: while others' takes too much, recording_next() waits. */
	void *kept;
	void (*let_go)(void *kept);
	size_t kept_bytes;
	bool keeps_state; /* so that it can be trained further */
};

/* The last call about a recording but recorder_take_ended(). */
void recording_end(struct recording *recording, const struct recording_end *end);

/* The end of a run that has failed, or was interrupted, for the reason in *err. */
void recording_end_failed(struct recording_end *end, const struct err *err);

/* The end of the recorder's only run, which was made in one go: with `code` other than ERR_OK it has failed for the
 * reason in *err. Waits until it is in the file (or cannot get there: recorder_failed), and returns `code`, or
 * ERR_INPUT as recording_next(). */
MUST_CHECK enum err_code recording_finish(struct recording *recording, struct recording_end *end, enum err_code code,
					  int64_t *ret_run_id, struct err *err);

/* What is left of a run whose end is in the file (or cannot get there: recorder_failed). */
struct recorder_ended {
	void *tag;
	int64_t run_id; /* 0: it never got into the file */
	enum track_status status;
	char reason[256];
};

/* The next ended run; waits for up to `seconds` for one. False: there was none. */
bool recorder_take_ended(struct recorder *recorder, double seconds, struct recorder_ended *ret_ended);

/* Nothing more will come for a while: what waits is written now. */
void recorder_flush(struct recorder *recorder);

/* Whether something could not be written: nothing more will be, so that training on makes no sense. From any thread. */
bool recorder_failed(const struct recorder *recorder);

/* The same with the reason. */
MUST_CHECK enum err_code recorder_check(const struct recorder *recorder, struct err *err);

#endif
