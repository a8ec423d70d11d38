/* app: trials, sweeps, adjustments and resuming, through the file that they leave. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/adjust.h"
#include "app/environment.h"
#include "app/resume.h"
#include "app/sweep.h"
#include "app/trial.h"
#include "base/mem.h"
#include "unit/database.h"
#include "unit/scratch.h"

static char folder[4096];
static const char *const folders[] = { folder, NULL };
static const struct data_path path = { .folders = folders };
static struct environment environment;
static const struct runner_watch unwatched = { .checkpoint_seconds = 5 };
static const struct runner_watch keeping = { .checkpoint_seconds = 5, .keeps_state = true };

static void set_up(void)
{
	char *argv[] = { "hardrow", "train", NULL };
	struct err err;

	scratch_enter();
	(void)snprintf(folder, sizeof folder, "%s/datasets", getenv("HARDROW_SOURCE"));
	cr_assert_eq(environment_init(argv, &environment, &err), ERR_OK);
}

static void tear_down(void)
{
	environment_done(&environment);
	scratch_leave();
}

TestSuite(app, .init = set_up, .fini = tear_down);

static int64_t seen(const char *sql)
{
	struct db *db = database_open("t.db", DB_READ);
	int64_t value = database_query_int(db, sql);

	db_free(db);
	return value;
}

static void change(const char *sql)
{
	struct db *db = database_open("t.db", DB_WRITE);

	database_exec(db, sql);
	db_free(db);
}

/* "name value name value ..." Settings borrow their texts. */
static void set_all(struct run_settings *settings, const char *given)
{
	static char kept[16][500];
	static size_t used;
	char *words = kept[used++ % ARRAY_LENGTH(kept)], *rest = words;
	struct err err;

	option_reset(settings_specs, settings_spec_count, settings);
	(void)snprintf(words, sizeof kept[0], "%s", given);
	for (char *name = strtok_r(words, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest)) {
		const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);
		cr_assert_not_null(spec, "%s", name);
		cr_assert_eq(option_set(spec, settings, strtok_r(NULL, " ", &rest), &err), ERR_OK, "%s", err.message);
	}
}

static int64_t train(const char *given, const struct runner_watch *watch, enum err_code expected)
{
	struct trial trial = { .data = "iris", .path = path, .database = "t.db" };
	struct runner_progress progress = { 0 };
	struct err err = { 0 };

	set_all(&trial.settings, given);
	cr_assert_eq(trial_run(&trial, &environment.track, watch, &progress, &err), expected, "%s: %s", given,
		     err.message);
	return progress.last_run_id;
}

Test(app, a_trial)
{
	cr_expect_eq(train("epochs 3", &unwatched, ERR_OK), 1);
	cr_expect_eq(seen("SELECT count(*) FROM run WHERE status = 'done' AND message IS NULL AND model = 'logreg' AND"
			  " method = 'base' AND experiment_id IS NULL AND length(run_key) = 64 AND pid > 1 AND"
			  " argv = '[\"hardrow\",\"train\"]' AND settings ->> 'epochs' = 3 AND source_run_id IS NULL"),
		     1);
	cr_expect_eq(seen("SELECT count(*) FROM epoch"), 3);
	cr_expect_eq(seen("SELECT count(*) FROM instance_summary"), 150);
	cr_expect_eq(seen("SELECT count(*) FROM state"), 0);
}

/* Where the sources are a git tree. */
Test(app, the_commit_is_recorded)
{
	char git[4200], sql[200];
	const char *commit = environment.track.git_commit;

	(void)snprintf(git, sizeof git, "%s/.git", getenv("HARDROW_SOURCE"));
	(void)train("epochs 1", &unwatched, ERR_OK);
	if (access(git, F_OK) == 0) {
		cr_assert_not_null(commit);
		cr_expect(strlen(commit) >= 12 && strspn(commit, "0123456789abcdef") == strlen(commit), "%s", commit);
	}
	(void)snprintf(sql, sizeof sql, "SELECT coalesce(git_commit, '') = '%s' FROM run",
		       commit == NULL ? "" : commit);
	cr_expect_eq(seen(sql), 1);
}

