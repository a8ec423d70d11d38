/* hardrow report: a report as rows or as a picture, or the list of them. */
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "cli/command.h"
#include "cli/data_folders.h"
#include "cli/help.h"
#include "cli/page_file.h"
#include "cli/query.h"

struct options {
	struct query_form form;
	const char *file, *svg, *out;
	struct option_list explain, data_dir;
	bool sql, watch;
};

/* Names in the list stand deeper than those of a report's own help. */
static enum err_code list_param(const struct report_param *param, const char *indent, struct err *err)
{
	AUTO(text_done) struct text left = { 0 };
	AUTO(text_done) struct text right = { 0 };

	if (text_append(&left, err, "%s--%s ", indent, param->name) != ERR_OK ||
	    report_append_argument(param, &left, err) != ERR_OK ||
	    text_append(&right, err, "%s%s", param->help, param->required ? " (required)" : "") != ERR_OK)
		return err->code;
	if (param->initial != NULL && text_append(&right, err, " (default %s)", param->initial) != ERR_OK)
		return err->code;
	for (char *letter = left.data; *letter != '\0'; letter++)
		if (*letter == '_')
			*letter = '-';
	help_write_entry(stdout, left.data, right.data);
	return ERR_OK;
}

static enum err_code list_params(const struct report *report, const char *indent, struct err *err)
{
	AUTO(text_done) struct text svg = { 0 };
	AUTO(text_done) struct text explain = { 0 };

	for (size_t i = 0; i < report->param_count; i++)
		if (list_param(&report->params[i], indent, err) != ERR_OK)
			return err->code;
	if (text_append(&svg, err, "%s--svg FILE", indent) != ERR_OK ||
	    text_append(&explain, err, "%s--explain VALUE VALUE", indent) != ERR_OK)
		return err->code;
	if (report->plot_count > 0)
		help_write_entry(stdout, svg.data, "write a picture instead of rows");
	if (report->explain != NULL)
		help_write_entry(stdout, explain.data, "list what is behind one cell");
	return ERR_OK;
}

