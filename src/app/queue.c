#include "app/queue.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>

#include "base/mem.h"

struct queue {
	pthread_mutex_t lock;
	pthread_cond_t not_full, not_empty;
	size_t capacity, first, count;
	void **items;
};

enum err_code queue_create(size_t capacity, struct queue **ret_queue, struct err *err)
{
	AUTO(mem_freep) struct queue *queue = NULL;

	if (mem_new(&queue, 1, err) != ERR_OK || mem_new(&queue->items, capacity, err) != ERR_OK)
		return err->code;
	queue->capacity = capacity;
	(void)pthread_mutex_init(&queue->lock, NULL);
	(void)pthread_cond_init(&queue->not_full, NULL);
	(void)pthread_cond_init(&queue->not_empty, NULL);
	*ret_queue = take_ptr(&queue);
	return ERR_OK;
}

void queue_free(struct queue *queue)
{
	if (queue == NULL)
		return;
	(void)pthread_mutex_destroy(&queue->lock);
	(void)pthread_cond_destroy(&queue->not_full);
	(void)pthread_cond_destroy(&queue->not_empty);
	free(queue->items);
	free(queue);
}

void queue_freep(struct queue **queue)
{
	queue_free(*queue);
}

void queue_put(struct queue *queue, void *item)
{
	(void)pthread_mutex_lock(&queue->lock);
	while (queue->count == queue->capacity)
		(void)pthread_cond_wait(&queue->not_full, &queue->lock);
	queue->items[(queue->first + queue->count) % queue->capacity] = item;
	queue->count++;
	(void)pthread_cond_signal(&queue->not_empty);
	(void)pthread_mutex_unlock(&queue->lock);
}

/* The first item, NULL if there is none; the lock is held. */
static void *remove_first(struct queue *queue)
{
	if (queue->count == 0)
		return NULL;
	void *item = queue->items[queue->first];
	queue->first = (queue->first + 1) % queue->capacity;
	queue->count--;
	(void)pthread_cond_signal(&queue->not_full);
	return item;
}

void *queue_take(struct queue *queue)
{
	(void)pthread_mutex_lock(&queue->lock);
	while (queue->count == 0)
		(void)pthread_cond_wait(&queue->not_empty, &queue->lock);
	void *item = remove_first(queue);
	(void)pthread_mutex_unlock(&queue->lock);
	return item;
}

static struct timespec deadline_after(double seconds)
{
	struct timespec deadline;

	(void)clock_gettime(CLOCK_MONOTONIC, &deadline);
	double nanoseconds = (double)deadline.tv_nsec + seconds * 1e9;
	deadline.tv_sec += (time_t)(nanoseconds / 1e9);
	deadline.tv_nsec = (long)(nanoseconds - 1e9 * (double)(time_t)(nanoseconds / 1e9));
	return deadline;
}

void *queue_take_within(struct queue *queue, double seconds)
{
	struct timespec deadline = deadline_after(seconds);
	int status = 0;

	(void)pthread_mutex_lock(&queue->lock);
	while (queue->count == 0 && status != ETIMEDOUT)
		status = pthread_cond_clockwait(&queue->not_empty, &queue->lock, CLOCK_MONOTONIC, &deadline);
	void *item = remove_first(queue);
	(void)pthread_mutex_unlock(&queue->lock);
	return item;
}
