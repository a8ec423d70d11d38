#include "track/track.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/life.h"
#include "base/mem.h"
#include "track/statements.h"
#include "track/track_read.h"
#include "track/track_state.h"
#include "unit/database.h"
#include "unit/scratch.h"
#include "unit/tracked.h"

TestSuite(track, .init = scratch_enter, .fini = scratch_leave);

static void change(const char *sql)
{
	struct db *db = database_open(TRACKED_FILE, DB_WRITE);

	database_exec(db, sql);
	db_free(db);
}

Test(track, data_sets_are_found_by_what_they_hold)
{
	struct track *track = tracked_open();
	int64_t first = tracked_dataset(track, "aa"), ids[2];

	cr_expect_eq(tracked_dataset(track, "aa"), first);
	cr_expect_neq(tracked_dataset(track, "bb"), first, "other content under the same name");
	cr_expect_eq(tracked_dataset(track, "bb"), first + 1);
	tracked_commit(track);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM dataset"), 2);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM instance"), 2 * TRACKED_INSTANCES);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM class"), 2 * TRACKED_CLASSES);
	for (int i = 0; i < 2; i++)
		ids[i] = tracked_split(track, first, "s1");
	cr_expect_eq(ids[0], ids[1]);
	cr_expect_neq(tracked_split(track, first, "s2"), ids[0], "another mask of the same seed");
	cr_expect_neq(tracked_split(track, first + 1, "s1"), ids[0], "of another data set");
	tracked_commit(track);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM split"), 3);
	cr_expect_eq(tracked_seen("SELECT sum(train_instances + test_instances) FROM split_class WHERE split_id = 1"),
		     TRACKED_INSTANCES - 3);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM split WHERE length(test) = 130 AND given = 0"), 3);
	/* 130 instances are three words. */
	cr_expect_eq(tracked_seen("SELECT count(*) FROM split_part"), 3 * 3);
	cr_expect_eq(
	    tracked_seen("SELECT count(*) FROM instance JOIN split USING (dataset_id) JOIN split_part AS part"
			 " ON part.split_id = split.split_id AND word = position / 64"
			 " WHERE (substr(split.test, position + 1, 1) = x'01') = (part.test >> position % 64 & 1)"
			 " AND (substr(split.test, position + 1, 1) = x'02') = (part.meta >> position % 64 & 1)"),
	    3 * TRACKED_INSTANCES);
	tracked_close(track);
}

Test(track, a_run_from_start_to_end)
{
	static const struct {
		enum track_status status;
		const char *name;
		bool keeps_state, has_state;
	} cases[] = {
		{ TRACK_DONE, "done", false, false },
		{ TRACK_DONE, "done", true, true },
		{ TRACK_DIVERGED, "diverged", false, false },
		{ TRACK_FAILED, "failed", false, false },
		{ TRACK_INTERRUPTED, "interrupted", false, true },
	};
	struct track *track = tracked_open();
	struct err err;
	char sql[300];

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		int64_t run_id = tracked_run(track, "key");
		cr_assert_eq(track_put_state(track, run_id, 1, "state", 5, &err), ERR_OK, "%s", err.message);
		tracked_commit(track);
		cr_expect_eq(run_id, (int64_t)i + 1);
		(void)snprintf(sql, sizeof sql,
			       "SELECT count(*) FROM run WHERE run_id = %zu AND status = 'running' AND git_commit = "
			       "'c0ffee' AND length(run_uid) = 32 AND run_key = 'key' AND finished_at_ms IS NULL AND "
			       "writer_id IN (SELECT writer_id FROM writer) AND seed = 7 AND block_instances = 64 "
			       "AND blas_threads = 1 AND argv = '[]'",
			       i + 1);
		cr_expect_eq(tracked_seen(sql), 1);
		cr_assert_eq(track_settle_run(track, run_id, "{\"a\":2}", i == 0 ? NULL : "other",
					      "{\"temperature\":1.25}", &err),
			     ERR_OK);
		cr_assert_eq(track_finish_run(track, run_id, cases[i].status, "why", cases[i].keeps_state, &err),
			     ERR_OK);
		tracked_commit(track);
		(void)snprintf(sql, sizeof sql,
			       "SELECT count(*) FROM run WHERE run_id = %zu AND status = '%s' AND message = 'why' AND "
			       "settings = '{\"a\":2}' AND run_key = '%s' AND finished_at_ms >= started_at_ms",
			       i + 1, cases[i].name, i == 0 ? "key" : "other");
		cr_expect_eq(tracked_seen(sql), 1, "%s", sql);
		bool has = !cases[i].has_state, found = false;
		cr_assert_eq(track_has_state(track, run_id, &has, &err), ERR_OK);
		cr_expect_eq(has, cases[i].has_state, "%s", cases[i].name);
		double value = 0;
		cr_assert_eq(track_read_chosen(track, run_id, "temperature", &value, &found, &err), ERR_OK);
		cr_expect(found && value == 1.25);
		cr_assert_eq(track_read_chosen(track, run_id, "tau", &value, &found, &err), ERR_OK);
		cr_expect_not(found);
	}
	cr_expect_eq(tracked_seen("SELECT count(DISTINCT run_uid) FROM run"), ARRAY_LENGTH(cases));
	tracked_close(track);
}

