/* Runs of a regression that a program logs. */
#include <math.h>
#include <stdio.h>

#include "unit/logging.h"
#include "unit/scratch.h"

TestSuite(lib_regression, .init = scratch_enter, .fini = scratch_leave);

static double target_of(size_t i)
{
	return 100 + 10 * sin((double)i);
}

static double predicted_in(size_t epoch, size_t i)
{
	return target_of(i) + 5 * cos((double)(3 * i + epoch)) / (double)epoch;
}

static hardrow_dataset *put_numbers(hardrow_tracker *tracker, const char *bins)
{
	double target[ROWS];
	uint8_t test[ROWS];
	hardrow_dataset *dataset = NULL;

	for (size_t i = 0; i < ROWS; i++) {
		target[i] = target_of(i);
		test[i] = i % 5 == 0;
	}
	const hardrow_dataset_options options = {
		.size = sizeof options,
		.name = "numbers",
		.instances = ROWS,
		.target = target,
		.target_bins = bins,
		.test = test,
	};
	GOOD(hardrow_put_dataset(tracker, &options, &dataset, &logging_error));
	return dataset;
}

static int log_number(hardrow_run *run, const int64_t *ids, size_t rows, const double *values)
{
	const hardrow_predictions predictions = {
		.size = sizeof predictions,
		.values = values,
		.type = HARDROW_FLOAT64,
		.kind = HARDROW_NUMBERS,
		.rows = rows,
		.ids = ids,
	};

	return hardrow_log(run, &predictions, &logging_error);
}

static void log_numbers(hardrow_run *run, size_t epoch)
{
	double values[ROWS];

	for (size_t i = 0; i < ROWS; i++)
		values[i] = predicted_in(epoch, i);
	GOOD(log_number(run, NULL, ROWS, values));
}

static void end_epoch(hardrow_run *run, int carry)
{
	const hardrow_epoch_options options = { .size = sizeof options, .carry = carry };

	GOOD(hardrow_end_epoch(run, &options, &logging_error));
}

/* Mean of the targets of the training part, and their deviation. */
static void fit(double *ret_mean, double *ret_sd)
{
	double sum = 0, squares = 0, count = 0;

	for (size_t i = 0; i < ROWS; i++)
		if (i % 5 != 0) {
			sum += target_of(i);
			squares += target_of(i) * target_of(i);
			count++;
		}
	*ret_mean = sum / count;
	*ret_sd = sqrt(squares / count - sum / count * (sum / count));
}

/* As rebalance/regression.h has it. */
static double difficulty_after(size_t epochs, size_t i)
{
	double mean, sd, du = 0, dl = 0;

	fit(&mean, &sd);
	double past = fabs(mean - target_of(i)) / sd;
	for (size_t epoch = 1; epoch <= epochs; epoch++) {
		double now = fabs(predicted_in(epoch, i) - target_of(i)) / sd;
		du += fmax(0, now - past);
		dl += fmax(0, past - now);
		past = now;
	}
	return (1 + du) / (1 + dl);
}

static void check(const char *sql, double expected, double bound)
{
	double value = logging_ask(sql);

	cr_expect(isnan(expected) ? isnan(value) : fabs(value - expected) <= bound, "%s: %.10g, not %.10g", sql, value,
		  expected);
}

Test(lib_regression, residuals_difficulty_and_metrics)
{
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = put_numbers(tracker, "12");
	hardrow_run *run = logging_begin(tracker, dataset);
	double squares = 0, sizes = 0, count = 0, weights = 0;
	char sql[200];

	for (size_t epoch = 1; epoch <= 3; epoch++) {
		log_numbers(run, epoch);
		end_epoch(run, 0);
	}
	for (size_t i = 0; i < ROWS; i++) {
		double residual = predicted_in(3, i) - target_of(i);
		cr_expect_float_eq(hardrow_difficulty(run)[i], difficulty_after(3, i), 1e-6);
		if (i % 5 == 0)
			continue;
		squares += residual * residual;
		sizes += fabs(residual);
		weights += difficulty_after(3, i);
		count++;
	}
	cr_expect_float_eq(hardrow_weights(run)[7], difficulty_after(3, 7) * count / weights, 1e-6);
	logging_finish(tracker, dataset, run);
	check("SELECT count(*) FROM runs WHERE task = 'regression' AND status = 'done'", 1, 0);
	check("SELECT count(*) FROM regression_dynamics", 3 * ROWS, 0);
	check("SELECT count(DISTINCT name) FROM class", 12, 0);
	for (size_t i = 0; i < ROWS; i += 43) {
		(void)snprintf(sql, sizeof sql,
			       "SELECT predicted FROM regression_dynamics WHERE epoch = 2 AND instance_id = %zu", i);
		check(sql, predicted_in(2, i), 1e-6);
	}
	check("SELECT mse FROM regression_metrics WHERE epoch = 3 AND part = 'train' AND shot = 'all'", squares / count,
	      1e-6);
	check("SELECT mae FROM regression_metrics WHERE epoch = 3 AND part = 'train' AND shot = 'all'", sizes / count,
	      1e-6);
	check("SELECT difficulty FROM instance_summary WHERE instance_id = 17", difficulty_after(3, 17), 1e-6);
}

