#include "seed.h"

#include <math.h>
#include <stdio.h>

#include "app/adjust.h"
#include "app/environment.h"
#include "app/import.h"
#include "app/stored_influence.h"
#include "app/sweep.h"
#include "base/mem.h"
#include "base/text.h"
#include "input.h"
#include "rebalance/adjustment.h"

/* More than a block. */
#define INSTANCES 66

#define REQUIRE(call) input_require((call) == ERR_OK, err.message)

static const char *const folders[] = { NULL };
static const struct recorder_watch recorder_watch = { 0 };

static void sweep(const char *database, const struct environment *environment)
{
	struct text csv AUTO(text_done) = { 0 };
	struct text ini AUTO(text_done) = { 0 };
	AUTO(sweep_freep) struct sweep *sweep = NULL;
	const struct data_path path = { .folders = folders };
	const struct runner_watch watch = { .keeps_state = true, .checkpoint_seconds = 0 };
	struct sweep_result result;
	struct err err;

	REQUIRE(text_append(&csv, &err, "a,b,class\n"));
	for (int i = 0; i < INSTANCES; i++)
		REQUIRE(text_append(&csv, &err, "%d,%d,%d\n", i % 7, i % 5, i % 4));
	AUTO(input_close) const struct input data = input_open((const uint8_t *)csv.data, csv.length);
	REQUIRE(text_append(&ini, &err,
			    "[sweep]\nname = s\ndatasets = %s\nmethods = difficulty\nmodels = logreg, mlp\n"
			    "[settings]\nepochs = 2\nrecord-weights = every:1\nscale = standard\nrelabel = even-odd\n"
			    "[model mlp]\nhidden = 2\n"
			    "[published difficulty]\nsource = s\n%s = 50\n%s class ratio = 1.5\n",
			    data.path, data.path, data.path));
	AUTO(input_close) const struct input file = input_open((const uint8_t *)ini.data, ini.length);
	REQUIRE(sweep_read(file.path, &sweep, &err));
	REQUIRE(sweep_run(sweep, database, &path, 1, &environment->track, &watch, &result, &err));
	input_require(result.progress.failed == 0, "a run failed");
}

static void adjust(const char *database, const struct environment *environment)
{
	AUTO(recorder_freep) struct recorder *recorder = NULL;
	struct run_settings settings;
	const struct adjust_request request = { .settings = &settings, .source = { .path = { folders } } };
	struct adjust_result result;
	struct err err;

	option_reset(settings_specs, settings_spec_count, &settings);
	REQUIRE(
	    option_set(option_find(settings_specs, settings_spec_count, "adjustment"), &settings, "post-hoc", &err));
	REQUIRE(recorder_open(database, true, &recorder_watch, &recorder, &err));
	REQUIRE(adjust_run(recorder, 1, &request, &environment->track, &result, &err));
	REQUIRE(recorder_close(take_ptr(&recorder), &err));
}

static void import(const char *database, const struct environment *environment)
{
	static const char csv[] = "epoch,instance_id,class,p_x,p_y\n1,0,x,0.5,0.5\n1,1,y,0.5,0.5\n2,0,x,0.9,0.1\n"
				  "2,1,y,0.8,0.2\n";
	AUTO(input_close) const struct input input = input_open((const uint8_t *)csv, sizeof csv - 1);
	const struct import_settings settings = { .model = "m", .difficulty = { .prior = 1, .floor = 1e-12 } };
	struct import_result result;
	struct err err;

	REQUIRE(
	    import_predictions(input.path, &settings, database, &environment->track, &recorder_watch, &result, &err));
}

static void save_influences(const char *database)
{
	const struct db_wait wait = { 0 };
	AUTO(track_freep) struct track *track = NULL;
	AUTO(influence_list_done) struct influence_list list = { 0 };
	const struct influence_request request = { .run_id = 1, .instance_id = 3, .source = { .path = { folders } } };
	size_t epochs = 0;
	struct err err;

	REQUIRE(track_open_existing(database, &wait, &track, &err));
	REQUIRE(influence_list_compute(track, &request, &list, &err));
	REQUIRE(influence_list_save(track, &request, &list, &err));
	REQUIRE(influence_save_changes(track, &request, &epochs, &err));
	REQUIRE(track_materialize(track, 1, &err));
	REQUIRE(db_exec(track_db(track), "PRAGMA page_size = 512; VACUUM", &err));
	REQUIRE(track_close(track, &err));
}

void seed_write(const char *path)
{
	AUTO(environment_done) struct environment environment = { 0 };
	char *argv[] = { "hardrow", NULL };
	struct err err;

	REQUIRE(environment_init(argv, &environment, &err));
	sweep(path, &environment);
	adjust(path, &environment);
	import(path, &environment);
	save_influences(path);
}
