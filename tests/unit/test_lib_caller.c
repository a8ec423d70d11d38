/* What a caller gets wrong, processes, threads and locales. */
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/logging.h"
#include "unit/scratch.h"

TestSuite(lib_caller, .init = scratch_enter, .fini = scratch_leave);

Test(lib_caller, a_data_set_that_will_not_do)
{
	static uint32_t labels[] = { 0, 1, 2 };
	static const int64_t falling[] = { 2, 1, 3 };
	static const uint8_t all[] = { 1, 1, 1 };
	static const double numbers[] = { 1, 2, 3 }, alike[] = { 1, 1, 1 }, infinite[] = { 1, INFINITY, 2 };
	static const char *const twice[] = { "a", "b", "a" }, *const keys[] = { "x", "y", "x" };
	const hardrow_dataset_options good = {
		.size = sizeof good,
		.name = "x",
		.instances = 3,
		.classes = 3,
		.labels = labels,
	};
	const struct {
		hardrow_dataset_options options;
		const char *words;
	} cases[] = {
#define WITH(...) { .size = sizeof good, .name = "x", .instances = 3, .classes = 3, .labels = labels, __VA_ARGS__ }
#define NUMBERS(...)                                                                                                   \
	{                                                                                                              \
		.size = sizeof good, .name = "x", .instances = 3, __VA_ARGS__                                          \
	}
		{ { .size = 3 }, "size is 3" },
		{ { .size = sizeof good, .instances = 3, .classes = 3, .labels = labels },
		  "name: the data set has none" },
		{ { .size = sizeof good, .name = "x", .classes = 3, .labels = labels }, "instances: 0 with labels" },
		{ NUMBERS(.classes = 2, .labels = labels), "labels: number 2 is 2" },
		{ NUMBERS(.classes = 1, .labels = labels), "classes: 1; there are 2" },
		{ WITH(.ids = falling), "ids: 1 stands behind 2" },
		{ WITH(.ids = falling, .keys = keys), "ids and keys: one of the two" },
		{ WITH(.test = all), "none is left to train on" },
		{ WITH(.class_names = twice), "class_names: 'a' is there twice" },
		{ WITH(.keys = keys), "keys: 'x' is there twice" },
		{ WITH(.target = numbers), "target: a regression has no labels" },
		{ WITH(.target_bins = "12"), "target_bins: there is no target" },
		{ NUMBERS(.target = numbers, .target_bins = "no"), "target: 'no' will not do" },
		{ NUMBERS(.target = alike), "target: one value only" },
		{ NUMBERS(.target = infinite), "target: number 1 is inf" },
		{ NUMBERS(.classes = 0), "instances: 3 without labels" },
#undef NUMBERS
#undef WITH
	};
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = NULL;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		BAD(hardrow_put_dataset(tracker, &cases[i].options, &dataset, &logging_error), HARDROW_INPUT,
		    cases[i].words);
	cr_expect_null(dataset);
	GOOD(hardrow_close(tracker, &logging_error));
	cr_expect_eq(logging_ask("SELECT count(*) FROM dataset"), 0);
}

Test(lib_caller, structs_of_other_versions)
{
	static const uint32_t labels[] = { 0, 1, 0 };
	/* An older one ended before the target. */
	const hardrow_dataset_options older = {
		.size = offsetof(hardrow_dataset_options, target),
		.name = "old",
		.instances = 3,
		.classes = 2,
		.labels = labels,
		.target_bins = "not a field of it",
	};
	struct {
		hardrow_run_options known;
		uint64_t field;
	} newer = { .known = { .size = sizeof newer } };
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = NULL;
	hardrow_run *run = NULL, *none = NULL;

	GOOD(hardrow_put_dataset(tracker, &older, &dataset, &logging_error));
	GOOD(hardrow_begin(tracker, dataset, &newer.known, &run, &logging_error));
	newer.field = 1;
	BAD(hardrow_begin(tracker, dataset, &newer.known, &none, &logging_error), HARDROW_INPUT, "has fields that");
	cr_expect_null(none);
	logging_finish(tracker, dataset, run);
}

