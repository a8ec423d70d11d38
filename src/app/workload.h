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
	atomic_size_t begun;	  /* runs */
	atomic_size_t epochs;	  /* done by all */
	atomic_size_t at_work;	  /* threads that may begin another run */
	atomic_size_t elsewhere;  /* runs left to other processes */
	atomic_bool cancel;	  /* set with the first `failure` */
	pthread_mutex_t hand_out; /* guards what follows, and keeps the starts in the order of the plan */
	size_t next;		  /* the first that is not handed out */
	size_t claimed_to;	  /* those before it are claimed, or not ours */
	size_t batch;		  /* how many were claimed last, */
	double claimed_at;	  /* and when */
	enum track_claim *claims; /* (count) */
	struct err failure;	  /* why a run could not begin */
};

void workload_init(struct workload *workload);
void workload_done(struct workload *workload);

/* Whether nothing more is to be begun. */
bool workload_is_stopped(const struct workload *workload);

/* The next run that is this process's to train, NULL if there is none. hand_out is held. ERR_SYSTEM: the file cannot be
 * written. */
MUST_CHECK enum err_code workload_take(struct workload *workload, struct planned_run **ret_run, struct err *err);

#endif
