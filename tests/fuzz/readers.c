#include "readers.h"

#include <stdio.h>
#include <string.h>

#include "app/stored_influence.h"
#include "app/verify.h"
#include "base/mem.h"
#include "base/text.h"
#include "db/db.h"
#include "input.h"
#include "report/report.h"
#include "sql/sql.h"
#include "track/track_delete.h"
#include "track/track_state.h"

#define SOME_ROWS "100"

/* A file may hold a view that never ends. */
#define SECONDS 2
#define MEMORY_BYTES 300000000

static const char *const folders[] = { NULL };
static const struct stored_run_source source = { .path = { folders } };

static bool is_wanted(const char *only, const char *name)
{
	return only == NULL || strcmp(only, name) == 0;
}

static void read_view(struct db *db, size_t i, FILE *sink)
{
	static const char *const sides[] = { "", "main." };
	const struct out_target target = { .file = sink };
	struct err err;

	for (size_t side = 0; side < ARRAY_LENGTH(sides); side++) {
		struct text sql AUTO(text_done) = { 0 };
		if (text_append(&sql, &err, "SELECT * FROM %s%s LIMIT " SOME_ROWS, sides[side], sql_views[i].name) ==
		    ERR_OK)
			(void)!report_run_sql(db, sql.data, i % 3, &target, &err);
	}
}

/* Of run 1 if it is about a run. */
static void read_report(struct db *db, const char *name, FILE *sink)
{
	const struct report_setting run = { "run", "1" };
	AUTO(report_freep) struct report *report = NULL;
	struct err err;

	input_require(report_find(name, &report, &err) == ERR_OK, err.message);
	const struct report_request request = {
		.report = report,
		.settings = &run,
		.setting_count = report_find_param(report, "run") != NULL,
		.target = { .file = sink, .terminal = true },
	};
	(void)!report_run(db, &request, &err);
}

static void read_rows(const char *path, const char *only, FILE *sink)
{
	AUTO(db_freep) struct db *db = NULL;
	struct err err;

	if (db_open(path, DB_READ, &db, &err) != ERR_OK)
		return;
	db_limit(db, SECONDS, MEMORY_BYTES);
	for (size_t i = 0; i < sql_view_count; i++)
		if (is_wanted(only, sql_views[i].name))
			read_view(db, i, sink);
	for (size_t i = 0; report_name(i) != NULL; i++)
		if (is_wanted(only, report_name(i)))
			read_report(db, report_name(i), sink);
}

static void say(void *context, const char *line)
{
	(void)fputs(line, context);
}

static void load_state(struct track *track, const struct stored_run *run, struct trainer *trainer)
{
	struct text state AUTO(text_done) = { 0 };
	size_t epoch = 0;
	struct err err;

	if (track_read_state(track, run->run_id, &state, &epoch, &err) == ERR_OK && epoch > 0)
		(void)!trainer_load_state(trainer, state.data, state.length, &err);
}

/* As `resume`, `adjust` and `influence` do. */
static void read_run(struct track *track, int64_t run_id)
{
	AUTO(stored_run_freep) struct stored_run *run = NULL;
	AUTO(trainer_freep) struct trainer *trainer = NULL;
	AUTO(mem_freep) size_t *epochs = NULL;
	AUTO(influence_list_done) struct influence_list list = { 0 };
	const struct influence_request request = {
		.run_id = run_id, .instance_id = 3, .epoch = INFLUENCE_LAST_EPOCH, .source = source
	};
	size_t count = 0;
	struct err err;

	(void)!influence_list_compute(track, &request, &list, &err);
	if (stored_run_read(track, run_id, &source, &run, &err) != ERR_OK ||
	    trainer_create(run->dataset, run->split, &run->recipe, &trainer, &err) != ERR_OK)
		return;
	if (stored_run_list_epochs(track, run, 0, &epochs, &count, &err) == ERR_OK)
		(void)!stored_run_load_trainer(track, run, epochs[0], trainer, &err);
	load_state(track, run, trainer);
}

static void read_runs(const char *path, const char *only, FILE *sink)
{
	const struct verify_request request = { .source = source, .context = sink, .say = say };
	AUTO(track_freep) struct track *track = NULL;
	struct verify_result result;
	struct err err;

	if (track_open_existing(path, false, &track, &err) != ERR_OK)
		return;
	db_limit(track_db(track), SECONDS, MEMORY_BYTES);
	if (is_wanted(only, "verify"))
		(void)!verify_file(track, &request, &result, &err);
	for (int64_t run_id = 1; run_id <= 2 && is_wanted(only, "runs"); run_id++)
		read_run(track, run_id);
}

static void change(const char *path)
{
	const struct db_wait wait = { 0 };
	const struct track_choice choice = { .run_id = 1 };
	AUTO(track_freep) struct track *track = NULL;
	struct track_freed freed;
	struct err err;

	if (track_open(path, &wait, &track, &err) != ERR_OK)
		return;
	db_limit(track_db(track), SECONDS, MEMORY_BYTES);
	(void)!track_materialize(track, 1, &err);
	track_rollback(track);
	if (track_choose(track, &choice, &err) == ERR_OK)
		(void)!track_delete_chosen(track, "s", &freed, &err);
	track_rollback(track);
	(void)!track_close(track, &err);
}

static const char *const others[] = { "verify", "runs", "changes" };

const char *readers_name(size_t i)
{
	size_t report_count = 0;

	if (i < sql_view_count)
		return sql_views[i].name;
	while (report_name(report_count) != NULL)
		report_count++;
	i -= sql_view_count;
	if (i < report_count)
		return report_name(i);
	return i - report_count < ARRAY_LENGTH(others) ? others[i - report_count] : NULL;
}

void readers_run(const char *path, const char *only)
{
	FILE *sink = fopen("/dev/null", "w");

	input_require(sink != NULL, "no /dev/null");
	read_rows(path, only, sink);
	if (is_wanted(only, "verify") || is_wanted(only, "runs"))
		read_runs(path, only, sink);
	(void)fclose(sink);
	if (is_wanted(only, "changes"))
		change(path);
}
