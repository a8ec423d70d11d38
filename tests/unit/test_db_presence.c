/* db: files that are removed, replaced or cut short, or whose folder is closed, while a writer has them open. */
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "db/db.h"
#include "unit/database.h"
#include "unit/scratch.h"

TestSuite(db_presence, .init = scratch_enter, .fini = scratch_leave);

static void shell(const char *command)
{
	cr_assert_eq(system(command), 0, "%s", command);
}

static void put_class(struct db *db, int number)
{
	char sql[96];

	(void)snprintf(sql, sizeof sql, "INSERT INTO class VALUES (1, %d, 'c%d')", number, number);
	database_exec(db, sql);
}

/* a.db with a data set and one committed class, other.db beside it. */
static struct db *open_written(bool is_wal)
{
	struct err err = { 0 };
	bool has_wal = false;

	database_make("other.db", "");
	struct db *db = database_open("a.db", DB_WRITE);
	if (is_wal) {
		cr_assert_eq(db_use_wal(db, &has_wal, &err), ERR_OK, "%s", err.message);
		cr_assert(has_wal);
	}
	cr_assert_eq(db_begin(db, &err), ERR_OK, "%s", err.message);
	database_exec(db,
		      "INSERT INTO dataset VALUES (1, 'd', 'x', 'class', 'error', 1, 1, 2, 'x', 'classification', 0)");
	put_class(db, 0);
	cr_assert_eq(db_commit(db, &err), ERR_OK, "%s", err.message);
	return db;
}

#define CLASSES "SELECT count(*) FROM class"
#define REPLACE "cp other.db new.db && mv new.db a.db"

static off_t size_of(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 ? status.st_size : -1;
}

static const struct {
	const char *command, *words;
	bool only_wal;
	const char *holds; /* what was committed */
	size_t left;	   /* files */
} cases[] = {
	{ "rm a.db", "a.db: was removed or renamed", false, NULL, 1 },
	{ "mv a.db b.db", "a.db: was removed or renamed", false, "b.db", 2 },
	{ REPLACE, "a.db: another file has taken its place", false, NULL, 2 },
	{ "mv a.db b.db && " REPLACE, "a.db: another file has taken its place", false, "b.db", 3 },
	{ ": > a.db", "a.db: was cut short", false, NULL, 0 },
	{ "truncate -s 50 a.db", "a.db: was cut short", false, NULL, 0 },
	{ "truncate -s 40000 a.db", "a.db: was cut short", false, NULL, 0 },
	{ "truncate -s -100 a.db", "a.db: was cut short", false, NULL, 0 },
	{ "rm a.db-wal", "a.db-wal: was removed or replaced", true, "a.db", 2 },
	{ "rm a.db-shm", "a.db-shm: was removed or replaced", true, "a.db", 2 },
	{ "rm a.db-wal a.db-shm", "a.db-wal: was removed or replaced", true, "a.db", 2 },
	{ "rm a.db && rm -f a.db-wal a.db-shm", "a.db: was removed or renamed", false, NULL, 1 },
};

static void expect_left(size_t i, const char *replacement)
{
	char now[FILE_SHA256_SIZE];

	if (cases[i].left > 0)
		cr_expect_eq(scratch_count("."), cases[i].left, "%s: %zu files", cases[i].command, scratch_count("."));
	if (strstr(cases[i].command, REPLACE) != NULL) {
		database_hash("a.db", now);
		cr_expect_str_eq(now, replacement, "%s", cases[i].command);
	}
	if (cases[i].holds != NULL) {
		char question[128];
		(void)snprintf(question, sizeof question,
			       "test \"$(sqlite3 %s 'PRAGMA integrity_check; " CLASSES "' | tr '\\n' ' ')\" = 'ok 1 '",
			       cases[i].holds);
		shell(question);
	}
	shell("rm -f *");
}

/* The next transaction is refused; nothing is written to what stands in the file's place, and what was committed goes
 * into the file wherever it is. */
Test(db_presence, next_transaction)
{
	char replacement[FILE_SHA256_SIZE];

	for (size_t i = 0; i < 2 * ARRAY_LENGTH(cases); i++) {
		size_t c = i / 2;
		struct err err = { 0 };
		if (i % 2 == 0 && cases[c].only_wal)
			continue;
		struct db *db = open_written(i % 2 == 1);
		database_hash("other.db", replacement);
		shell(cases[c].command);
		off_t size = size_of("a.db");
		cr_expect_eq(db_begin(db, &err), ERR_SYSTEM, "%s", cases[c].command);
		cr_expect_not(db_in_transaction(db));
		cr_expect_eq(strncmp(err.message, cases[c].words, strlen(cases[c].words)), 0, "%s: %s",
			     cases[c].command, err.message);
		cr_expect_eq(db_finish(db, &err), ERR_SYSTEM);
		db_free(db);
		cr_expect(size_of("a.db") == size || cases[c].only_wal, "%s: %jd bytes", cases[c].command,
			  (intmax_t)size_of("a.db"));
		expect_left(c, replacement);
	}
}

/* What happens between a transaction's begin and the end is found at the end, at the latest. */
Test(db_presence, last_transaction)
{
	for (size_t i = 0; i < 2 * ARRAY_LENGTH(cases); i++) {
		size_t c = i / 2;
		struct err err = { 0 };
		if (i % 2 == 0 && cases[c].only_wal)
			continue;
		struct db *db = open_written(i % 2 == 1);
		cr_assert_eq(db_begin(db, &err), ERR_OK);
		shell(cases[c].command);
		(void)!db_exec(db, "INSERT INTO class VALUES (1, 1, 'c1')", &err);
		cr_expect(db_commit(db, &err) != ERR_OK || db_finish(db, &err) != ERR_OK, "%s", cases[c].command);
		cr_expect_not_null(strstr(err.message, "while it was in use"), "%s: %s", cases[c].command, err.message);
		db_free(db);
		shell("rm -f *");
	}
}

