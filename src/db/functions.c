#include "db/functions.h"

#include "base/file.h"

static void sha256_of(sqlite3_context *context, int count, sqlite3_value **values)
{
	char hex[FILE_SHA256_SIZE];
	const void *bytes = sqlite3_value_blob(values[0]);

	(void)count;
	file_sha256(bytes == NULL ? "" : bytes, (size_t)sqlite3_value_bytes(values[0]), hex);
	sqlite3_result_text(context, hex, -1, SQLITE_TRANSIENT);
}

enum err_code functions_register(struct db *db, struct err *err)
{
	int code =
	    sqlite3_create_function_v2(db->handle, "sha256", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY,
				       NULL, sha256_of, NULL, NULL, NULL);

	return code == SQLITE_OK ? ERR_OK : db_fail(db, code, false, err);
}
