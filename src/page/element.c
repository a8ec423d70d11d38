#include "page/element.h"

#include <inttypes.h>

#include "base/mem.h"
#include "page/matrix.h"

enum err_code element_begin(struct sink *sink, const char *type, const char *name, int64_t number, struct err *err)
{
	struct text line AUTO(text_done) = { 0 };

	if (text_append(&line, err, "<script type=\"%s\" id=\"data-%s", type, name) != ERR_OK ||
	    (number > 0 && text_append(&line, err, "-%" PRId64, number) != ERR_OK) ||
	    text_append(&line, err, "\"") != ERR_OK)
		return err->code;
	return sink_put(sink, line.data, err);
}

enum err_code element_end(struct sink *sink, struct err *err)
{
	return sink_put(sink, "</script>\n", err);
}

enum err_code element_begin_matrix(struct sink *sink, struct db_stmt *stmt, const char *name, int64_t number,
				   const char *forms, struct err *err)
{
	struct text columns AUTO(text_done) = { 0 };

	for (size_t i = 0; i < db_column_count(stmt); i++)
		if (text_append(&columns, err, "%s%s:%c", i == 0 ? "" : " ", db_column_name(stmt, i), forms[i]) !=
		    ERR_OK)
			return err->code;
	if (element_begin(sink, "text/base64", name, number, err) != ERR_OK ||
	    sink_put(sink, " data-columns=\"", err) != ERR_OK || sink_put(sink, columns.data, err) != ERR_OK)
		return err->code;
	return sink_put(sink, "\">", err);
}

enum err_code element_end_matrix(struct sink *sink, struct err *err)
{
	if (sink_end_base64(sink, err) != ERR_OK)
		return err->code;
	return element_end(sink, err);
}

enum err_code element_put_matrix(struct sink *sink, struct db_stmt *stmt, const char *name, int64_t number,
				 const char *forms, struct err *err)
{
	if (element_begin_matrix(sink, stmt, name, number, forms, err) != ERR_OK ||
	    matrix_write(sink, stmt, forms, err) != ERR_OK)
		return err->code;
	return element_end_matrix(sink, err);
}
