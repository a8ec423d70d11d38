/* record: when what was handed in is written, and how. */
#include <criterion/criterion.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "record/recorder_state.h"
#include "unit/database.h"
#include "unit/recorded.h"
#include "unit/scratch.h"
#include "unit/tracked.h"

TestSuite(record_commit, .init = scratch_enter, .fini = scratch_leave);

/* Seconds until a reader has at least that answer. */
static double wait_for(struct db *reader, const char *sql, int64_t least)
{
	double start = clock_seconds();

	while (database_query_int(reader, sql) < least) {
		cr_assert_lt(clock_seconds() - start, 20, "it never comes");
		(void)usleep(5000);
	}
	return clock_seconds() - start;
}

static double wait_until_seen(struct db *reader, int64_t epochs)
{
	return wait_for(reader, "SELECT count(*) FROM epoch", epochs);
}

static bool give_up_soon(void *context, double waited)
{
	(void)context;
	return waited < 0.3;
}

/* Before WAL and in it. A busy machine may be late, but not every time. */
Test(record_commit, an_epoch_is_seen_soon_and_nothing_is_locked_meanwhile)
{
	struct recorder *recorder = recorded_open();
	struct recording *recording = recorded_begin(recorder, &recorded_small, NULL);
	struct db *reader = database_open(TRACKED_FILE, DB_READ), *writer = database_open(TRACKED_FILE, DB_WRITE);
	const struct db_wait soon = { NULL, give_up_soon };
	double best = 20, worst = 0;
	struct err err = { 0 };

	db_set_wait(writer, &soon);
	for (size_t round = 1; round <= 3; round++) {
		struct epoch_record *next = NULL;
		cr_assert(recorded_put(recording, 2 * round - 1));
		double seconds = wait_until_seen(reader, (int64_t)(2 * round - 1));
		best = seconds < best ? seconds : best;
		worst = seconds > worst ? seconds : worst;
		/* The next epoch is under way. */
		cr_assert_eq(recording_next(recording, &next, &err), ERR_OK);
		cr_expect_eq(db_begin(writer, &err), ERR_OK, "round %zu: %s", round, err.message);
		if (db_in_transaction(writer))
			cr_expect_eq(db_commit(writer, &err), ERR_OK);
		cr_assert(tracked_fill(next, 2 * round, NULL));
		recording_put(recording, next);
		(void)wait_until_seen(reader, (int64_t)(2 * round));
	}
	cr_expect_lt(best, 1.0);
	cr_expect_gt(worst, 0.25, "it is written with what comes soon after it");
	db_free(reader);
	db_free(writer);
	recorded_end(recorder, recording);
	recorded_close(recorder);
}

static atomic_long ahead_ms, pace_ms;

/* In place of the C library's: it is so much ahead, and further ahead at every look. */
int clock_gettime(clockid_t id, struct timespec *ret_time)
{
	int code = (int)syscall(SYS_clock_gettime, id, ret_time);
	long later = ret_time->tv_nsec + 1000000 * (atomic_fetch_add(&ahead_ms, atomic_load(&pace_ms)));

	ret_time->tv_sec += later / 1000000000;
	ret_time->tv_nsec = later % 1000000000;
	return code;
}

/* Where nobody can look, two minutes of silence are death: there is a sign of life each minute, however long epochs
 * are. */
Test(record_commit, a_run_of_long_epochs_shows_that_it_lives)
{
	struct recorder *recorder = recorded_open();
	struct recording *recording = recorded_begin(recorder, &recorded_small, NULL);
	struct db *reader = database_open(TRACKED_FILE, DB_READ);

	cr_assert(recorded_put(recording, 1));
	(void)wait_until_seen(reader, 1);
	int64_t seen_at = database_query_int(reader, "SELECT seen_at_ms FROM writer");
	(void)pthread_mutex_lock(&recorder->lock);
	atomic_store(&ahead_ms, 60000);
	(void)pthread_cond_signal(&recorder->has_news);
	(void)pthread_mutex_unlock(&recorder->lock);
	(void)wait_for(reader, "SELECT seen_at_ms FROM writer", seen_at + 60000);
	db_free(reader);
	recorded_end(recorder, recording);
	recorded_close(recorder);
	atomic_store(&ahead_ms, 0);
}

/* It knows when to write from the first on: it would wake for nothing, and a switch costs as much as a small epoch. */
Test(record_commit, the_thread_is_not_woken_for_every_epoch)
{
	struct recorder *recorder = recorded_open();
	struct recording *recording = recorded_begin(recorder, &recorded_small, NULL);
	struct rusage before, after;

	cr_assert_eq(getrusage(RUSAGE_SELF, &before), 0);
	for (size_t epoch = 1; epoch <= 100; epoch++) {
		cr_assert(recorded_put(recording, epoch));
		for (double until = clock_seconds() + 0.0001; clock_seconds() < until;)
			continue;
	}
	cr_assert_eq(getrusage(RUSAGE_SELF, &after), 0);
	cr_expect_leq(after.ru_nvcsw - before.ru_nvcsw, 50);
	recorded_end(recorder, recording);
	recorded_close(recorder);
}

