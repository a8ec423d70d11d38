#include "base/pool.h"

#include <assert.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"

/* So long a thread looks for what comes next before it sleeps: the products of a training step follow each other
 * faster than a sleeping thread wakes up, and whoever else wants the processor loses no more than this. */
#define LOOK_SECONDS 100e-6

/* The pieces of one call: `round` tells it from the calls before it. */
struct share {
	pool_work *work;
	void *context;
	uint32_t pieces, round;
};

/* The caller is thread 0, and has no id. */
struct helper {
	struct pool *pool;
	size_t thread;
	pthread_t id;
	/* What is left of its own pieces: the round in the upper half, the next piece in the lower. */
	_Atomic(uint64_t) next;
};

struct pool {
	size_t threads;	      /* with the caller's */
	bool looks;	      /* there is a processor for each thread */
	atomic_uint round;    /* the last that began */
	atomic_uint done;     /* pieces of the round */
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t has_work, is_done;
	struct share share;
	bool is_closing;
	struct helper helper[];
};

/* The pieces of a thread begin here and end where those of the next begin. */
static uint32_t first_piece(const struct pool *pool, const struct share *share, size_t thread)
{
	return (uint32_t)((uint64_t)share->pieces * thread / pool->threads);
}

static bool take_from(struct pool *pool, const struct share *share, size_t owner, uint32_t *ret_piece)
{
	uint32_t end = first_piece(pool, share, owner + 1);
	uint64_t next = atomic_load(&pool->helper[owner].next);

	while ((uint32_t)(next >> 32) == share->round && (uint32_t)next < end)
		if (atomic_compare_exchange_weak(&pool->helper[owner].next, &next, next + 1)) {
			*ret_piece = (uint32_t)next;
			return true;
		}
	return false;
}

/* A piece that nobody else does; false: none is left of the round. One's own come first: what they work on is in this
 * processor's cache if the pieces of the calls before were cut alike. */
static bool take(struct pool *pool, const struct share *share, size_t thread, uint32_t *ret_piece)
{
	for (size_t i = 0; i < pool->threads; i++)
		if (take_from(pool, share, (thread + i) % pool->threads, ret_piece))
			return true;
	return false;
}

/* The round cannot end, and the next cannot begin, while a piece of it is under way. */
static void do_pieces(struct pool *pool, const struct share *share, size_t thread)
{
	uint32_t piece = 0;

	while (take(pool, share, thread, &piece)) {
		share->work(share->context, piece, thread);
		if (atomic_fetch_add(&pool->done, 1) + 1 < share->pieces)
			continue;
		(void)pthread_mutex_lock(&pool->lock);
		(void)pthread_cond_signal(&pool->is_done);
		(void)pthread_mutex_unlock(&pool->lock);
	}
}

static void relax(void)
{
#ifdef __x86_64__
	__builtin_ia32_pause();
#endif
}

static void look_for_round(const struct pool *pool, uint32_t last)
{
	double until = clock_seconds() + LOOK_SECONDS;

	while (pool->looks && atomic_load(&pool->round) == last && clock_seconds() < until)
		relax();
}

static void look_for_end(const struct pool *pool, uint32_t pieces)
{
	double until = clock_seconds() + LOOK_SECONDS;

	while (pool->looks && atomic_load(&pool->done) < pieces && clock_seconds() < until)
		relax();
}

static void *help(void *argument)
{
	const struct helper *helper = argument;
	struct pool *pool = helper->pool;
	struct share share = { .round = 0 };
	bool is_closing = false;

	while (!is_closing) {
		look_for_round(pool, share.round);
		(void)pthread_mutex_lock(&pool->lock);
		while (pool->share.round == share.round && !pool->is_closing)
			(void)pthread_cond_wait(&pool->has_work, &pool->lock);
		share = pool->share;
		is_closing = pool->is_closing;
		(void)pthread_mutex_unlock(&pool->lock);
		if (!is_closing)
			do_pieces(pool, &share, helper->thread);
	}
	return NULL;
}