Test(lib_caller, options_that_will_not_do)
{
	static const struct {
		const char *sampler, *settings, *words;
		double prior;
	} cases[] = {
		{ NULL, "[1]", "not a JSON object", 1 },
		{ NULL, "{\"a\":", "not a JSON object", 1 },
		{ NULL, "{\"a\":[1]}", "'a' is no number", 1 },
		{ NULL, "{\"A b\":1}", "'A b' has other characters", 1 },
		{ NULL, "{\"prior\":1}", "'prior' is the name of an option", 1 },
		{ NULL, "{\"a\":1,\"a\":2}", "'a' is there twice", 1 },
		{ NULL, "{\"model\":\"x\"}", "'model' is the name", 1 },
		{ "x", NULL, "there is no 'x', only all, ", 1 },
		{ "smote", NULL, "'smote' makes rows of its own", 1 },
		{ "progressive", NULL, "'progressive' has to know", 1 },
		{ NULL, NULL, "prior: -1", -1 },
		{ NULL, "{\"a\":null}", "'a' is no number", 1 },
	};
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *run = NULL;

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const hardrow_run_options options = {
			.size = sizeof options,
			.sampler = cases[i].sampler,
			.settings = cases[i].settings,
			.prior = cases[i].prior,
		};
		BAD(hardrow_begin(tracker, dataset, &options, &run, &logging_error), HARDROW_INPUT, cases[i].words);
	}
	cr_expect_null(run);
	hardrow_dataset_free(dataset);
	GOOD(hardrow_close(tracker, &logging_error));
	cr_expect_eq(logging_ask("SELECT count(*) FROM run"), 0);
}

Test(lib_caller, predictions_that_will_not_do)
{
	static const struct {
		double values[CLASSES];
		int kind;
	} cases[] = { { { 0.5, 0.6, 0.1 }, HARDROW_PROBABILITIES },  { { -0.2, 1, 0.2 }, HARDROW_PROBABILITIES },
		      { { 0.5, NAN, 0.5 }, HARDROW_PROBABILITIES },  { { 3, -1, -1 }, HARDROW_PROBABILITIES },
		      { { -1, -1, -3 }, HARDROW_LOG_PROBABILITIES }, { { 1, INFINITY, 2 }, HARDROW_LOGITS } };
	const hardrow_epoch_options past = { .size = sizeof past, .number = 1 };
	hardrow_tracker *tracker = logging_open(), *nothing = NULL;
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *run = logging_begin(tracker, dataset);

	BAD(hardrow_end_epoch(run, NULL, &logging_error), HARDROW_INPUT, "nobody was predicted");
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const hardrow_predictions predictions = {
			.size = sizeof predictions,
			.values = cases[i].values,
			.type = HARDROW_FLOAT64,
			.kind = cases[i].kind,
			.rows = 1,
			.ids = (int64_t[]){ 4 },
		};
		BAD(hardrow_log(run, &predictions, &logging_error), HARDROW_INPUT, "row 0 (instance 4)");
	}
	GOOD(logging_log(run, 1, &logging_error));
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	GOOD(logging_log(run, 2, &logging_error));
	BAD(hardrow_end_epoch(run, &past, &logging_error), HARDROW_INPUT, "the last epoch was 1");
	logging_finish(tracker, dataset, run);
	cr_expect_eq(logging_ask("SELECT count(*) FROM epochs"), 1);
	BAD(hardrow_open("no/such/folder/a.db", NULL, &nothing, &logging_error), HARDROW_SYSTEM, "no/such/folder");
	cr_expect_eq(hardrow_open("no/such/folder/a.db", NULL, &nothing, NULL), HARDROW_SYSTEM, "no error is fine");
}

Test(lib_caller, a_child_leaves_the_handles_alone)
{
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *run = logging_begin(tracker, dataset);
	int status = 0;

	GOOD(logging_log(run, 1, &logging_error));
	pid_t child = fork();
	cr_assert(child >= 0);
	if (child == 0) {
		bool is_refused = hardrow_end_epoch(run, NULL, &logging_error) == HARDROW_INPUT &&
				  hardrow_sync(tracker, &logging_error) == HARDROW_INPUT &&
				  hardrow_finish(run, HARDROW_DONE, NULL, NULL, &logging_error) == HARDROW_OK &&
				  hardrow_close(tracker, &logging_error) == HARDROW_OK;
		hardrow_dataset_free(dataset);
		_exit(is_refused ? 0 : 1);
	}
	cr_assert_eq(waitpid(child, &status, 0), child);
	cr_expect_eq(status, 0);
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	logging_finish(tracker, dataset, run);
	cr_expect_eq(logging_ask("SELECT count(*) FROM runs WHERE status = 'done' AND epochs = 1"), 1);
}

