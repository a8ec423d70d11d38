#include "data/table.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/rows.h"
#include "data/value.h"

struct filling {
	struct table *table;
	const char *path;
	const struct reading *reading;
	bool has_header;
};

static int compare_names(const void *left, const void *right)
{
	const char *const *a = left;
	const char *const *b = right;

	return strcmp(*a, *b);
}

static enum err_code check_names(const struct table *table, const char *path, struct err *err)
{
	AUTO(mem_freep) const char **sorted = NULL;

	if (mem_new(&sorted, table->column_count, err) != ERR_OK)
		return err->code;
	for (size_t j = 0; j < table->column_count; j++) {
		sorted[j] = table->columns[j];
		if (sorted[j][0] == '\0')
			return err_set(err, ERR_INPUT, "%s:%zu: column %zu has no name in the header row%s", path,
				       table->header_line, j + 1,
				       j == 0 ? "; pandas leaves its index out with index=False" : "");
	}
	qsort(sorted, table->column_count, sizeof *sorted, compare_names);
	for (size_t j = 1; j < table->column_count; j++)
		if (strcmp(sorted[j - 1], sorted[j]) == 0)
			return err_set(err, ERR_INPUT,
				       "%s:%zu: two columns are called '%s': is there a header row with their names?",
				       path, table->header_line, sorted[j]);
	return ERR_OK;
}

static enum err_code unknown_column(const struct filling *filling, const char *name, struct err *err)
{
	const size_t most = 12;
	const struct table *table = filling->table;
	struct text known AUTO(text_done) = { 0 };

	for (size_t j = 0; j < table->column_count && j < most; j++)
		if (text_append(&known, err, "%s'%s'", j == 0 ? "" : ", ", table->columns[j]) != ERR_OK)
			return err->code;
	return err_set(err, ERR_INPUT, "%s:%zu: no column is called '%s'; there are %s%s", filling->path,
		       table->header_line, name, known.data, table->column_count > most ? ", …" : "");
}

static enum err_code find_column(const struct filling *filling, const char *name, size_t *ret_column, struct err *err)
{
	const struct table *table = filling->table;
	size_t last = table->column_count - 1;

	if (strcmp(table->columns[last], name) == 0) {
		*ret_column = last;
		return ERR_OK;
	}
	for (size_t j = 0; j < last; j++)
		if (strcmp(table->columns[j], name) == 0) {
			*ret_column = j;
			return ERR_OK;
		}
	return unknown_column(filling, name, err);
}

static enum err_code end_header(struct filling *filling, size_t line, struct err *err)
{
	struct table *table = filling->table;
	const struct reading *reading = filling->reading;

	table->header_line = line;
	filling->has_header = true;
	if (check_names(table, filling->path, err) != ERR_OK)
		return err->code;
	table->label = table->column_count - 1;
	table->group = TABLE_NO_GROUPS;
	if ((reading->label != NULL && find_column(filling, reading->label, &table->label, err) != ERR_OK) ||
	    (reading->groups != NULL && find_column(filling, reading->groups, &table->group, err) != ERR_OK))
		return err->code;
	if (table->group == table->label)
		return err_set(err, ERR_INPUT,
			       "%s:%zu: column '%s' cannot be both the label and the groups; --label "
			       "says where the classes are",
			       filling->path, line, reading->groups);
	table->features = table->column_count - 1 - (reading->groups != NULL);
	if (table->column_count == 1)
		return err_set(err, ERR_INPUT,
			       "%s:%zu: '%s' is the only column; a data set has features and a label, comma-separated",
			       filling->path, line, table->columns[0]);
	if (table->features == 0)
		return err_set(err, ERR_INPUT, "%s:%zu: beside the label '%s' and the groups '%s' there is no column",
			       filling->path, line, table->columns[table->label], reading->groups);
	return ERR_OK;
}

static enum err_code take_name(struct table *table, const char *text, struct err *err)
{
	if (mem_more(&table->columns, table->column_count, &table->column_capacity, err) != ERR_OK ||
	    mem_copy_text(text, &table->columns[table->column_count], err) != ERR_OK)
		return err->code;
	table->column_count++;
	return ERR_OK;
}

static enum err_code start_row(struct filling *filling, size_t line, struct err *err)
{
	struct table *table = filling->table;

	if (line > UINT32_MAX)
		return err_set(err, ERR_INPUT, "%s:%zu: more lines than 32 bits count", filling->path, line);
	if (mem_grow((void **)&table->x, table->row_count, &table->x_capacity, table->features * sizeof *table->x,
		     err) != ERR_OK ||
	    (table->has_target && mem_more(&table->target, table->row_count, &table->target_capacity, err) != ERR_OK) ||
	    mem_more(&table->rows, table->row_count, &table->row_capacity, err) != ERR_OK)
		return err->code;
	table->rows[table->row_count] =
	    (struct table_row){ .class = TABLE_NO_CLASS, .line = (uint32_t)line, .number = (uint32_t)table->row_count };
	return ERR_OK;
}

