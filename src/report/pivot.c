#include "report/pivot.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "report/columns.h"

/* Texts in order of first appearance; those of columns belong to a pivot. */
struct names {
	struct name {
		char *text; /* owned */
		size_t pivot;
	} * items;
	size_t count, capacity;
};

struct cell {
	size_t row, column;
	char *text; /* owned; NULL for a NULL */
	bool bold;
};

struct grid {
	struct names rows, columns;
	struct cell *cells;
	size_t cell_count, cell_capacity;
};

/* Indices of a pivot's columns in the statement. */
struct places {
	size_t row, column, cell, bold;
};

static void names_done(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->items[i].text);
	free(names->items);
}

static void grid_done(struct grid *grid)
{
	names_done(&grid->rows);
	names_done(&grid->columns);
	for (size_t i = 0; i < grid->cell_count; i++)
		free(grid->cells[i].text);
	free(grid->cells);
}

static enum err_code find_places(const struct report *report, struct db_stmt *stmt, struct places *places,
				 struct err *err)
{
	for (size_t i = 0; i < report->pivot_count; i++) {
		const struct report_pivot *pivot = &report->pivots[i];
		const char *column = pivot->literal ? NULL : pivot->column;
		if (report_find_column(report, stmt, "pivot", pivot->row, &places[i].row, err) != ERR_OK ||
		    report_find_column(report, stmt, "pivot", pivot->cell, &places[i].cell, err) != ERR_OK ||
		    report_find_column(report, stmt, "pivot", column, &places[i].column, err) != ERR_OK ||
		    report_find_column(report, stmt, "pivot", pivot->bold, &places[i].bold, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

/* Index of the name, added if it is new. */
static enum err_code name_index(struct names *names, const char *text, size_t pivot, size_t *ret_index, struct err *err)
{
	for (size_t i = 0; i < names->count; i++) {
		if (names->items[i].pivot != pivot || strcmp(names->items[i].text, text) != 0)
			continue;
		*ret_index = i;
		return ERR_OK;
	}
	char *copy = NULL;
	if (mem_more(&names->items, names->count, &names->capacity, err) != ERR_OK ||
	    mem_copy_text(text, &copy, err) != ERR_OK)
		return err->code;
	names->items[names->count] = (struct name){ copy, pivot };
	*ret_index = names->count++;
	return ERR_OK;
}

static enum err_code add_cell(struct grid *grid, size_t pivot, const char *column, const struct cell *cell,
			      struct err *err)
{
	struct cell added = *cell;

	if (name_index(&grid->columns, column, pivot, &added.column, err) != ERR_OK ||
	    mem_more(&grid->cells, grid->cell_count, &grid->cell_capacity, err) != ERR_OK ||
	    (cell->text != NULL && mem_copy_text(cell->text, &added.text, err) != ERR_OK))
		return err->code;
	grid->cells[grid->cell_count++] = added;
	return ERR_OK;
}

static enum err_code add_row(struct grid *grid, const struct report *report, const struct places *places,
			     struct db_stmt *stmt, struct err *err)
{
	const char *row = report_text_or_null(stmt, places[0].row);
	size_t index = 0;

	if (name_index(&grid->rows, row == NULL ? "" : row, 0, &index, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < report->pivot_count; i++) {
		const char *column =
		    report->pivots[i].literal ? report->pivots[i].column : report_text_or_null(stmt, places[i].column);
		if (column == NULL)
			continue;
		struct cell cell = {
			.row = index,
			.text = (char *)report_text_or_null(stmt, places[i].cell),
			.bold = places[i].bold != NO_COLUMN && db_column_int(stmt, places[i].bold) != 0,
		};
		if (add_cell(grid, i, column, &cell, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

/* Columns of all pivots, first those of the first one: order[i] is the index in grid->columns of shown column i. */
static void order_columns(const struct grid *grid, size_t pivots, size_t *order)
{
	size_t shown = 0;

	for (size_t pivot = 0; pivot < pivots; pivot++)
		for (size_t i = 0; i < grid->columns.count; i++)
			if (grid->columns.items[i].pivot == pivot)
				order[shown++] = i;
}

static enum err_code write_rows(const struct grid *grid, const size_t *order, struct out *out, struct err *err)
{
	AUTO(mem_freep) struct out_value *values = NULL;
	AUTO(mem_freep) size_t *shown_at = NULL;
	size_t width = grid->columns.count + 1;

	if (mem_new(&values, grid->rows.count * width, err) != ERR_OK ||
	    mem_new(&shown_at, grid->columns.count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < grid->columns.count; i++)
		shown_at[order[i]] = i + 1;
	for (size_t i = 0; i < grid->rows.count; i++)
		values[i * width] = (struct out_value){ .type = OUT_TEXT, .text = grid->rows.items[i].text };
	for (size_t i = 0; i < grid->cell_count; i++) {
		const struct cell *cell = &grid->cells[i];
		if (cell->text != NULL)
			values[cell->row * width + shown_at[cell->column]] =
			    (struct out_value){ .type = OUT_TEXT, .bold = cell->bold, .text = cell->text };
	}
	for (size_t i = 0; i < grid->rows.count; i++)
		if (out_row(out, values + i * width, err) != ERR_OK)
			return err->code;
	return out_end(out, err);
}

static enum err_code write_grid(const struct grid *grid, const struct report *report,
				const struct report_request *request, struct err *err)
{
	AUTO(out_freep) struct out *out = NULL;
	AUTO(mem_freep) struct out_column *columns = NULL;
	AUTO(mem_freep) size_t *order = NULL;
	AUTO(mem_freep) char *heading = NULL;
	size_t count = grid->columns.count;

	if (mem_new(&columns, count + 1, err) != ERR_OK || mem_new(&order, count, err) != ERR_OK ||
	    report_column_title(report->pivots[0].row, &heading, err) != ERR_OK)
		return err->code;
	order_columns(grid, report->pivot_count, order);
	columns[0] = (struct out_column){ heading, OUT_ALIGN_LEFT };
	for (size_t i = 0; i < count; i++)
		columns[i + 1] = (struct out_column){ grid->columns.items[order[i]].text, OUT_ALIGN_RIGHT };
	if (out_begin(request->format, &request->target, columns, count + 1, &out, err) != ERR_OK)
		return err->code;
	return write_rows(grid, order, out, err);
}

enum err_code report_pivot_write(const struct report *report, struct db_stmt *stmt,
				 const struct report_request *request, struct err *err)
{
	AUTO(grid_done) struct grid grid = { 0 };
	struct places places[REPORT_PIVOTS_MAX];

	if (find_places(report, stmt, places, err) != ERR_OK)
		return err->code;
	for (bool row = true; row;)
		if (add_row(&grid, report, places, stmt, err) != ERR_OK || db_step(stmt, &row, err) != ERR_OK)
			return err->code;
	return write_grid(&grid, report, request, err);
}
