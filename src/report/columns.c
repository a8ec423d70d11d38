#include "report/columns.h"

#include <string.h>

enum err_code report_find_column(const struct report *report, struct db_stmt *stmt, const char *kind, const char *name,
				 size_t *ret_place, struct err *err)
{
	for (size_t i = 0; i < db_column_count(stmt); i++) {
		if (strcmp(db_column_name(stmt, i), name) != 0)
			continue;
		*ret_place = i;
		return ERR_OK;
	}
	return err_set(err, ERR_INPUT, "%s: the %s names a column '%s' that the SELECT does not have", report->name,
		       kind, name);
}

const char *report_text_or_null(struct db_stmt *stmt, size_t place)
{
	return db_column_type(stmt, place) == DB_NULL ? NULL : db_column_text(stmt, place);
}
