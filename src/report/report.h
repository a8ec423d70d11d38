/* Reports: an SQL file = a comment header and one SELECT over the public views and plain tables. A report of hardrow's
 * own is one file in reports/; a person's file is run by the same code. The rest of this comment is hardrow-report(5).
 *
 * The header is the leading comment lines, one key a line; it ends at a bare "--" or the first line that is no comment:
 *
 *     -- title: what it shows                      for the list of reports
 *     -- heading: above the table; {param} is replaced by the parameter's value
 *     -- note: below the table, likewise; every further note is a line
 *     -- empty: the error if there is no row, likewise; without it an empty result is fine
 *     -- task: classification|regression, REPORT   what its runs predict, and the report for runs that do not
 *     -- format: csv                               the format when none is asked for; without it table
 *     -- param NAME: KIND[ = DEFAULT][, required], what it is
 *     -- pivot: row=COLUMN, column=COLUMN|"text", cell=COLUMN[, bold=COLUMN]
 *     -- plot: lines|bars|bands|points|matrix|ranks, x=COLUMN, y=COLUMN[, by=COLUMN][, low=COLUMN, high=COLUMN]
 *              [, value=COLUMN][, title=COLUMN][, xtitle="text"][, ytitle="text"][, ruler=COLUMN]  (in one line)
 *     -- below: REPORT                             printed under this one, but not as CSV or JSON
 *     -- explain: REPORT PARAM PARAM               what --explain VALUE VALUE runs
 *
 * KIND is text, integer, count, number, amount, integers, run, runs, experiment, dataset, title, method, methods or
 * class (report/kinds.c), or choices with '|' between them; an amount is a number from 0. A parameter is :NAME in the
 * SQL, bound as text, number or (integers, runs, methods) a JSON array; one that is not given and has no default is
 * NULL. In NAME '-' and '_' are the same. The value of the kinds from `run` on must exist in the file.
 *
 * Columns whose name begins with '_' are for headings and cells of pivots: CSV, JSON and reports without a pivot leave
 * them out. Columns without a value in any row are not shown to people. The text that the first row has in the column
 * `_note` stands below the table, after the notes of the header. A pivot lays rows of (row, column, cell) out as a
 * grid, but not as CSV or JSON; several pivots stand side by side over the same rows. A NULL column makes no column, a
 * missing or NULL cell is "–".
 *
 * A plot is a panel of the picture that --svg makes; several stand below each other. With lines, rows with the
 * same `by` are a curve over a numeric x; with bars, each row is a bar that x stands below, coloured by `by`; low and
 * high are the ends of a whisker around y. Bands are lines in front of the area between low and high. Points are
 * coloured by `by`, or by the number `value`. A matrix has a cell for each pair of texts x and y, coloured by `value`,
 * in the order in which the texts come. With ranks, each row is the mean rank y of what x names, in ascending order;
 * low and high are the ends of a bar over ranks that are not told apart, and ruler is the critical difference, of the
 * first row. Rows whose x (of a matrix: x or y) is NULL are left out, a NULL y or value is a
 * gap, a NULL `by` is not in the legend. The panel's title is the first value of the column `title`; axes without a
 * title are called as their column, the whole as the heading. */
#ifndef HARDROW_REPORT_REPORT_H
#define HARDROW_REPORT_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"
#include "out/out.h"

struct db;
struct report_kind;

#define REPORT_PARAMS_MAX 16
#define REPORT_PIVOTS_MAX 8
#define REPORT_CHOICES_MAX 16
#define REPORT_NOTES_MAX 8
#define REPORT_PLOTS_MAX 4

/* All texts of the structs below point into report.header or are NULL. */

struct report_param {
	const char *name;
	const struct report_kind *kind;
	const char *choices[REPORT_CHOICES_MAX]; /* for the kind of choices */
	size_t choice_count;
	const char *initial; /* the default, or NULL */
	bool required;
	const char *help;
};

struct report_pivot {
	const char *row, *column, *cell, *bold; /* names of the SELECT's columns; bold may be NULL */
	bool literal;				/* `column` is the heading itself */
};

enum plot_kind { PLOT_LINES, PLOT_BARS, PLOT_BANDS, PLOT_POINTS, PLOT_MATRIX, PLOT_RANKS };

struct report_plot {
	enum plot_kind kind;
	const char *x, *y;				     /* names of the SELECT's columns */
	const char *by, *low, *high, *value, *title, *ruler; /* likewise, or NULL */
	const char *x_title, *y_title;			     /* NULL: the column's name */
};

struct report {
	char *name;   /* "accuracy-table", or the path of a person's file */
	char *sql;    /* the whole file */
	char *header; /* the header's own copy, cut into texts */
	const char *title, *heading, *empty, *below;
	const char *notes[REPORT_NOTES_MAX];
	size_t note_count;
	const char *task, *instead; /* what its runs predict, and the report for others; or NULLs: it is for all */
	const char *explain, *explain_params[2];
	size_t format; /* index for out.h */
	struct report_param params[REPORT_PARAMS_MAX];
	size_t param_count;
	struct report_pivot pivots[REPORT_PIVOTS_MAX];
	size_t pivot_count;
	struct report_plot plots[REPORT_PLOTS_MAX];
	size_t plot_count;
};

/* Name of hardrow's own report i, NULL behind the last. */
const char *report_name(size_t i);

/* One of hardrow's own. ERR_USAGE with the nearest name if there is none. */
MUST_CHECK enum err_code report_find(const char *name, struct report **ret_report, struct err *err);

/* A person's file. ERR_INPUT with file and line for a bad header. */
MUST_CHECK enum err_code report_load(const char *path, struct report **ret_report, struct err *err);

/* Takes NULL. */
void report_free(struct report *report);
void report_freep(struct report **report);

/* The parameter of that name, or NULL. */
const struct report_param *report_find_param(const struct report *report, const char *name);

/* Appends what a parameter takes: "N", "NAME", "accuracy|balanced-error". */
MUST_CHECK enum err_code report_append_argument(const struct report_param *param, struct text *text, struct err *err);

struct report_setting {
	const char *name, *value;
};

struct report_request {
	const struct report *report;
	const struct report_setting *settings;
	size_t setting_count;
	size_t format;		  /* index for out.h */
	struct out_target target; /* not flushed */
};

/* Checks the settings, runs the SELECT on a DB_READ connection and writes the rows and, for people, the reports below.
 * ERR_USAGE: unknown parameter (nearest name), bad or missing value. ERR_INPUT: a name that is not in the file, a
 * parameter of the SQL without a param line or the other way round, SQL that does not compile. */
MUST_CHECK enum err_code report_run(struct db *db, const struct report_request *request, struct err *err);

/* Does the same, but draws the report's plots instead of writing rows, and appends them to *svg; format and target do
 * not matter. ERR_USAGE: the report has no plot. ERR_INPUT: no row, a text where a plot needs a number, more curves
 * than PLOT_CURVES_MAX (report/plot.h). ERR_SYSTEM: gnuplot is not there or fails. */
MUST_CHECK enum err_code report_draw(struct db *db, const struct report_request *request, struct text *svg,
				     struct err *err);

/* Runs one SELECT of a person without header, parameters or pivot. */
MUST_CHECK enum err_code report_run_sql(struct db *db, const char *sql, size_t format, const struct out_target *target,
					struct err *err);

#endif
