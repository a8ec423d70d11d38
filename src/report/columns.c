#include "report/columns.h"

#include <string.h>

#include "base/mem.h"

size_t report_column_place(struct db_stmt *stmt, const char *name)
{
	for (size_t i = 0; i < db_column_count(stmt); i++)
		if (strcmp(db_column_name(stmt, i), name) == 0)
			return i;
	return NO_COLUMN;
}

enum err_code report_find_column(const struct report *report, struct db_stmt *stmt, const char *kind, const char *name,
				 size_t *ret_place, struct err *err)
{
	size_t place = name == NULL ? NO_COLUMN : report_column_place(stmt, name);

	if (name == NULL || place != NO_COLUMN) {
		*ret_place = place;
		return ERR_OK;
	}
	return err_set(err, ERR_INPUT, "%s: the %s names a column '%s' that the SELECT does not have", report->name,
		       kind, name);
}

const char *report_text_or_null(struct db_stmt *stmt, size_t place)
{
	return place == NO_COLUMN || db_column_type(stmt, place) == DB_NULL ? NULL : db_column_text(stmt, place);
}

enum err_code report_column_title(const char *column, char **ret_title, struct err *err)
{
	char *title = NULL;

	if (mem_copy_text(column + (column[0] == '_'), &title, err) != ERR_OK)
		return err->code;
	for (char *letter = title; *letter != '\0'; letter++)
		if (*letter == '_')
			*letter = ' ';
	*ret_title = title;
	return ERR_OK;
}
