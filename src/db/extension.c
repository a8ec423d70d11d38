/* libhardrow_sqlite.so: the virtual tables `dynamics` and `predictions`, and features read fast, in any program that
 * loads SQLite's extensions.
 */
#include "db/packing_sql.h"
#include "db/rows_table.h"

SQLITE_EXTENSION_INIT1

#define SQLITE_VERSION_MIN 3037000 /* STRICT tables */

__attribute__((visibility("default"))) int sqlite3_hardrowsqlite_init(sqlite3 *handle, char **ret_message,
								      const sqlite3_api_routines *api);

int sqlite3_hardrowsqlite_init(sqlite3 *handle, char **ret_message, const sqlite3_api_routines *api)
{
	SQLITE_EXTENSION_INIT2(api)
	if (sqlite3_libversion_number() >= SQLITE_VERSION_MIN) {
		int code = rows_table_attach(handle);
		return code == SQLITE_OK ? packing_attach(handle) : code;
	}
	*ret_message = sqlite3_mprintf("hardrow's tables need SQLite 3.37 or newer");
	return SQLITE_ERROR;
}
