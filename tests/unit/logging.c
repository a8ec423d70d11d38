#include "unit/logging.h"

#include <math.h>
#include <sqlite3.h>

hardrow_error logging_error;

double logging_ask(const char *sql)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;

	cr_assert_eq(sqlite3_open_v2(LOGGING_FILE, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	cr_assert_eq(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK, "%s", sqlite3_errmsg(db));
	cr_assert_eq(sqlite3_step(stmt), SQLITE_ROW, "%s", sqlite3_errmsg(db));
	double value = sqlite3_column_type(stmt, 0) == SQLITE_NULL ? NAN : sqlite3_column_double(stmt, 0);
	(void)sqlite3_finalize(stmt);
	(void)sqlite3_close(db);
	return value;
}

hardrow_tracker *logging_open(void)
{
	hardrow_tracker *tracker = NULL;

	GOOD(hardrow_open(LOGGING_FILE, NULL, &tracker, &logging_error));
	return tracker;
}

hardrow_dataset *logging_put(hardrow_tracker *tracker)
{
	static uint32_t labels[ROWS];
	static uint8_t test[ROWS];
	hardrow_dataset *dataset = NULL;

	for (size_t i = 0; i < ROWS; i++) {
		labels[i] = (uint32_t)(i % CLASSES);
		test[i] = i % 5 == 0;
	}
	const hardrow_dataset_options options = {
		.size = sizeof options,
		.name = "made",
		.instances = ROWS,
		.classes = CLASSES,
		.labels = labels,
		.test = test,
	};
	GOOD(hardrow_put_dataset(tracker, &options, &dataset, &logging_error));
	return dataset;
}

hardrow_run *logging_begin(hardrow_tracker *tracker, const hardrow_dataset *dataset)
{
	const hardrow_run_options options = { .size = sizeof options, .model = "mine", .seed = 7 };
	hardrow_run *run = NULL;

	GOOD(hardrow_begin(tracker, dataset, &options, &run, &logging_error));
	return run;
}

double logging_logit(size_t epoch, size_t i, size_t c)
{
	return sin((double)(7 * i + 3 * c + 11 * epoch));
}

int logging_log(hardrow_run *run, size_t epoch, hardrow_error *error)
{
	double values[ROWS][CLASSES];
	const hardrow_predictions predictions = {
		.size = sizeof predictions,
		.values = values,
		.type = HARDROW_FLOAT64,
		.kind = HARDROW_LOGITS,
		.rows = ROWS,
	};

	for (size_t i = 0; i < ROWS; i++)
		for (size_t c = 0; c < CLASSES; c++)
			values[i][c] = logging_logit(epoch, i, c);
	return hardrow_log(run, &predictions, error);
}

void logging_finish(hardrow_tracker *tracker, hardrow_dataset *dataset, hardrow_run *run)
{
	GOOD(hardrow_finish(run, HARDROW_DONE, NULL, NULL, &logging_error));
	hardrow_dataset_free(dataset);
	GOOD(hardrow_close(tracker, &logging_error));
}
