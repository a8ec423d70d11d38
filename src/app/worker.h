/* Private to app: a thread that trains planned runs, one after the other, and sends what comes out. */
#ifndef HARDROW_APP_WORKER_H
#define HARDROW_APP_WORKER_H

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>

#include "app/queue.h"
#include "app/runner.h"

/* What all workers share. */
struct workload {
	const struct planned_run *runs;
	size_t count;
	pthread_mutex_t hand_out; /* guards `next`, and keeps the starts in the order of the plan */
	size_t next;
	struct queue *news;	 /* to the writer */
	atomic_bool cancel;	 /* set by the writer when the file cannot be written */
	const atomic_bool *stop; /* Ctrl-C; may be NULL */
};

struct worker;

/* Starts the thread. It ends when no run is left or the work is stopped, with MESSAGE_LEAVE. */
MUST_CHECK enum err_code worker_start(struct workload *workload, struct worker **ret_worker, struct err *err);

/* Waits for the thread and frees it. Every message must have been sent home. Takes NULL. */
void worker_join(struct worker *worker);

#endif
