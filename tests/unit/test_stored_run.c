/* app: a recorded run read back is the run that was recorded. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/environment.h"
#include "app/runner.h"
#include "app/stored_run.h"
#include "app/trial.h"
#include "base/mem.h"
#include "db/db.h"
#include "num/tile.h"
#include "rebalance/loss.h"
#include "scratch.h"

TestSuite(stored_run, .init = scratch_enter, .fini = scratch_leave);

static char folder[4096];
static const char *const folders[] = { folder, NULL };
static const struct stored_run_source source = { .path = { folders } };

/* Trains with the settings "name value name value …", NULL behind the last. */
static void train(const char *data, const char *const *given)
{
	AUTO(environment_done) struct environment environment = { 0 };
	char *argv[] = { "hardrow", "train", NULL };
	struct trial trial = { .data = data, .path = { folders }, .database = "t.db" };
	struct runner_progress result = { 0 };
	struct runner_watch watch = { 0 };
	struct err err;

	(void)snprintf(folder, sizeof folder, "%s/datasets", getenv("HARDROW_SOURCE"));
	option_reset(settings_specs, settings_spec_count, &trial.settings);
	for (size_t i = 0; given[i] != NULL; i += 2) {
		const struct option_spec *spec = option_find(settings_specs, settings_spec_count, given[i]);
		cr_assert_eq(option_set(spec, &trial.settings, given[i + 1], &err), ERR_OK, "%s", err.message);
	}
	cr_assert_eq(environment_init(argv, &environment, &err), ERR_OK);
	cr_assert_eq(trial_run(&trial, &environment.track, &watch, &result, &err), ERR_OK, "%s", err.message);
}

/* The settings that come back are written again as the same JSON. */
static void check_settings(const struct stored_run *run, struct db *db)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	AUTO(text_done) struct text json = { 0 };
	struct err err;
	bool found = false;

	cr_assert_eq(recipe_append_json(&run->recipe, &json, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(db_prepare(db, "SELECT settings FROM run WHERE run_id = :run_id", &stmt, &err), ERR_OK);
	db_bind_int(stmt, ":run_id", run->run_id);
	cr_assert_eq(db_step(stmt, &found, &err), ERR_OK);
	cr_assert_str_eq(json.data, db_column_text(stmt, 0));
}

/* The largest difference between recorded and recomputed probabilities of an epoch. */
static double compare_predictions(const struct stored_run *run, struct db *db, struct network *network, size_t epoch)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	AUTO(network_inputs_freep) struct network_inputs *inputs = NULL;
	AUTO(scaled_done) struct scaled scaled = { 0 };
	AUTO(mem_freep) double *p = NULL;
	AUTO(mem_freep) double *log_p = NULL;
	size_t n = run->dataset->instances;
	size_t k = run->dataset->classes;
	size_t lanes = (n + TILE_INSTANCES - 1) / TILE_INSTANCES * TILE_INSTANCES;
	double worst = 0;
	size_t rows = 0;
	struct err err;
	bool more = false;

	cr_assert_eq(mem_new(&p, k * lanes, &err), ERR_OK);
	cr_assert_eq(mem_new(&log_p, k * lanes, &err), ERR_OK);
	cr_assert_eq(scale_fit(run->dataset, run->split,
			       &(struct scaling){ .kind = (enum scale_kind)run->options.data.scale }, &scaled, &err),
		     ERR_OK);
	cr_assert_eq(network_inputs_create(network, scaled.x, n, &inputs, &err), ERR_OK);
	for (size_t t = 0; t < lanes / TILE_INSTANCES; t++) {
		double *tile = log_p + t * k * TILE_INSTANCES;
		network_predict(network, inputs, t * TILE_INSTANCES, TILE_INSTANCES, tile);
		loss_predict(run->recipe.method.loss, tile, TILE_INSTANCES, k, tile, p + t * k * TILE_INSTANCES);
	}
	cr_assert_eq(
	    db_prepare(db,
		       "SELECT position, class.class_index, probability FROM main.predictions JOIN instance USING"
		       " (instance_id) JOIN class ON class.dataset_id = instance.dataset_id"
		       " AND class.name = predictions.class WHERE run_id = :run_id AND epoch = :epoch"
		       " AND instance.dataset_id = :dataset_id",
		       &stmt, &err),
	    ERR_OK, "%s", err.message);
	db_bind_int(stmt, ":run_id", run->run_id);
	db_bind_int(stmt, ":epoch", (int64_t)epoch);
	db_bind_int(stmt, ":dataset_id", run->row.dataset_id);
	for (;; rows++) {
		cr_assert_eq(db_step(stmt, &more, &err), ERR_OK);
		if (!more)
			break;
		size_t i = (size_t)db_column_int(stmt, 0);
		size_t c = (size_t)db_column_int(stmt, 1);
		size_t at = (i / TILE_INSTANCES * k + c) * TILE_INSTANCES + i % TILE_INSTANCES;
		worst = fmax(worst, fabs(p[at] - db_column_real(stmt, 2)));
	}
	cr_assert_eq(rows, n * k);
	return worst;
}

