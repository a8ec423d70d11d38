#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "unit/logging.h"
#include "unit/scratch.h"

TestSuite(lib, .init = scratch_enter, .fini = scratch_leave);

/* p of the classes by the definition of softmax. */
static void softmax(size_t epoch, size_t i, double ret_p[CLASSES])
{
	double sum = 0;

	for (size_t c = 0; c < CLASSES; c++)
		sum += ret_p[c] = exp(logging_logit(epoch, i, c));
	for (size_t c = 0; c < CLASSES; c++)
		ret_p[c] /= sum;
}

/* Written from the paper's Algorithm 1. */
static double difficulty_after(size_t epochs, size_t i)
{
	double past[CLASSES] = { 1.0 / CLASSES, 1.0 / CLASSES, 1.0 / CLASSES }, now[CLASSES], du = 0, dl = 0;

	for (size_t epoch = 1; epoch <= epochs; epoch++) {
		softmax(epoch, i, now);
		for (size_t c = 0; c < CLASSES; c++) {
			double change = (now[c] - past[c]) * log(now[c] / past[c]);
			if ((c == i % CLASSES) == (now[c] > past[c]))
				dl += change;
			else
				du += change;
		}
		memcpy(past, now, sizeof past);
	}
	return (1 + du) / (1 + dl);
}

Test(lib, weights_follow_the_difficulty)
{
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *run = logging_begin(tracker, dataset);
	double sum = 0, weights = 0;
	size_t train = 0;

	for (size_t i = 0; i < ROWS; i++)
		cr_expect(i % 5 == 0 ? isnan(hardrow_weights(run)[i]) : hardrow_weights(run)[i] == 1);
	for (size_t epoch = 1; epoch <= 4; epoch++) {
		GOOD(logging_log(run, epoch, &logging_error));
		GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	}
	for (size_t i = 0; i < ROWS; i++) {
		cr_expect_float_eq(hardrow_difficulty(run)[i], difficulty_after(4, i), 1e-5);
		sum += i % 5 == 0 ? 0 : difficulty_after(4, i);
		train += i % 5 != 0;
	}
	for (size_t i = 0; i < ROWS; i++) {
		if (i % 5 == 0)
			continue;
		cr_expect_float_eq(hardrow_weights(run)[i], difficulty_after(4, i) * (double)train / sum, 1e-5);
		weights += hardrow_weights(run)[i];
	}
	cr_expect_float_eq(weights, (double)train, 1e-9);
	logging_finish(tracker, dataset, run);
	cr_expect_eq(logging_ask("SELECT count(*) FROM dynamics WHERE run_id = 1"), 4 * ROWS);
	cr_expect_eq(
	    logging_ask("SELECT count(*) FROM runs WHERE status = 'done' AND model = 'mine' AND method = 'logged'"
			" AND epochs = 4 AND settings ->> 'prior' = 1"),
	    1);
	cr_expect_float_eq(logging_ask("SELECT difficulty FROM instance_summary WHERE instance_id = 17"),
			   difficulty_after(4, 17), 1e-6);
}

/* The same epochs in other words; every file must hold the same dynamics. */
static double sum_of(void (*log)(hardrow_run *run, size_t epoch))
{
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *run = logging_begin(tracker, dataset);

	for (size_t epoch = 1; epoch <= 2; epoch++) {
		log(run, epoch);
		GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	}
	logging_finish(tracker, dataset, run);
	double value =
	    logging_ask("SELECT sum(p_true * (instance_id + 1)) + sum(du) + sum(dl) + count(predicted) FROM dynamics");
	cr_assert_eq(unlink(LOGGING_FILE), 0);
	return value;
}

static void log_whole(hardrow_run *run, size_t epoch)
{
	GOOD(logging_log(run, epoch, &logging_error));
}