static struct sweep_result sweep(const char *settings)
{
	AUTO(sweep_freep) struct sweep *read = NULL;
	struct sweep_result result = { 0 };
	struct err err = { 0 };
	char text[500];
	int length = snprintf(text, sizeof text,
			      "[sweep]\nname = s\ndatasets = iris\nmethods = base, difficulty\nsplits = 2\n"
			      "[settings]\nepochs = 2\n%s\n",
			      settings);

	scratch_write("s.ini", text, (size_t)length);
	cr_assert_eq(sweep_read("s.ini", &read, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(sweep_run(read, "t.db", &path, 2, &environment.track, &unwatched, &result, &err), ERR_OK, "%s",
		     err.message);
	return result;
}

Test(app, a_sweep_trains_what_is_new)
{
	static const struct {
		const char *settings;
		size_t done; /* of 4 */
	} cases[] = {
		{ "", 0 },
		{ "", 4 },
		{ "split-seed = 0", 4 },
		{ "seed = 0", 4 },
		{ "momentum = 0.9\nnesterov = no\nweight-decay = 0\nmodel = logreg", 4 },
		{ "loss = cross-entropy", 4 },
		{ "learning-rate = 0.0123", 0 },
		{ "seed = 5", 0 },
		{ "split-seed = 5", 0 },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct sweep_result result = sweep(cases[i].settings);
		cr_expect_eq(result.planned, 4);
		cr_expect_eq(result.already_done, cases[i].done, "'%s': %zu", cases[i].settings, result.already_done);
		if (i == 1)
			/* As a version before these options would have written it. */
			change("UPDATE run SET settings = json_remove(settings, '$.nesterov', '$.momentum')");
	}
	cr_expect_eq(seen("SELECT count(*) FROM run WHERE status = 'done'"), 16);
	cr_expect_eq(seen("SELECT count(*) FROM claim"), 0);
}

static enum err_code resume(int64_t run_id, size_t epochs, const struct runner_watch *watch, struct err *err)
{
	struct resume_request request = {
		.run_ids = &run_id, .count = 1, .jobs = 1, .epochs = epochs, .source.path = path
	};
	struct runner_progress progress = { 0 };

	return resume_runs("t.db", &request, &environment.track, watch, &progress, err);
}

Test(app, what_cannot_go_on)
{
	static const struct {
		int64_t run_id;
		size_t epochs;
		const char *words;
	} cases[] = {
		{ 9, 0, "there is no run 9" },
		{ 1, 0, "run 1 is done; --epochs N" },
		{ 1, 6, "--keep-state" },
		{ 2, 0, "run 2 is still running" },
		{ 2, 6, "run 2 is still running" },
		{ 3, 0, "before its first checkpoint" },
		{ 4, 3, "epochs" },
		{ 4, 2, "epochs" },
		{ 5, 6, "cosine" },
	};
	struct err err;

	for (int i = 0; i < 3; i++)
		(void)train("epochs 3", &unwatched, ERR_OK);
	change("UPDATE run SET status = CASE run_id WHEN 2 THEN 'running' ELSE 'interrupted' END WHERE run_id > 1");
	(void)train("epochs 3", &keeping, ERR_OK);
	(void)train("epochs 3 schedule cosine", &keeping, ERR_OK);
	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		err = (struct err){ 0 };
		cr_expect_eq(resume(cases[i].run_id, cases[i].epochs, &unwatched, &err), ERR_INPUT, "%s",
			     cases[i].words);
		cr_expect_not_null(strstr(err.message, cases[i].words), "%s: %s", cases[i].words, err.message);
	}
	cr_expect_eq(seen("SELECT count(*) FROM epoch"), 5 * 3);
	cr_expect_eq(seen("SELECT group_concat(status, ' ') = 'done running interrupted done done' FROM run"), 1);
}

/* 3 epochs and then on to 6 are 6 epochs; they are told by what they are now. */
Test(app, a_finished_run_is_trained_further)
{
	struct err err = { 0 };

	(void)train("epochs 3 method difficulty record-weights every:1", &keeping, ERR_OK);
	(void)train("epochs 6 method difficulty record-weights every:1", &unwatched, ERR_OK);
	cr_assert_eq(resume(1, 6, &unwatched, &err), ERR_OK, "%s", err.message);
	cr_expect_eq(seen("SELECT count(*) FROM run WHERE status = 'done'"), 2);
	cr_expect_eq(seen("SELECT count(DISTINCT run_key) FROM run"), 1);
	cr_expect_eq(seen("SELECT count(DISTINCT settings) FROM run"), 1);
	cr_expect_eq(seen("SELECT count(*) FROM state"), 0);
	cr_expect_eq(seen("SELECT count(*) FROM (SELECT epoch, layer, name, value FROM weight WHERE run_id = 1 EXCEPT"
			  " SELECT epoch, layer, name, value FROM weight WHERE run_id = 2)"),
		     0);
	cr_expect_eq(seen("SELECT count(*) FROM weight WHERE run_id = 1 AND epoch > 0"), 6 * 2);
	cr_expect_eq(seen("SELECT count(*) FROM (SELECT epoch, instance_id, p_true, difficulty, weight, draws FROM"
			  " dynamics WHERE run_id = 1 INTERSECT SELECT epoch, instance_id, p_true, difficulty, weight,"
			  " draws FROM dynamics WHERE run_id = 2)"),
		     6 * 150);
}

static void stop_soon(void *context, const struct runner_progress *progress)
{
	if (progress->epochs_ended > 0)
		atomic_store((atomic_bool *)context, true);
}

Test(app, an_interrupted_run_goes_on)
{
	atomic_bool stop = false;
	struct runner_watch stopped = {
		.context = &stop, .progress = stop_soon, .stop = &stop, .checkpoint_seconds = 5
	};
	struct err err = { 0 };

	(void)train("epochs 1000000 record every:1000000 record-weights none", &stopped, ERR_INTERRUPTED);
	int64_t first = seen("SELECT max(epoch) FROM epoch");
	cr_expect_eq(seen("SELECT count(*) FROM state JOIN run USING (run_id) WHERE status = 'interrupted'"), 1);
	cr_expect_eq(seen("SELECT epoch FROM state"), first);
	atomic_store(&stop, false);
	cr_expect_eq(resume(1, 0, &stopped, &err), ERR_INTERRUPTED, "%s", err.message);
	cr_expect_eq(seen("SELECT count(*) FROM run WHERE status = 'interrupted'"), 1);
	cr_expect_gt(seen("SELECT epoch FROM state"), first);
	cr_expect_eq(seen("SELECT max(epoch) - count(*) FROM epoch"), 0);
	stopped.checkpoint_seconds = INFINITY;
	atomic_store(&stop, false);
	(void)train("epochs 1000000 record none record-weights none", &stopped, ERR_INTERRUPTED);
	cr_expect_eq(seen("SELECT count(*) FROM state WHERE run_id = 2"), 0);
}

Test(app, instances_that_cannot_be)
{
	static const char *const changes[][2] = {
		{ "instance_id = 1000 WHERE position = 0", "instance_id = 0 WHERE position = 0" },
		{ "instance_id = -1 WHERE position = 0", "instance_id = 0 WHERE position = 0" },
		{ "instance_id = 4294967296 WHERE position = 149", "instance_id = 149 WHERE position = 149" },
		{ "class_index = 3 WHERE position = 5", "class_index = 0 WHERE position = 5" },
	};
	char sql[200];

	(void)train("epochs 3", &keeping, ERR_OK);
	for (size_t i = 0; i < ARRAY_LENGTH(changes); i++) {
		struct err err = { 0 };
		(void)snprintf(sql, sizeof sql, "UPDATE instance SET %s", changes[i][0]);
		change(sql);
		cr_expect_eq(resume(1, 6, &keeping, &err), ERR_INPUT, "%s", sql);
		cr_expect_not_null(strstr(err.message, "missing or damaged"), "%s: %s", sql, err.message);
		(void)snprintf(sql, sizeof sql, "UPDATE instance SET %s", changes[i][1]);
		change(sql);
	}
}

/* Somebody else trains run 2 after it was looked at and before the first run begins. */
static void take_state_away(void)
{
	change("DELETE FROM state WHERE run_id = 2");
}

static void keep_line(void *context, const char *line)
{
	(void)snprintf(context, 200, "%s", line);
}

/* Never a new run instead; the others do. */
Test(app, only_what_can_go_on_does)
{
	char line[200] = "";
	const struct runner_watch watch = {
		.context = line, .failure = keep_line, .begins = take_state_away, .checkpoint_seconds = 5
	};
	int64_t runs[2] = { 2, 2 };
	struct resume_request request = { .run_ids = runs, .count = 2, .jobs = 1, .epochs = 6, .source.path = path };
	struct runner_progress progress = { 0 };
	struct err err = { 0 };

	for (int i = 0; i < 2; i++)
		(void)train("epochs 3 record none record-weights none", &keeping, ERR_OK);
	cr_expect_eq(resume_runs("t.db", &request, &environment.track, &unwatched, &progress, &err), ERR_INPUT);
	cr_expect_str_eq(err.message, "run 2 is named twice");
	runs[1] = 1;
	cr_expect_eq(resume_runs("t.db", &request, &environment.track, &watch, &progress, &err), ERR_OK);
	cr_expect_eq(progress.runs_ended, 2);
	cr_expect_eq(progress.failed, 1);
	cr_expect_str_eq(line, "run 2 (iris, base) failed: it has nothing to go on from any more: it was trained "
			       "elsewhere");
	cr_expect_eq(seen("SELECT count(*) FROM run WHERE status = 'done'"), 2);
	cr_expect_eq(seen("SELECT count(*) FROM epoch"), 6 + 3);
}

Test(app, an_adjusted_run_says_what_it_was_made_of)
{
	AUTO(recorder_freep) struct recorder *recorder = NULL;
	struct run_settings settings;
	struct adjust_request request = { .settings = &settings, .source.path = path };
	struct adjust_result result = { 0 };
	const struct recorder_watch watch = { 0 };
	struct err err = { 0 };

	(void)train("epochs 3 record-weights every:1", &unwatched, ERR_OK);
	set_all(&settings, "adjustment temperature tune-folds 3");
	cr_assert_eq(recorder_open("t.db", true, &watch, &recorder, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(adjust_run(recorder, 1, &request, &environment.track, &result, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(recorder_close(take_ptr(&recorder), &err), ERR_OK, "%s", err.message);
	cr_expect_eq(result.epochs, 3);
	cr_expect_eq(seen("SELECT count(*) FROM run WHERE run_id = 2 AND source_run_id = 1 AND status = 'done'"
			  " AND method = 'base+temperature'"),
		     1);
	cr_expect_eq(seen("SELECT count(*) FROM run WHERE run_id = 2 AND chosen ->> 'temperature' > 0"
			  " AND chosen ->> 'temperature' = settings ->> 'temperature'"),
		     1);
	cr_expect_eq(seen("SELECT count(*) FROM run WHERE run_id = 1 AND source_run_id IS NULL AND chosen IS NULL"), 1);
	cr_expect_eq(seen("SELECT count(*) FROM epoch WHERE run_id = 2"), 3);
}
