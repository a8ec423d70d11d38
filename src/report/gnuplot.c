/* The script for gnuplot. Of what comes from a database only numbers and strings get into it. */
#include <ctype.h>

#include "base/mem.h"
#include "base/process.h"
#include "report/columns.h"
#include "report/plot.h"

#define WIDTH 900
#define PANEL_HEIGHT 360
#define TITLE_HEIGHT 40

/* Letters that fit side by side below a panel. */
#define TICK_LETTERS_MAX 75

/* Up to so many whole numbers have a tick each. */
#define WHOLE_TICKS_MAX 15

/* Okabe and Ito 2008, "Color universal design", without the yellow that fades on white. */
static const char *const colours[] = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000" };

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

static enum err_code append_axes(const struct plot_panel *panel, struct text *script, struct err *err)
{
	const struct report_plot *plot = panel->plot;

	if (set_string(script, "title", panel->title, err) != ERR_OK ||
	    set_title(script, "xlabel", plot->x_title, plot->x, err) != ERR_OK ||
	    set_title(script, "ylabel", plot->y_title, plot->y, err) != ERR_OK ||
	    set_title(script, "key title", NULL, plot->by, err) != ERR_OK ||
	    text_append(script, err, has_names(panel) ? "set key on\n" : "set key off\n") != ERR_OK)
		return err->code;
	/* Few epochs: no 1.5 between 1 and 2. */
	bool whole = !panel->has_fraction && panel->x_high - panel->x_low < WHOLE_TICKS_MAX;
	if (plot->kind == PLOT_LINES)
		return text_append(script, err, "set xtics norotate %s\nset xrange [*:*]\nset yrange [*:*]\n",
				   whole ? "1" : "autofreq");
	return text_append(script, err, "set xtics %s (%s)\nset xrange [-0.6:%zu.6]\nset yrange [*<0:0<*]\n",
			   panel->tick_letters > TICK_LETTERS_MAX ? "rotate by -35" : "norotate", panel->ticks.data,
			   panel->rows - 1);
}

static enum err_code append_curve(const struct plot_panel *panel, size_t number, size_t curve, struct text *script,
				  struct err *err)
{
	const char *colour = colours[curve % ARRAY_LENGTH(colours)];
	const char *separator = curve == 0 ? "plot" : ", \\\n ";
	size_t dash = 1 + curve / ARRAY_LENGTH(colours);
	enum err_code code;

	if (text_append(script, err, "%s $data_%zu_%zu using 1:2 ", separator, number, curve) != ERR_OK)
		return err->code;
	if (panel->plot->kind == PLOT_BARS)
		code = text_append(script, err, "with boxes fillcolor rgb '%s' fillstyle %s noborder title ", colour,
				   dash == 1 ? "solid 0.8" : "pattern 4");
	else
		code = text_append(script, err,
				   "with linespoints linecolor rgb '%s' linewidth 2 dashtype %zu pointtype 7 "
				   "pointsize 0.35 title ",
				   colour, dash);
	if (code != ERR_OK || plot_append_string(script, panel->curves[curve].name, false, err) != ERR_OK)
		return err->code;
	if (panel->plot->low == NULL)
		return ERR_OK;
	/* Not "yerrorbars", which erases a disc where the point would be. */
	return text_append(script, err,
			   ", \\\n  $data_%zu_%zu using 1:3:(0):($4 - $3) with vectors heads size graph 0.008,90 "
			   "linecolor rgb '%s' linewidth 1.5 notitle",
			   number, curve, panel->plot->kind == PLOT_BARS ? "#444444" : colour);
}

static enum err_code append_panel(const struct plot_panel *panel, size_t number, struct text *script, struct err *err)
{
	if (panel->plot->kind == PLOT_RANKS) {
		if (set_string(script, "title", panel->title, err) != ERR_OK)
			return err->code;
		return plot_append_ranks(panel, script, err);
	}
	if (append_axes(panel, script, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < panel->curve_count; i++)
		if (append_curve(panel, number, i, script, err) != ERR_OK)
			return err->code;
	return text_append(script, err, "\n");
}

static enum err_code append_script(const struct plot_picture *picture, struct text *script, struct err *err)
{
	size_t drawn = 0;

	for (size_t i = 0; i < picture->panel_count; i++) {
		drawn += picture->panels[i].has_value;
		if (append_data(&picture->panels[i], i, script, err) != ERR_OK)
			return err->code;
	}
	if (text_append(
		script, err,
		"set encoding utf8\n"
		"set terminal svg size %d,%zu fixed noenhanced font 'sans-serif,14' background rgb '#ffffff'\n"
		"set border 3\nset tics nomirror out scale 0.5\nset grid ytics linetype 1 linecolor rgb '#dddddd'\n"
		"set key outside right top reverse Left noenhanced\nset boxwidth 0.7\n"
		"set multiplot layout %zu,1 title ",
		WIDTH, TITLE_HEIGHT + drawn * PANEL_HEIGHT, drawn) != ERR_OK ||
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
