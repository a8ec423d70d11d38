#include <criterion/criterion.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "record/recorder_state.h"
#include "track/track_state.h"
#include "unit/database.h"
#include "unit/recorded.h"
#include "unit/scratch.h"
#include "unit/tracked.h"

TestSuite(record, .init = scratch_enter, .fini = scratch_leave);

static void *record_run(void *recording)
{
	bool is_good = true;

	for (size_t epoch = 1; is_good && epoch <= 50; epoch++)
		is_good = recorded_put(recording, epoch);
	recording_end(recording, &(struct recording_end){ .status = TRACK_DONE });
	return is_good ? recording : NULL;
}

Test(record, threads_each_record_in_order)
{
	struct recorder *recorder = recorded_open();
	struct recording *recordings[2];
	struct recorder_ended ended;
	pthread_t threads[2];
	int tags[2], seen = 0;

	for (int i = 0; i < 2; i++)
		recordings[i] = recorded_begin(recorder, &recorded_small, &tags[i]);
	for (int i = 0; i < 2; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, record_run, recordings[i]), 0);
	for (int i = 0; i < 2; i++) {
		void *result = NULL;
		cr_assert_eq(pthread_join(threads[i], &result), 0);
		cr_expect_not_null(result);
	}
	recorder_flush(recorder);
	for (; seen < 2 && recorder_take_ended(recorder, 10, &ended); seen++) {
		cr_expect_eq(ended.status, TRACK_DONE);
		cr_expect_eq(ended.tag, &tags[ended.run_id - 1], "runs are in the order of their beginnings");
	}
	cr_expect_eq(seen, 2);
	recorded_close(recorder);
	cr_expect(!file_exists(TRACKED_FILE "-wal") && !file_exists(TRACKED_FILE "-journal"));

	struct db *db = database_open(TRACKED_FILE, DB_READ);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM run WHERE status = 'done'"), 2);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM epoch"), 100);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM block"), 100 * TRACKED_BLOCKS);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM epoch JOIN epoch AS later USING (run_id)"
					    " WHERE later.epoch > epoch.epoch AND later.first_block < epoch.first_block"
					    " + 3"),
		     0);
	db_free(db);
}

static enum err_code write_and_fail(struct track *track, void *context, struct err *err)
{
	(void)context;
	(void)tracked_dataset(track, "of a call that fails");
	return err_set(err, ERR_INPUT, "no");
}

static enum err_code meet_an_error(struct track *track, void *context, struct err *err)
{
	(void)context;
	(void)tracked_dataset(track, "of a call that goes on");
	(void)err_set(err, ERR_INPUT, "no");
	return ERR_OK;
}

Test(record, a_call_that_goes_on_after_an_error_has_none)
{
	struct recorder *recorder = recorded_open();
	struct err err = { 0 };

	cr_expect_eq(recorder_call(recorder, RECORDER_WRITES, meet_an_error, NULL, &err), ERR_OK);
	cr_expect_eq(recorder_close(recorder, &err), ERR_OK);
}

Test(record, a_call_that_fails_is_its_callers_business)
{
	struct recorder *recorder = recorded_open();
	struct recording *recording = recorded_begin(recorder, &recorded_small, NULL);
	struct err err = { 0 };

	cr_assert(recorded_put(recording, 1));
	cr_expect_eq(recorder_call(recorder, RECORDER_WRITES, write_and_fail, NULL, &err), ERR_INPUT);
	cr_expect_str_eq(err.message, "no");
	cr_expect_not(recorder_failed(recorder));
	cr_assert(recorded_put(recording, 2));
	recorded_end(recorder, recording);
	recorded_close(recorder);

	struct db *db = database_open(TRACKED_FILE, DB_READ);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM epoch"), 2);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM run WHERE status = 'done'"), 1);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM dataset"), 1);
	db_free(db);
}

