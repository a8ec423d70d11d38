/* libhardrow_sqlite.so: the virtual tables `dynamics` and `predictions` in any program that loads SQLite's extensions.
 */
#include "db/rows_table.h"

SQLITE_EXTENSION_INIT1

#define SQLITE_VERSION_MIN 3037000 /* STRICT tables */

__attribute__((visibility("default"))) int sqlite3_hardrowsqlite_init(sqlite3 *handle, char **ret_message,
								      const sqlite3_api_routines *api);

int sqlite3_hardrowsqlite_init(sqlite3 *handle, char **ret_message, const sqlite3_api_routines *api)
{
	SQLITE_EXTENSION_INIT2(api)
	if (sqlite3_libversion_number() >= SQLITE_VERSION_MIN)
		return rows_table_attach(handle);
	*ret_message = sqlite3_mprintf("hardrow's tables need SQLite 3.37 or newer");
	return SQLITE_ERROR;
}
