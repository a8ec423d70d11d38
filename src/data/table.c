#include "data/table.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/attributes.h"
#include "data/choice.h"
#include "data/header.h"
#include "data/input.h"
#include "data/value.h"

#define LEVELS_MOST 1000 /* of a text column that has too many */

struct filling {
	struct table *table;
	const struct reading *reading;
	const struct table *seen; /* format and header of this text: the table itself, or one without rows */
	const char *path;
	const size_t *place;  /* of each column of this text, in the table; NULL: the same */
	bool skips_header;    /* the first row is one */
	enum split_part part; /* not 0: rows of another file, behind those of the table */
	bool dot_is_told;
	size_t rows;	/* of this text */
	char extra[41]; /* the first field of this row that no column is for, cut */
};

enum err_code table_note(struct table *table, struct err *err, const char *format, ...)
{
	char line[400];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	if (text_append_clean(&table->notes, line, err) != ERR_OK)
		return err->code;
	return text_append(&table->notes, err, "\n");
}

bool table_has_feature(const struct table *table, size_t j)
{
	return j != table->label && j != table->group && !table->columns.at[j].is_left_out;
}

bool table_has_too_many_levels(const struct table *table, size_t j)
{
	const struct column *column = &table->columns.at[j];

	return column->is_text && column->looked_at < column->numbers + column->texts;
}

size_t table_slot(const struct table *table, size_t j)
{
	return j - (j > table->label);
}

static enum err_code start_row(struct filling *filling, size_t line, struct err *err)
{
	struct table *table = filling->table;

	if (line > UINT32_MAX || table->row_count == UINT32_MAX)
		return err_set(err, ERR_INPUT, "%s:%zu: more lines than 32 bits count", filling->path, line);
	if (mem_grow((void **)&table->x, table->row_count, &table->x_capacity, table->slots * sizeof *table->x, err) !=
		ERR_OK ||
	    (filling->reading->has_target &&
	     mem_more(&table->target, table->row_count, &table->target_capacity, err) != ERR_OK) ||
	    mem_more(&table->rows, table->row_count, &table->row_capacity, err) != ERR_OK)
		return err->code;
	table->rows[table->row_count] = (struct table_row){ .class = TABLE_NO_CLASS,
							    .line = (uint32_t)line,
							    .number = (uint32_t)table->row_count,
							    .part = (uint8_t)filling->part };
	return ERR_OK;
}

static void note_missing(struct table *table, size_t line, size_t j, const char *text)
{
	table->columns.at[j].missing++;
	if (table->missing_line == 0) {
		table->missing_line = line;
		table->missing_column = j;
		text_copy_fitting(table->missing_text, sizeof table->missing_text, text);
	}
}

static bool is_missing(const struct filling *filling, size_t j, const char *text, bool quoted)
{
	const char *list = filling->reading->missing_values;

	return value_is_absent(text, quoted, list) &&
	       (list != NULL || j != filling->table->label || value_is_missing_label(text));
}

/* The level of `text`; what a file declares is all there is. */
static enum err_code find_level(struct filling *filling, size_t line, size_t j, const char *text, uint32_t *ret_level,
				struct err *err)
{
	struct column *column = &filling->table->columns.at[j];

	if (column->is_declared) {
		if (!class_set_find(&column->levels, text, ret_level))
			return err_set(err, ERR_INPUT, "%s:%zu: column '%s': '%s' is none of its declared values",
				       filling->path, line, column->name, text);
		return ERR_OK;
	}
	if (class_set_add(&column->levels, text, ret_level, err) != ERR_OK)
		return err_prefix(err, "%s:%zu: column '%s'", filling->path, line, column->name);
	return ERR_OK;
}

/* The test file of UCI's adult has its labels end in a dot. */
static enum err_code cut_dot(struct filling *filling, char *text, struct err *err)
{
	struct table *table = filling->table;
	const struct class_set *known = &table->columns.at[table->label].levels;
	size_t length = strlen(text);
	uint32_t level;

	if (filling->part == SPLIT_TRAIN || length < 2 || text[length - 1] != '.' ||
	    class_set_find(known, text, &level))
		return ERR_OK;
	text[length - 1] = '\0';
	if (!class_set_find(known, text, &level)) {
		text[length - 1] = '.';
		return ERR_OK;
	}
	if (filling->dot_is_told)
		return ERR_OK;
	filling->dot_is_told = true;
	return table_note(table, err, "labels of %s end in a dot, which is left out", filling->path);
}