Test(record, training_goes_on_while_somebody_keeps_the_file_locked)
{
	struct recorder *recorder = recorded_open();
	struct recording *recording = recorded_begin(recorder, &recorded_small, NULL);
	struct db *other = database_open(TRACKED_FILE, DB_WRITE);
	struct err err = { 0 };

	cr_assert_eq(db_begin(other, &err), ERR_OK, "%s", err.message);
	double start = clock_seconds();
	for (size_t epoch = 1; epoch <= 30; epoch++) {
		cr_assert(recorded_put(recording, epoch));
		(void)usleep(50000);
	}
	cr_expect_lt(clock_seconds() - start, 5.0);
	cr_expect_eq(database_query_int(other, "SELECT count(*) FROM epoch"), 0);
	cr_assert_eq(db_commit(other, &err), ERR_OK);
	cr_expect_not(recorder_failed(recorder));
	recorded_end(recorder, recording);
	recorded_close(recorder);
	cr_expect_eq(database_query_int(other, "SELECT count(*) FROM epoch"), 30);
	db_free(other);
}

/* An epoch of about a MiB. */
static const struct recording_shape large = { 32768, 2, 0, 0 };

struct producer {
	struct recording *recording;
	atomic_size_t count;
};

static void *produce(void *argument)
{
	struct producer *producer = argument;

	for (size_t epoch = 1; epoch <= 40; epoch++) {
		struct epoch_record *record = NULL;
		struct err err;
		if (recording_next(producer->recording, &record, &err) != ERR_OK ||
		    epoch_record_reserve_blocks(record, &err) != ERR_OK)
			break;
		epoch_record_clear(record, epoch);
		for (size_t t = 0; t < epoch_record_block_count(record); t++)
			epoch_record_encode(record, t, &(struct record_tile){ 0 });
		record->has_blocks = true;
		recording_put(producer->recording, record);
		atomic_fetch_add(&producer->count, 1);
	}
	return NULL;
}