static void log_backwards_by_ones(hardrow_run *run, size_t epoch)
{
	for (int64_t i = ROWS; i-- > 0;) {
		double values[CLASSES];
		const hardrow_predictions predictions = {
			.size = sizeof predictions,
			.values = values,
			.type = HARDROW_FLOAT64,
			.kind = HARDROW_LOGITS,
			.rows = 1,
			.ids = &i,
		};
		/* The second time counts. */
		for (int again = 0; again < 2; again++) {
			for (size_t c = 0; c < CLASSES; c++)
				values[c] = again * logging_logit(epoch, (size_t)i, c);
			GOOD(hardrow_log(run, &predictions, &logging_error));
		}
	}
}

static void log_logarithms_by_columns(hardrow_run *run, size_t epoch)
{
	double values[CLASSES][ROWS], p[CLASSES];
	const hardrow_predictions predictions = {
		.size = sizeof predictions,
		.values = values,
		.type = HARDROW_FLOAT64,
		.kind = HARDROW_LOG_PROBABILITIES,
		.rows = ROWS,
		.row_stride = sizeof(double),
		.column_stride = ROWS * sizeof(double),
	};

	for (size_t i = 0; i < ROWS; i++) {
		softmax(epoch, i, p);
		for (size_t c = 0; c < CLASSES; c++)
			values[c][i] = log(p[c]);
	}
	GOOD(hardrow_log(run, &predictions, &logging_error));
}

static void log_float32_from_the_end(hardrow_run *run, size_t epoch)
{
	float values[ROWS][CLASSES];
	double p[CLASSES];
	int64_t ids[ROWS];
	const hardrow_predictions predictions = {
		.size = sizeof predictions,
		.values = values[ROWS - 1],
		.rows = ROWS,
		.row_stride = -(ptrdiff_t)sizeof values[0],
		.column_stride = sizeof(float),
		.ids = ids,
	};

	for (size_t i = 0; i < ROWS; i++) {
		softmax(epoch, i, p);
		for (size_t c = 0; c < CLASSES; c++)
			values[i][c] = (float)p[c];
		ids[i] = (int64_t)(ROWS - 1 - i);
	}
	GOOD(hardrow_log(run, &predictions, &logging_error));
}

Test(lib, order_chunks_types_and_kinds_do_not_matter)
{
	double expected = sum_of(log_whole);

	cr_expect_float_eq(sum_of(log_backwards_by_ones), expected, 0);
	cr_expect_float_eq(sum_of(log_logarithms_by_columns), expected, 1e-4);
	cr_expect_float_eq(sum_of(log_float32_from_the_end), expected, 1e-2);
}

/* Instance i alone. */
static void log_one(hardrow_run *run, int64_t i, const double *values)
{
	const hardrow_predictions predictions = {
		.size = sizeof predictions,
		.values = values,
		.type = HARDROW_FLOAT64,
		.rows = 1,
		.ids = &i,
	};

	GOOD(hardrow_log(run, &predictions, &logging_error));
}