/* What is put is what the view and the virtual table give. */
Test(track, epochs_come_back)
{
	static const struct {
		uint32_t draws;
		int64_t shown;
	} cases[] = { { 0, 0 },
		      { 1, 1 },
		      { 65533, 65533 },
		      { 65534, 65534 },
		      { 65535, 65535 },
		      { 65536, 65536 },
		      { UINT32_MAX - 1, UINT32_MAX - 1 },
		      { UINT32_MAX, -1 } };
	static const char *const sources[] = { "main.dynamics", "dynamics" };
	uint32_t draws[TRACKED_INSTANCES] = { 0 };
	struct track *track = tracked_open();
	int64_t run_id = tracked_run(track, "key");
	char sql[200];

	/* The last ones lie in the short block. */
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		draws[i] = draws[TRACKED_INSTANCES - ARRAY_LENGTH(cases) + i] = cases[i].draws;
	tracked_epoch(track, run_id, 1, draws);
	tracked_epoch(track, run_id, 2, NULL);
	tracked_commit(track);
	for (size_t s = 0; s < ARRAY_LENGTH(sources); s++) {
		(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", sources[s]);
		cr_expect_eq(tracked_seen(sql), 2 * TRACKED_INSTANCES);
		for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
			(void)snprintf(
			    sql, sizeof sql,
			    "SELECT count(*) FROM %s WHERE epoch = 1 AND coalesce(draws, -1) = %lld AND instance_id IN "
			    "(%zu, %zu)",
			    sources[s], (long long)cases[i].shown, i, TRACKED_INSTANCES - ARRAY_LENGTH(cases) + i);
			cr_expect_eq(tracked_seen(sql), 2, "%u draws in %s", cases[i].draws, sources[s]);
		}
		(void)snprintf(sql, sizeof sql, "SELECT count(draws) FROM %s WHERE epoch = 2", sources[s]);
		cr_expect_eq(tracked_seen(sql), 0, "nobody knows them");
		(void)snprintf(sql, sizeof sql,
			       "SELECT count(*) FROM %s WHERE du = instance_id AND dl = -instance_id AND predicted ="
			       " 'c' || (instance_id %% 2) AND class = 'c' || (instance_id %% 2) AND p_true = 0.25",
			       sources[s]);
		cr_expect_eq(tracked_seen(sql), 2 * TRACKED_INSTANCES);
	}
	cr_expect_eq(tracked_seen("SELECT count(*) FROM epoch WHERE train_loss = epoch / 2.0 AND test_loss IS NULL"),
		     2);
	cr_expect_eq(tracked_seen("SELECT sum(train_correct) FROM class_epoch"), 2 * (10 + 11));
	cr_expect_eq(tracked_seen("SELECT count(checksum) FROM block"), 2 * TRACKED_BLOCKS);
	tracked_close(track);
}

