/* Rows into a picture: what is collected of them, and the script that makes gnuplot draw it. */
#ifndef HARDROW_REPORT_PLOT_H
#define HARDROW_REPORT_PLOT_H

#include "base/text.h"
#include "db/db.h"
#include "report/report.h"

/* So many can be told apart: seven colours that the colour-blind tell apart too, drawn through and dashed. */
#define PLOT_CURVES_MAX 14

struct plot_curve {
	char *name; /* owned; the value of `by`, "" without one */
	/* Lines "x y low high" of numbers, "NaN" for a NULL; of bars x is the bar's number, of a matrix x and y are
	 * those of column and row; a value stands in the place of low. */
	struct text points;
};

/* The texts of a matrix's columns or rows, in the order in which they came. */
struct plot_names {
	char **names; /* (count) owned */
	size_t count, capacity;
};

/* One row of a panel of ranks. */
struct plot_rank {
	char *name;		/* owned */
	double rank, low, high; /* NaN for a NULL */
};

struct plot_panel {
	const struct report_plot *plot;
	char *title; /* owned, or NULL */
	struct plot_curve curves[PLOT_CURVES_MAX];
	size_t curve_count;
	struct plot_rank *ranks; /* of ranks, (rank_count) */
	size_t rank_count, rank_capacity;
	double ruler;		    /* of ranks: NaN without one */
	struct plot_names names[2]; /* of bars x, one for each bar; of a matrix x and y */
	size_t rows;
	bool has_value;	      /* a y and value that are not NULL; else the panel is not drawn */
	double x_low, x_high; /* of lines, bands and points */
	bool has_fraction;    /* an x that is not an integer */
	double value_high;    /* of a matrix: the highest value, at least 0 */
};

struct plot_picture {
	const char *title; /* borrowed */
	struct plot_panel panels[REPORT_PLOTS_MAX];
	size_t panel_count;
};

/* Reads all rows of the statement, whose first is already there. Panels without a value are left out; ERR_INPUT if none
 * is left, and as report_draw() says. */
MUST_CHECK enum err_code plot_read(const struct report *report, struct db_stmt *stmt, struct plot_picture *picture,
				   struct err *err);
void plot_done(struct plot_picture *picture);

/* Draws it with gnuplot and appends the SVG; equal pictures give equal bytes. */
MUST_CHECK enum err_code plot_draw(const struct plot_picture *picture, struct text *svg, struct err *err);

/* Private to plot_draw(): a panel of ranks, with everything that is set for it set back. */
MUST_CHECK enum err_code plot_append_ranks(const struct plot_panel *panel, struct text *script, struct err *err);

/* Appends `value` as a string of gnuplot: in double quotes, because gnuplot 5.4 reads no '' at the start of one in
 * single quotes; all marks in octal (a zero and three digits), so that nothing in it is a command, a macro or an
 * escape; cleaned by text_clean(). `is_format`: gnuplot takes the string for a format, in which %% is a percent sign
 * (labels of ticks). */
MUST_CHECK enum err_code plot_append_string(struct text *script, const char *value, bool is_format, struct err *err);

#endif
