#include "report/task.h"

#include <string.h>

#include "base/mem.h"
#include "report/kinds.h"

const char *report_task_name(size_t i)
{
	static const char *const names[] = { "classification", "regression" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

static const char *objects_of(bool is_regression)
{
	return is_regression ? "a number" : "classes";
}

static bool is_run(const struct report_param *param)
{
	return param->kind->noun != NULL && strcmp(param->kind->noun, "run") == 0;
}

/* Appends the runs for the other report: those that were given, or `run`. */
static enum err_code append_runs(const struct report_values *values, const struct report *other, int64_t run,
				 struct text *text, struct err *err)
{
	size_t start = text->length;

	for (size_t i = 0; i < values->report->param_count; i++) {
		const struct report_param *param = &values->report->params[i];
		if (is_run(param) && values->texts[i] != NULL && report_find_param(other, param->name) != NULL &&
		    text_append(text, err, " --%s %s", param->name, values->texts[i]) != ERR_OK)
			return err->code;
	}
	if (text->length > start || report_find_param(other, "run") == NULL)
		return ERR_OK;
	return text_append(text, err, " --run %lld", (long long)run);
}

static enum err_code refuse(const struct report_values *values, int64_t run, const struct db *db, struct err *err)
{
	const struct report *report = values->report;
	bool is_regression = strcmp(report->task, "regression") == 0;
	AUTO(report_freep) struct report *other = NULL;
	AUTO(text_done) struct text instead = { 0 };

	if (report_find(report->instead, &other, err) != ERR_OK)
		return err_prefix(err, "%s: task", report->name);
	if (text_append(&instead, err, "%s", report->instead) != ERR_OK ||
	    append_runs(values, other, run, &instead, err) != ERR_OK)
		return err->code;
	return err_set(err, ERR_INPUT,
		       "run %lld predicts %s: report %s is for runs that predict %s; 'hardrow report %s%s' is for it",
		       (long long)run, objects_of(!is_regression), report->name, objects_of(is_regression),
		       instead.data, db_option(db));
}

/* Whether one of `runs`, a JSON array, is of the other task; NULL: the newest run. */
static enum err_code check_runs(const struct report_values *values, const char *runs, const char *experiment,
				struct db *db, struct err *err)
{
	static const char find_other[] =
	    "SELECT run_id FROM runs WHERE task <> :task AND CASE WHEN :runs IS NOT NULL"
	    " THEN run_id IN (SELECT value FROM json_each(:runs))"
	    " ELSE run_id = (SELECT max(run_id) FROM runs"
	    "   WHERE status = 'done' AND (:experiment IS NULL OR experiment = :experiment)) END"
	    " ORDER BY run_id LIMIT 1";
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool row = false;

	if (db_prepare(db, find_other, &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":task", values->report->task);
	db_bind_text(stmt, ":runs", runs);
	db_bind_text(stmt, ":experiment", experiment);
	if (db_step(stmt, &row, err) != ERR_OK)
		return err->code;
	return row ? refuse(values, db_column_int(stmt, 0), db, err) : ERR_OK;
}

/* Whether the experiment, NULL: the newest, has runs of the other task alone. */
static enum err_code check_experiment(const struct report_values *values, const char *experiment, struct db *db,
				      struct err *err)
{
	static const char find_other[] =
	    "SELECT max(run_id) FROM runs WHERE experiment = coalesce(:experiment,"
	    " (SELECT name FROM experiment ORDER BY experiment_id DESC LIMIT 1)) HAVING sum(task = :task) = 0";
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool row = false;

	if (db_prepare(db, find_other, &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":task", values->report->task);
	db_bind_text(stmt, ":experiment", experiment);
	if (db_step(stmt, &row, err) != ERR_OK)
		return err->code;
	return row ? refuse(values, db_column_int(stmt, 0), db, err) : ERR_OK;
}

enum err_code report_check_task(const struct report_values *values, bool found_nothing, struct db *db, struct err *err)
{
	const struct report *report = values->report;
	const char *experiment = NULL;
	bool has_run = false, is_of_experiment = false;

	if (report->task == NULL)
		return ERR_OK;
	for (size_t i = 0; i < report->param_count; i++) {
		const struct report_kind *kind = report->params[i].kind;
		AUTO(text_done) struct text list = { 0 };
		if (kind->noun == NULL)
			continue;
		if (strcmp(kind->noun, "experiment") == 0) {
			is_of_experiment = true;
			experiment = values->texts[i];
		}
		if (values->texts[i] == NULL || !is_run(&report->params[i]))
			continue;
		has_run = true;
		bool is_list = kind->form == FORM_INTEGERS;
		if (text_append(&list, err, is_list ? "%s" : "[%s]",
				is_list ? values->lists[i].data : values->texts[i]) != ERR_OK ||
		    check_runs(values, list.data, NULL, db, err) != ERR_OK)
			return err->code;
	}
	if (has_run)
		return ERR_OK;
	if (found_nothing)
		return check_runs(values, NULL, experiment, db, err);
	return is_of_experiment ? check_experiment(values, experiment, db, err) : ERR_OK;
}
