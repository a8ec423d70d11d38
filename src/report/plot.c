#include "report/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/columns.h"

/* Indices of a plot's columns in the statement. */
struct places {
	size_t x, y, by, low, high, value, title, ruler;
};

static enum err_code find_places(const struct report *report, struct db_stmt *stmt, const struct report_plot *plot,
				 struct places *places, struct err *err)
{
	if (report_find_column(report, stmt, "plot", plot->x, &places->x, err) != ERR_OK ||
	    report_find_column(report, stmt, "plot", plot->y, &places->y, err) != ERR_OK ||
	    report_find_column(report, stmt, "plot", plot->by, &places->by, err) != ERR_OK ||
	    report_find_column(report, stmt, "plot", plot->low, &places->low, err) != ERR_OK ||
	    report_find_column(report, stmt, "plot", plot->high, &places->high, err) != ERR_OK ||
	    report_find_column(report, stmt, "plot", plot->value, &places->value, err) != ERR_OK ||
	    report_find_column(report, stmt, "plot", plot->title, &places->title, err) != ERR_OK ||
	    report_find_column(report, stmt, "plot", plot->ruler, &places->ruler, err) != ERR_OK)
		return err->code;
	return ERR_OK;
}

static enum err_code find_curve(struct plot_panel *panel, const char *report, const char *name,
				struct plot_curve **ret_curve, struct err *err)
{
	for (size_t i = 0; i < panel->curve_count; i++) {
		if (strcmp(panel->curves[i].name, name) != 0)
			continue;
		*ret_curve = &panel->curves[i];
		return ERR_OK;
	}
	if (panel->curve_count == PLOT_CURVES_MAX)
		return err_set(err, ERR_INPUT,
			       "%s: a picture shows at most %d curves, and there are more: choose fewer", report,
			       PLOT_CURVES_MAX);
	if (mem_copy_text(name, &panel->curves[panel->curve_count].name, err) != ERR_OK)
		return err->code;
	*ret_curve = &panel->curves[panel->curve_count++];
	return ERR_OK;
}

/* A row's numbers, NaN for a NULL: read before any text, because SQLite then may call a number a text. */
struct numbers {
	double x, y, low, high, ruler;
	bool is_whole; /* x is an integer */
};

static enum err_code read_number(const char *report, struct db_stmt *stmt, size_t place, double *ret_number,
				 struct err *err)
{
	enum db_type type = place == NO_COLUMN ? DB_NULL : db_column_type(stmt, place);

	if (type != DB_NULL && type != DB_INTEGER && type != DB_REAL)
		return err_set(err, ERR_INPUT, "%s: a plot needs numbers, and '%s' in column '%s' is none", report,
			       db_column_text(stmt, place), db_column_name(stmt, place));
	*ret_number = type == DB_NULL ? NAN : db_column_real(stmt, place);
	return ERR_OK;
}

static bool has_texts(const struct plot_panel *panel)
{
	return panel->plot->kind == PLOT_BARS || panel->plot->kind == PLOT_MATRIX || panel->plot->kind == PLOT_RANKS;
}

static enum err_code read_numbers(const struct plot_panel *panel, const char *report, const struct places *places,
				  struct db_stmt *stmt, struct numbers *numbers, struct err *err)
{
	size_t low = panel->plot->value != NULL ? places->value : places->low;

	numbers->is_whole = db_column_type(stmt, places->x) == DB_INTEGER;
	if (!has_texts(panel) && read_number(report, stmt, places->x, &numbers->x, err) != ERR_OK)
		return err->code;
	if (panel->plot->kind != PLOT_MATRIX && read_number(report, stmt, places->y, &numbers->y, err) != ERR_OK)
		return err->code;
	if (read_number(report, stmt, low, &numbers->low, err) != ERR_OK ||
	    read_number(report, stmt, places->high, &numbers->high, err) != ERR_OK ||
	    read_number(report, stmt, places->ruler, &numbers->ruler, err) != ERR_OK)
		return err->code;
	return ERR_OK;
}

static enum err_code add_name(struct plot_names *names, const char *name, double *ret_index, struct err *err)
{
	char *copy = NULL;

	if (mem_more(&names->names, names->count, &names->capacity, err) != ERR_OK ||
	    mem_copy_text(name, &copy, err) != ERR_OK)
		return err->code;
	*ret_index = (double)names->count;
	names->names[names->count++] = copy;
	return ERR_OK;
}

/* The place of a column or row of a matrix, new or not. */
static enum err_code find_name(struct plot_names *names, const char *name, double *ret_index, struct err *err)
{
	for (size_t i = 0; i < names->count; i++) {
		if (strcmp(names->names[i], name) != 0)
			continue;
		*ret_index = (double)i;
		return ERR_OK;
	}
	return add_name(names, name, ret_index, err);
}

/* Where a text stands instead of a number, its place is the number. */
static enum err_code read_texts(struct plot_panel *panel, const struct places *places, struct db_stmt *stmt,
				struct numbers *numbers, struct err *err)
{
	if (panel->plot->kind == PLOT_BARS)
		return add_name(&panel->names[0], db_column_text(stmt, places->x), &numbers->x, err);
	if (panel->plot->kind == PLOT_MATRIX &&
	    (find_name(&panel->names[0], db_column_text(stmt, places->x), &numbers->x, err) != ERR_OK ||
	     find_name(&panel->names[1], db_column_text(stmt, places->y), &numbers->y, err) != ERR_OK))
		return err->code;
	return ERR_OK;
}

