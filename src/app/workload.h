/* Private to app: the runs of a plan, handed out to the threads that train them. */
#ifndef HARDROW_APP_WORKLOAD_H
#define HARDROW_APP_WORKLOAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "app/runner.h"

struct workload {
	struct recorder *recorder;
	struct planned_run *runs;
	size_t count;
	const struct track_environment *environment;
	const struct runner_watch *watch;
	atomic_size_t begun;		/* runs */
	atomic_size_t epochs;		/* done by all threads */
	atomic_size_t at_work;		/* threads that may begin another run */
	atomic_size_t elsewhere;	/* runs that other processes did */
	atomic_size_t epochs_elsewhere; /* and their epochs */
	_Atomic(char *) news;		/* a line for the person: whoever takes it out frees it */
	atomic_bool cancel;		/* set with the first `failure` */
	pthread_mutex_t hand_out;	/* guards what follows, and keeps the starts in the order of the plan */
	size_t next;			/* the first that was not looked at in this round */
	size_t claimed_to;		/* those before it were claimed in this round, if they could be */
	size_t batch;			/* how many were claimed last, */
	double claimed_at;		/* and when */
	/* (count) TRACK_ELSEWHERE: still to be claimed; TRACK_CLAIMED: to be handed out; TRACK_IS_DONE: done by others,
	 * or handed out */
	enum track_claim *claims;
	int64_t *holders;     /* (count) who has those that are TRACK_ELSEWHERE */
	bool can_claim;	      /* one of those may be free */
	double waiting_since; /* for others; 0: it does not */
	struct err failure;   /* why a run could not begin */
};

/* recorder to watch are set; the runs are of one experiment, and shared with other processes, or of none. */
MUST_CHECK enum err_code workload_init(struct workload *workload, struct err *err);
void workload_done(struct workload *workload);

/* Whether nothing more is to be begun. */
bool workload_is_stopped(const struct workload *workload);

/* The next run that is this process's to train. While other living processes have runs of the plan it waits: what they
 * leave, because they end or die, is ours. NULL: all runs are handed out or done, or the work is stopped. hand_out is
 * held. ERR_SYSTEM: the file cannot be read or written. */
MUST_CHECK enum err_code workload_take(struct workload *workload, struct planned_run **ret_run, struct err *err);

/* Gives back what is claimed and not handed out, for others to train. Ignores errors: claims of dead processes are free
 * anyway. */
void workload_release(struct workload *workload);

#endif
