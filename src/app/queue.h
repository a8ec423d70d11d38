/* Messages from the threads that train to the one that owns the file.
 *
 * A bounded queue: a sender waits while it is full, so memory stays flat when the disk is slower than the training. */
#ifndef HARDROW_APP_QUEUE_H
#define HARDROW_APP_QUEUE_H

#include <stddef.h>

#include "base/err.h"

struct queue;

MUST_CHECK enum err_code queue_create(size_t capacity, struct queue **ret_queue, struct err *err);
void queue_free(struct queue *queue);
void queue_freep(struct queue **queue);

/* Waits for room. */
void queue_put(struct queue *queue, void *item);

/* Waits for an item. */
void *queue_take(struct queue *queue);

/* Waits up to `seconds` for an item; NULL when there was none. */
void *queue_take_within(struct queue *queue, double seconds);

#endif
