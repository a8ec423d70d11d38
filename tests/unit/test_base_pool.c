/* base/pool: each piece once, whoever does it. */
#include <criterion/criterion.h>
#include <stdatomic.h>
#include <time.h>

#include "base/mem.h"
#include "base/pool.h"

enum { PIECES = 200, MOST_THREADS = 8 };

struct tally {
	size_t threads;
	atomic_uint done[PIECES];
	atomic_uint at_work[MOST_THREADS]; /* pieces under way as each thread */
	atomic_uint mistakes;
};

static void count(void *context, size_t piece, size_t thread)
{
	struct tally *tally = context;

	if (thread >= tally->threads || atomic_fetch_add(&tally->at_work[thread], 1) != 0)
		atomic_fetch_add(&tally->mistakes, 1);
	atomic_fetch_add(&tally->done[piece], 1);
	/* Now and then a piece that takes longer than the others look for work. */
	if (piece % 67 == 66)
		(void)nanosleep(&(struct timespec){ .tv_nsec = 200000 }, NULL);
	atomic_fetch_sub(&tally->at_work[thread], 1);
}

static void run_rounds(struct pool *pool, size_t threads)
{
	static const size_t pieces[] = { 0, 1, 2, 3, PIECES };
	enum { ROUNDS = 100 };

	for (size_t p = 0; p < ARRAY_LENGTH(pieces); p++) {
		static struct tally tally;
		tally = (struct tally){ .threads = threads };
		for (unsigned round = 1; round <= ROUNDS; round++) {
			pool_run(pool, pieces[p], count, &tally);
			for (size_t i = 0; i < PIECES; i++)
				cr_assert_eq(atomic_load(&tally.done[i]), i < pieces[p] ? round : 0,
					     "%zu threads, piece %zu of %zu", threads, i, pieces[p]);
		}
		cr_assert_eq(atomic_load(&tally.mistakes), 0);
	}
}

Test(pool, does_each_piece_once)
{
	for (size_t threads = 1; threads <= MOST_THREADS; threads++) {
		AUTO(pool_freep) struct pool *pool = NULL;
		struct err err;
		cr_assert_eq(pool_create(threads, &pool, &err), ERR_OK);
		cr_assert_eq(pool_threads(pool), threads);
		run_rounds(pool, threads);
	}
	run_rounds(NULL, 1);
	cr_assert_eq(pool_threads(NULL), 1);
}

static void meet(void *context, size_t piece, size_t thread)
{
	atomic_uint *met = context;

	(void)piece;
	(void)thread;
	atomic_fetch_add(met, 1);
	while (atomic_load(met) < 3)
		(void)nanosleep(&(struct timespec){ .tv_nsec = 100000 }, NULL);
}

/* Would wait for ever if one thread did all. */
Test(pool, works_at_the_same_time, .timeout = 60)
{
	AUTO(pool_freep) struct pool *pool = NULL;
	struct err err;

	cr_assert_eq(pool_create(3, &pool, &err), ERR_OK);
	for (int round = 0; round < 10; round++) {
		atomic_uint met = 0;
		pool_run(pool, 3, meet, &met);
	}
}

Test(pool, knows_the_processors)
{
	cr_assert_geq(pool_processors(), 1);
	cr_assert_geq(pool_free_processors(), 1);
	cr_assert_leq(pool_free_processors(), pool_processors());
}
