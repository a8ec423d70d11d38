/* Private to app: a thread that trains planned runs, one after the other. */
#ifndef HARDROW_APP_WORKER_H
#define HARDROW_APP_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "app/runner.h"

/* What all workers share. */
struct workload {
	struct recorder *recorder;
	const struct planned_run *runs;
	size_t count;
	const struct track_environment *environment;
	const atomic_bool *stop;  /* Ctrl-C; may be NULL */
	pthread_mutex_t hand_out; /* guards `next`, and keeps the starts in the order of the plan */
	size_t next;		  /* the first that is not begun */
	atomic_size_t epochs;	  /* done by all */
	atomic_size_t at_work;	  /* workers that may begin another run */
	atomic_bool cancel;	  /* set with the first `failure` */
	struct err failure;	  /* why a run could not begin; guarded by hand_out */
};

/* Starts a thread that ends when no run is left or the work is stopped; the last one flushes the recorder. */
MUST_CHECK enum err_code worker_start(struct workload *workload, pthread_t *ret_thread, struct err *err);

#endif