Test(lib, who_is_not_seen_has_no_predictions)
{
	static const double right[] = { 0.7, 0.2, 0.1 }, wrong[] = { 0.1, 0.2, 0.7 };
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *run = logging_begin(tracker, dataset);

	/* Of class 0: 3 is right in both, 6 in the first, and 9 is never seen; 12 is carried in the third. */
	log_one(run, 3, right);
	log_one(run, 6, right);
	log_one(run, 12, right);
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	double before = hardrow_difficulty(run)[6];
	log_one(run, 3, wrong);
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	cr_expect_eq(hardrow_difficulty(run)[6], before);
	cr_expect_eq(hardrow_difficulty(run)[9], 1);
	log_one(run, 3, right);
	GOOD(hardrow_end_epoch(run, &(hardrow_epoch_options){ .size = sizeof(hardrow_epoch_options), .carry = 1 },
			       &logging_error));
	logging_finish(tracker, dataset, run);

	static const struct {
		const char *sql;
		double expected;
	} cases[] = {
		{ "SELECT seen FROM epochs WHERE epoch = 1", 3 },
		{ "SELECT seen FROM epochs WHERE epoch = 2", 1 },
		{ "SELECT seen FROM epochs WHERE epoch = 3", 3 },
		{ "SELECT train_accuracy FROM epochs WHERE epoch = 1", 1 },
		{ "SELECT train_accuracy FROM epochs WHERE epoch = 2", 0 },
		{ "SELECT count(p_true) FROM dynamics WHERE epoch = 1", 3 },
		{ "SELECT count(predicted) + count(du) + count(dl) FROM dynamics WHERE epoch = 2", 3 },
		{ "SELECT count(probability) FROM predictions WHERE epoch = 1", 3 * CLASSES },
		{ "SELECT count(difficulty) FROM dynamics WHERE epoch = 1", ROWS },
		{ "SELECT du + dl FROM dynamics WHERE epoch = 3 AND instance_id = 12", 0 },
		{ "SELECT p_true FROM dynamics WHERE epoch = 3 AND instance_id = 12", (float)0.7 },
		{ "SELECT correctness FROM instance_summary WHERE instance_id = 6", 1 },
		{ "SELECT correctness * 3 FROM instance_summary WHERE instance_id = 3", 2 },
		{ "SELECT forgetting_events FROM instance_summary WHERE instance_id = 3", 1 },
		{ "SELECT p_true_mean FROM instance_summary WHERE instance_id = 9", NAN },
		{ "SELECT predicted IS NULL AND never_learned IS NULL FROM instance_summary WHERE instance_id = 9", 1 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		double value = logging_ask(cases[i].sql);
		cr_expect(isnan(cases[i].expected) ? isnan(value) : fabs(value - cases[i].expected) < 1e-9, "%s: %g",
			  cases[i].sql, value);
	}
}

Test(lib, an_epoch_that_is_not_ended_leaves_nothing)
{
	static const double right[] = { 0.7, 0.2, 0.1 }, wrong[] = { 0.1, 0.2, 0.7 };
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *run = logging_begin(tracker, dataset);

	log_one(run, 3, right);
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	log_one(run, 3, wrong);
	log_one(run, 6, wrong);
	logging_finish(tracker, dataset, run);
	cr_expect_float_eq(logging_ask("SELECT last_loss FROM instance_summary WHERE instance_id = 3"), -log(0.7),
			   1e-6);
	cr_expect_eq(logging_ask("SELECT predicted FROM instance_summary WHERE instance_id = 3"), 0);
	cr_expect(isnan(logging_ask("SELECT last_loss FROM instance_summary WHERE instance_id = 6")));
}

Test(lib, who_is_not_seen_keeps_the_difficulty_of_his_last_epoch)
{
	static const double right[] = { 0.7, 0.2, 0.1 };
	const hardrow_run_options options = { .size = sizeof options, .per_epoch = 1 };
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *run = NULL;

	GOOD(hardrow_begin(tracker, dataset, &options, &run, &logging_error));
	log_one(run, 3, right);
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	double before = hardrow_difficulty(run)[3];
	cr_expect(before < 1);
	log_one(run, 6, right);
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	cr_expect_eq(hardrow_difficulty(run)[3], before);
	logging_finish(tracker, dataset, run);
}

Test(lib, numbers_that_are_far_apart)
{
	static const struct {
		double values[CLASSES];
		int kind;
		double p_true, loss;
	} cases[] = {
		{ { 1e308, -1e308, 0 }, HARDROW_LOGITS, 1, 0 },
		{ { -1e308, 1e308, 0 }, HARDROW_LOGITS, 0, 700 },
		{ { 0, -INFINITY, -INFINITY }, HARDROW_LOG_PROBABILITIES, 1, 0 },
		{ { -INFINITY, 0, -INFINITY }, HARDROW_LOG_PROBABILITIES, 0, 27.631021115928547 },
		{ { 0, 1, 0 }, HARDROW_PROBABILITIES, 0, 27.631021115928547 },
	};
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		hardrow_run *run = logging_begin(tracker, dataset);
		const hardrow_predictions predictions = {
			.size = sizeof predictions,
			.values = cases[i].values,
			.type = HARDROW_FLOAT64,
			.kind = cases[i].kind,
			.rows = 1,
		};
		char sql[200];
		GOOD(hardrow_log(run, &predictions, &logging_error));
		GOOD(hardrow_end_epoch(run, NULL, &logging_error));
		GOOD(hardrow_finish(run, HARDROW_DONE, NULL, NULL, &logging_error));
		(void)snprintf(sql, sizeof sql,
			       "SELECT p_true_mean * 1000 + mean_loss FROM instance_summary WHERE instance_id = 0 AND "
			       "run_id = %zu",
			       i + 1);
		cr_expect_float_eq(logging_ask(sql), cases[i].p_true * 1000 + cases[i].loss, 1e-9, "%zu", i);
	}
	hardrow_dataset_free(dataset);
	GOOD(hardrow_close(tracker, &logging_error));
}