Test(track, matrices_come_back)
{
	struct track *track = tracked_open();
	int64_t run_id = tracked_run(track, "key");
	AUTO(mem_freep) size_t *epochs = NULL;
	size_t count = 0;
	double value[TRACKED_VALUES];
	struct err err;

	tracked_epoch(track, run_id, 1, NULL);
	tracked_epoch(track, run_id, 3, NULL);
	cr_assert_eq(track_list_weight_epochs(track, run_id, 0, &epochs, &count, &err), ERR_OK);
	cr_assert_eq(count, 2);
	cr_expect(epochs[0] == 1 && epochs[1] == 3);
	struct track_matrix matrix = { .run_id = run_id, .epoch = 3, .name = "weight", .rows = 2, .cols = 3 };
	cr_assert_eq(track_read_matrix(track, &matrix, value, &err), ERR_OK, "%s", err.message);
	for (size_t i = 0; i < TRACKED_VALUES; i++)
		cr_expect_eq(value[i], 3 + (double)i / 3);
	matrix.cols = 4;
	cr_expect_eq(track_read_matrix(track, &matrix, value, &err), ERR_INPUT);
	matrix.epoch = 2;
	cr_expect_eq(track_read_matrix(track, &matrix, value, &err), ERR_INPUT);
	tracked_close(track);
}

static void expect_claim(struct track *track, enum track_claim expected, int64_t resume_id, const char *what)
{
	struct track_run run = tracked_plan(track, "shared");
	enum track_claim claim = TRACK_IS_DONE, looked = TRACK_IS_DONE;
	int64_t found = -1, holder = -1;
	bool has_dead = false;
	struct err err = { 0 };

	cr_assert_eq(track_look_at_run(track, &run, &looked, &holder, &err), ERR_OK, "%s: %s", what, err.message);
	cr_assert_eq(track_has_dead(track, &has_dead, &err), ERR_OK, "%s: %s", what, err.message);
	cr_expect_eq(looked, has_dead ? TRACK_ELSEWHERE : expected, "%s, looked at: %d", what, looked);
	cr_expect_eq(holder == 1000, has_dead, "%s: writer %lld", what, (long long)holder);
	cr_assert_eq(track_claim_run(track, &run, &claim, &found, &err), ERR_OK, "%s: %s", what, err.message);
	tracked_commit(track);
	cr_expect_eq(claim, expected, "%s: %d", what, claim);
	cr_expect_eq(found, resume_id, "%s: run %lld", what, (long long)found);
}

/* A writer whose process is gone. */
static const char dead_writer[] =
    "INSERT INTO writer SELECT 1000, host, boot_id, pid_namespace, pid, started - 1, seen_at_ms FROM writer LIMIT 1";

Test(track, two_programs_share_a_sweep)
{
	struct track *one = tracked_open(), *two = tracked_open();
	struct err err;

	expect_claim(one, TRACK_CLAIMED, 0, "the first");
	expect_claim(one, TRACK_CLAIMED, 0, "again by the first");
	expect_claim(two, TRACK_ELSEWHERE, 0, "by the second");
	cr_assert_eq(track_release_claims(two, &err), ERR_OK);
	tracked_commit(two);
	expect_claim(two, TRACK_ELSEWHERE, 0, "after the second gave back its own");
	cr_assert_eq(track_release_claims(one, &err), ERR_OK);
	tracked_commit(one);
	expect_claim(two, TRACK_CLAIMED, 0, "given back");
	(void)tracked_run(one, "shared");
	cr_expect_eq(database_query_int(track_db(one), "SELECT count(*) FROM claim"), 1, "the other's claim stays");
	track_rollback(one);
	change(dead_writer);
	change("UPDATE claim SET writer_id = 1000");
	one->buried_at = clock_seconds();
	expect_claim(one, TRACK_ELSEWHERE, 0, "looked for the dead a moment ago");
	one->buried_at -= 1;
	expect_claim(one, TRACK_CLAIMED, 0, "claimed by a dead process");
	cr_expect_eq(tracked_seen("SELECT writer_id <> 1000 FROM claim"), 1);

	int64_t run_id = tracked_run(one, "shared");
	tracked_commit(one);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM claim"), 0, "begun");
	expect_claim(two, TRACK_ELSEWHERE, 0, "running");
	cr_assert_eq(track_put_state(one, run_id, 1, "state", 5, &err), ERR_OK);
	tracked_commit(one);
	change("UPDATE run SET writer_id = 1000");
	two->buried_at = 0;
	expect_claim(two, TRACK_CLAIMED, run_id, "running by a dead process");
	cr_expect_eq(tracked_seen("SELECT count(*) FROM run WHERE status = 'interrupted'"), 1);
	cr_assert_eq(track_release_claims(two, &err), ERR_OK);
	tracked_epoch(two, run_id, 1, NULL);
	cr_assert_eq(track_finish_run(two, run_id, TRACK_DONE, NULL, false, &err), ERR_OK);
	tracked_commit(two);
	expect_claim(one, TRACK_IS_DONE, 0, "done");
	tracked_close(one);
	tracked_close(two);
}

