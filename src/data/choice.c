#include "data/choice.h"

#include <stdbool.h>
#include <string.h>

#include "base/mem.h"
#include "data/header.h"

static enum err_code unknown_column(const struct table *table, const char *name, struct err *err)
{
	const size_t most = 12;
	struct text known AUTO(text_done) = { 0 };

	for (size_t j = 0; j < table->columns.count && j < most; j++)
		if (text_append(&known, err, "%s'%s'", j == 0 ? "" : ", ", table->columns.at[j].name) != ERR_OK)
			return err->code;
	return err_set(err, ERR_INPUT, "%s:%zu: no column is called '%s'; there are %s%s", table->path,
		       table->header_line > 0 ? table->header_line : 1, name, known.data,
		       table->columns.count > most ? ", …" : "");
}

/* The one column other than the last that has a label's usual name, if the last has none; x and y are coordinates. */
static size_t find_usual_label(const struct columns *columns)
{
	size_t found = NO_COLUMN;
	size_t last = columns->count - 1;

	/* A separator at the end of each line makes a column of nothing. */
	while (last > 0 && columns->at[last].is_left_out)
		last--;
	for (size_t j = 0; j <= last; j++) {
		const char *name = columns->at[j].name;
		bool is_coordinate = (strcmp(name, "y") == 0 && columns_find(columns, "x") != NO_COLUMN) ||
				     (strcmp(name, "Y") == 0 && columns_find(columns, "X") != NO_COLUMN);
		if (!header_is_label_name(name) || is_coordinate)
			continue;
		if (found != NO_COLUMN || j == last)
			return last;
		found = j;
	}
	return found != NO_COLUMN ? found : last;
}

/* `declared`: the label by the file's own header, or NO_COLUMN. */
static enum err_code choose_label(struct table *table, const struct reading *reading, size_t declared, struct err *err)
{
	const struct columns *columns = &table->columns;
	const char *name = reading->label;

	if (columns->count < 2)
		return err_set(err, ERR_INPUT,
			       "%s: '%s' is the only column; a data set has features and a label: is it separated by "
			       "something else than commas, semicolons, tabs or blanks?",
			       table->path, columns->at[0].name);
	if (name == NULL) {
		table->label = declared != NO_COLUMN ? declared : find_usual_label(columns);
		if (declared == NO_COLUMN && (table->label + 1 != columns->count || table->header_line == 0) &&
		    !table->is_declared)
			return table_note(table, err, "the label is column %zu, '%s'", table->label + 1,
					  columns->at[table->label].name);
		return ERR_OK;
	}
	table->label = columns_find(columns, name);
	if (table->label == NO_COLUMN && strcmp(name, "first") == 0)
		table->label = 0;
	if (table->label == NO_COLUMN && strcmp(name, "last") == 0)
		table->label = columns->count - 1;
	return table->label != NO_COLUMN ? ERR_OK : unknown_column(table, name, err);
}

static enum err_code choose_groups(struct table *table, const char *groups, struct err *err)
{
	table->group = groups != NULL ? columns_find(&table->columns, groups) : NO_COLUMN;
	if (groups == NULL)
		return ERR_OK;
	if (table->group == NO_COLUMN)
		return unknown_column(table, groups, err);
	if (table->group == table->label)
		return err_set(err, ERR_INPUT,
			       "%s:%zu: column '%s' cannot be both the label and the groups; --label says where the "
			       "classes are",
			       table->path, table->header_line > 0 ? table->header_line : 1, groups);
	table->columns.at[table->group].is_text = true;
	return ERR_OK;
}

/* Marks the columns of the list "NAME,NAME". A name with a comma in it cannot be said. */
static enum err_code mark_listed(struct table *table, const char *list, bool *marks, struct err *err)
{
	for (const char *at = list; at != NULL; at = strchr(at, ',')) {
		struct text name AUTO(text_done) = { 0 };
		at += *at == ',';
		if (text_append_bytes(&name, at, strcspn(at, ","), err) != ERR_OK ||
		    text_append_bytes(&name, "", 0, err) != ERR_OK)
			return err->code;
		size_t j = columns_find(&table->columns, name.data);
		if (j == NO_COLUMN)
			return unknown_column(table, name.data, err);
		marks[j] = true;
	}
	return ERR_OK;
}

static enum err_code choose_columns(struct table *table, const struct reading *reading, struct err *err)
{
	struct columns *columns = &table->columns;
	AUTO(mem_freep) bool *keep = NULL;
	AUTO(mem_freep) bool *drop = NULL;

	if (mem_new(&keep, columns->count, err) != ERR_OK || mem_new(&drop, columns->count, err) != ERR_OK ||
	    (reading->columns != NULL && mark_listed(table, reading->columns, keep, err) != ERR_OK) ||
	    (reading->drop != NULL && mark_listed(table, reading->drop, drop, err) != ERR_OK))
		return err->code;
	if (drop[table->label])
		return err_set(
		    err, ERR_INPUT, "%s:%zu: column '%s' is the label and cannot be dropped; --label says which one is",
		    table->path, table->header_line > 0 ? table->header_line : 1, columns->at[table->label].name);
	for (size_t j = 0; j < columns->count; j++)
		columns->at[j].is_left_out =
		    j != table->label && j != table->group &&
		    (columns->at[j].is_left_out || drop[j] || (reading->columns != NULL && !keep[j]));
	return ERR_OK;
}

enum err_code choice_make(struct table *table, const struct reading *reading, size_t declared, struct err *err)
{
	if (choose_label(table, reading, declared, err) != ERR_OK ||
	    choose_groups(table, reading->groups, err) != ERR_OK)
		return err->code;
	return choose_columns(table, reading, err);
}
