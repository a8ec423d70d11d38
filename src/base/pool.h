/* Threads that share the pieces of a piece of work with the thread that has it.
 *
 * Who does which piece is chance: results are the same for any number of threads if what a piece computes depends on
 * its number alone. Pieces are therefore cut by the size of the work, never by the number of threads. */
#ifndef HARDROW_BASE_POOL_H
#define HARDROW_BASE_POOL_H

#include <stddef.h>

#include "base/err.h"

struct pool;

/* `threads` >= 1 with the caller's own: one starts none. What cannot be started is done without. */
MUST_CHECK enum err_code pool_create(size_t threads, struct pool **ret_pool, struct err *err);
void pool_free(struct pool *pool);
void pool_freep(struct pool **pool);

/* With the caller's; 1 of NULL. */
size_t pool_threads(const struct pool *pool);

/* Calls work(context, piece, thread) once for each piece 0 .. pieces - 1, on any of the threads, in any order, and
 * returns when all are done. Each thread begins with as many neighbouring pieces as every other. `thread` is below
 * pool_threads(), and no two pieces have the same at the same time. NULL, or a single piece: the caller does all, as
 * thread 0. One call at a time: `work` must not call it on the same pool. */
typedef void pool_work(void *context, size_t piece, size_t thread);
void pool_run(struct pool *pool, size_t pieces, pool_work *work, void *context);

/* The processors that this process may run on, at least 1. */
size_t pool_processors(void);

/* Those that nobody uses at this moment, as the system says; at least 1. */
size_t pool_free_processors(void);

#endif
