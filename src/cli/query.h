/* What the commands share that only read a database. */
#ifndef HARDROW_CLI_QUERY_H
#define HARDROW_CLI_QUERY_H

#include "cli/command.h"
#include "report/report.h"

/* For an option: the name of an output format. */
MUST_CHECK enum err_code query_check_format(const char *text, struct err *err);

/* One line of an option table: `--format NAME`, for the text `field` of `owner`; a table by default. */
#define FORMAT_OPTION(owner, field)                                                                                    \
	{                                                                                                              \
		.name = "format", .letter = 'f', .type = OPTION_TEXT, .offset = offsetof(owner, field),                \
		.choice = out_format_name, .check = query_check_format, .argument = "NAME", .initial = "table",        \
		.help = OUT_FORMATS                                                                                    \
	}

/* How to answer. */
struct query_form {
	const char *format; /* NULL: the report's own, of SQL a table */
	bool csv_safe;	    /* see struct out_target; ERR_USAGE with another format */
	double timeout;	    /* seconds; not above 0: none */
};

/* Likewise: `--csv-safe`, for the bool `field`. */
#define CSV_SAFE_OPTION(owner, field)                                                                                  \
	{                                                                                                              \
		.name = "csv-safe", .type = OPTION_FLAG, .offset = offsetof(owner, field),                             \
		.help = "csv: texts beginning with = + - @ TAB or CR get a ' before them, for spreadsheets"            \
	}

/* Likewise: `--timeout SECONDS`, for the double `field`. */
#define TIMEOUT_OPTION(owner, field)                                                                                   \
	{                                                                                                              \
		.name = "timeout", .type = OPTION_REAL, .offset = offsetof(owner, field), .above_min = true,           \
		.argument = "SECONDS", .help = "how long it may take at most"                                          \
	}

/* Where tables and rows go: standard output. */
struct out_target query_target(const struct invocation *invocation, bool csv_safe);

/* What a reader of this file should know goes to standard error, before anything that comes from it. */
void query_warn(const struct db *db);

/* Opens the invocation's database for reading, with bounds on memory and time, and warns. */
MUST_CHECK enum err_code query_open(const struct invocation *invocation, double timeout, struct db **ret_db,
				    struct err *err);

/* The path to write to: "-" is standard output. */
const char *query_path(const char *path);

/* Runs the report on the invocation's database, to stdout; Ctrl-C ends it with ERR_INTERRUPTED. */
MUST_CHECK enum err_code query_run_report(const struct invocation *invocation, const struct report *report,
					  const struct report_setting *settings, size_t count,
					  const struct query_form *form, struct err *err);

/* Draws the report's picture into `path` as file_write() does, "-" being standard output. Nothing is written if drawing
 * fails. */
MUST_CHECK enum err_code query_draw_report(const struct invocation *invocation, const struct report *report,
					   const struct report_setting *settings, size_t count,
					   const struct query_form *form, const char *path, struct err *err);

/* As query_run_report() for one of hardrow's own reports, by name. */
MUST_CHECK enum err_code query_run_named(const struct invocation *invocation, const char *name,
					 const struct report_setting *settings, size_t count,
					 const struct query_form *form, struct err *err);

/* The same for one SELECT. */
MUST_CHECK enum err_code query_run_sql(const struct invocation *invocation, const char *sql,
				       const struct query_form *form, struct err *err);

#endif
