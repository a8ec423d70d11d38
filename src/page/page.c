#include "page/page.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/option.h"
#include "db/metrics.h"
#include "page/element.h"
#include "page/matrix.h"
#include "page/parts.h"
#include "page/pictures.h"
#include "page/sink.h"
#include "report/task.h"
#include "report/values.h"

/* Mean and standard deviation over the runs of a curve, as its band shows it. */
#define MEAN_SD(metric)                                                                                                \
	", avg(" #metric ") AS " #metric ", sqrt(max(0, sum(" #metric " * " #metric ") - count(" #metric               \
	") * avg(" #metric ") * avg(" #metric ")) / (count(" #metric ") - 1)) AS " #metric "_sd"

/* The columns of the learning curves and their forms: of each metric, and of the loss. */
#define COLUMNS_TEST(column) MEAN_SD(test_##column)
#define COLUMNS_BOTH(column) MEAN_SD(test_##column) MEAN_SD(train_##column)
#define COLUMNS(name, column, better, parts) COLUMNS_##parts(column)
#define FORMS_TEST "ff"
#define FORMS_BOTH "ffff"
#define FORMS(name, column, better, parts) FORMS_##parts

/* A run that the page shows. */
struct shown_run {
	int64_t run_id, curve, stride, features_of, pictures_of;
	bool data_map;
};

struct shown_runs {
	struct shown_run *items;
	size_t count, capacity;
	bool is_experiment, is_growing;
};

static void shown_runs_done(struct shown_runs *runs)
{
	mem_freep(&runs->items);
}

/* Rows of a report as JSON into memory. */
static enum err_code read_json(struct db *db, const struct report *report, const struct report_setting *settings,
			       size_t count, char **ret_json, struct err *err)
{
	AUTO(mem_freep) char *json = NULL;
	size_t length = 0;
	FILE *memory = open_memstream(&json, &length);

	if (memory == NULL)
		return err_set(err, ERR_SYSTEM, "out of memory");
	const struct report_request request = {
		.report = report,
		.settings = settings,
		.setting_count = count,
		.format = (size_t)option_index("json", out_format_name),
		.target.file = memory,
	};
	enum err_code code = report_run(db, &request, err);
	if (fclose(memory) != 0 && code == ERR_OK)
		code = err_set(err, ERR_SYSTEM, "out of memory");
	if (code != ERR_OK)
		return code;
	*ret_json = take_ptr(&json);
	return ERR_OK;
}

/* {"title":…,"notes":[…],"rows":[…]} of one of hardrow's own reports; notes that speak of a parameter are left out. No
 * rows are no error here. */
static enum err_code put_report(struct sink *sink, struct db *db, const char *name, int64_t number,
				const struct report_setting *settings, size_t count, struct err *err)
{
	AUTO(report_freep) struct report *report = NULL;
	AUTO(mem_freep) char *json = NULL;
	struct text words AUTO(text_done) = { 0 };

	if (report_find(name, &report, err) != ERR_OK)
		return err->code;
	report->empty = NULL;
	if (read_json(db, report, settings, count, &json, err) != ERR_OK ||
	    text_append(&words, err, "{\"title\":") != ERR_OK ||
	    text_append_json(&words, report->title, err) != ERR_OK ||
	    text_append(&words, err, ",\"notes\":[") != ERR_OK)
		return err->code;
	const char *separator = "";
	for (size_t i = 0; i < report->note_count; i++) {
		if (strchr(report->notes[i], '{') != NULL)
			continue;
		if (text_append(&words, err, "%s", separator) != ERR_OK ||
		    text_append_json(&words, report->notes[i], err) != ERR_OK)
			return err->code;
		separator = ",";
	}
	if (text_append(&words, err, "],\"rows\":") != ERR_OK ||
	    element_begin(sink, "application/json", name, number, err) != ERR_OK ||
	    sink_put(sink, ">", err) != ERR_OK || sink_put_json(sink, words.data, err) != ERR_OK ||
	    sink_put_json(sink, json, err) != ERR_OK || sink_put(sink, "}", err) != ERR_OK)
		return err->code;
	return element_end(sink, err);
}