static enum err_code append_point(const struct numbers *numbers, struct text *points, struct err *err)
{
	const double values[] = { numbers->x, numbers->y, numbers->low, numbers->high };

	for (size_t i = 0; i < ARRAY_LENGTH(values); i++) {
		enum err_code code =
		    isfinite(values[i]) ? text_append_number(points, values[i], err) : text_append(points, err, "NaN");
		if (code != ERR_OK || text_append(points, err, i + 1 < ARRAY_LENGTH(values) ? " " : "\n") != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code add_rank(struct plot_panel *panel, const struct numbers *numbers, const char *name,
			      struct err *err)
{
	struct plot_rank rank = { NULL, numbers->y, numbers->low, numbers->high };

	if (!isfinite(rank.rank))
		return ERR_OK;
	if (mem_more(&panel->ranks, panel->rank_count, &panel->rank_capacity, err) != ERR_OK ||
	    mem_copy_text(name, &rank.name, err) != ERR_OK)
		return err->code;
	panel->ruler = panel->rank_count == 0 ? numbers->ruler : panel->ruler;
	panel->ranks[panel->rank_count++] = rank;
	return ERR_OK;
}

/* A point of a curve, a bar or a cell. */
static enum err_code add_point(struct plot_panel *panel, const char *report, const struct places *places,
			       struct db_stmt *stmt, struct numbers *numbers, struct err *err)
{
	const char *name = report_text_or_null(stmt, places->by);
	struct plot_curve *curve = NULL;

	if (find_curve(panel, report, name == NULL ? "" : name, &curve, err) != ERR_OK ||
	    read_texts(panel, places, stmt, numbers, err) != ERR_OK)
		return err->code;
	return append_point(numbers, &curve->points, err);
}

static void note_row(struct plot_panel *panel, const struct numbers *numbers)
{
	panel->x_low = panel->rows == 0 || numbers->x < panel->x_low ? numbers->x : panel->x_low;
	panel->x_high = panel->rows == 0 || numbers->x > panel->x_high ? numbers->x : panel->x_high;
	panel->has_fraction |= !numbers->is_whole;
	panel->value_high =
	    panel->plot->kind == PLOT_MATRIX && numbers->low > panel->value_high ? numbers->low : panel->value_high;
	panel->has_value |= isfinite(numbers->y) && (panel->plot->value == NULL || isfinite(numbers->low));
	panel->rows++;
}

static enum err_code add_row(struct plot_panel *panel, const char *report, const struct places *places,
			     struct db_stmt *stmt, struct err *err)
{
	struct numbers numbers = { 0 };
	enum err_code code;

	if (db_column_type(stmt, places->x) == DB_NULL ||
	    (panel->plot->kind == PLOT_MATRIX && db_column_type(stmt, places->y) == DB_NULL))
		return ERR_OK;
	if (read_numbers(panel, report, places, stmt, &numbers, err) != ERR_OK)
		return err->code;
	const char *title = report_text_or_null(stmt, places->title);
	if (panel->title == NULL && title != NULL && mem_copy_text(title, &panel->title, err) != ERR_OK)
		return err->code;
	if (panel->plot->kind == PLOT_RANKS)
		code = add_rank(panel, &numbers, db_column_text(stmt, places->x), err);
	else
		code = add_point(panel, report, places, stmt, &numbers, err);
	if (code != ERR_OK)
		return code;
	note_row(panel, &numbers);
	return ERR_OK;
}

static void names_done(struct plot_names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->names[i]);
	free(names->names);
}

static void panel_done(struct plot_panel *panel)
{
	for (size_t i = 0; i < panel->curve_count; i++) {
		free(panel->curves[i].name);
		text_done(&panel->curves[i].points);
	}
	for (size_t i = 0; i < panel->rank_count; i++)
		free(panel->ranks[i].name);
	free(panel->ranks);
	free(panel->title);
	names_done(&panel->names[0]);
	names_done(&panel->names[1]);
}

enum err_code plot_read(const struct report *report, struct db_stmt *stmt, struct plot_picture *picture,
			struct err *err)
{
	struct places places[REPORT_PLOTS_MAX];

	picture->panel_count = report->plot_count;
	for (size_t i = 0; i < report->plot_count; i++) {
		picture->panels[i].plot = &report->plots[i];
		if (find_places(report, stmt, &report->plots[i], &places[i], err) != ERR_OK)
			return err->code;
	}
	for (bool row = true; row;) {
		for (size_t i = 0; i < report->plot_count; i++)
			if (add_row(&picture->panels[i], report->name, &places[i], stmt, err) != ERR_OK)
				return err->code;
		if (db_step(stmt, &row, err) != ERR_OK)
			return err->code;
	}
	for (size_t i = 0; i < report->plot_count; i++)
		if (picture->panels[i].has_value)
			return ERR_OK;
	return err_set(err, ERR_INPUT, "%s: there is nothing to draw", report->name);
}

void plot_done(struct plot_picture *picture)
{
	for (size_t i = 0; i < picture->panel_count; i++)
		panel_done(&picture->panels[i]);
}