/* How often the file was changed (SQLite's file format, 1.3.10). */
static uint32_t count_transactions(void)
{
	unsigned char counter[4] = { 0 };
	FILE *file = fopen(TRACKED_FILE, "rb");

	cr_assert_not_null(file);
	cr_assert_eq(fseek(file, 24, SEEK_SET), 0);
	cr_assert_eq(fread(counter, 1, sizeof counter, file), sizeof counter);
	cr_assert_eq(fclose(file), 0);
	return (uint32_t)counter[0] << 24 | (uint32_t)counter[1] << 16 | (uint32_t)counter[2] << 8 | counter[3];
}

Test(record_commit, whoever_else_writes_comes_between_what_waits)
{
	struct recorder *recorder = recorded_open();
	struct recording *recording = recorded_begin(recorder, &recorded_small, NULL);
	struct db *other = database_open(TRACKED_FILE, DB_WRITE);
	struct err err = { 0 };

	recorder->begun_at = 1e18; /* no WAL */
	cr_assert_eq(db_begin(other, &err), ERR_OK, "%s", err.message);
	for (size_t epoch = 1; epoch <= 60; epoch++)
		cr_assert(recorded_put(recording, epoch));
	atomic_store(&pace_ms, 60);
	cr_assert_eq(db_commit(other, &err), ERR_OK);
	db_free(other);
	recorded_end(recorder, recording);
	recorded_close(recorder);
	atomic_store(&pace_ms, 0);
	atomic_store(&ahead_ms, 0);
	cr_expect_gt(count_transactions(), 20, "%u", count_transactions());
	cr_expect_eq(tracked_seen("SELECT count(*) FROM epoch"), 60);
}

static uint32_t file_system; /* what files are on; 0: what they are */

/* In place of the C library's. */
int statfs(const char *path, struct statfs *ret_status)
{
	int code = (int)syscall(SYS_statfs, path, ret_status);

	if (file_system != 0)
		ret_status->f_type = file_system;
	return code;
}

static void count_notice(void *context, const char *line)
{
	++*(int *)context;
	cr_expect_str_eq(line, TRACKED_FILE ": on a network file system programs that read it and those that write it "
					    "wait for each other");
}

static bool is_in_wal(struct db *db)
{
	return database_query_int(db, "SELECT journal_mode = 'wal' FROM pragma_journal_mode") != 0;
}

/* A new file, and one that another program, or a copy, left in WAL. */
Test(record_commit, no_wal_on_a_network_file_system)
{
	static const struct {
		uint32_t type;
		bool was_wal, is_network;
	} cases[] = { { 0x6969, false, true }, /* NFS */
		      { 0x6969, true, true },
		      { 0xef53, false, false }, /* ext4 */
		      { 0xef53, true, false } };

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		int notices = 0;
		const struct recorder_watch watch = { .context = &notices, .notice = count_notice };
		struct recorder *recorder = NULL;
		struct track_run run;
		struct err err = { 0 };
		database_make(TRACKED_FILE, cases[i].was_wal ? "PRAGMA journal_mode = WAL" : "");
		file_system = cases[i].type;
		cr_assert_eq(recorder_open(TRACKED_FILE, false, &watch, &recorder, &err), ERR_OK, "%s", err.message);
		/* The thread has nothing to do yet. */
		cr_expect_eq(is_in_wal(track_db(recorder->track)), cases[i].was_wal && !cases[i].is_network);
		recorder->begun_at -= 2 * WAL_SECONDS;
		for (int call = 0; call < 2; call++)
			cr_assert_eq(recorder_call(recorder, RECORDER_WRITES, recorded_plan, &run, &err), ERR_OK, "%s",
				     err.message);
		cr_expect_eq(is_in_wal(track_db(recorder->track)), !cases[i].is_network);
		recorded_close(recorder);
		cr_expect_eq(notices, cases[i].is_network);
		cr_expect_eq(unlink(TRACKED_FILE), 0);
	}
}

static bool give_up_or_free(void *context, double waited)
{
	struct db **other = context;

	db_free(*other);
	*other = NULL;
	return waited < 5;
}

/* Who has it open in WAL is waited for, as who keeps it locked. */
Test(record_commit, who_has_a_wal_open_on_a_network_file_system_is_waited_for)
{
	struct db *other = NULL, *db = NULL;
	struct err err = { 0 };
	const struct db_wait soon = { NULL, give_up_soon }, until_free = { &other, give_up_or_free };

	database_make(TRACKED_FILE, "PRAGMA journal_mode = WAL");
	other = database_open(TRACKED_FILE, DB_READ);
	file_system = 0x6969;
	cr_expect_eq(db_open_waiting(TRACKED_FILE, DB_WRITE, &soon, &db, &err), ERR_INTERRUPTED, "%s", err.message);
	cr_assert_eq(db_open_waiting(TRACKED_FILE, DB_WRITE, &until_free, &db, &err), ERR_OK, "%s", err.message);
	cr_expect_null(other, "it waited");
	cr_expect(!is_in_wal(db));
	db_free(db);
}