/* Somebody works on the file that took the place: its WAL is theirs. */
Test(db_presence, what_others_have_begun)
{
	for (int is_wal = 0; is_wal < 2; is_wal++) {
		struct err err = { 0 };
		bool has_wal = false;
		struct db *db = open_written(is_wal != 0);
		shell("rm -f a.db-wal a.db-shm && " REPLACE);
		struct db *other = database_open("a.db", DB_WRITE);
		cr_assert_eq(db_use_wal(other, &has_wal, &err), ERR_OK, "%s", err.message);
		database_exec(
		    other,
		    "INSERT INTO dataset VALUES (1, 'd', 'x', 'class', 'error', 1, 1, 2, 'x', 'classification', 0)");
		cr_expect_eq(db_begin(db, &err), ERR_SYSTEM);
		db_free(db);
		cr_expect(file_exists("a.db-wal") && file_exists("a.db-shm"));
		cr_assert_eq(db_begin(other, &err), ERR_OK, "%s", err.message);
		put_class(other, 0);
		put_class(other, 1);
		cr_assert_eq(db_commit(other, &err), ERR_OK, "%s", err.message);
		cr_assert_eq(db_finish(other, &err), ERR_OK, "%s", err.message);
		db_free(other);
		other = database_open("a.db", DB_READ);
		cr_expect_eq(database_query_int(other, CLASSES), 2);
		db_free(other);
		cr_expect_eq(scratch_count("."), 2);
		shell("rm -f *");
	}
}

/* A file may shrink: others delete and vacuum, checkpoint and go on. */
Test(db_presence, shrinking_is_no_damage)
{
	for (int is_wal = 0; is_wal < 2; is_wal++) {
		struct err err = { 0 };
		struct db *db = open_written(is_wal != 0), *other = database_open("a.db", DB_WRITE);
		database_exec(other,
			      "CREATE TABLE big AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
			      " WHERE i < 100) SELECT zeroblob(100000) AS value FROM n");
		cr_assert_eq(db_begin(db, &err), ERR_OK, "%s", err.message);
		put_class(db, 1);
		cr_assert_eq(db_commit(db, &err), ERR_OK, "%s", err.message);
		database_exec(other, "DROP TABLE big; VACUUM");
		if (is_wal)
			(void)database_query_int(other, "PRAGMA wal_checkpoint(TRUNCATE)");
		put_class(other, 2);
		cr_assert_eq(db_begin(db, &err), ERR_OK, "%s", err.message);
		put_class(db, 3);
		cr_assert_eq(db_commit(db, &err), ERR_OK, "%s", err.message);
		db_free(other);
		cr_assert_eq(db_finish(db, &err), ERR_OK, "%s", err.message);
		db_free(db);
		db = database_open("a.db", DB_READ);
		cr_expect_eq(database_query_int(db, CLASSES), 4);
		db_free(db);
		shell("rm -f *");
	}
}

/* The folder can be written when a transaction begins, and cannot when its journal ought to go. */
Test(db_presence, a_folder_that_becomes_read_only)
{
	bool is_root = geteuid() == 0;
	struct err err = { 0 };

	cr_assert_eq(chmod(".", 0777), 0);
	cr_assert(!is_root || seteuid(65534) == 0);
	struct db *db = database_open("a.db", DB_WRITE);
	cr_assert_eq(db_begin(db, &err), ERR_OK);
	database_exec(db, "INSERT INTO experiment VALUES (1, 'e', '')");
	cr_assert(!is_root || seteuid(0) == 0);
	cr_assert_eq(chmod(".", 0555), 0);
	cr_assert(!is_root || seteuid(65534) == 0);
	cr_expect_eq(db_commit(db, &err), ERR_SYSTEM);
	cr_expect_str_eq(err.message, "a.db: disk I/O error (its folder cannot be written)");
	db_rollback(db);
	db_free(db);
	cr_assert(!is_root || seteuid(0) == 0);
	(void)prctl(PR_SET_DUMPABLE, 1); /* the leak check at the end attaches to us */
	cr_assert_eq(chmod(".", 0755), 0);
	db = database_open("a.db", DB_READ);
	cr_expect_eq(database_query_int(db, "SELECT count(*) FROM experiment"), 0);
	db_free(db);
}

Test(db_presence, a_row_takes_its_share_of_pages)
{
	static const size_t payloads[] = { 100, 2000, 20000, 33000, 52480, 70000, 129280 };
	const int rows = 300;

	for (size_t i = 0; i < ARRAY_LENGTH(payloads); i++) {
		struct db *db = database_open("t.db", DB_WRITE);
		char sql[200];
		struct stat empty, full;
		cr_assert_eq(stat("t.db", &empty), 0);
		(void)snprintf(sql, sizeof sql,
			       "CREATE TABLE large (id INTEGER PRIMARY KEY, value BLOB);"
			       "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d)"
			       " INSERT INTO large SELECT i, zeroblob(%zu) FROM n",
			       rows, payloads[i]);
		database_exec(db, sql);
		db_free(db);
		cr_assert_eq(stat("t.db", &full), 0);
		double bytes = (double)(full.st_size - empty.st_size) / rows;
		double page = DB_PAGE_BYTES / (double)rows;
		cr_expect(fabs(db_row_bytes(payloads[i]) - bytes) < 0.03 * bytes + 3 * page, "%zu: %g, not %g",
			  payloads[i], db_row_bytes(payloads[i]), bytes);
		cr_assert_eq(unlink("t.db"), 0);
	}
}
