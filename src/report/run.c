/* Running reports: checked values, the SELECT, its rows or its picture, the reports below. */
#include "base/mem.h"
#include "db/db.h"
#include "report/columns.h"
#include "report/functions.h"
#include "report/pivot.h"
#include "report/plot.h"
#include "report/report.h"
#include "report/task.h"
#include "report/values.h"

/* Columns of a statement that are shown as rows of their own. */
struct tidy {
	struct out_column *columns;
	struct out_value *values;
	size_t *places;
	size_t count;
};

static void tidy_done(struct tidy *tidy)
{
	mem_freep(&tidy->columns);
	mem_freep(&tidy->values);
	mem_freep(&tidy->places);
}

static enum err_code tidy_init(struct db_stmt *stmt, bool hide, struct tidy *tidy, struct err *err)
{
	size_t width = db_column_count(stmt);

	if (mem_new(&tidy->columns, width, err) != ERR_OK || mem_new(&tidy->values, width, err) != ERR_OK ||
	    mem_new(&tidy->places, width, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < width; i++) {
		const char *name = db_column_name(stmt, i);
		if (hide && name[0] == '_')
			continue;
		tidy->columns[tidy->count] = (struct out_column){ name, OUT_ALIGN_AUTO };
		tidy->places[tidy->count++] = i;
	}
	return ERR_OK;
}

static struct out_value read_value(struct db_stmt *stmt, size_t place)
{
	struct out_value value = { .type = OUT_NULL };

	switch (db_column_type(stmt, place)) {
	case DB_NULL:
		break;
	case DB_INTEGER:
		value.type = OUT_INTEGER;
		value.integer = db_column_int(stmt, place);
		break;
	case DB_REAL:
		value.type = OUT_REAL;
		value.real = db_column_real(stmt, place);
		break;
	case DB_TEXT:
		value.type = OUT_TEXT;
		value.text = db_column_text(stmt, place);
		break;
	case DB_BLOB:
		value.type = OUT_BLOB;
		value.blob.bytes = db_column_blob(stmt, place, &value.blob.length);
		break;
	}
	return value;
}

/* Writes the rows of a statement that has been stepped once; `row`: it has one. */
static enum err_code write_tidy(struct db_stmt *stmt, bool row, bool hide, const struct report_request *request,
				struct err *err)
{
	AUTO(tidy_done) struct tidy tidy = { 0 };
	AUTO(out_freep) struct out *out = NULL;
	struct out_target target = request->target;

	/* Columns of the other task; what a person asks for by SQL of their own stays. */
	target.no_empty_columns = hide;
	if (tidy_init(stmt, hide, &tidy, err) != ERR_OK ||
	    out_begin(request->format, &target, tidy.columns, tidy.count, &out, err) != ERR_OK)
		return err->code;
	while (row) {
		for (size_t i = 0; i < tidy.count; i++)
			tidy.values[i] = read_value(stmt, tidy.places[i]);
		if (out_row(out, tidy.values, err) != ERR_OK || db_step(stmt, &row, err) != ERR_OK)
			return err->code;
	}
	return out_end(out, err);
}

/* A copy of the text in the row's column `_note`; NULL if there is none. */
static enum err_code copy_note(struct db_stmt *stmt, bool row, char **ret_note, struct err *err)
{
	const char *note = row ? report_text_or_null(stmt, report_column_place(stmt, "_note")) : NULL;

	return note == NULL ? ERR_OK : mem_copy_text(note, ret_note, err);
}

/* A heading or note, with {…} filled in. */
static enum err_code write_words(const struct report_values *values, const char *words,
				 const struct report_request *request, struct err *err)
{
	AUTO(text_done) struct text line = { 0 };

	if (text_append(&line, err, "%s", "") != ERR_OK || report_values_expand(values, words, &line, err) != ERR_OK)
		return err->code;
	return out_words(request->format, &request->target, line.data, err);
}

static enum err_code nothing_found(const struct report_values *values, struct err *err)
{
	AUTO(text_done) struct text message = { 0 };

