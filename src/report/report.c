#include "report/report.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/option.h"
#include "report/header.h"
#include "report/kinds.h"
#include "sql/sql.h"

/* A report from its text; `name` for messages. */
static enum err_code parse(const char *name, const char *sql, struct report **ret_report, struct err *err)
{
	AUTO(report_freep) struct report *report = NULL;

	if (mem_new(&report, 1, err) != ERR_OK || mem_copy_text(name, &report->name, err) != ERR_OK ||
	    mem_copy_text(sql, &report->sql, err) != ERR_OK || mem_copy_text(sql, &report->header, err) != ERR_OK ||
	    report_header_read(report, err) != ERR_OK)
		return err->code;
	*ret_report = take_ptr(&report);
	return ERR_OK;
}

const char *report_name(size_t i)
{
	return i < sql_report_count ? sql_reports[i].name : NULL;
}

enum err_code report_find(const char *name, struct report **ret_report, struct err *err)
{
	int i = option_index(name, report_name);

	if (i >= 0)
		return parse(name, sql_reports[i].text, ret_report, err);
	const char *nearest = option_nearest(name, report_name);
	if (nearest != NULL)
		return err_set(err, ERR_USAGE, "no report '%s': did you mean '%s'?", name, nearest);
	return err_set(err, ERR_USAGE, "no report '%s': 'hardrow report' lists them", name);
}

enum err_code report_load(const char *path, struct report **ret_report, struct err *err)
{
	AUTO(mem_freep) char *sql = NULL;
	size_t length = 0;

	if (file_read(path, &sql, &length, err) != ERR_OK)
		return err->code;
	if (strlen(sql) != length)
		return err_set(err, ERR_INPUT, "%s: not an SQL file: a zero byte at %zu", path, strlen(sql));
	return parse(path, sql, ret_report, err);
}

void report_free(struct report *report)
{
	if (report == NULL)
		return;
	free(report->name);
	free(report->sql);
	free(report->header);
	free(report);
}

void report_freep(struct report **report)
{
	report_free(*report);
}

const struct report_param *report_find_param(const struct report *report, const char *name)
{
	for (size_t i = 0; i < report->param_count; i++)
		if (option_same_name(report->params[i].name, name))
			return &report->params[i];
	return NULL;
}

enum err_code report_append_argument(const struct report_param *param, struct text *text, struct err *err)
{
	if (param->kind->form != FORM_CHOICE)
		return text_append(text, err, "%s", param->kind->argument);
	for (size_t i = 0; i < param->choice_count; i++)
		if (text_append(text, err, "%s%s", i == 0 ? "" : "|", param->choices[i]) != ERR_OK)
			return err->code;
	return ERR_OK;
}