enum err_code pool_create(size_t threads, struct pool **ret_pool, struct err *err)
{
	AUTO(pool_freep) struct pool *pool = NULL;
	void *block = NULL;

	if (mem_alloc(1, sizeof *pool + threads * sizeof pool->helper[0], &block, err) != ERR_OK)
		return err->code;
	pool = block;
	pool->threads = 1;
	pool->looks = threads <= pool_processors();
	(void)pthread_mutex_init(&pool->lock, NULL);
	(void)pthread_cond_init(&pool->has_work, NULL);
	(void)pthread_cond_init(&pool->is_done, NULL);
	for (size_t i = 1; i < threads; i++) {
		struct helper *helper = &pool->helper[i];
		helper->pool = pool;
		helper->thread = i;
		if (pthread_create(&helper->id, NULL, help, helper) != 0)
			break;
		pool->threads++;
	}
	*ret_pool = take_ptr(&pool);
	return ERR_OK;
}

void pool_free(struct pool *pool)
{
	if (pool == NULL)
		return;
	(void)pthread_mutex_lock(&pool->lock);
	pool->is_closing = true;
	(void)pthread_cond_broadcast(&pool->has_work);
	(void)pthread_mutex_unlock(&pool->lock);
	for (size_t i = 1; i < pool->threads; i++)
		(void)pthread_join(pool->helper[i].id, NULL);
	(void)pthread_mutex_destroy(&pool->lock);
	(void)pthread_cond_destroy(&pool->has_work);
	(void)pthread_cond_destroy(&pool->is_done);
	free(pool);
}

void pool_freep(struct pool **pool)
{
	pool_free(*pool);
}

size_t pool_threads(const struct pool *pool)
{
	return pool != NULL ? pool->threads : 1;
}

/* Lets the others in. */
static struct share begin_round(struct pool *pool, size_t pieces, pool_work *work, void *context)
{
	(void)pthread_mutex_lock(&pool->lock);
	pool->share = (struct share){ work, context, (uint32_t)pieces, pool->share.round + 1 };
	struct share share = pool->share;
	atomic_store(&pool->done, 0);
	for (size_t i = 0; i < pool->threads; i++)
		atomic_store(&pool->helper[i].next, (uint64_t)share.round << 32 | first_piece(pool, &share, i));
	atomic_store(&pool->round, share.round);
	(void)pthread_cond_broadcast(&pool->has_work);
	(void)pthread_mutex_unlock(&pool->lock);
	return share;
}

void pool_run(struct pool *pool, size_t pieces, pool_work *work, void *context)
{
	assert(pieces < UINT32_MAX);
	if (pool_threads(pool) == 1 || pieces <= 1) {
		for (size_t piece = 0; piece < pieces; piece++)
			work(context, piece, 0);
		return;
	}
	struct share share = begin_round(pool, pieces, work, context);
	do_pieces(pool, &share, 0);
	look_for_end(pool, share.pieces);
	if (atomic_load(&pool->done) == share.pieces)
		return;
	(void)pthread_mutex_lock(&pool->lock);
	while (atomic_load(&pool->done) < share.pieces)
		(void)pthread_cond_wait(&pool->is_done, &pool->lock);
	(void)pthread_mutex_unlock(&pool->lock);
}

size_t pool_processors(void)
{
	cpu_set_t set;

	return sched_getaffinity(0, sizeof set, &set) == 0 && CPU_COUNT(&set) > 0 ? (size_t)CPU_COUNT(&set) : 1;
}

size_t pool_free_processors(void)
{
	size_t processors = pool_processors();
	size_t running = 1; /* with this thread */
	FILE *file = fopen("/proc/loadavg", "re");

	if (file == NULL)
		return processors;
	if (fscanf(file, "%*f %*f %*f %zu/", &running) != 1 || running == 0)
		running = 1;
	(void)fclose(file);
	return running <= processors ? processors - running + 1 : 1;
}
