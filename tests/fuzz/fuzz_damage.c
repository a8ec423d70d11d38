/* A sound file damaged by SQL, a statement a line: what SQLite takes for a good file and hardrow does not. A first line
 * "-- NAME" says which reader is given it. Lines that fail are passed over. The tables have lost their constraints
 * while the lines run, and get them back. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "input.h"
#include "readers.h"
#include "seed.h"

/* The longest value, and the longest a line may take, in steps of SQLite's machine. */
#define VALUE_BYTES 1000000
#define STEPS 1000000

/* What stands for what while tables are loose. */
#define STRICT_AND "/*1*/"
#define STRICT "/*2*/"
#define NOT_NULL "/*3*/"
#define TEXT_TYPE "/*4*/"
#define REAL_TYPE "/*5*/"

static const char loosen[] =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA writable_schema = ON;"
    "UPDATE sqlite_schema SET sql = replace(replace(replace(replace(replace(sql, 'STRICT,', '" STRICT_AND "'),"
    " 'STRICT', '" STRICT "'), ' NOT NULL', '" NOT_NULL "'), ' TEXT', '" TEXT_TYPE "'), ' REAL', '" REAL_TYPE "')"
    " WHERE type = 'table'";
static const char tighten[] =
    "UPDATE sqlite_schema SET sql = replace(replace(replace(replace(replace(sql, '" STRICT_AND "', 'STRICT,'),"
    " '" STRICT "', 'STRICT'), '" NOT_NULL "', ' NOT NULL'), '" TEXT_TYPE "', ' TEXT'), '" REAL_TYPE "', ' REAL')"
    " WHERE type = 'table'";
static const char prepare[] = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA writable_schema = ON;"
			      "PRAGMA ignore_check_constraints = ON";

/* The sound file, loosened; made by the first call and kept. */
static struct {
	char *bytes;
	size_t length;
} seed;

static void execute(sqlite3 *handle, const char *sql)
{
	input_require(sqlite3_exec(handle, sql, NULL, NULL, NULL) == SQLITE_OK, sqlite3_errmsg(handle));
}

static sqlite3 *open_loose(const char *path)
{
	sqlite3 *handle = NULL;

	input_require(sqlite3_open(path, &handle) == SQLITE_OK, "the file cannot be opened");
	return handle;
}

static void make_seed(const char *path)
{
	struct err err;

	seed_write(path);
	sqlite3 *handle = open_loose(path);
	execute(handle, loosen);
	(void)sqlite3_close(handle);
	input_require(file_read(path, &seed.bytes, &seed.length, &err) == ERR_OK, err.message);
}

/* Lines change this file and no other, and end. */
static int authorize(void *context, int action, const char *first, const char *second, const char *database,
		     const char *trigger)
{
	(void)context;
	(void)database;
	(void)trigger;
	switch (action) {
	case SQLITE_PRAGMA:
		return strcmp(first, "user_version") == 0 || strcmp(first, "application_id") == 0 ? SQLITE_OK
												  : SQLITE_DENY;
	case SQLITE_ATTACH:
	case SQLITE_DETACH:
		return SQLITE_DENY;
	case SQLITE_FUNCTION:
		return strcmp(second, "load_extension") == 0 ? SQLITE_DENY : SQLITE_OK;
	default:
		return SQLITE_OK;
	}
}

static int is_late(void *context)
{
	(void)context;
	return 1;
}

static void damage(const char *path, char *lines)
{
	sqlite3 *handle = open_loose(path);

	execute(handle, prepare);
	(void)sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, VALUE_BYTES);
	(void)sqlite3_set_authorizer(handle, authorize, NULL);
	for (char *line = strtok(lines, "\n"); line != NULL; line = strtok(NULL, "\n")) {
		sqlite3_progress_handler(handle, STEPS, is_late, NULL);
		(void)sqlite3_exec(handle, line, NULL, NULL, NULL);
	}
	(void)sqlite3_set_authorizer(handle, NULL, NULL);
	/* What the lines made of the schema may be more than SQLite can read. */
	(void)sqlite3_exec(handle, "ROLLBACK", NULL, NULL, NULL);
	(void)sqlite3_exec(handle, tighten, NULL, NULL, NULL);
	(void)sqlite3_close(handle);
}

/* The reader that the first line names, NULL: all. */
static const char *read_name(const char *text)
{
	size_t length = strcspn(text, "\n");

	for (size_t i = 0; readers_name(i) != NULL; i++)
		if (strncmp(text, "-- ", 3) == 0 && length == 3 + strlen(readers_name(i)) &&
		    strncmp(text + 3, readers_name(i), length - 3) == 0)
			return readers_name(i);
	return NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(mem_freep) char *text = strndup((const char *)data, size);
	char path[96];

	input_require(text != NULL, "no memory");
	(void)snprintf(path, sizeof path, "%s/t.db", input_folder());
	if (seed.bytes == NULL)
		make_seed(path);
	const char *only = read_name(text);
	input_write(path, (const uint8_t *)seed.bytes, seed.length);
	damage(path, text);
	readers_run(path, only);
	return 0;
}