static void check_run(int64_t run_id, size_t epoch, enum network_precision precision, double tolerance)
{
	AUTO(track_freep) struct track *track = NULL;
	AUTO(stored_run_freep) struct stored_run *run = NULL;
	AUTO(network_freep) struct network *network = NULL;
	AUTO(db_freep) struct db *db = NULL;
	struct err err;

	cr_assert_eq(track_open_existing("t.db", NULL, &track, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(stored_run_read(track, run_id, &source, &run, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(db_open("t.db", DB_READ, &db, &err), ERR_OK);
	check_settings(run, db);
	cr_assert_eq(stored_run_create_network(run, precision, TILE_INSTANCES, &network, &err), ERR_OK);
	cr_assert_eq(stored_run_load(track, run, epoch, network, &err), ERR_OK, "%s", err.message);
	double worst = compare_predictions(run, db, network, epoch);
	cr_assert_leq(worst, tolerance, "run %lld: %g", (long long)run_id, worst);
}

/* float32: half a unit in the last place, of numbers up to 1. */
#define FLOAT32 6e-8

Test(stored_run, predicts_what_was_recorded)
{
	train("iris", (const char *const[]){ "epochs", "3", "scale", "standard", NULL });
	train("glass",
	      (const char *const[]){ "epochs", "4", "method", "difficulty", "apply", "weight", "stratified", "yes",
				     "learning-rate", "0.012345678901234567", "split-seed", "7", NULL });
	train("iris", (const char *const[]){ "epochs", "3", "model", "mlp", "hidden", "8,5", "activation", "tanh",
					     "dropout", "0.1", "loss", "focal-sigmoid", NULL });
	train("iris",
	      (const char *const[]){ "epochs", "3", "classifier", "cosine", "model", "mlp", "hidden", "6", NULL });
	check_run(1, 3, PRECISION_DOUBLE, FLOAT32);
	check_run(1, 1, PRECISION_DOUBLE, FLOAT32);
	check_run(2, 4, PRECISION_DOUBLE, FLOAT32);
	check_run(3, 2, PRECISION_SINGLE, FLOAT32);
	check_run(3, 3, PRECISION_DOUBLE, 1e-5);
	check_run(4, 3, PRECISION_DOUBLE, 1e-5);
}

/* Too many features for the tables, so that the file is read again. */
static void write_wide(const char *name, double last)
{
	AUTO(text_done) struct text csv = { 0 };
	struct err err;

	for (int j = 0; j < 300; j++)
		cr_assert_eq(text_append(&csv, &err, "x%d,", j), ERR_OK);
	cr_assert_eq(text_append(&csv, &err, "class\n"), ERR_OK);
	for (int i = 0; i < 80; i++) {
		for (int j = 0; j < 300; j++)
			cr_assert_eq(text_append(&csv, &err, "%.17g,", sin(i * 300 + j) + (j % 4 == i % 4)), ERR_OK);
		cr_assert_eq(text_append(&csv, &err, "%d\n", i % 4), ERR_OK);
	}
	for (int j = 0; j < 300; j++)
		cr_assert_eq(text_append(&csv, &err, "%g,", last), ERR_OK);
	cr_assert_eq(text_append(&csv, &err, "1\n"), ERR_OK);
	scratch_write(name, csv.data, csv.length);
}

Test(stored_run, reads_the_original_file_again)
{
	AUTO(track_freep) struct track *track = NULL;
	AUTO(stored_run_freep) struct stored_run *run = NULL;
	struct stored_run_source there = { .path = { folders }, .data = "wide.csv" };
	struct err err;

	write_wide("wide.csv", 0.5);
	train("wide.csv", (const char *const[]){ "epochs", "2", "relabel", "even-odd", "imbalance", "exp:0.5",
						 "test-fraction", "0.25", NULL });
	cr_assert_eq(track_open_existing("t.db", NULL, &track, &err), ERR_OK);
	cr_assert_eq(stored_run_read(track, 1, &source, &run, &err), ERR_INPUT);
	cr_assert_str_eq(err.message,
			 "run 1: features of over 2048 bytes a row, as those of 'wide', are not kept: add --data "
			 "FILE, the file that it was trained on");
	cr_assert_eq(stored_run_read(track, 1, &there, &run, &err), ERR_OK, "%s", err.message);
	cr_assert_str_eq(run->dataset->name, "wide-even-odd-exp:0.5");
	cr_assert_eq(run->split->test_count, 21);
	AUTO(db_freep) struct db *db = NULL;
	AUTO(network_freep) struct network *network = NULL;
	cr_assert_eq(db_open("t.db", DB_READ, &db, &err), ERR_OK);
	check_settings(run, db);
	cr_assert_eq(stored_run_create_network(run, PRECISION_DOUBLE, TILE_INSTANCES, &network, &err), ERR_OK);
	cr_assert_eq(stored_run_load(track, run, 1, network, &err), ERR_OK);
	cr_assert_leq(compare_predictions(run, db, network, 1), FLOAT32);

	struct stored_run *other = NULL;
	write_wide("wide.csv", 0.25);
	cr_assert_eq(stored_run_read(track, 1, &there, &other, &err), ERR_INPUT);
	cr_assert_not_null(strstr(err.message, "wide.csv: is not the data set that run 1 was trained on: sha256 "),
			   "%s", err.message);
	cr_assert_null(other);
}

Test(stored_run, refuses_what_is_not_there)
{
	AUTO(track_freep) struct track *track = NULL;
	AUTO(stored_run_freep) struct stored_run *run = NULL;
	AUTO(network_freep) struct network *network = NULL;
	struct stored_run *none = NULL;
	AUTO(mem_freep) size_t *epochs = NULL;
	size_t count = 0;
	struct err err;

	train("iris", (const char *const[]){ "epochs", "6", "record-weights", "every:4", NULL });
	train("iris", (const char *const[]){ "epochs", "1", "record-weights", "none", NULL });
	cr_assert_eq(track_open_existing("t.db", NULL, &track, &err), ERR_OK);
	cr_assert_eq(stored_run_read(track, 9, &source, &none, &err), ERR_INPUT);
	cr_assert_str_eq(err.message, "t.db: there is no run 9; 'hardrow runs --db t.db' lists them");
	cr_assert_eq(stored_run_read(track, 1, &source, &run, &err), ERR_OK);
	cr_assert_eq(stored_run_create_network(run, PRECISION_DOUBLE, TILE_INSTANCES, &network, &err), ERR_OK);
	cr_assert_eq(stored_run_load(track, run, 5, network, &err), ERR_INPUT);
	cr_assert_str_eq(err.message,
			 "run 1 has no recorded weights at epoch 5; --record-weights every:1 records them");
	cr_assert_eq(stored_run_list_epochs(track, run, 0, &epochs, &count, &err), ERR_OK);
	cr_assert(count == 3 && epochs[0] == 0 && epochs[1] == 4 && epochs[2] == 6);
	free(take_ptr(&epochs));
	cr_assert_eq(stored_run_list_epochs(track, run, 1, &epochs, &count, &err), ERR_OK);
	cr_assert(count == 2 && epochs[0] == 4);
	free(take_ptr(&epochs));
	stored_run_free(take_ptr(&run));
	cr_assert_eq(stored_run_read(track, 2, &source, &run, &err), ERR_OK);
	cr_assert_eq(stored_run_list_epochs(track, run, 0, &epochs, &count, &err), ERR_INPUT);
	cr_assert_str_eq(err.message, "run 2 has no recorded weights; --record-weights last records them");
}