static enum err_code take_group(struct filling *filling, size_t line, const char *text, bool quoted, struct err *err)
{
	struct table *table = filling->table;

	if (is_missing(filling, table->group, text, quoted))
		return err_set(err, ERR_INPUT, "%s:%zu: column '%s': a missing group", filling->path, line,
			       table->columns.at[table->group].name);
	return find_level(filling, line, table->group, text, &table->rows[table->row_count].group, err);
}

/* The first bytes of a long text, whole UTF-8 characters only. */
static size_t shown_length(const char *text)
{
	size_t length = strnlen(text, 60);

	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

/* A text in a column of numbers: kept for the message. */
static enum err_code note_text(struct column *column, size_t line, const char *text, struct err *err)
{
	struct text shown AUTO(text_done) = { 0 };
	size_t length = shown_length(text);

	if (column->texts++ > 0)
		return ERR_OK;
	if (text_append(&shown, err, "%.*s%s", (int)length, text, text[length] == '\0' ? "" : "…") != ERR_OK)
		return err->code;
	column->text_line = line;
	column->text = take_ptr(&shown.data);
	return ERR_OK;
}

/* *ret_value: NaN of a text, which is refused once all rows are read. */
static enum err_code take_number(struct filling *filling, size_t line, size_t j, const char *text, double *ret_value,
				 struct err *err)
{
	struct column *column = &filling->table->columns.at[j];

	*ret_value = NAN;
	if (!format_read_number(&filling->seen->format, text, ret_value))
		return note_text(column, line, text, err);
	column->numbers++;
	/* Who reads a plain file says what its numbers may be. */
	if (!isfinite(*ret_value) && !filling->reading->is_plain)
		return err_set(err, ERR_INPUT,
			       "%s:%zu: column '%s': '%.*s' is not a finite number; '--missing-values %.*s' takes it "
			       "for a missing value",
			       filling->path, line, column->name, (int)shown_length(text), text,
			       (int)shown_length(text), text);
	return ERR_OK;
}

static enum err_code take_target(struct filling *filling, size_t line, const char *text, struct err *err)
{
	struct table *table = filling->table;
	double *target = &table->target[table->row_count];

	table->rows[table->row_count].class = 0;
	if (take_number(filling, line, table->label, text, target, err) != ERR_OK)
		return err->code;
	if (fabs(*target) > TABLE_LARGEST_TARGET)
		return err_set(err, ERR_INPUT, "%s:%zu: column '%s': '%.*s' is too large for a target: at most %g",
			       filling->path, line, table->columns.at[table->label].name, (int)shown_length(text), text,
			       TABLE_LARGEST_TARGET);
	return ERR_OK;
}

static enum err_code take_label(struct filling *filling, size_t line, char *text, bool quoted, struct err *err)
{
	struct table *table = filling->table;

	if (is_missing(filling, table->label, text, quoted)) {
		note_missing(table, line, table->label, text);
		return ERR_OK;
	}
	if (filling->reading->has_target)
		return take_target(filling, line, text, err);
	if (cut_dot(filling, text, err) != ERR_OK)
		return err->code;
	return find_level(filling, line, table->label, text, &table->rows[table->row_count].class, err);
}

static enum err_code take_level(struct filling *filling, size_t line, size_t j, const char *text, double *ret_value,
				struct err *err)
{
	struct column *column = &filling->table->columns.at[j];
	uint32_t level = 0;
	double number;

	if (column->is_declared)
		column->texts++;
	else if (format_read_number(&filling->seen->format, text, &number))
		column->numbers++;
	else if (note_text(column, line, text, err) != ERR_OK)
		return err->code;
	/* It will not be used: what else there is does not matter. */
	if (!column->is_declared && column->levels.count > LEVELS_MOST &&
	    column->levels.count > reading_most_levels(filling->reading))
		return ERR_OK;
	column->looked_at++;
	if (find_level(filling, line, j, text, &level, err) != ERR_OK)
		return err->code;
	*ret_value = level;
	return ERR_OK;
}

static enum err_code take_feature(struct filling *filling, size_t line, size_t j, const char *text, bool quoted,
				  struct err *err)
{
	struct table *table = filling->table;
	const struct column *column = &table->columns.at[j];
	double *value = &table->x[table->row_count * table->slots + table_slot(table, j)];
	uint32_t level;

	/* Most fields are numbers. */
	if (!column->is_text && filling->reading->missing_values == NULL &&
	    format_read_number(&filling->seen->format, text, value) && isfinite(*value)) {
		table->columns.at[j].numbers++;
		return ERR_OK;
	}
	*value = NAN;
	/* A declared level "none" is one. */
	if (is_missing(filling, j, text, quoted) &&
	    !(column->is_declared && class_set_find(&column->levels, text, &level))) {
		note_missing(table, line, j, text);
		return ERR_OK;
	}
	return (column->is_text ? take_level : take_number)(filling, line, j, text, value, err);
}

static enum err_code take_field(void *user, size_t line, size_t j, char *text, bool quoted, struct err *err)
{
	struct filling *filling = user;
	struct table *table = filling->table;

	if (filling->skips_header)
		return ERR_OK;
	if (j == 0 && start_row(filling, line, err) != ERR_OK)
		return err->code;
	if (j >= table->columns.count) {
		if (j == table->columns.count)
			text_copy_fitting(filling->extra, sizeof filling->extra, text);
		return ERR_OK;
	}
	j = filling->place != NULL ? filling->place[j] : j;
	if (table->columns.at[j].is_left_out)
		return ERR_OK;
	if (j == table->label)
		return take_label(filling, line, text, quoted, err);
	if (j == table->group)
		return take_group(filling, line, text, quoted, err);
	return take_feature(filling, line, j, text, quoted, err);
}

static enum err_code end_row(void *user, size_t line, size_t columns, struct err *err)
{
	struct filling *filling = user;
	struct table *table = filling->table;
	bool is_header = filling->skips_header;
	const char *other = table->is_declared		     ? "attributes are"
			    : filling->part != SPLIT_TRAIN   ? "rows of the other file have"
			    : filling->seen->header_line > 0 ? "header row has"
							     : "first row has";

	filling->skips_header = false;
	size_t fields = columns + (is_header && filling->seen->has_short_header);
	if (fields < table->columns.count)
		return err_set(err, ERR_INPUT,
			       "%s:%zu: %zu field%s, but the %s %zu: write nothing between two separators for '%s', "
			       "if it is missing",
			       filling->path, line, columns, TEXT_PLURAL(columns), other, table->columns.count,
			       table->columns.at[fields].name);
	if (fields > table->columns.count)
		return err_set(err, ERR_INPUT,
			       "%s:%zu: %zu fields, but the %s %zu: '%s' is too many; put quotes around a text with "
			       "a separator in it",
			       filling->path, line, columns, other, table->columns.count, filling->extra);
	if (is_header)
		return ERR_OK;
	table->row_count++;
	filling->rows++;
	return ERR_OK;
}

/* Appends the rows of the text, whose format and header are those of `seen`. */
static enum err_code fill_from(const struct rows_text *text, const struct table *seen, struct filling *filling,
			       struct err *err)
{
	const struct row_sink sink = { take_field, end_row, filling };

	filling->rows = 0;
	filling->seen = seen;
	filling->skips_header = seen->header_line > 0;
	if (rows_read(text, &seen->format.rows, SIZE_MAX, &sink, err) != ERR_OK)
		return err->code;
	return filling->rows > 0 ? ERR_OK
				 : err_set(err, ERR_INPUT, "%s: has %s but no data rows below", text->path,
					   seen->is_declared ? "attributes" : "a header row");
}

/* Once through the text: everything that is collected is collected anew. */
static enum err_code fill(const struct rows_text *text, struct filling *filling, struct err *err)
{
	struct table *table = filling->table;

	columns_forget(&table->columns);
	table->row_count = table->missing_line = 0;
	return fill_from(text, table, filling, err);
}

/* Columns of numbers with more texts than numbers become text columns; true if there were any. */
static bool find_text_columns(struct table *table)
{
	bool found = false;

	for (size_t j = 0; j < table->columns.count; j++) {
		struct column *column = &table->columns.at[j];
		if (column->is_text || column->texts <= column->numbers || j == table->label)
			continue;
		column->is_text = true;
		found = true;
	}
	return found;
}

/* Refuses a text among numbers; what is a text column was found out before the test part came. */
static enum err_code check_columns(const struct table *table, const char *path, bool has_options, struct err *err)
{
	for (size_t j = 0; j < table->columns.count; j++) {
		const struct column *column = &table->columns.at[j];
		bool is_odd = !column->is_text || (!table->has_other_rows && column->numbers >= column->texts);
		if (column->text != NULL && !column->is_left_out && (j == table->label || is_odd))
			return column_refuse_text(column, path, has_options, j == table->label, err);
	}
	return ERR_OK;
}

static enum err_code say_format(struct table *table, const struct reading *reading, struct err *err)
{
	if (reading->separator != SEPARATOR_AUTO || table->format.rows.separator == ',')
		return ERR_OK;
	return table_note(table, err, "separated by %ss%s", format_separator_name(&table->format),
			  table->format.decimal_comma ? ", with decimal commas" : "");
}

static enum err_code read_declared(const struct rows_text *text, struct table *table, size_t *ret_label,
				   struct rows_text *ret_rows, struct text *dense, struct err *err)
{
	const struct reading reading = { .comment = "%" };

	if (attributes_read(text, &table->columns, ret_label, ret_rows, dense, err) != ERR_OK)
		return err->code;
	table->format = format_find(ret_rows, &reading);
	return ERR_OK;
}

/* The table's columns, format and header; *ret_rows: the rows, or also the header row, in the text or in `dense`;
 * *ret_label: the label by the file's own header, or NO_COLUMN. */
static enum err_code find_columns(const struct rows_text *text, const struct reading *reading, struct table *table,
				  size_t *ret_label, struct rows_text *ret_rows, struct text *dense, struct err *err)
{
	table->path = text->path;
	table->is_declared = !reading->is_plain && attributes_are_in(text);
	*ret_label = NO_COLUMN;
	*ret_rows = *text;
	if (table->is_declared)
		return read_declared(text, table, ret_label, ret_rows, dense, err);
	table->format = format_find(ret_rows, reading);
	if (say_format(table, reading, err) != ERR_OK)
		return err->code;
	return header_find(ret_rows, reading, table, err);
}

enum err_code table_read(const struct rows_text *text, const struct reading *reading, struct table *table,
			 struct err *err)
{
	struct filling filling = { .table = table, .reading = reading, .path = text->path };
	struct text dense AUTO(text_done) = { 0 };
	struct rows_text rows;
	size_t declared;

	if (find_columns(text, reading, table, &declared, &rows, &dense, err) != ERR_OK ||
	    choice_make(table, reading, declared, err) != ERR_OK)
		return err->code;
	table->slots = table->columns.count - 1;
	if (fill(&rows, &filling, err) != ERR_OK)
		return err->code;
	if (!reading->is_plain && find_text_columns(table) &&
	    ((rows.file != NULL && input_read_again(&rows, err) != ERR_OK) || fill(&rows, &filling, err) != ERR_OK))
		return err->code;
	return check_columns(table, text->path, !reading->is_plain, err);
}

/* place (columns) <- where each column of the other table, which has names, is in the table. */
static enum err_code match_columns(const struct table *other, const struct table *table, size_t *place, struct err *err)
{
	for (size_t j = 0; j < other->columns.count && j < table->columns.count; j++) {
		const char *name = other->columns.at[j].name;
		place[j] = strcmp(name, table->columns.at[j].name) == 0 ? j : columns_find(&table->columns, name);
		if (place[j] == NO_COLUMN)
			return err_set(err, ERR_INPUT, "%s:%zu: column '%s' is not in %s, where column %zu is '%s'",
				       other->path, other->header_line > 0 ? other->header_line : 1, name, table->path,
				       j + 1, table->columns.at[j].name);
	}
	return ERR_OK;
}

static bool has_names(const struct table *table)
{
	return table->is_declared || table->header_line > 0;
}

enum err_code table_append(const struct rows_text *text, const struct reading *reading, enum split_part part,
			   struct table *table, struct err *err)
{
	struct table other AUTO(table_done) = { 0 };
	struct filling filling = { .table = table, .reading = reading, .path = text->path, .part = part };
	AUTO(mem_freep) size_t *place = NULL;
	struct text dense AUTO(text_done) = { 0 };
	struct rows_text rows;
	size_t declared;

	if (find_columns(text, reading, &other, &declared, &rows, &dense, err) != ERR_OK)
		return err->code;
	if (has_names(table) && has_names(&other)) {
		if (mem_new(&place, table->columns.count, err) != ERR_OK ||
		    match_columns(&other, table, place, err) != ERR_OK)
			return err->code;
		filling.place = place;
	}
	if (fill_from(&rows, &other, &filling, err) != ERR_OK)
		return err->code;
	table->has_other_rows = filling.rows > 0 || table->has_other_rows;
	return check_columns(table, text->path, !reading->is_plain, err);
}

void table_done(struct table *table)
{
	columns_done(&table->columns);
	free(table->x);
	free(table->target);
	free(table->rows);
	text_done(&table->notes);
	*table = (struct table){ 0 };
}
