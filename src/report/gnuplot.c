/* The script for gnuplot. Of what comes from a database only numbers and strings get into it. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/process.h"
#include "report/columns.h"
#include "report/plot.h"

#define WIDTH 900
#define PANEL_HEIGHT 360
#define TITLE_HEIGHT 40

/* Letters that fit side by side below a panel. */
#define TICK_LETTERS_MAX 75

/* A matrix of more columns or rows has no numbers in its cells; of more rows it is higher. */
#define CELL_NUMBERS_MAX 15
#define CELL_HEIGHT 20

/* Up to so many whole numbers have a tick each. */
#define WHOLE_TICKS_MAX 15

/* Okabe and Ito 2008, "Color universal design", without the yellow that fades on white. */
static const char *const colours[] = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000" };

#define GRID "set grid ytics linetype 1 linecolor rgb '#dddddd'\n"

/* From low to high: of cells, on which black letters can be read; and of points, which are seen on white. */
#define CELL_PALETTE "0 '#ffffff', 1 '#56B4E9'"
#define POINT_PALETTE "0 '#D55E00', 0.5 '#b0a8a0', 1 '#0072B2'"

enum err_code plot_append_string(struct text *script, const char *value, bool is_format, struct err *err)
{
	AUTO(text_done) struct text clean = { 0 };

	/* Not all that a name may hold is XML. */
	if (text_append_clean(&clean, value, err) != ERR_OK || text_append(script, err, "\"") != ERR_OK)
		return err->code;
	for (value = clean.data; *value != '\0'; value++) {
		unsigned char byte = (unsigned char)*value;
		enum err_code code;
		if (byte == ' ' || byte > 127 || isalnum(byte) != 0)
			code = text_append_bytes(script, value, 1, err);
		else
			code = text_append(script, err, byte == '%' && is_format ? "%%%%" : "\\0%03o", byte);
		if (code != ERR_OK)
			return code;
	}
	return text_append(script, err, "\"");
}

/* set WHAT "value" */
static enum err_code set_string(struct text *script, const char *what, const char *value, struct err *err)
{
	if (text_append(script, err, "set %s ", what) != ERR_OK ||
	    plot_append_string(script, value == NULL ? "" : value, false, err) != ERR_OK)
		return err->code;
	return text_append(script, err, "\n");
}

/* The title, or without one the column's. */
static enum err_code set_title(struct text *script, const char *what, const char *title, const char *column,
			       struct err *err)
{
	AUTO(mem_freep) char *name = NULL;

	if (title != NULL || column == NULL)
		return set_string(script, what, title, err);
	if (report_column_title(column, &name, err) != ERR_OK)
		return err->code;
	return set_string(script, what, name, err);
}