static enum err_code read_runs(struct db *db, const struct report_setting *settings, size_t count,
			       struct shown_runs *runs, struct err *err)
{
	AUTO(report_freep) struct report *report = NULL;
	AUTO(report_values_done) struct report_values values = { 0 };
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool row = false;

	if (report_find(PAGE_REPORT, &report, err) != ERR_OK ||
	    report_values_read(report, settings, count, true, &values, err) != ERR_OK ||
	    report_values_check_known(&values, db, err) != ERR_OK)
		return err->code;
	if (values.given[0] && values.given[1])
		return err_set(err, ERR_USAGE, "either --%s or --%s", report->params[0].name, report->params[1].name);
	if (db_prepare_foreign(db, report->sql, &stmt, err) != ERR_OK ||
	    report_values_bind(&values, stmt, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (db_step(stmt, &row, err) != ERR_OK)
			return err->code;
		if (!row && runs->count == 0)
			return report_check_task(&values, true, db, err) != ERR_OK
				   ? err->code
				   : err_set(err, ERR_INPUT, "%s: %s", db_path(db), report->empty);
		if (!row)
			return ERR_OK;
		if (mem_more(&runs->items, runs->count, &runs->capacity, err) != ERR_OK)
			return err->code;
		runs->items[runs->count++] = (struct shown_run){
			.run_id = db_column_int(stmt, 0),
			.curve = db_column_int(stmt, 1),
			.data_map = db_column_int(stmt, 2) != 0,
			.stride = db_column_int(stmt, 3),
			.features_of = db_column_int(stmt, 4),
			.pictures_of = db_column_int(stmt, 5),
		};
		runs->is_experiment = !values.given[1] && db_column_type(stmt, 8) != DB_NULL;
		runs->is_growing |= db_column_int(stmt, 6) != 0;
	}
}

/* Means over the runs of each curve, epoch by epoch. */
static enum err_code put_learning(struct sink *sink, struct db *db, const struct shown_runs *runs, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	struct text pairs AUTO(text_done) = { 0 };

	for (size_t i = 0; i < runs->count; i++)
		if (text_append(&pairs, err, "%s[%" PRId64 ",%" PRId64 "]", i == 0 ? "[" : ",", runs->items[i].run_id,
				runs->items[i].curve) != ERR_OK)
			return err->code;
	if (text_append(&pairs, err, "]") != ERR_OK ||
	    db_prepare(db,
		       "SELECT json_extract(pair.value, '$[1]') AS curve, epoch, count(*) AS runs" METRICS(COLUMNS)
			   COLUMNS_BOTH(loss) " FROM json_each(:runs) AS pair "
					      "CROSS JOIN epochs ON run_id = json_extract(pair.value, '$[0]') "
					      "GROUP BY curve, epoch ORDER BY curve, epoch",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":runs", pairs.data);
	return element_put_matrix(sink, stmt, "learning", 0, "uuu" METRICS(FORMS) FORMS_BOTH, err);
}

static enum err_code put_summary(struct sink *sink, struct db *db, int64_t run_id, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (db_prepare(
		db,
		"SELECT s.instance_id, nullif(instance.source_line, 0) AS source_line, CASE s.part WHEN 'test' THEN 1 "
		"WHEN 'meta' THEN 2 ELSE 0 "
		"END AS part, instance.class_index AS class, "
		"class.class_index AS predicted, s.forgetting_events, s.first_learned, s.unlearned_epochs, "
		"s.p_true_mean, s.p_true_sd, s.correctness, s.difficulty, s.weight, s.mean_loss, s.aum, s.el2n, "
		"s.grand "
		"FROM instance_summary AS s JOIN run ON run.run_id = s.run_id "
		"LEFT JOIN instance ON instance.dataset_id = run.dataset_id AND instance.instance_id = s.instance_id "
		"LEFT JOIN class ON class.dataset_id = run.dataset_id AND class.name = s.predicted "
		"WHERE s.run_id = :run_id ORDER BY s.instance_id",
		&stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	return element_put_matrix(sink, stmt, "summary", run_id, "uuuuuuuufffffffff", err);
}

static enum err_code put_features(struct sink *sink, struct db *db, int64_t dataset_id, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (db_prepare(db, "SELECT value FROM features WHERE dataset_id = :dataset_id ORDER BY position, feature_index",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":dataset_id", dataset_id);
	return element_put_matrix(sink, stmt, "features", dataset_id, "f", err);
}

/* Every stride-th recorded epoch, and the last one. */
static enum err_code put_series(struct sink *sink, struct db *db, const struct shown_run *run, struct err *err)
{
	static const char epochs_sql[] =
	    "SELECT epoch FROM (SELECT epoch, row_number() OVER (ORDER BY epoch DESC) AS place FROM epochs "
	    "WHERE run_id = :run_id AND recorded) WHERE (place - 1) % :stride = 0 ORDER BY epoch";
	AUTO(db_stmt_freep) struct db_stmt *epochs = NULL;
	AUTO(db_stmt_freep) struct db_stmt *rows = NULL;
	bool row = false;

	if (db_prepare(db, epochs_sql, &epochs, err) != ERR_OK ||
	    db_prepare(db,
		       "SELECT p_true, difficulty FROM dynamics WHERE run_id = :run_id AND epoch = :epoch "
		       "ORDER BY instance_id",
		       &rows, err) != ERR_OK)
		return err->code;
	db_bind_int(epochs, ":run_id", run->run_id);
	db_bind_int(epochs, ":stride", run->stride);
	if (element_put_matrix(sink, epochs, "epochs", run->run_id, "u", err) != ERR_OK ||
	    element_begin_matrix(sink, rows, "series", run->run_id, "pr", err) != ERR_OK)
		return err->code;
	db_bind_int(epochs, ":run_id", run->run_id);
	db_bind_int(epochs, ":stride", run->stride);
	for (;;) {
		if (db_step(epochs, &row, err) != ERR_OK)
			return err->code;
		if (!row)
			return element_end_matrix(sink, err);
		db_bind_int(rows, ":run_id", run->run_id);
		db_bind_int(rows, ":epoch", db_column_int(epochs, 0));
		if (matrix_write(sink, rows, "pr", err) != ERR_OK)
			return err->code;
	}
}

/* Of all the experiment's runs of this data set and method, or of the run alone. */
static enum err_code put_label_issues(struct sink *sink, struct db *db, int64_t run_id, bool is_experiment,
				      const struct report_setting *of_run, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	struct text experiment AUTO(text_done) = { 0 };
	struct text dataset AUTO(text_done) = { 0 };
	struct text method AUTO(text_done) = { 0 };
	struct text *const names[] = { &experiment, &dataset, &method };
	struct report_setting settings[4] = { { "count", "100" }, *of_run, { "part", "all" } };
	bool row = false;

	if (!is_experiment)
		return put_report(sink, db, "label-issues", run_id, settings, 3, err);
	if (db_prepare(db, "SELECT experiment, dataset, method FROM runs WHERE run_id = :run_id", &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	if (db_step(stmt, &row, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < ARRAY_LENGTH(names); i++) {
		if (text_append(names[i], err, "%s", db_column_text(stmt, i)) != ERR_OK)
			return err->code;
		settings[i + 1] = (struct report_setting){ db_column_name(stmt, i), names[i]->data };
	}
	/* A report begins with no statement under way. */
	db_reset(stmt);
	return put_report(sink, db, "label-issues", run_id, settings, 4, err);
}

/* What belongs to the data map of one run. */
static enum err_code put_map(struct sink *sink, struct db *db, const struct shown_run *run, bool is_experiment,
			     struct err *err)
{
	char number[24];
	const struct report_setting settings = { "run", number };

	(void)snprintf(number, sizeof number, "%" PRId64, run->run_id);
	if (put_summary(sink, db, run->run_id, err) != ERR_OK ||
	    put_report(sink, db, "run-classes", run->run_id, &settings, 1, err) != ERR_OK ||
	    put_label_issues(sink, db, run->run_id, is_experiment, &settings, err) != ERR_OK)
		return err->code;
	return run->stride > 0 ? put_series(sink, db, run, err) : ERR_OK;
}

/* Whether no run before it has the data set. */
static bool is_first_with(const struct shown_runs *runs, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (runs->items[k].features_of == runs->items[i].features_of &&
		    runs->items[k].pictures_of == runs->items[i].pictures_of)
			return false;
	return true;
}

/* What belongs to the data set of run i. */
static enum err_code put_dataset(struct sink *sink, struct db *db, const struct shown_runs *runs, size_t i,
				 const struct data_path *path, struct err *err)
{
	const struct shown_run *run = &runs->items[i];
	struct text of_dataset AUTO(text_done) = { 0 };

	if (!is_first_with(runs, i))
		return ERR_OK;
	if (run->features_of > 0)
		return put_features(sink, db, run->features_of, err);
	if (run->pictures_of == 0)
		return ERR_OK;
	for (size_t k = i; k < runs->count; k++)
		if (runs->items[k].pictures_of == run->pictures_of &&
		    text_append(&of_dataset, err, "%s%" PRId64, k == i ? "[" : ",", runs->items[k].run_id) != ERR_OK)
			return err->code;
	if (text_append(&of_dataset, err, "]") != ERR_OK)
		return err->code;
	return pictures_put(sink, db, run->pictures_of, of_dataset.data, path, err);
}

/* The tables over all runs of an experiment. */
static enum err_code put_comparison(struct sink *sink, struct db *db, const struct page_request *request,
				    struct err *err)
{
	size_t count = 0;
	struct report_setting experiment;

	for (size_t i = 0; i < request->setting_count; i++)
		if (strcmp(request->settings[i].name, "experiment") == 0) {
			experiment = request->settings[i];
			count = 1;
		}
	if (put_report(sink, db, "accuracy-table", 0, &experiment, count, err) != ERR_OK)
		return err->code;
	return put_report(sink, db, "paired-differences", 0, &experiment, count, err);
}

/* When the page was written, for its readers to look again. */
static enum err_code put_watch(struct sink *sink, struct err *err)
{
	char words[48];

	(void)snprintf(words, sizeof words, ">{\"written_ms\":%" PRId64 "}", clock_utc_ms());
	if (element_begin(sink, "application/json", "watch", 0, err) != ERR_OK || sink_put(sink, words, err) != ERR_OK)
		return err->code;
	return element_end(sink, err);
}

static enum err_code put_data(struct sink *sink, struct db *db, const struct page_request *request,
			      const struct shown_runs *runs, struct err *err)
{
	if (put_report(sink, db, PAGE_REPORT, 0, request->settings, request->setting_count, err) != ERR_OK ||
	    put_learning(sink, db, runs, err) != ERR_OK || (request->watched && put_watch(sink, err) != ERR_OK) ||
	    (runs->is_experiment && put_comparison(sink, db, request, err) != ERR_OK))
		return err->code;
	for (size_t i = 0; i < runs->count; i++)
		if ((runs->items[i].data_map &&
		     put_map(sink, db, &runs->items[i], runs->is_experiment, err) != ERR_OK) ||
		    put_dataset(sink, db, runs, i, request->path, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

enum err_code page_write(struct db *db, const struct page_request *request, int fd, const char *name,
			 bool *ret_is_growing, struct err *err)
{
	AUTO(sink_done) struct sink sink = { .fd = fd, .name = name };
	AUTO(shown_runs_done) struct shown_runs runs = { 0 };

	if (read_runs(db, request->settings, request->setting_count, &runs, err) != ERR_OK ||
	    sink_put(&sink, page_head, err) != ERR_OK || put_data(&sink, db, request, &runs, err) != ERR_OK ||
	    sink_put(&sink, page_tail, err) != ERR_OK || sink_flush(&sink, err) != ERR_OK)
		return err->code;
	*ret_is_growing = runs.is_growing;
	return ERR_OK;
}