Test(lib_caller, signals_are_for_the_threads_of_the_program)
{
	sigset_t one, before, after;

	(void)sigemptyset(&one);
	(void)sigaddset(&one, SIGUSR1);
	cr_assert_eq(pthread_sigmask(SIG_BLOCK, &one, NULL), 0);
	cr_assert_eq(pthread_sigmask(SIG_BLOCK, NULL, &before), 0);
	hardrow_tracker *tracker = logging_open();
	/* A thread that does not block it would end the program. */
	cr_assert_eq(kill(getpid(), SIGUSR1), 0);
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *run = logging_begin(tracker, dataset);
	GOOD(logging_log(run, 1, &logging_error));
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	logging_finish(tracker, dataset, run);
	cr_assert_eq(pthread_sigmask(SIG_BLOCK, NULL, &after), 0);
	for (int number = 1; number < SIGRTMIN; number++)
		cr_expect_eq(sigismember(&after, number), sigismember(&before, number), "%d", number);
	cr_assert_eq(sigpending(&after), 0);
	cr_expect_eq(sigismember(&after, SIGUSR1), 1, "it waits for us");
}

static void *log_run(void *context)
{
	void **both = context;
	hardrow_error own;
	hardrow_run *run = NULL;

	if (hardrow_begin(both[0], both[1], NULL, &run, &own) != HARDROW_OK)
		return NULL;
	for (size_t epoch = 1; epoch <= 20; epoch++)
		if (logging_log(run, epoch, &own) != HARDROW_OK || hardrow_end_epoch(run, NULL, &own) != HARDROW_OK)
			return NULL;
	return hardrow_finish(run, HARDROW_DONE, NULL, NULL, &own) == HARDROW_OK ? context : NULL;
}

Test(lib_caller, threads_log_runs_side_by_side)
{
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	void *both[] = { tracker, dataset }, *result = NULL;
	pthread_t threads[4];

	for (size_t i = 0; i < 4; i++)
		cr_assert_eq(pthread_create(&threads[i], NULL, log_run, both), 0);
	for (size_t i = 0; i < 4; i++) {
		cr_assert_eq(pthread_join(threads[i], &result), 0);
		cr_expect_not_null(result);
	}
	hardrow_dataset_free(dataset);
	GOOD(hardrow_close(tracker, &logging_error));
	cr_expect_eq(logging_ask("SELECT count(*) FROM runs WHERE status = 'done' AND epochs = 20"), 4);
	cr_expect_eq(logging_ask("SELECT count(*) FROM dataset"), 1);
}

Test(lib_caller, a_file_that_is_closed_ends_its_runs)
{
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *run = logging_begin(tracker, dataset);

	GOOD(logging_log(run, 1, &logging_error));
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	GOOD(hardrow_sync(tracker, &logging_error));
	cr_expect_eq(logging_ask("SELECT count(*) FROM epoch"), 1, "what was synced is there");
	GOOD(hardrow_close(tracker, &logging_error));
	const hardrow_predictions predictions = { .size = sizeof predictions };
	BAD(hardrow_log(run, &predictions, &logging_error), HARDROW_INPUT, "its file was closed");
	BAD(hardrow_finish(run, HARDROW_DONE, NULL, NULL, &logging_error), HARDROW_INPUT, "its file was closed");
	hardrow_dataset_free(dataset);
	cr_expect_eq(
	    logging_ask("SELECT count(*) FROM runs WHERE status = 'interrupted' AND message = 'its file was closed'"),
	    1);
	cr_expect_eq(logging_ask("SELECT count(*) FROM instance_summary"), ROWS);
}

Test(lib_caller, closing_with_two_runs_of_which_one_has_an_epoch)
{
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *without = logging_begin(tracker, dataset), *with = logging_begin(tracker, dataset);

	GOOD(logging_log(with, 1, &logging_error));
	GOOD(hardrow_end_epoch(with, NULL, &logging_error));
	GOOD(hardrow_close(tracker, &logging_error));
	(void)hardrow_finish(with, HARDROW_DONE, NULL, NULL, NULL);
	(void)hardrow_finish(without, HARDROW_DONE, NULL, NULL, NULL);
	hardrow_dataset_free(dataset);
	cr_expect_eq(logging_ask("SELECT count(DISTINCT run_id) FROM instance_summary"), 1);
}