Test(record, what_waits_has_a_bound)
{
	const size_t budget = 16 * 1024 * 1024,
		     bytes = series_block_bytes(large.instances, large.classes, SERIES_SHORT);
	struct recorder *recorder = recorded_open();
	struct producer producer = { .recording = recorded_begin(recorder, &large, NULL) };
	struct recording *second = recorded_begin(recorder, &large, NULL);
	struct db *other = database_open(TRACKED_FILE, DB_WRITE);
	struct epoch_record *records[2];
	size_t before = 0, count = 1;
	pthread_t thread;
	struct err err = { 0 };

	cr_assert_eq(db_begin(other, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(pthread_create(&thread, NULL, produce, &producer), 0);
	while (count != before || count < 2) {
		before = count;
		(void)usleep(200000);
		count = atomic_load(&producer.count);
	}
	cr_expect_leq(count * bytes, budget, "%zu", count);
	cr_expect_geq(count * bytes, budget / 2, "%zu", count);
	/* Another run still has its two. */
	for (size_t i = 0; i < 2; i++)
		cr_assert_eq(recording_next(second, &records[i], &err), ERR_OK);
	for (size_t i = 0; i < 2; i++) {
		epoch_record_clear(records[i], i + 1);
		recording_put(second, records[i]);
	}
	cr_assert_eq(db_commit(other, &err), ERR_OK);
	cr_assert_eq(pthread_join(thread, NULL), 0);
	recorded_end(recorder, producer.recording);
	recorded_end(recorder, second);
	recorded_close(recorder);
	cr_expect_eq(database_query_int(other, "SELECT count(*) FROM epoch"), 42);
	db_free(other);
}

static void note_free(void *is_free)
{
	*(bool *)is_free = true;
}

/* What ended runs leave to be written has a bound, too. */
Test(record, what_ends_keep_has_a_bound)
{
	struct recorder *recorder = recorded_open();
	struct recording *ended = recorded_begin(recorder, &recorded_small, NULL);
	struct producer producer = { .recording = recorded_begin(recorder, &large, NULL) };
	struct db *other = database_open(TRACKED_FILE, DB_WRITE);
	bool is_free = false;
	const struct recording_end end = {
		.status = TRACK_DONE, .kept = &is_free, .let_go = note_free, .kept_bytes = BUDGET_KEPT + 1
	};
	pthread_t thread;
	struct err err = { 0 };

	cr_assert_eq(db_begin(other, &err), ERR_OK, "%s", err.message);
	recording_end(ended, &end);
	cr_assert_eq(pthread_create(&thread, NULL, produce, &producer), 0);
	(void)usleep(400000);
	cr_expect_eq(atomic_load(&producer.count), 2);
	cr_assert_eq(db_commit(other, &err), ERR_OK);
	cr_assert_eq(pthread_join(thread, NULL), 0);
	recorded_end(recorder, producer.recording);
	recorded_close(recorder);
	cr_expect(is_free);
	cr_expect_eq(database_query_int(other, "SELECT count(*) FROM epoch"), 40);
	db_free(other);
}

Test(record, of_states_that_wait_there_are_two)
{
	struct recorder *recorder = recorded_open();
	struct recording *recording = recorded_begin(recorder, &recorded_small, NULL);
	struct db *other = database_open(TRACKED_FILE, DB_WRITE);
	size_t waiting = 0, first = 0;
	struct err err = { 0 };

	cr_assert(recorded_put(recording, 1));
	cr_assert_eq(db_begin(other, &err), ERR_OK, "%s", err.message);
	for (size_t epoch = 1; epoch <= 20; epoch++) {
		struct text bytes = { 0 };
		cr_assert_eq(text_append(&bytes, &err, "state %02zu", epoch), ERR_OK);
		cr_assert_eq(recording_save_state(recording, &bytes, epoch, &err), ERR_OK);
	}
	(void)pthread_mutex_lock(&recorder->lock);
	for (const struct message *message = recorder->first; message != NULL; message = message->next) {
		first = first == 0 && message->state.length > 0 ? message->epoch : first;
		waiting += message->state.length;
	}
	(void)pthread_mutex_unlock(&recorder->lock);
	cr_expect_leq(waiting, 2 * strlen("state 20"));
	cr_expect(first == 1 || first == 2, "whoever waits stays the next: %zu", first);
	cr_assert_eq(db_commit(other, &err), ERR_OK);
	recording_end(recording, &(struct recording_end){ .status = TRACK_INTERRUPTED });
	recorded_close(recorder);
	cr_expect_eq(database_query_int(other, "SELECT count(*) FROM state"), 1);
	cr_expect_eq(database_query_int(other, "SELECT epoch FROM state WHERE value = CAST('state 20' AS BLOB)"), 20);
	db_free(other);
}

static enum err_code change_file(struct track *track, void *sql, struct err *err)
{
	return db_exec(track_db(track), sql, err);
}

/* An array of BUDGET bytes and some more. */
static void list_large(void *values, struct state_visitor *visitor)
{
	visitor->part = "large";
	state_visit(visitor, "values", STATE_DOUBLE, BUDGET / sizeof(double) + 1, values);
}

Test(record, a_large_state_is_written_at_once_and_comes_back)
{
	struct recorder *recorder = recorded_open();
	struct recording *recording = recorded_begin(recorder, &recorded_small, NULL);
	AUTO(mem_freep) double *values = NULL;
	struct text bytes AUTO(text_done) = { 0 };
	char name[STATE_NAME_MAX + 2];
	size_t count = BUDGET / sizeof *values + 1, epoch = 0;
	struct err err = { 0 };

	cr_assert_eq(mem_new(&values, count, &err), ERR_OK);
	for (size_t i = 0; i < count; i++)
		values[i] = (double)i;
	cr_assert(recorded_put(recording, 1));
	cr_assert_eq(recording_write_state(recording, 1, list_large, values, &err), ERR_OK, "%s", err.message);
	struct db *other = database_open(TRACKED_FILE, DB_READ);
	cr_expect_eq(database_query_int(other, "SELECT count(*) FROM epoch"), 1, "the state is behind its epoch");
	cr_expect_gt(database_query_int(other, "SELECT count(*) FROM state WHERE epoch = 1"), 4);
	db_free(other);
	cr_assert_eq(track_read_state(recorder->track, 1, &bytes, &epoch, &err), ERR_OK, "%s", err.message);
	cr_expect_eq(bytes.length, state_bytes(list_large, values));
	cr_expect(state_equals(list_large, values, bytes.data, bytes.length, name), "%s", name);
	recording_end(recording, &(struct recording_end){ .status = TRACK_INTERRUPTED });
	recorded_close(recorder);
}

/* Nor is one written over that of another who has the run now, or may have it. */
Test(record, a_large_state_is_written_of_ones_own_run_alone)
{
	static const struct {
		const char *before, *after;
		enum err_code code;
	} cases[] = {
		{ "INSERT INTO writer SELECT 9, host, boot_id, pid_namespace, pid, 1, seen_at_ms FROM writer;"
		  " UPDATE run SET writer_id = 9",
		  "SELECT 1", ERR_INPUT },
		{ "ALTER TABLE run RENAME COLUMN writer_id TO hidden",
		  "ALTER TABLE run RENAME COLUMN hidden TO writer_id", ERR_SYSTEM },
	};
	AUTO(mem_freep) double *values = NULL;
	struct err err = { 0 };

	cr_assert_eq(mem_new(&values, BUDGET / sizeof *values + 1, &err), ERR_OK);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct recorder *recorder = recorded_open();
		struct recording *recording = recorded_begin(recorder, &recorded_small, NULL);
		cr_assert(recorded_put(recording, 1));
		cr_assert_eq(recorder_call(recorder, RECORDER_WRITES, change_file, (void *)cases[i].before, &err),
			     ERR_OK, "%s", err.message);
		cr_expect_eq(recording_write_state(recording, 1, list_large, values, &err), cases[i].code, "%zu", i);
		cr_assert_eq(recorder_call(recorder, RECORDER_WRITES, change_file, (void *)cases[i].after, &err),
			     ERR_OK, "%s", err.message);
		recording_end(recording, &(struct recording_end){ .status = TRACK_INTERRUPTED });
		recorded_close(recorder);
		struct db *other = database_open(TRACKED_FILE, DB_READ);
		cr_expect_eq(database_query_int(other, "SELECT count(*) FROM state"), 0, "%zu", i);
		db_free(other);
		cr_assert_eq(unlink(TRACKED_FILE), 0);
	}
}

static enum err_code count_epochs(struct track *track, void *count, struct err *err)
{
	(void)err;
	*(int64_t *)count = database_query_int(track_db(track), "SELECT count(*) FROM epoch");
	return ERR_OK;
}

/* Nothing is committed for it: whoever reads between epochs would have them written one by one. */
Test(record, a_call_that_reads_does_not_wait)
{
	struct recorder *recorder = recorded_open();
	struct recording *recording = recorded_begin(recorder, &recorded_small, NULL);
	int64_t most = 0, count = 0;
	struct err err = { 0 };

	for (size_t epoch = 1; epoch <= 5; epoch++) {
		cr_assert(recorded_put(recording, epoch));
		cr_assert_eq(recorder_call(recorder, RECORDER_READS, count_epochs, &count, &err), ERR_OK);
		most = count > most ? count : most;
	}
	cr_expect_lt(most, 5);
	cr_assert_eq(recorder_call(recorder, RECORDER_WRITES, count_epochs, &count, &err), ERR_OK);
	cr_expect_eq(count, 5);
	recorded_end(recorder, recording);
	recorded_close(recorder);
}

struct notice {
	atomic_int count, from_others;
	pthread_t owner;
};

static void take_notice(void *context, const char *line)
{
	struct notice *notice = context;

	(void)line;
	atomic_fetch_add(&notice->count, 1);
	if (pthread_equal(pthread_self(), notice->owner) == 0)
		atomic_fetch_add(&notice->from_others, 1);
}

static enum err_code read_locked_since(struct track *track, void *recorder, struct err *err)
{
	(void)track;
	(void)err;
	cr_expect_eq(atomic_load(&((struct recorder *)recorder)->locked_since), 0, "it has the lock");
	return ERR_OK;
}

static void *call_to_write(void *recorder)
{
	struct err err;

	return recorder_call(recorder, RECORDER_WRITES, read_locked_since, recorder, &err) == ERR_OK ? recorder : NULL;
}

struct holder {
	struct db *db;
	unsigned microseconds;
};

static void *let_go(void *argument)
{
	const struct holder *holder = argument;
	struct err err;

	(void)usleep(holder->microseconds);
	return db_commit(holder->db, &err) == ERR_OK ? argument : NULL;
}

/* One line, from the thread that opened the recorder: also when that trains itself and has no room left. */
Test(record, who_waits_for_long_says_for_whom)
{
	struct notice notice = { .owner = pthread_self() };
	const struct recorder_watch watch = { .context = &notice, .notice = take_notice };
	struct recorder *recorder = NULL;
	struct err err = { 0 };

	cr_assert_eq(recorder_open(TRACKED_FILE, false, &watch, &recorder, &err), ERR_OK, "%s", err.message);
	struct producer producer = { .recording = recorded_begin(recorder, &large, NULL) };
	struct db *other = database_open(TRACKED_FILE, DB_WRITE);
	struct track_run run;
	struct holder holder = { other, (unsigned)(1e6 * (TELL_SECONDS + 1.5)) };
	pthread_t threads[2];
	void *results[2];

	/* Nothing waits to be written before the other thread's call. */
	cr_assert_eq(recorder_call(recorder, RECORDER_WRITES, recorded_plan, &run, &err), ERR_OK);
	cr_assert_eq(db_begin(other, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(pthread_create(&threads[0], NULL, let_go, &holder), 0);
	cr_assert_eq(pthread_create(&threads[1], NULL, call_to_write, recorder), 0);
	(void)usleep(100000);
	(void)produce(&producer);
	cr_expect_eq(atomic_load(&producer.count), 40);
	recorded_end(recorder, producer.recording);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(pthread_join(threads[i], &results[i]), 0);
		cr_expect_not_null(results[i]);
	}
	recorded_close(recorder);
	cr_expect_eq(atomic_load(&notice.count), 1);
	cr_expect_eq(atomic_load(&notice.from_others), 0);
	db_free(other);
}

static void limit_file_size(rlim_t bytes)
{
	struct rlimit limit;

	cr_assert_eq(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(record, a_file_that_cannot_grow)
{
	struct recorder *recorder = recorded_open();
	struct recording *recording = recorded_begin(recorder, &recorded_small, NULL);
	struct recorder_ended ended = { 0 };
	struct track_run run;
	struct stat status;
	size_t epoch = 1;
	struct err err = { 0 };

	(void)signal(SIGXFSZ, SIG_IGN);
	cr_assert(recorded_put(recording, epoch++));
	cr_assert_eq(recorder_call(recorder, RECORDER_WRITES, recorded_plan, &run, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(stat(TRACKED_FILE, &status), 0);
	limit_file_size((rlim_t)status.st_size);
	while (!recorder_failed(recorder)) {
		cr_assert_lt(epoch, 2000);
		cr_assert(recorded_put(recording, epoch++));
		recorder_flush(recorder);
		(void)usleep(2000);
	}
	/* Nothing waits for what will never be. */
	for (size_t i = 0; i < 100; i++)
		cr_assert(recorded_put(recording, epoch++));
	cr_expect_eq(recorder_call(recorder, RECORDER_WRITES, recorded_plan, &run, &err), ERR_SYSTEM);
	recorded_end(recorder, recording);
	cr_expect(recorder_take_ended(recorder, 10, &ended));
	cr_expect_eq(ended.run_id, 1);
	limit_file_size(RLIM_INFINITY);
	err = (struct err){ 0 };
	cr_expect_eq(recorder_close(recorder, &err), ERR_SYSTEM);
	cr_expect_not_null(strstr(err.message, TRACKED_FILE), "%s", err.message);

	struct db *db = database_open(TRACKED_FILE, DB_READ);
	int64_t epochs = database_query_int(db, "SELECT count(*) FROM epoch");
	cr_expect(epochs >= 1 && epochs < (int64_t)epoch - 100);
	cr_expect_eq(database_query_int(db, "SELECT max(epoch) FROM epoch"), epochs);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM block"), epochs * TRACKED_BLOCKS);
	db_free(db);
}