/* A process that was and is no more. */
static int64_t gone_pid(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	cr_assert_eq(waitpid(pid, NULL, 0), pid);
	return pid;
}

Test(track, the_runs_of_dead_processes)
{
	static const struct {
		const char *what;
		bool other_host, other_boot, other_namespace, gone;
		int started_before; /* than this process */
		int64_t silent_ms;
		bool is_dead;
	} cases[] = {
		{ "this process", false, false, false, false, 0, 3600000, false },
		{ "its number, used before", false, false, false, false, 1, 0, true },
		{ "no such process", false, false, false, true, 0, 0, true },
		{ "other host", true, false, false, false, 0, 10000, false },
		{ "other host, its process not ours", true, false, false, true, 1, 10000, false },
		{ "other host, silent", true, false, false, false, 0, 180000, true },
		{ "other host, silent for ever", true, false, false, false, 0, INT64_MAX, true },
		{ "before this boot", false, true, false, true, 0, 180000, true },
		{ "other machine of the same name", false, true, false, true, 1, 10000, false },
		{ "other container", false, false, true, true, 1, 10000, false },
		{ "other container, silent", false, false, true, false, 0, 180000, true },
	};
	struct process_identity self;
	struct track *track = tracked_open();
	int64_t gone = gone_pid();
	char sql[600];

	life_identify(&self);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		int64_t run_id = tracked_run(track, "key");
		tracked_commit(track);
		(void)snprintf(sql, sizeof sql,
			       "INSERT INTO writer VALUES (%zu, '%s%s', '%s%s', %lld, %lld, %lld,"
			       " 1000 * unixepoch() - %lld);"
			       "UPDATE run SET writer_id = %zu WHERE run_id = %lld;"
			       "INSERT INTO claim VALUES (1, 'claim %zu', %zu, NULL)",
			       100 + i, self.host, cases[i].other_host ? "x" : "", self.boot_id,
			       cases[i].other_boot ? "x" : "", (long long)self.pid_namespace + cases[i].other_namespace,
			       (long long)(cases[i].gone ? gone : self.pid),
			       (long long)self.started - cases[i].started_before, (long long)cases[i].silent_ms,
			       100 + i, (long long)run_id, i, 100 + i);
		change(sql);
	}
	tracked_close(track);
	/* Whoever opens the file next. */
	tracked_close(tracked_open());
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		(void)snprintf(sql, sizeof sql, "SELECT status = 'interrupted' FROM run WHERE writer_id = %zu",
			       100 + i);
		cr_expect_eq(tracked_seen(sql), cases[i].is_dead, "%s", cases[i].what);
		(void)snprintf(sql, sizeof sql, "SELECT count(*) = 0 FROM claim WHERE writer_id = %zu", 100 + i);
		cr_expect_eq(tracked_seen(sql), cases[i].is_dead, "claim: %s", cases[i].what);
	}
}

static void expect_state(struct track *track, int64_t run_id, size_t epoch, const char *bytes, size_t length)
{
	struct text read AUTO(text_done) = { 0 };
	size_t read_epoch = 99;
	struct err err;

	cr_assert_eq(track_read_state(track, run_id, &read, &read_epoch, &err), ERR_OK, "%s", err.message);
	cr_expect_eq(read_epoch, epoch);
	cr_assert_eq(read.length, length);
	cr_expect(length == 0 || memcmp(read.data, bytes, length) == 0);
}