/* One class is ahead of another by less than float32 tells, and one loss is more than float32's p can say. */
Test(lib, the_end_in_the_middle_of_an_epoch_changes_nothing)
{
	static const double ended[] = { 0, 1e-9, -1, 0, -300, -1 }, begun[] = { 5, 0, 0, 0, 5, 0 };
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *run = logging_begin(tracker, dataset);
	hardrow_predictions predictions = {
		.size = sizeof predictions,
		.values = ended,
		.type = HARDROW_FLOAT64,
		.kind = HARDROW_LOGITS,
		.rows = 2,
	};

	GOOD(hardrow_log(run, &predictions, &logging_error));
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	predictions.values = begun;
	GOOD(hardrow_log(run, &predictions, &logging_error));
	logging_finish(tracker, dataset, run);
	cr_expect_eq(logging_ask("SELECT predicted FROM instance_summary WHERE instance_id = 0"), 1);
	cr_expect_eq(logging_ask("SELECT predicted FROM instance_summary WHERE instance_id = 1"), 0);
	cr_expect_float_eq(logging_ask("SELECT last_loss FROM instance_summary WHERE instance_id = 1"),
			   300 + log1p(exp(-1)), 1e-9);
}

Test(lib, draws_series_and_matrices)
{
	static const int64_t drawn[] = { 1, 1, 2 };
	static const double loss[] = { 0.5, 0.25, 2 }, weight[] = { 1, 2, 3, 4, 5, 6 };
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = logging_put(tracker);
	hardrow_run *run = logging_begin(tracker, dataset);
	uint32_t draws[ROWS], again[ROWS];
	size_t count = 0, count_again = 0;

	GOOD(hardrow_log_draws(run, drawn, NULL, 2, &logging_error));
	GOOD(hardrow_log_draws(run, drawn + 2, NULL, 1, &logging_error));
	GOOD(hardrow_log_series(run, "loss", drawn + 1, NULL, loss, 2, &logging_error));
	GOOD(hardrow_log_series(run, "loss", (int64_t[]){ 129 }, NULL, loss + 2, 1, &logging_error));
	GOOD(hardrow_log_series(run, "grad norm", NULL, NULL, loss, 3, &logging_error));
	GOOD(hardrow_log_matrix(run, 0, "weight", 2, 3, weight, &logging_error));
	GOOD(hardrow_log_matrix(run, 1, "weight", 3, 2, weight, &logging_error));
	BAD(hardrow_log_matrix(run, 1, "weight", 3, 2, weight, &logging_error), HARDROW_INPUT, "already");
	GOOD(logging_log(run, 1, &logging_error));
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	cr_assert(hardrow_most_draws(run) <= ROWS);
	GOOD(hardrow_draw(run, draws, ROWS, &count, &logging_error));
	BAD(hardrow_draw(run, draws, 3, &count, &logging_error), HARDROW_INPUT, "room");
	for (size_t i = 0; i < count; i++)
		cr_expect(draws[i] < ROWS && draws[i] % 5 != 0);
	GOOD(logging_log(run, 2, &logging_error));
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	hardrow_run *other = logging_begin(tracker, dataset);
	GOOD(logging_log(other, 1, &logging_error));
	GOOD(hardrow_end_epoch(other, NULL, &logging_error));
	GOOD(hardrow_draw(other, again, ROWS, &count_again, &logging_error));
	cr_expect(count == count_again && memcmp(draws, again, count * sizeof *draws) == 0, "the same seed");
	GOOD(hardrow_finish(other, HARDROW_FAILED, "no luck", NULL, &logging_error));
	logging_finish(tracker, dataset, run);
	cr_expect_eq(logging_ask("SELECT draws FROM dynamics WHERE run_id = 1 AND epoch = 1 AND instance_id = 1"), 2);
	cr_expect_eq(logging_ask("SELECT sum(draws) FROM dynamics WHERE run_id = 1 AND epoch = 1"), 3);
	cr_expect_eq(logging_ask("SELECT count(draws) FROM dynamics WHERE run_id = 1 AND epoch = 2"), 0);
	cr_expect_eq(
	    logging_ask("SELECT sum(value) FROM instance_series WHERE name = 'loss' AND instance_id IN (1, 2, 129)"),
	    0.5 + 0.25 + 2);
	cr_expect_eq(logging_ask("SELECT count(*) FROM instance_series"), 6);
	cr_expect_eq(logging_ask("SELECT count(*) FROM weights WHERE rows * cols = 6 AND length(value) = 48"), 2);
	cr_expect_eq(logging_ask("SELECT count(*) FROM runs WHERE status = 'failed' AND message = 'no luck'"), 1);
}