Test(lib_caller, a_data_set_that_was_deleted_is_no_other)
{
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *run = NULL;

	cr_assert_eq(system("sqlite3 " LOGGING_FILE
			    " 'DELETE FROM split_class; DELETE FROM split_part; DELETE FROM split;"
			    " DELETE FROM class; DELETE FROM instance; DELETE FROM dataset'"),
		     0);
	BAD(hardrow_begin(tracker, dataset, NULL, &run, &logging_error), HARDROW_INPUT, "was deleted");
	hardrow_dataset_free(dataset);
	GOOD(hardrow_close(tracker, &logging_error));
}

Test(lib_caller, every_call_about_a_run_that_is_lost_says_so)
{
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *lost = logging_begin(tracker, dataset), *other = logging_begin(tracker, dataset);

	GOOD(hardrow_sync(tracker, &logging_error));
	cr_assert_eq(system("sqlite3 " LOGGING_FILE " 'UPDATE run SET writer_id = NULL WHERE run_id = 1'"), 0);
	GOOD(logging_log(lost, 1, &logging_error));
	GOOD(hardrow_end_epoch(lost, NULL, &logging_error));
	GOOD(hardrow_sync(tracker, &logging_error));
	BAD(hardrow_log_draws(lost, (int64_t[]){ 1 }, NULL, 1, &logging_error), HARDROW_INPUT, "another process");
	BAD(hardrow_end_epoch(lost, NULL, &logging_error), HARDROW_INPUT, "another process");
	BAD(hardrow_finish(lost, HARDROW_DONE, NULL, NULL, &logging_error), HARDROW_INPUT, "another process");
	GOOD(logging_log(other, 1, &logging_error));
	GOOD(hardrow_end_epoch(other, NULL, &logging_error));
	logging_finish(tracker, dataset, other);
}

/* Where the system has no German locale it is made here, of the sources in Debian's package `locales`. */
static bool speak_german(void)
{
	static const char name[] = "de_DE.UTF-8";

	if (setlocale(LC_ALL, name) != NULL)
		return true;
	return system("localedef -i de_DE -f UTF-8 ./de_DE.UTF-8 > /dev/null 2>&1") == 0 &&
	       setenv("LOCPATH", ".", 1) == 0 && setlocale(LC_ALL, name) != NULL;
}

/* A file whose features are JSON still. */
static void copy_older_file(void)
{
	char command[4096];

	(void)snprintf(command, sizeof command, "cp '%s/tests/fixtures/version14.db' " LOGGING_FILE,
		       getenv("HARDROW_SOURCE"));
	cr_assert_eq(system(command), 0);
}

Test(lib_caller, the_locale_of_the_host_is_nothing_to_it)
{
	static const double target[] = { 0.1, 0.7, 1.2 };
	const hardrow_dataset_options numbers = {
		.size = sizeof numbers, .name = "numbers", .instances = 3, .target = target, .target_bins = "width:0.5"
	};
	if (!speak_german())
		cr_skip_test("no German locale, and localedef cannot make it: Debian's package locales");
	cr_assert_float_eq(strtod("0,5", NULL), 0.5, 0);
	copy_older_file();
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker), *regression = NULL;
	hardrow_run *run = NULL;
	GOOD(hardrow_put_dataset(tracker, &numbers, &regression, &logging_error));
	hardrow_dataset_free(regression);
	cr_expect_float_eq(strtod("0,5", NULL), 0.5, 0, "it is German still");
	const hardrow_run_options options = { .size = sizeof options, .prior = 0.5, .settings = "{\"rate\":0.1}" };

	GOOD(hardrow_begin(tracker, dataset, &options, &run, &logging_error));
	GOOD(logging_log(run, 1, &logging_error));
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	logging_finish(tracker, dataset, run);
	/* SQLite 3.40 reads the numbers of JSON by the locale. */
	cr_assert_not_null(setlocale(LC_ALL, "C"));
	cr_expect_eq(logging_ask("SELECT settings ->> 'prior' + settings ->> 'rate' FROM runs WHERE model = 'unknown'"),
		     0.6);
	cr_expect_eq(logging_ask("SELECT count(*) FROM class WHERE name IN ('0..0.5', '0.5..1', '1..1.5')"), 3);
}