Test(lib_regression, who_is_not_seen_and_who_is_carried)
{
	static const int64_t first[] = { 3, 6 };
	const double start[] = { target_of(3) + 2, target_of(6) + 4 }, later[] = { target_of(3) - 1 };
	double mean, sd;
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = put_numbers(tracker, NULL);
	hardrow_run *run = logging_begin(tracker, dataset);

	fit(&mean, &sd);
	GOOD(log_number(run, first, 2, start));
	end_epoch(run, 0);
	double before = hardrow_difficulty(run)[6];
	GOOD(log_number(run, first, 1, later));
	end_epoch(run, 0);
	cr_expect_eq(hardrow_difficulty(run)[6], before);
	cr_expect_eq(hardrow_difficulty(run)[9], 1);
	GOOD(log_number(run, first, 1, start));
	end_epoch(run, 1);
	/* Nothing of it counts: it is not ended. */
	GOOD(log_number(run, first, 1, later));
	logging_finish(tracker, dataset, run);

	const struct {
		const char *sql;
		double expected;
	} cases[] = {
		{ "SELECT seen FROM epochs WHERE epoch = 1", 2 },
		{ "SELECT seen FROM epochs WHERE epoch = 2", 1 },
		{ "SELECT seen FROM epochs WHERE epoch = 3", 2 },
		{ "SELECT count(residual) + count(du) + count(dl) FROM regression_dynamics WHERE epoch = 2", 3 },
		{ "SELECT residual FROM regression_dynamics WHERE epoch = 3 AND instance_id = 6", 4 },
		{ "SELECT du + dl FROM regression_dynamics WHERE epoch = 3 AND instance_id = 6", 0 },
		{ "SELECT du FROM regression_dynamics WHERE epoch = 3 AND instance_id = 3", 1 / sd },
		{ "SELECT mse FROM regression_metrics WHERE epoch = 2 AND part = 'train' AND shot = 'all'", 1 },
		{ "SELECT instances FROM regression_metrics WHERE epoch = 2 AND part = 'train' AND shot = 'all'", 1 },
		{ "SELECT mean_abs_residual FROM instance_summary WHERE instance_id = 3", 5.0 / 3 },
		{ "SELECT mean_abs_residual FROM instance_summary WHERE instance_id = 6", 4 },
		{ "SELECT last_residual FROM instance_summary WHERE instance_id = 3", 2 },
		{ "SELECT mean_loss FROM instance_summary WHERE instance_id = 9", NAN },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		check(cases[i].sql, cases[i].expected, 1e-5);
}

Test(lib_regression, what_will_not_do)
{
	static const double good[] = { 1, 2, 3 }, bad[] = { 1, NAN, 3 }, far[] = { 1e38 };
	const hardrow_run_options paced = { .size = sizeof paced, .sampler = "self-paced" };
	const hardrow_run_options unknown = { .size = sizeof unknown, .sampler = "x" };
	hardrow_predictions classes = { .size = sizeof classes, .values = good, .type = HARDROW_FLOAT64, .rows = 1 };
	hardrow_tracker *tracker = logging_open();
	hardrow_dataset *dataset = put_numbers(tracker, NULL), *other = logging_put(tracker);
	hardrow_run *run = logging_begin(tracker, dataset), *none = NULL, *of_classes = logging_begin(tracker, other);

	BAD(hardrow_begin(tracker, dataset, &paced, &none, &logging_error), HARDROW_INPUT, "goes by classes");
	BAD(hardrow_begin(tracker, dataset, &unknown, &none, &logging_error), HARDROW_INPUT, "multinomial");
	cr_expect_null(strstr(logging_error.message, "self-paced"), "%s", logging_error.message);
	BAD(hardrow_log(run, &classes, &logging_error), HARDROW_INPUT, "predictions of it are HARDROW_NUMBERS");
	BAD(log_number(of_classes, NULL, 1, good), HARDROW_INPUT, "HARDROW_NUMBERS are predictions of a target");
	BAD(log_number(run, NULL, 3, bad), HARDROW_INPUT, "row 1 (instance 1): column 0: 'nan'");
	BAD(log_number(run, NULL, 1, far), HARDROW_INPUT, "'1e+38'");
	BAD(hardrow_end_epoch(run, NULL, &logging_error), HARDROW_INPUT, "nobody was predicted");
	GOOD(hardrow_finish(of_classes, HARDROW_DONE, NULL, NULL, &logging_error));
	hardrow_dataset_free(other);
	logging_finish(tracker, dataset, run);
}