Test(track, state_in_parts)
{
	const size_t part = 64 * 1024 * 1024, length = part + 3;
	struct track *track = tracked_open();
	int64_t run_id = tracked_run(track, "key");
	struct text read AUTO(text_done) = { 0 };
	AUTO(mem_freep) char *bytes = NULL;
	size_t epoch = 0;
	struct err err = { 0 };

	cr_assert_eq(mem_new(&bytes, length, &err), ERR_OK);
	memset(bytes, 'a', length);
	memcpy(bytes + part - 3, "uvwxyz", 6);
	expect_state(track, run_id, 0, NULL, 0);
	cr_assert_eq(track_put_state(track, run_id, 4, bytes, length, &err), ERR_OK, "%s", err.message);
	tracked_commit(track);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM state"), 2);
	cr_expect_eq(tracked_seen("SELECT length(value) FROM state WHERE part = 1"), 3);
	expect_state(track, run_id, 4, bytes, length);
	change("UPDATE state SET value = CAST('xyy' AS BLOB) WHERE part = 1");
	cr_expect_eq(track_read_state(track, run_id, &read, &epoch, &err), ERR_SYSTEM);
	cr_expect_not_null(strstr(err.message, TRACKED_FILE ": damaged: the state of run 1"), "%s", err.message);
	cr_assert_eq(track_put_state(track, run_id, 5, "short", 5, &err), ERR_OK);
	tracked_commit(track);
	expect_state(track, run_id, 5, "short", 5);
	cr_expect_eq(tracked_seen("SELECT count(*) FROM state"), 1, "the part of the one before is gone");
	tracked_close(track);
}

/* Blocks that no epoch has, and blocks that an epoch should have and are not there. */
#define ODD_BLOCKS                                                                                                     \
	"SELECT (SELECT count(*) FROM block) - 3 * (SELECT count(first_block) FROM epoch) + (SELECT count(*)"          \
	" FROM epoch WHERE first_block NOT IN (SELECT block_id FROM block))"