static void note_missing(struct table *table, size_t line, size_t column)
{
	if (table->missing_count++ == 0) {
		table->missing_line = line;
		table->missing_column = column;
	}
}

static enum err_code take_group(struct filling *filling, size_t line, const char *text, struct err *err)
{
	struct table *table = filling->table;
	const char *name = table->columns[table->group];

	if (value_is_missing(text))
		return err_set(err, ERR_INPUT, "%s:%zu: column '%s': a missing group", filling->path, line, name);
	if (class_set_add(&table->groups, text, &table->rows[table->row_count].group, err) != ERR_OK)
		return err_prefix(err, "%s:%zu: column '%s'", filling->path, line, name);
	return ERR_OK;
}

/* The first bytes of a long text, whole UTF-8 characters only. */
static int shown_length(const char *text)
{
	int length = (int)strnlen(text, 60);

	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

static enum err_code take_number(struct filling *filling, size_t line, size_t column, const char *text,
				 double *ret_value, struct err *err)
{
	bool is_number = value_read(text, ret_value);

	if (is_number && isfinite(*ret_value))
		return ERR_OK;
	return err_set(err, ERR_INPUT, "%s:%zu: column '%s': '%.*s%s' is not a %snumber", filling->path, line,
		       filling->table->columns[column], shown_length(text), text,
		       text[shown_length(text)] == '\0' ? "" : "…", is_number ? "finite " : "");
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
			       filling->path, line, table->columns[table->label], shown_length(text), text,
			       TABLE_LARGEST_TARGET);
	return ERR_OK;
}

static enum err_code take_label(struct filling *filling, size_t line, const char *text, struct err *err)
{
	struct table *table = filling->table;

	if (value_is_missing(text)) {
		note_missing(table, line, table->label);
		return ERR_OK;
	}
	if (table->has_target)
		return take_target(filling, line, text, err);
	if (class_set_add(&table->classes, text, &table->rows[table->row_count].class, err) != ERR_OK)
		return err_prefix(err, "%s:%zu: column '%s'", filling->path, line, table->columns[table->label]);
	return ERR_OK;
}

static enum err_code take_feature(struct filling *filling, size_t line, size_t column, const char *text,
				  struct err *err)
{
	struct table *table = filling->table;
	double value = NAN;

	if (value_is_missing(text))
		note_missing(table, line, column);
	else if (take_number(filling, line, column, text, &value, err) != ERR_OK)
		return err->code;
	size_t feature = column - (column > table->label) - (column > table->group);
	table->x[table->row_count * table->features + feature] = value;
	return ERR_OK;
}

static enum err_code take_field(void *user, size_t line, size_t column, const char *text, struct err *err)
{
	struct filling *filling = user;

	if (!filling->has_header)
		return take_name(filling->table, text, err);
	if (column == 0 && start_row(filling, line, err) != ERR_OK)
		return err->code;
	if (column >= filling->table->column_count)
		return ERR_OK;
	if (column == filling->table->label)
		return take_label(filling, line, text, err);
	return column == filling->table->group ? take_group(filling, line, text, err)
					       : take_feature(filling, line, column, text, err);
}

static enum err_code end_row(void *user, size_t line, size_t columns, struct err *err)
{
	struct filling *filling = user;

	if (!filling->has_header)
		return end_header(filling, line, err);
	if (columns != filling->table->column_count)
		return err_set(err, ERR_INPUT, "%s:%zu: %zu field%s, but the header row has %zu", filling->path, line,
			       columns, columns == 1 ? "" : "s", filling->table->column_count);
	filling->table->row_count++;
	return ERR_OK;
}

enum err_code table_read(const char *path, const char *text, size_t length, const struct reading *reading,
			 struct table *table, struct err *err)
{
	struct filling filling = { .table = table, .path = path, .reading = reading };
	const struct row_sink sink = { take_field, end_row, &filling };

	if (rows_read(path, text, length, &sink, err) != ERR_OK)
		return err->code;
	if (!filling.has_header)
		return err_set(err, ERR_INPUT, "%s: is empty", path);
	if (table->row_count == 0)
		return err_set(err, ERR_INPUT, "%s: has a header row but no data rows", path);
	return ERR_OK;
}

size_t table_feature_column(const struct table *table, size_t j)
{
	size_t first = table->label < table->group ? table->label : table->group;
	size_t second = table->label < table->group ? table->group : table->label;

	j += j >= first;
	return j + (j >= second);
}

void table_done(struct table *table)
{
	mem_free_texts(table->columns, table->column_count);
	free(table->x);
	free(table->target);
	free(table->rows);
	class_set_done(&table->classes);
	class_set_done(&table->groups);
	*table = (struct table){ 0 };
}
