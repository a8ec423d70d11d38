#include "db/packing_sql.h"

#include <stddef.h>

#include "base/packing.h"
#include "sql/sql.h"

static void packed_number(sqlite3_context *context, int count, sqlite3_value **values)
{
	const char *storage = (const char *)sqlite3_value_text(values[2]);
	const unsigned char *bytes = sqlite3_value_blob(values[0]);
	sqlite3_int64 length = sqlite3_value_bytes(values[0]);
	sqlite3_int64 place = sqlite3_value_int64(values[1]);
	struct packing packing = { .low = sqlite3_value_int64(values[3]), .divisor = sqlite3_value_double(values[4]) };

	(void)count;
	if (storage == NULL || bytes == NULL || !packing_find(storage, &packing.kind) || place < 0 || place > length ||
	    (size_t)(length - place) < packing_width(packing.kind))
		return;
	sqlite3_result_double(context, packing_read(&packing, bytes + place));
}

int packing_attach(sqlite3 *handle)
{
	int code = sqlite3_create_function_v2(handle, "packed_number", 5,
					      SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL,
					      packed_number, NULL, NULL, NULL);

	for (size_t i = 0; i < sql_own_view_count && code == SQLITE_OK; i++)
		code = sqlite3_exec(handle, sql_own_views[i].text, NULL, NULL, NULL);
	return code;
}
