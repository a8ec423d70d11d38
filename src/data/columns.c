#include "data/columns.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/value.h"

enum err_code columns_add(struct columns *columns, const char *name, size_t length, struct err *err)
{
	struct text text AUTO(text_done) = { 0 };

	if (mem_more(&columns->at, columns->count, &columns->capacity, err) != ERR_OK ||
	    text_append_bytes(&text, name, length, err) != ERR_OK || text_append_bytes(&text, "", 0, err) != ERR_OK)
		return err->code;
	columns->at[columns->count++] = (struct column){ .name = take_ptr(&text.data) };
	return ERR_OK;
}

size_t columns_find(const struct columns *columns, const char *name)
{
	for (size_t j = 0; j < columns->count; j++)
		if (strcmp(columns->at[j].name, name) == 0)
			return j;
	return NO_COLUMN;
}

void columns_forget(struct columns *columns)
{
	for (size_t j = 0; j < columns->count; j++) {
		struct column *column = &columns->at[j];
		if (!column->is_declared)
			class_set_done(&column->levels);
		free(take_ptr(&column->text));
		column->numbers = column->texts = column->missing = column->looked_at = 0;
	}
}

/* It stands for itself on a command line, and is not cut. */
static bool is_word(const char *text)
{
	return text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.+-")] == '\0';
}

enum err_code column_refuse_text(const struct column *column, const char *path, bool has_options, bool is_label,
				 struct err *err)
{
	const char *remedy = NULL;
	const char *likely = value_likely(column->text, &remedy);

	if (likely != NULL)
		return err_set(err, ERR_INPUT, "%s:%zu: column '%s': '%s' is %s: %s%s", path, column->text_line,
			       column->name, column->text, likely, remedy,
			       has_options && !is_label ? ", or leave the column out with --drop" : "");
	if (strcmp(column->text, column->name) == 0)
		return err_set(err, ERR_INPUT,
			       "%s:%zu: column '%s': '%s' is its name: the header row is there again; delete this line",
			       path, column->text_line, column->name, column->text);
	if (!has_options)
		return err_set(err, ERR_INPUT, "%s:%zu: column '%s': '%s' is not a number", path, column->text_line,
			       column->name, column->text);
	/* In quotes, or it would not be here. */
	if (value_is_missing(column->text))
		return err_set(
		    err, ERR_INPUT,
		    "%s:%zu: column '%s': '%s' in quotes is not a number; '--missing-values %s' takes it for a "
		    "missing value",
		    path, column->text_line, column->name, column->text, column->text);
	if (column->numbers == 0)
		return err_set(err, ERR_INPUT,
			       "%s:%zu: column '%s': '%s' is not a number: --label says which column has numbers", path,
			       column->text_line, column->name, column->text);
	if (is_word(column->text))
		return err_set(
		    err, ERR_INPUT,
		    "%s:%zu: column '%s': '%s' is not a number; '--missing-values %s' takes it for a missing "
		    "value",
		    path, column->text_line, column->name, column->text, column->text);
	return err_set(err, ERR_INPUT,
		       "%s:%zu: column '%s': '%s' is not a number: correct it, or leave the column out with --drop",
		       path, column->text_line, column->name, column->text);
}

void columns_done(struct columns *columns)
{
	for (size_t j = 0; j < columns->count; j++) {
		free(columns->at[j].name);
		free(columns->at[j].text);
		class_set_done(&columns->at[j].levels);
	}
	free(columns->at);
	*columns = (struct columns){ 0 };
}