Test(track, resuming_takes_away_what_is_newer)
{
	static const struct {
		bool keeps_blocks, keeps_weights;
	} cases[] = { { true, true }, { true, false }, { false, true }, { false, false } };
	static const char *const tables[] = { "epoch",	       "class_epoch", "weight",
					      "dynamics_rows", "influence",   "loss_change" };
	struct track_summary summary = { .class_name = "c0", .predicted = "c0", .instance_id = 5 };
	struct track *track = tracked_open();
	struct err err = { 0 };
	char sql[400];

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		int64_t run_id = tracked_run(track, "key"), other = tracked_run(track, "other");
		for (size_t epoch = 1; epoch <= 4; epoch++) {
			tracked_epoch(track, run_id, epoch, NULL);
			tracked_epoch(track, other, epoch, NULL);
		}
		const struct track_summaries summaries = tracked_summary(&summary);
		cr_assert_eq(track_put_summaries(track, run_id, &summaries, &err), ERR_OK);
		cr_assert_eq(track_put_summaries(track, other, &summaries, &err), ERR_OK);
		tracked_commit(track);
		(void)snprintf(
		    sql, sizeof sql,
		    "INSERT INTO dynamics_rows (run_id, epoch, instance_id, part, class)"
		    " SELECT run_id, epoch, 1, 'train', 'c0' FROM epoch WHERE run_id >= %lld;"
		    "INSERT INTO influence SELECT run_id, epoch, 1, 1, 1.0, NULL FROM epoch WHERE run_id >= %lld;"
		    "INSERT INTO loss_change SELECT run_id, epoch, 1, 1.0, NULL FROM epoch WHERE run_id >= %lld",
		    (long long)run_id, (long long)run_id, (long long)run_id);
		change(sql);
		cr_assert_eq(track_put_state(track, run_id, 2, "state", 5, &err), ERR_OK);
		cr_assert_eq(track_finish_run(track, run_id, TRACK_INTERRUPTED, "Ctrl-C", false, &err), ERR_OK);
		tracked_commit(track);

		struct track_run run = tracked_plan(track, "key");
		int64_t resumed = 0;
		run.resume = (struct track_resume){ .run_id = run_id,
						    .epoch = 2,
						    .keeps_blocks = cases[i].keeps_blocks,
						    .keeps_weights = cases[i].keeps_weights };
		cr_assert_eq(track_start_run(track, &run, &resumed, &err), ERR_OK, "%s", err.message);
		tracked_commit(track);
		cr_expect_eq(resumed, run_id);
		tracked_verify(track, run_id);
		for (size_t t = 0; t < ARRAY_LENGTH(tables); t++) {
			bool drops_one = (strcmp(tables[t], "weight") == 0 && !cases[i].keeps_weights) ||
					 (strcmp(tables[t], "dynamics_rows") == 0 && !cases[i].keeps_blocks);
			(void)snprintf(sql, sizeof sql, "SELECT count(DISTINCT epoch) FROM %s WHERE run_id = %lld",
				       tables[t], (long long)run_id);
			cr_expect_eq(tracked_seen(sql), drops_one ? 1 : 2, "%s", tables[t]);
			(void)snprintf(sql, sizeof sql, "SELECT count(DISTINCT epoch) FROM %s WHERE run_id = %lld",
				       tables[t], (long long)other);
			cr_expect_eq(tracked_seen(sql), 4, "%s of another run", tables[t]);
		}
		(void)snprintf(sql, sizeof sql, "SELECT count(first_block) FROM epoch WHERE run_id = %lld",
			       (long long)run_id);
		cr_expect_eq(tracked_seen(sql), cases[i].keeps_blocks ? 2 : 1);
		cr_expect_eq(tracked_seen(ODD_BLOCKS), 0);
		(void)snprintf(sql, sizeof sql,
			       "SELECT count(*) FROM checksum WHERE subject IN ('summary', 'measures', 'gradients')"
			       " AND id = %lld",
			       (long long)run_id);
		cr_expect_eq(tracked_seen(sql), 0);
		(void)snprintf(
		    sql, sizeof sql,
		    "SELECT count(*) FROM run WHERE run_id = %lld AND status = 'running' AND message IS NULL "
		    "AND finished_at_ms IS NULL",
		    (long long)run_id);
		cr_expect_eq(tracked_seen(sql), 1);
		(void)snprintf(sql, sizeof sql, "SELECT count(*) FROM instance_summary WHERE run_id IN (%lld, %lld)",
			       (long long)run_id, (long long)other);
		cr_expect_eq(tracked_seen(sql), 1);
	}
	tracked_close(track);
}

/* Who read the state comes too late when another process trains the run, or has: its state is another, or gone. */
Test(track, a_run_is_taken_up_once)
{
	static const struct {
		const char *others; /* what they did */
		bool is_refused;
	} cases[] = {
		{ "SELECT 1", false },
		{ "UPDATE run SET status = 'running'", true },
		{ "UPDATE state SET epoch = 3", true },
		{ "UPDATE run SET status = 'done'; DELETE FROM state", true },
	};
	struct track *track = tracked_open();
	struct err err = { 0 };

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		int64_t run_id = tracked_run(track, "key"), resumed = 0;
		struct track_run run = tracked_plan(track, "key");
		tracked_epoch(track, run_id, 1, NULL);
		cr_assert_eq(track_put_state(track, run_id, 1, "state", 5, &err), ERR_OK);
		cr_assert_eq(track_finish_run(track, run_id, TRACK_INTERRUPTED, "Ctrl-C", false, &err), ERR_OK);
		tracked_commit(track);
		change(cases[i].others);
		run.resume = (struct track_resume){ .run_id = run_id, .epoch = 1 };
		enum err_code code = track_start_run(track, &run, &resumed, &err);
		cr_expect_eq(code, cases[i].is_refused ? ERR_INPUT : ERR_OK, "%s", cases[i].others);
		track_rollback(track);
	}
	tracked_close(track);
}
