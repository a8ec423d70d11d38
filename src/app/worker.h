/* Private to app: a thread that trains planned runs, one after the other. */
#ifndef HARDROW_APP_WORKER_H
#define HARDROW_APP_WORKER_H

#include <pthread.h>

#include "app/workload.h"

/* Starts a thread that ends when no run is left or the work is stopped; the last one flushes the recorder. */
MUST_CHECK enum err_code worker_start(struct workload *workload, pthread_t *ret_thread, struct err *err);

#endif