Test(lib, names_may_be_texts_and_sparse_numbers)
{
	static const char *const keys[] = { "cat.png", "dog.png" }, *const classes[] = { "no", "yes" };
	static const uint32_t labels[] = { 0, 1 };
	static const double p[] = { 0.5, 0.5 };
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = NULL;
	hardrow_dataset_options options = {
		.size = sizeof options,
		.name = "texts",
		.instances = 2,
		.classes = 2,
		.labels = labels,
		.class_names = classes,
		.keys = keys,
	};
	hardrow_predictions predictions = {
		.size = sizeof predictions,
		.values = p,
		.type = HARDROW_FLOAT64,
		.rows = 1,
		.keys = keys + 1,
	};

	GOOD(hardrow_put_dataset(tracker, &options, &dataset, &logging_error));
	hardrow_run *run = logging_begin(tracker, dataset);
	GOOD(hardrow_log(run, &predictions, &logging_error));
	predictions.keys = (const char *[]){ "cow.png" };
	BAD(hardrow_log(run, &predictions, &logging_error), HARDROW_INPUT, "no instance 'cow.png'");
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	GOOD(hardrow_finish(run, HARDROW_DONE, NULL, NULL, &logging_error));
	hardrow_dataset_free(dataset);
	options.keys = NULL;
	options.ids = (int64_t[]){ 17, 4000000000 };
	GOOD(hardrow_put_dataset(tracker, &options, &dataset, &logging_error));
	run = logging_begin(tracker, dataset);
	predictions.keys = NULL;
	predictions.ids = options.ids + 1;
	GOOD(hardrow_log(run, &predictions, &logging_error));
	predictions.ids = (int64_t[]){ 1 };
	BAD(hardrow_log(run, &predictions, &logging_error), HARDROW_INPUT, "no instance 1");
	GOOD(hardrow_end_epoch(run, NULL, &logging_error));
	logging_finish(tracker, dataset, run);
	cr_expect_eq(
	    logging_ask(
		"SELECT count(*) FROM dynamics JOIN runs USING (run_id) JOIN instances USING (dataset_id, instance_id)"
		" WHERE instance_key = 'dog.png' AND p_true = 0.5 AND dynamics.class = 'yes'"),
	    1);
	cr_expect_eq(logging_ask("SELECT instance_id FROM dynamics WHERE run_id = 2 AND p_true IS NOT NULL"), 4e9);
}