static enum err_code append_data(const struct plot_panel *panel, size_t number, struct text *script, struct err *err)
{
	for (size_t i = 0; i < panel->curve_count; i++)
		if (text_append(script, err, "$data_%zu_%zu << END\n%sEND\n", number, i,
				panel->curves[i].points.data) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static bool has_names(const struct plot_panel *panel)
{
	for (size_t i = 0; i < panel->curve_count; i++)
		if (panel->curves[i].name[0] != '\0')
			return true;
	return false;
}

/* set xtics (or ytics) with a text at each place */
static enum err_code set_texts(struct text *script, const char *axis, const struct plot_names *names, struct err *err)
{
	size_t letters = 0;

	for (size_t i = 0; i < names->count; i++)
		letters += strlen(names->names[i]) + 1;
	bool rotate = axis[0] == 'x' && letters > TICK_LETTERS_MAX;
	if (text_append(script, err, "set %s %s (", axis, rotate ? "rotate by -35" : "norotate") != ERR_OK)
		return err->code;
	for (size_t i = 0; i < names->count; i++)
		if (text_append(script, err, i > 0 ? ", " : "") != ERR_OK ||
		    plot_append_string(script, names->names[i], true, err) != ERR_OK ||
		    text_append(script, err, " %zu", i) != ERR_OK)
			return err->code;
	return text_append(script, err, ")\n");
}

static enum err_code append_ranges(const struct plot_panel *panel, struct text *script, struct err *err)
{
	/* Few epochs: no 1.5 between 1 and 2. */
	bool whole = !panel->has_fraction && panel->x_high - panel->x_low < WHOLE_TICKS_MAX;

	if (panel->plot->kind != PLOT_BARS && panel->plot->kind != PLOT_MATRIX)
		return text_append(script, err,
				   "set xtics norotate %s\nset ytics autofreq\nset xrange [*:*]\nset yrange [*:*]\n",
				   whole ? "1" : "autofreq");
	if (set_texts(script, "xtics", &panel->names[0], err) != ERR_OK)
		return err->code;
	if (panel->plot->kind == PLOT_BARS)
		return text_append(script, err, "set ytics autofreq\nset xrange [-0.6:%zu.6]\nset yrange [*<0:0<*]\n",
				   panel->names[0].count - 1);
	/* The first row is the highest. */
	if (set_texts(script, "ytics", &panel->names[1], err) != ERR_OK)
		return err->code;
	return text_append(script, err, "set xrange [-0.5:%zu.5]\nset yrange [%zu.5:-0.5]\n", panel->names[0].count - 1,
			   panel->names[1].count - 1);
}

static enum err_code append_axes(const struct plot_panel *panel, struct text *script, struct err *err)
{
	const struct report_plot *plot = panel->plot;

	if (set_string(script, "title", panel->title, err) != ERR_OK ||
	    set_title(script, "xlabel", plot->x_title, plot->x, err) != ERR_OK ||
	    set_title(script, "ylabel", plot->y_title, plot->y, err) != ERR_OK ||
	    set_title(script, "key title", NULL, plot->by, err) != ERR_OK ||
	    set_title(script, "cblabel", NULL, plot->value, err) != ERR_OK ||
	    text_append(script, err, has_names(panel) ? "set key on\n" : "set key off\n") != ERR_OK ||
	    text_append(script, err,
			plot->kind == PLOT_MATRIX
			    ? "set palette defined (" CELL_PALETTE ")\nset cbrange [*<0:highest<*]\nunset grid\n"
			    : "set palette defined (" POINT_PALETTE ")\nset cbrange [*:*]\n" GRID) != ERR_OK)
		return err->code;
	return append_ranges(panel, script, err);
}

static enum err_code append_bars(const char *data, const char *colour, bool is_first, struct text *script,
				 struct err *err)
{
	return text_append(script, err, "%s using 1:2 with boxes fillcolor rgb '%s' fillstyle %s noborder title ", data,
			   colour, is_first ? "solid 0.8" : "pattern 4");
}

/* The areas of all bands, which lie behind all lines. */
static enum err_code append_areas(const struct plot_panel *panel, size_t number, struct text *script, struct err *err)
{
	for (size_t i = 0; i < panel->curve_count; i++)
		if (text_append(script, err,
				"$data_%zu_%zu using 1:3:4 with filledcurves fillcolor rgb '%s' "
				"fillstyle transparent solid 0.15 noborder notitle, \\\n ",
				number, i, colours[i % ARRAY_LENGTH(colours)]) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static enum err_code append_line(const char *data, const char *colour, size_t dash, struct text *script,
				 struct err *err)
{
	return text_append(script, err,
			   "%s using 1:2 with linespoints linecolor rgb '%s' linewidth 2 dashtype %zu pointtype 7 "
			   "pointsize 0.35 title ",
			   data, colour, dash);
}

/* Of the colours that come twice the second are open circles. */
static enum err_code append_points(const struct plot_panel *panel, const char *data, const char *colour, bool is_first,
				   struct text *script, struct err *err)
{
	int type = is_first ? 7 : 6;

	if (panel->plot->value != NULL)
		return text_append(
		    script, err, "%s using 1:2:3 with points pointtype 7 pointsize 0.4 linecolor palette title ", data);
	return text_append(script, err, "%s using 1:2 with points pointtype %d pointsize 0.4 linecolor rgb '%s' title ",
			   data, type, colour);
}

static enum err_code append_cells(const struct plot_panel *panel, const char *data, struct text *script,
				  struct err *err)
{
	if (panel->names[0].count <= CELL_NUMBERS_MAX && panel->names[1].count <= CELL_NUMBERS_MAX)
		return text_append(
		    script, err,
		    "%s using 1:2:(0.48):(0.48):3 with boxxyerror fillstyle solid 1 noborder fillcolor "
		    "palette notitle, \\\n %s using 1:2:(valid(3) ? sprintf('%%.3g', $3) : '') with labels title ",
		    data, data);
	return text_append(script, err,
			   "%s using 1:2:(0.5):(0.5):3 with boxxyerror fillstyle solid 1 noborder fillcolor palette "
			   "title ",
			   data);
}

/* Not "yerrorbars", which erases a disc where the point would be. A vector of no length would not be drawn. */
static enum err_code append_whiskers(const char *data, const char *colour, struct text *script, struct err *err)
{
	return text_append(script, err,
			   ", \\\n  %s using 1:3:(0):($4 > $3 ? $4 - $3 : 0.001 * abs($3)) with vectors heads size "
			   "graph 0.008,90 fixed "
			   "linecolor rgb '%s' linewidth 1.5 notitle",
			   data, colour);
}

static enum err_code append_curve(const struct plot_panel *panel, size_t number, size_t curve, struct text *script,
				  struct err *err)
{
	const char *colour = colours[curve % ARRAY_LENGTH(colours)];
	enum plot_kind kind = panel->plot->kind;
	size_t dash = 1 + curve / ARRAY_LENGTH(colours);
	enum err_code code = ERR_OK;
	char data[64];

	(void)snprintf(data, sizeof data, "$data_%zu_%zu", number, curve);
	if (curve > 0 && text_append(script, err, ", \\\n ") != ERR_OK)
		return err->code;
	switch (kind) {
	case PLOT_BARS:
		code = append_bars(data, colour, dash == 1, script, err);
		break;
	case PLOT_BANDS:
	case PLOT_LINES:
		code = append_line(data, colour, dash, script, err);
		break;
	case PLOT_POINTS:
		code = append_points(panel, data, colour, dash == 1, script, err);
		break;
	case PLOT_MATRIX:
		code = append_cells(panel, data, script, err);
		break;
	case PLOT_RANKS: /* has no curves */
		break;
	}
	if (code != ERR_OK || plot_append_string(script, panel->curves[curve].name, false, err) != ERR_OK)
		return err->code;
	if (panel->plot->low == NULL || kind == PLOT_BANDS)
		return ERR_OK;
	return append_whiskers(data, kind == PLOT_BARS ? "#444444" : colour, script, err);
}

static enum err_code append_panel(const struct plot_panel *panel, size_t number, struct text *script, struct err *err)
{
	if (panel->plot->kind == PLOT_RANKS) {
		if (set_string(script, "title", panel->title, err) != ERR_OK)
			return err->code;
		return plot_append_ranks(panel, script, err);
	}
	if (append_axes(panel, script, err) != ERR_OK || text_append(script, err, "plot ") != ERR_OK ||
	    (panel->plot->kind == PLOT_BANDS && append_areas(panel, number, script, err) != ERR_OK))
		return err->code;
	for (size_t i = 0; i < panel->curve_count; i++)
		if (append_curve(panel, number, i, script, err) != ERR_OK)
			return err->code;
	return text_append(script, err, "\n");
}

/* All panels are as high as the highest. */
static size_t panel_height(const struct plot_picture *picture)
{
	size_t height = PANEL_HEIGHT;

	for (size_t i = 0; i < picture->panel_count; i++)
		if (picture->panels[i].names[1].count > CELL_NUMBERS_MAX)
			height = picture->panels[i].names[1].count * CELL_HEIGHT > height
				     ? picture->panels[i].names[1].count * CELL_HEIGHT
				     : height;
	return height;
}

static enum err_code append_script(const struct plot_picture *picture, struct text *script, struct err *err)
{
	size_t drawn = 0;
	double highest = 0; /* of all panels: equal colours mean the same */

	for (size_t i = 0; i < picture->panel_count; i++) {
		drawn += picture->panels[i].has_value;
		highest = picture->panels[i].value_high > highest ? picture->panels[i].value_high : highest;
		if (append_data(&picture->panels[i], i, script, err) != ERR_OK)
			return err->code;
	}
	if (text_append(script, err, "highest = ") != ERR_OK || text_append_number(script, highest, err) != ERR_OK ||
	    text_append(script, err,
			"\nset encoding utf8\n"
			"set terminal svg size %d,%zu fixed noenhanced font 'sans-serif,14' background rgb '#ffffff'\n"
			"set border 3\nset tics nomirror out scale 0.5\n"
			"set key outside right top reverse Left noenhanced\nset boxwidth 0.7\n"
			"set multiplot layout %zu,1 title ",
			WIDTH, TITLE_HEIGHT + drawn * panel_height(picture), drawn) != ERR_OK ||
	    plot_append_string(script, picture->title, false, err) != ERR_OK ||
	    text_append(script, err, " font ',16'\n") != ERR_OK)
		return err->code;
	for (size_t i = 0; i < picture->panel_count; i++)
		if (picture->panels[i].has_value && append_panel(&picture->panels[i], i, script, err) != ERR_OK)
			return err->code;
	return text_append(script, err, "unset multiplot\n");
}

enum err_code plot_draw(const struct plot_picture *picture, struct text *svg, struct err *err)
{
	/* -d: no settings of the person or the machine. */
	const char *const arguments[] = { "gnuplot", "-d", NULL };
	const struct process gnuplot = { .arguments = arguments, .package = "gnuplot-nox", .last_line = true };
	struct text script AUTO(text_done) = { 0 };

	if (append_script(picture, &script, err) != ERR_OK)
		return err->code;
	if (process_run(&gnuplot, script.data, svg, err) != ERR_OK)
		return err_prefix(err, "no picture");
	return ERR_OK;
}
