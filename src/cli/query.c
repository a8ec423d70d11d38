#include "cli/query.h"

#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/interrupt.h"
#include "cli/print.h"
#include "db/db.h"

enum err_code query_check_format(const char *text, struct err *err)
{
	const char *nearest = option_nearest(text, out_format_name);

	if (option_index(text, out_format_name) >= 0)
		return ERR_OK;
	if (nearest != NULL)
		return err_set(err, ERR_INPUT, "'%s' will not do: did you mean '%s'? format takes " OUT_FORMATS, text,
			       nearest);
	return err_set(err, ERR_INPUT, "'%s' will not do: format takes " OUT_FORMATS, text);
}

/* A question that needs more is a mistake, or too much for the machines of most. */
#define MEMORY_BYTES_MAX 1000000000

/* The index of a checked name; `otherwise` for NULL. */
static size_t format_index(const char *text, size_t otherwise)
{
	return text == NULL ? otherwise : (size_t)option_index(text, out_format_name);
}

static enum err_code check_form(const struct query_form *form, size_t format, struct err *err)
{
	if (form->csv_safe && strcmp(out_format_name(format), "csv") != 0)
		return err_set(err, ERR_USAGE, "--csv-safe goes with --format csv only");
	return ERR_OK;
}

struct out_target query_target(const struct invocation *invocation, bool csv_safe)
{
	return (struct out_target){
		.file = stdout, .terminal = invocation->terminal, .width = invocation->width, .csv_safe = csv_safe
	};
}

void query_warn(const struct db *db)
{
	if (db_warning(db) != NULL)
		print_clean(stderr, "hardrow: %s: %s\n", db_path(db), db_warning(db));
}

enum err_code query_open(const struct invocation *invocation, double timeout, struct db **ret_db, struct err *err)
{
	if (db_open(invocation->database, DB_READ, ret_db, err) != ERR_OK)
		return err->code;
	db_limit(*ret_db, timeout, MEMORY_BYTES_MAX);
	query_warn(*ret_db);
	return ERR_OK;
}

enum err_code query_run_report(const struct invocation *invocation, const struct report *report,
			       const struct report_setting *settings, size_t count, const struct query_form *form,
			       struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;
	const struct report_request request = {
		.report = report,
		.settings = settings,
		.setting_count = count,
		.format = format_index(form->format, report->format),
		.target = query_target(invocation, form->csv_safe),
	};

	if (check_form(form, request.format, err) != ERR_OK ||
	    query_open(invocation, form->timeout, &db, err) != ERR_OK)
		return err->code;
	(void)interrupt_catch(db);
	enum err_code code = report_run(db, &request, err);
	interrupt_release();
	return code;
}

const char *query_path(const char *path)
{
	return strcmp(path, "-") == 0 ? "/dev/stdout" : path;
}

enum err_code query_draw_report(const struct invocation *invocation, const struct report *report,
				const struct report_setting *settings, size_t count, const struct query_form *form,
				const char *path, struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;
	struct text svg AUTO(text_done) = { 0 };
	const struct report_request request = { .report = report, .settings = settings, .setting_count = count };

	if (query_open(invocation, form->timeout, &db, err) != ERR_OK)
		return err->code;
	(void)interrupt_catch(db);
	enum err_code code = report_draw(db, &request, &svg, err);
	interrupt_release();
	if (code != ERR_OK)
		return code;
	return file_write(query_path(path), svg.data, svg.length, err);
}

enum err_code query_run_named(const struct invocation *invocation, const char *name,
			      const struct report_setting *settings, size_t count, const struct query_form *form,
			      struct err *err)
{
	AUTO(report_freep) struct report *report = NULL;

	if (report_find(name, &report, err) != ERR_OK)
		return err->code;
	return query_run_report(invocation, report, settings, count, form, err);
}

enum err_code query_run_sql(const struct invocation *invocation, const char *sql, const struct query_form *form,
			    struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;
	const struct out_target target = query_target(invocation, form->csv_safe);
	size_t format = format_index(form->format, OUT_FORMAT_TABLE);

	if (check_form(form, format, err) != ERR_OK || query_open(invocation, form->timeout, &db, err) != ERR_OK)
		return err->code;
	(void)interrupt_catch(db);
	enum err_code code = report_run_sql(db, sql, format, &target, err);
	interrupt_release();
	return code;
}
