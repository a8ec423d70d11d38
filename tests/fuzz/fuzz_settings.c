/* The recorded settings of a run, JSON, read back, and the network that they describe. */
#include <stdio.h>
#include <stdlib.h>

#include "app/environment.h"
#include "app/stored_run.h"
#include "app/trial.h"
#include "base/mem.h"
#include "db/db.h"
#include "input.h"

static const char *const folders[] = { NULL };

/* A run of one epoch, whose settings are replaced later. */
static void train(const char *database)
{
	static const char csv[] = "a,b,class\n1,2,x\n2,1,y\n3,4,x\n4,3,y\n5,6,x\n6,5,y\n7,8,x\n8,7,y\n9,9,x\n0,0,y\n";
	AUTO(input_close) const struct input input = input_open((const uint8_t *)csv, sizeof csv - 1);
	struct trial trial = { .data = input.path, .path = { folders }, .database = database };
	AUTO(environment_done) struct environment environment = { 0 };
	char *argv[] = { "hardrow", NULL };
	struct runner_progress progress;
	struct runner_watch watch = { 0 };
	struct err err;

	option_reset(settings_specs, settings_spec_count, &trial.settings);
	trial.settings.training.epochs = 1;
	input_require(environment_init(argv, &environment, &err) == ERR_OK, "no environment");
	input_require(trial_run(&trial, &environment.track, &watch, &progress, &err) == ERR_OK, err.message);
}

/* The connections that change the run's settings and read them back, opened by the first call and kept: opening a file
 * for each input would take most of the time. */
static struct {
	char path[96];
	struct db *db;
	struct track *track;
} kept;

static void open_database(void)
{
	struct err err;

	(void)snprintf(kept.path, sizeof kept.path, "%s/t.db", input_folder());
	train(kept.path);
	input_require(db_open(kept.path, DB_WRITE, &kept.db, &err) == ERR_OK, err.message);
	input_require(db_exec(kept.db, "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY", &err) == ERR_OK,
		      err.message);
	input_require(track_open_existing(kept.path, false, &kept.track, &err) == ERR_OK, err.message);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct stored_run_source source = { .path = { folders } };
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	AUTO(stored_run_freep) struct stored_run *run = NULL;
	AUTO(network_freep) struct network *network = NULL;
	struct err err;

	if (kept.db == NULL)
		open_database();
	input_require(db_prepare(kept.db, "UPDATE run SET settings = CAST(:settings AS TEXT)", &stmt, &err) == ERR_OK,
		      err.message);
	db_bind_blob(stmt, ":settings", data, size);
	if (db_run(stmt, &err) == ERR_OK && stored_run_read(kept.track, 1, &source, &run, &err) == ERR_OK &&
	    stored_run_create_network(run, PRECISION_DOUBLE, 8, &network, &err) == ERR_OK)
		(void)!stored_run_load(kept.track, run, 1, network, &err);
	return 0;
}
