/* Private to record: what a recorder is, and what its threads hand to each other. */
#ifndef HARDROW_RECORD_RECORDER_STATE_H
#define HARDROW_RECORD_RECORDER_STATE_H

#include <pthread.h>

#include "record/recorder.h"

#define COMMIT_SECONDS 0.5   /* what waits for so long is written */
#define WRITE_SECONDS 0.1    /* a transaction is no longer */
#define WAL_SECONDS 1.0	     /* work that lasts longer goes to WAL */
#define HEARTBEAT_SECONDS 30 /* a sign of life of a process that has running runs and nothing to write */
#define TELL_SECONDS 5.0     /* so long a lock is waited for in silence */
#define GIVE_UP_SECONDS 2.0  /* and so long once the person wants to stop */

/* Bytes of records that may wait; every run may have two records at least, or one that is larger. Of a stranger's runs
 * in the second. */
#define BUDGET (size_t)(16 * 1024 * 1024)
#define BUDGET_APART (size_t)(2 * 1024 * 1024)

/* And of what the summaries of ended runs are made of. */
#define BUDGET_KEPT (size_t)(64 * 1024 * 1024)

enum message_kind { MESSAGE_BEGIN, MESSAGE_SETTLE, MESSAGE_EPOCH, MESSAGE_STATE, MESSAGE_END, MESSAGE_CALL };

/* One piece of news for the thread that writes. */
struct message {
	struct message *next;
	enum message_kind kind;
	struct recording *recording;
	struct epoch_record *record; /* MESSAGE_EPOCH; the message belongs to it and goes home with it */
	size_t bytes;		     /* that are counted for the record */
	struct message *made;	     /* the one made before it for the same recording */
	/* MESSAGE_BEGIN, MESSAGE_SETTLE: owned texts */
	char *settings, *key, *chosen;
	struct text state; /* MESSAGE_STATE; empty: forgotten for a newer one */
	size_t epoch;
	struct recording_end end;    /* MESSAGE_END */
	enum recorder_access access; /* MESSAGE_CALL */
	enum err_code (*work)(struct track *track, void *context, struct err *err);
	void *context;
	struct err *err; /* of the caller */
	bool is_answered;
};

struct recording {
	struct recorder *recorder;
	struct message end;
	struct recording *next; /* among those that ended */
	struct track_run run;
	struct recording_shape shape;
	void *tag;
	struct recorder_ended ended;
	/* Why nothing more of it is written; ERR_OK: it is. Set by the thread that writes, with the recorder's lock. */
	struct err refusal;
	size_t record_count, record_bytes; /* of its records: how many, and what they take in all */
	size_t last_bytes;		   /* of the one put last */
	size_t waiting;			   /* put, and not home yet; guarded by the recorder's lock */
	struct message *made;		   /* all of them, the newest first; of the recording's own thread */
	struct message *home;		   /* those that are not in use; guarded by the recorder's lock */
	/* The state that is written next, and the newest behind it; NULL: there is none. Likewise. */
	struct message *next_state, *last_state;
	pthread_cond_t came_home;
};

struct recorder {
	struct track *track;
	struct recorder_watch watch;
	char *path;
	pthread_t thread;
	pthread_mutex_t lock; /* guards all that follows */
	pthread_cond_t has_news, has_answer, has_ended;
	struct message *first, *last;
	struct recording *first_ended, *last_ended;
	double oldest; /* when the first that waits came */
	size_t waiting_bytes, record_bytes, kept_bytes, running;
	bool is_hasty, is_closing;
	bool sets_apart; /* recorder_set_apart() */
	size_t budget;
	double begun_at, committed_at;
	struct err failure;
	atomic_bool has_failed;
	_Atomic(double) locked_since; /* 0: the thread does not wait for a lock */
	pthread_t owner;	      /* the thread that opened the recorder, which is given the notices */
	bool has_told;		      /* about that lock; the owner's */
	double stop_seen_at;	      /* of the waiting thread; 0: not */
	bool is_finishing;	      /* all is written, the thread has ended */
};

/* The thread. */
void *recorder_write(void *recorder);

/* Hands a message to the thread; the lock is held. An urgent one comes before all that waits. */
void recorder_post(struct recorder *recorder, struct message *message);

/* A call that need not come behind what was handed in before. */
bool message_is_urgent(const struct message *message);

/* Waits for the condition, or for some seconds; the lock is held, but while the owner is told who is waited for. */
void recorder_await(struct recorder *recorder, pthread_cond_t *condition, double seconds);

void message_free(struct message *message);
void recording_free(struct recording *recording);

/* It is among those that ended: to be taken by recorder_take_ended(). The lock is held. */
void recorder_add_ended(struct recorder *recorder, struct recording *recording);

/* For pthread_cond_clockwait() on CLOCK_MONOTONIC. */
struct timespec recorder_deadline(double seconds);

#endif
