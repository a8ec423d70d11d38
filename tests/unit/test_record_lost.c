#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "unit/recorded.h"
#include "unit/scratch.h"
#include "unit/tracked.h"

TestSuite(record_lost, .init = scratch_enter, .fini = scratch_leave);

static enum err_code change_file(struct track *track, void *sql, struct err *err)
{
	return db_exec(track_db(track), sql, err);
}

static struct recording *resume(struct recorder *recorder, int64_t run_id)
{
	struct recording *recording = NULL;
	struct track_run run;
	struct err err = { 0 };

	cr_assert_eq(recorder_call(recorder, RECORDER_WRITES, recorded_plan, &run, &err), ERR_OK, "%s", err.message);
	run.resume = (struct track_resume){ .run_id = run_id, .epoch = 1, .keeps_blocks = true };
	cr_assert_eq(recorder_begin(recorder, &run, &recorded_small, NULL, &recording, &err), ERR_OK, "%s",
		     err.message);
	return recording;
}

/* Another process has taken up, or deleted, a run of ours; or ours is to go on and cannot: the other runs go on. */
Test(record_lost, a_run_that_is_lost_is_lost_alone)
{
#define STATE "INSERT INTO state VALUES (1, 0, 1, 0, x'00', 0)"
	static const struct {
		const char *sql;
		bool resumes;
		int64_t epochs; /* of both runs, in the end */
		const char *reason;
	} cases[] = {
		{ "SELECT 1", false, 4, "" },
		{ "INSERT INTO writer SELECT 9, host, boot_id, pid_namespace, pid, 1, seen_at_ms FROM writer;"
		  " UPDATE run SET writer_id = 9 WHERE run_id = 1",
		  false, 3, "another process took it up or deleted it" },
		{ "DELETE FROM epoch WHERE run_id = 1; DELETE FROM class_epoch WHERE run_id = 1;"
		  " DELETE FROM weight WHERE run_id = 1; DELETE FROM run WHERE run_id = 1",
		  false, 2, "another process took it up or deleted it" },
		{ "SELECT 1", true, 3, "another process took it up a moment ago" },
		{ STATE "; UPDATE run SET status = 'running'", true, 3, "another process took it up a moment ago" },
		{ STATE, true, 4, "" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct recorder *recorder = recorded_open();
		struct recording *lost = recorded_begin(recorder, &recorded_small, NULL),
				 *other = recorded_begin(recorder, &recorded_small, NULL);
		bool is_lost = cases[i].reason[0] != '\0';
		struct recorder_ended ended;
		struct err err = { 0 };
		cr_assert(recorded_put(lost, 1) && recorded_put(other, 1));
		if (cases[i].resumes) {
			recording_end(lost, &(struct recording_end){ .status = TRACK_INTERRUPTED });
			recorder_flush(recorder);
			cr_assert(recorder_take_ended(recorder, 10, &ended));
		}
		cr_assert_eq(recorder_call(recorder, RECORDER_WRITES, change_file, (void *)cases[i].sql, &err), ERR_OK,
			     "%s", err.message);
		if (cases[i].resumes)
			lost = resume(recorder, 1);
		bool is_put = recorded_put(lost, 2);
		recorder_flush(recorder);
		/* Whoever makes it learns of it. */
		for (size_t epoch = 3; is_lost && is_put; epoch++) {
			(void)usleep(1000);
			is_put = recorded_put(lost, epoch);
			cr_assert_lt(epoch, 10000);
		}
		cr_assert(recorded_put(other, 2));
		recording_end(other, &(struct recording_end){ .status = TRACK_DONE });
		recorded_end(recorder, lost);
		for (int seen = 0; seen < 2; seen++) {
			cr_assert(recorder_take_ended(recorder, 10, &ended));
			const char *reason = ended.run_id == 1 ? cases[i].reason : "";
			cr_expect_eq(ended.status, reason[0] != '\0' ? TRACK_FAILED : TRACK_DONE, "%s", cases[i].sql);
			cr_expect_eq(strncmp(ended.reason, reason, strlen(reason)), 0, "%s", ended.reason);
		}
		cr_expect_not(recorder_failed(recorder), "%s", cases[i].sql);
		recorded_close(recorder);
		cr_expect_eq(tracked_seen("SELECT count(*) FROM run WHERE run_id = 2 AND status = 'done'"), 1);
		cr_expect_eq(tracked_seen("SELECT count(*) FROM epoch"), cases[i].epochs, "%s", cases[i].sql);
		cr_expect_eq(unlink(TRACKED_FILE), 0);
	}
#undef STATE
}

/* An epoch with a matrix twice: the file takes the first. */
static void put_twice(struct recording *recording, size_t epoch)
{
	struct epoch_record *record = NULL;
	struct err err;

	cr_assert_eq(recording_next(recording, &record, &err), ERR_OK, "%s", err.message);
	cr_assert(tracked_fill(record, epoch, NULL));
	const struct record_matrix first = record->matrices[0];
	(void)epoch_record_add_matrix(record, first.name, first.layer, first.rows, first.cols);
	recording_put(recording, record);
}

static void await(struct recorder *recorder)
{
	struct err err = { 0 };

	cr_assert_eq(recorder_call(recorder, RECORDER_WRITES, change_file, (void *)"SELECT 1", &err), ERR_OK, "%s",
		     err.message);
}

/* Of a stranger's run: what was written of the epoch goes again. */
Test(record_lost, what_the_file_does_not_take_fails_one_run)
{
	struct recording_shape large = recorded_small;
	struct recorder *recorder = recorded_open();
	struct recorder_ended ended;
	struct err err = { 0 };

	large.matrices *= 2;
	large.values *= 2;
	recorder_set_apart(recorder);
	struct recording *bad = recorded_begin(recorder, &large, NULL),
			 *other = recorded_begin(recorder, &recorded_small, NULL);
	cr_assert(recorded_put(bad, 1) && recorded_put(bad, 2) && recorded_put(other, 1));
	await(recorder);
	cr_assert_eq(recording_check(bad, &err), ERR_OK);
	put_twice(bad, 3);
	await(recorder);
	cr_expect_eq(recording_check(bad, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.message, "UNIQUE constraint failed"), "%s", err.message);
	cr_expect_not(recorded_put(bad, 4));
	cr_expect_eq(recording_check(other, &err), ERR_OK);
	cr_assert(recorded_put(other, 2));
	recorded_end(recorder, bad);
	recorded_end(recorder, other);
	for (int seen = 0; seen < 2; seen++) {
		cr_assert(recorder_take_ended(recorder, 10, &ended));
		cr_expect_eq(ended.status, ended.run_id == 1 ? TRACK_FAILED : TRACK_DONE);
	}
	recorded_close(recorder);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM run WHERE run_id = 1 AND status = 'failed'"
				  " AND message LIKE '%UNIQUE constraint failed%'"),
		     1);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM epoch"), 4);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM weight"), 4);
}

Test(record_lost, a_run_on_a_data_set_that_is_gone_is_refused_alone)
{
	struct recorder *recorder = recorded_open();
	struct recording *bad = NULL, *other = recorded_begin(recorder, &recorded_small, NULL);
	struct recorder_ended ended;
	struct track_run run;
	struct err err = { 0 };

	cr_assert_eq(recorder_call(recorder, RECORDER_WRITES, recorded_plan, &run, &err), ERR_OK, "%s", err.message);
	run.dataset_id = 99;
	cr_assert_eq(recorder_begin(recorder, &run, &recorded_small, NULL, &bad, &err), ERR_OK, "%s", err.message);
	await(recorder);
	cr_expect_eq(recording_check(bad, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.message, "was its data set deleted"), "%s", err.message);
	cr_assert(recorded_put(other, 1));
	recorded_end(recorder, bad);
	recorded_end(recorder, other);
	for (int seen = 0; seen < 2; seen++) {
		cr_assert(recorder_take_ended(recorder, 10, &ended));
		cr_expect_eq(ended.status, ended.run_id == 0 ? TRACK_FAILED : TRACK_DONE);
	}
	recorded_close(recorder);
}