static enum err_code list_all(struct err *err)
{
	for (size_t i = 0; report_name(i) != NULL; i++) {
		AUTO(report_freep) struct report *report = NULL;
		if (report_find(report_name(i), &report, err) != ERR_OK)
			return err->code;
		help_write_entry(stdout, report->name, report->title);
		if (list_params(report, "  ", err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code help_report(const char *name, struct err *err)
{
	AUTO(report_freep) struct report *report = NULL;

	if (report_find(name, &report, err) != ERR_OK)
		return err->code;
	(void)printf("usage: hardrow report %s [options]\n\n%s.\n\n", report->name, report->title);
	if (list_params(report, "", err) != ERR_OK)
		return err->code;
	(void)fputs("\n'hardrow help report' shows the options that all reports have.\n", stdout);
	return ERR_OK;
}

static enum err_code load(const struct invocation *invocation, struct report **ret_report, struct err *err)
{
	const struct options *options = invocation->options;

	if (options->file == NULL)
		return report_find(invocation->arguments[0], ret_report, err);
	if (invocation->argument_count > 0)
		return err_set(err, ERR_USAGE, "either a report's name ('%s') or --file ('%s')",
			       invocation->arguments[0], options->file);
	return report_load(options->file, ret_report, err);
}

/* The report that --explain names, with the two values for its parameters; what only `report` knows is passed over. */
static enum err_code explain(const struct invocation *invocation, const struct report *report, struct err *err)
{
	const struct options *options = invocation->options;
	struct report_setting settings[ARGUMENTS_PARAMETERS_MAX + 2];
	AUTO(report_freep) struct report *behind = NULL;
	size_t count = 0;

	if (report->explain == NULL)
		return err_set(err, ERR_USAGE, "report '%s' has nothing to explain", report->name);
	if (options->explain.count != 2)
		return err_set(err, ERR_USAGE, "--explain can be given once");
	if (report_find(report->explain, &behind, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < 2; i++)
		settings[count++] = (struct report_setting){ report->explain_params[i], options->explain.items[i] };
	for (size_t i = 0; i < invocation->parameter_count; i++) {
		const struct named_value *given = &invocation->parameters[i];
		if (report_find_param(report, given->name) == NULL || report_find_param(behind, given->name) != NULL)
			settings[count++] = (struct report_setting){ given->name, given->value };
	}
	return query_run_report(invocation, behind, settings, count, &options->form, err);
}

/* What does not go together. */
static enum err_code check_options(const struct options *options, bool is_page, struct err *err)
{
	bool rows = options->form.format != NULL || options->form.csv_safe || options->explain.count > 0;

	if (options->svg != NULL && (rows || options->sql))
		return err_set(err, ERR_USAGE, "either --svg or --format, --sql or --explain");
	if (options->out != NULL && !is_page)
		return err_set(err, ERR_USAGE, "--out goes with 'report " PAGE_REPORT "' only");
	if (options->watch && (options->out == NULL || strcmp(options->out, "-") == 0))
		return err_set(err, ERR_USAGE, "--watch goes with 'report " PAGE_REPORT " --out FILE' only");
	if (options->data_dir.count > 0 && !is_page)
		return err_set(err, ERR_USAGE, "--data-dir goes with 'report " PAGE_REPORT "' only");
	if (options->out != NULL && (rows || options->sql || options->svg != NULL))
		return err_set(err, ERR_USAGE, "either --out or --format, --svg, --sql or --explain");
	if (is_page && options->out == NULL && !options->sql)
		return err_set(err, ERR_USAGE, "report '" PAGE_REPORT "' needs --out: the file to write");
	return ERR_OK;
}

static enum err_code write_page(const struct invocation *invocation, const struct report_setting *settings,
				size_t count, struct err *err)
{
	const struct options *options = invocation->options;
	AUTO(data_folders_done) struct data_folders folders = { 0 };

	if (data_folders_init(&folders, &options->data_dir, err) != ERR_OK)
		return err->code;
	const struct data_path path = data_folders_path(&folders);
	const struct page_request page = { .settings = settings, .setting_count = count, .path = &path };
	return (options->watch ? page_file_watch : page_file_write)(invocation, &page, options->form.timeout,
								    options->out, err);
}

static enum err_code report_command(const struct invocation *invocation, struct err *err)
{
	const struct options *options = invocation->options;
	struct report_setting settings[ARGUMENTS_PARAMETERS_MAX + 1];
	size_t count = invocation->parameter_count;
	AUTO(report_freep) struct report *report = NULL;

	if (invocation->argument_count == 0 && options->file == NULL && invocation->parameter_count == 0)
		return list_all(err);
	if (invocation->argument_count == 0 && options->file == NULL)
		return err_set(err, ERR_USAGE, "which report? 'hardrow report' lists them");
	bool is_page = options->file == NULL && strcmp(invocation->arguments[0], PAGE_REPORT) == 0;
	if (check_options(options, is_page, err) != ERR_OK)
		return err->code;
	if (load(invocation, &report, err) != ERR_OK)
		return err->code;
	if (options->sql) {
		if (invocation->terminal)
			(void)text_clean(report->sql, true);
		(void)fputs(report->sql, stdout);
		return ERR_OK;
	}
	if (options->explain.count > 0)
		return explain(invocation, report, err);
	for (size_t i = 0; i < count; i++)
		settings[i] =
		    (struct report_setting){ invocation->parameters[i].name, invocation->parameters[i].value };
	if (options->watch)
		settings[count++] = (struct report_setting){ "running", "yes" };
	if (options->out != NULL)
		return write_page(invocation, settings, count, err);
	if (options->svg != NULL)
		return query_draw_report(invocation, report, settings, count, &options->form, options->svg, err);
	return query_run_report(invocation, report, settings, count, &options->form, err);
}

static const struct option_spec specs[] = {
	{ .name = "format",
	  .letter = 'f',
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct options, form.format),
	  .choice = out_format_name,
	  .check = query_check_format,
	  .argument = "NAME",
	  .help = OUT_FORMATS "; without it the report's own" },
	CSV_SAFE_OPTION(struct options, form.csv_safe),
	TIMEOUT_OPTION(struct options, form.timeout),
	{ .name = "svg",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct options, svg),
	  .argument = "FILE",
	  .help = "write a picture instead of rows (needs gnuplot); - is standard output" },
	{ .name = "out",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct options, out),
	  .argument = "FILE",
	  .help = "of 'report html': the page to write; - is standard output" },
	{ .name = "watch",
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct options, watch),
	  .help = "of 'report html': write the page again with each new epoch, until the runs have ended" },
	DATA_DIR_OPTION(struct options, data_dir),
	{ .name = "file",
	  .type = OPTION_TEXT,
	  .offset = offsetof(struct options, file),
	  .argument = "F.sql",
	  .help = "run a report of your own: a comment header and one SELECT" },
	{ .name = "sql",
	  .type = OPTION_FLAG,
	  .offset = offsetof(struct options, sql),
	  .help = "print the report's file instead of running it" },
	{ .name = "explain",
	  .type = OPTION_LIST,
	  .offset = offsetof(struct options, explain),
	  .words = 2,
	  .argument = "ROW COLUMN",
	  .help = "list what is behind one cell (accuracy-table: DATASET METHOD)" },
};

const struct command command_report = {
	.name = "report",
	.arguments = "[REPORT] [--PARAMETER VALUE…]",
	.summary = "Print a report; without a name list the reports and their parameters",
	.details = "'hardrow report REPORT --help' shows the parameters of one.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct options),
	.maximum = 1,
	.takes_parameters = true,
	.help = help_report,
	.run = report_command,
};