	if (report_values_expand(values, values->report->empty, &message, err) != ERR_OK)
		return err->code;
	return err_set(err, ERR_INPUT, "%s", message.data == NULL ? "" : message.data);
}

/* For people: heading, rows, notes. A failure of an empty line stays in the stream, for the next write to see. */
static enum err_code write_page(const struct report_values *values, struct db_stmt *stmt, bool row,
				const struct report_request *request, struct err *err)
{
	const struct report *report = values->report;
	const struct out_target *target = &request->target;
	AUTO(mem_freep) char *note = NULL;
	enum err_code code;

	if (copy_note(stmt, row, &note, err) != ERR_OK)
		return err->code;
	if (report->heading != NULL) {
		if (write_words(values, report->heading, request, err) != ERR_OK)
			return err->code;
		(void)fputc('\n', target->file);
	}
	if (row && report->pivot_count > 0)
		code = report_pivot_write(report, stmt, request, err);
	else
		code = write_tidy(stmt, row, true, request, err);
	if (code == ERR_OK && (report->note_count > 0 || note != NULL))
		(void)fputc('\n', target->file);
	for (size_t i = 0; i < report->note_count && code == ERR_OK; i++)
		code = write_words(values, report->notes[i], request, err);
	if (code == ERR_OK && note != NULL)
		code = out_words(request->format, target, note, err);
	return code;
}

/* Reads the settings and steps the report's SELECT once; *ret_row: it has a row. */
static enum err_code begin(struct db *db, const struct report *report, const struct report_request *request,
			   struct report_values *values, struct db_stmt **ret_stmt, bool *ret_row, struct err *err)
{
	bool below = report != request->report;

	if (report_values_read(report, request->settings, request->setting_count, !below, values, err) != ERR_OK ||
	    report_values_check_known(values, db, err) != ERR_OK ||
	    (!below && report_check_task(values, false, db, err) != ERR_OK))
		return err->code;
	if (db_prepare_foreign(db, report->sql, ret_stmt, err) != ERR_OK)
		return err_prefix(err, "%s", report->name);
	if (report_values_bind(values, *ret_stmt, err) != ERR_OK || db_step(*ret_stmt, ret_row, err) != ERR_OK)
		return err->code;
	if (*ret_row || below || report->empty == NULL)
		return ERR_OK;
	return report_check_task(values, true, db, err) != ERR_OK ? err->code : nothing_found(values, err);
}

/* One report; one that stands below another and has no row leaves no trace. */
static enum err_code run_one(struct db *db, const struct report *report, const struct report_request *request,
			     struct err *err)
{
	AUTO(report_values_done) struct report_values values = { 0 };
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool below = report != request->report;
	bool row = false;

	if (begin(db, report, request, &values, &stmt, &row, err) != ERR_OK)
		return err->code;
	if (!row && below)
		return ERR_OK;
	if (below)
		(void)fputc('\n', request->target.file);
	return out_is_for_people(request->format) ? write_page(&values, stmt, row, request, err)
						  : write_tidy(stmt, row, true, request, err);
}

enum err_code report_run(struct db *db, const struct report_request *request, struct err *err)
{
	AUTO(report_freep) struct report *below = NULL;

	if (functions_add(db, err) != ERR_OK || run_one(db, request->report, request, err) != ERR_OK)
		return err->code;
	const char *name = request->report->below;
	while (name != NULL && out_is_for_people(request->format)) {
		struct report *next = NULL;
		if (report_find(name, &next, err) != ERR_OK)
			return err_prefix(err, "%s: below", request->report->name);
		report_free(below);
		below = next;
		if (run_one(db, below, request, err) != ERR_OK)
			return err->code;
		name = below->below;
	}
	return ERR_OK;
}

enum err_code report_draw(struct db *db, const struct report_request *request, struct text *svg, struct err *err)
{
	const struct report *report = request->report;
	AUTO(report_values_done) struct report_values values = { 0 };
	AUTO(plot_done) struct plot_picture picture = { 0 };
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	struct text title AUTO(text_done) = { 0 };
	bool row = false;

	if (report->plot_count == 0)
		return err_set(err, ERR_USAGE, "report '%s' has no picture: there is no line '-- plot: …' in it",
			       report->name);
	if (functions_add(db, err) != ERR_OK || begin(db, report, request, &values, &stmt, &row, err) != ERR_OK)
		return err->code;
	if (!row)
		return err_set(err, ERR_INPUT, "%s: there is nothing to draw", report->name);
	const char *words = report->heading != NULL ? report->heading : report->title;
	if (plot_read(report, stmt, &picture, err) != ERR_OK || text_append(&title, err, "%s", "") != ERR_OK ||
	    report_values_expand(&values, words == NULL ? "" : words, &title, err) != ERR_OK)
		return err->code;
	picture.title = title.data;
	return plot_draw(&picture, svg, err);
}

enum err_code report_run_sql(struct db *db, const char *sql, size_t format, const struct out_target *target,
			     struct err *err)
{
	const struct report_request request = { .format = format, .target = *target };
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool row = false;

	if (functions_add(db, err) != ERR_OK || db_prepare_foreign(db, sql, &stmt, err) != ERR_OK)
		return err->code;
	if (db_parameter_count(stmt) > 0)
		return err_set(err, ERR_INPUT, "the SQL has parameters: 'hardrow report --file' runs such");
	if (db_step(stmt, &row, err) != ERR_OK)
		return err->code;
	return write_tidy(stmt, row, false, &request, err);
}
