/* A whole database file: every view, as a virtual table and as a stock client sees it, the reports of single runs, a
 * run read back, and last an upgrade. */
#include <stdio.h>

#include "app/stored_run.h"
#include "base/mem.h"
#include "db/db.h"
#include "input.h"
#include "report/report.h"
#include "sql/sql.h"

#define SOME_ROWS "300"

static void report(struct db *db, const char *name, const char *param, FILE *sink)
{
	const struct report_setting setting = { param, "1" };
	AUTO(report_freep) struct report *found = NULL;
	struct err err;

	input_require(report_find(name, &found, &err) == ERR_OK, err.message);
	const struct report_request request = {
		.report = found, .settings = &setting, .setting_count = param != NULL, .target = { .file = sink }
	};
	(void)!report_run(db, &request, &err);
}

static void read_views(struct db *db, FILE *sink)
{
	const struct out_target target = { .file = sink };
	static const char *const sides[] = { "", "main." };

	for (size_t i = 0; i < sql_view_count; i++)
		for (size_t side = 0; side < ARRAY_LENGTH(sides); side++) {
			struct text sql AUTO(text_done) = { 0 };
			struct err err;
			if (text_append(&sql, &err, "SELECT * FROM %s%s LIMIT " SOME_ROWS, sides[side],
					sql_views[i].name) == ERR_OK)
				(void)!report_run_sql(db, sql.data, 0, &target, &err);
		}
}

static void read_run(const char *path)
{
	static const char *const folders[] = { NULL };
	const struct stored_run_source source = { .path = { folders } };
	AUTO(track_freep) struct track *track = NULL;
	AUTO(stored_run_freep) struct stored_run *run = NULL;
	AUTO(network_freep) struct network *network = NULL;
	AUTO(mem_freep) size_t *epochs = NULL;
	size_t count = 0;
	struct err err;

	if (track_open_existing(path, false, &track, &err) == ERR_OK &&
	    stored_run_read(track, 1, &source, &run, &err) == ERR_OK &&
	    stored_run_list_epochs(track, run, &epochs, &count, &err) == ERR_OK &&
	    stored_run_create_network(run, PRECISION_DOUBLE, 8, &network, &err) == ERR_OK)
		(void)!stored_run_load(track, run, epochs[0], network, &err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(db_freep) struct db *db = NULL;
	char path[96];
	struct err err;

	(void)snprintf(path, sizeof path, "%s/t.db", input_folder());
	input_write(path, data, size);
	if (db_open(path, DB_READ, &db, &err) == ERR_OK) {
		FILE *sink = fopen("/dev/null", "w");
		input_require(sink != NULL, "no /dev/null");
		read_views(db, sink);
		report(db, "runs", NULL, sink);
		report(db, "run", "run", sink);
		report(db, "hardest", "run", sink);
		(void)fclose(sink);
		db_free(take_ptr(&db));
		read_run(path);
	}
	if (db_open(path, DB_WRITE, &db, &err) == ERR_OK)
		(void)!db_finish(db, &err);
	return 0;
}
