/* Runs whose processes are dead. */
#include "db/dead.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/life.h"
#include "base/mem.h"
#include "base/text.h"

/* So long a writer may be silent where nobody can look. */
#define SILENCE_MS 120000

static void copy_text(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from == NULL ? "" : from);
}

/* Whether the writer in the row of `stmt` (see db_list_dead_writers) is dead. */
static bool is_dead(const struct process_identity *self, struct db_stmt *stmt)
{
	struct process_identity writer = { .pid_namespace = db_column_int(stmt, 3),
					   .pid = db_column_int(stmt, 4),
					   .started = db_column_int(stmt, 5) };

	copy_text(writer.host, sizeof writer.host, db_column_text(stmt, 1));
	copy_text(writer.boot_id, sizeof writer.boot_id, db_column_text(stmt, 2));
	switch (life_of(&writer, self)) {
	case LIFE_ALIVE:
		return false;
	case LIFE_DEAD:
		return true;
	case LIFE_UNKNOWN:
		break;
	}
	return db_column_int(stmt, 6) < clock_utc_ms() - SILENCE_MS;
}

enum err_code db_list_dead_writers(struct db *db, int64_t **ret_writers, size_t *ret_count, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	AUTO(mem_freep) int64_t *writers = NULL;
	struct process_identity self;
	size_t count = 0, capacity = 0;
	bool more = false;

	life_identify(&self);
	if (db_prepare(db,
		       "SELECT writer_id, host, boot_id, pid_namespace, pid, started, seen_at_ms FROM main.writer"
		       " WHERE writer_id IN (SELECT writer_id FROM main.run WHERE status = 'running'"
		       " UNION SELECT writer_id FROM main.claim)",
		       &stmt, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			break;
		if (!is_dead(&self, stmt))
			continue;
		if (mem_more(&writers, count, &capacity, err) != ERR_OK)
			return err->code;
		writers[count++] = db_column_int(stmt, 0);
	}
	*ret_writers = take_ptr(&writers);
	*ret_count = count;
	return ERR_OK;
}

/* "CREATE TEMP VIEW runs AS SELECT …": the columns of main.runs, whatever they are, but for the status. */
static enum err_code append_view(struct db *db, const char *list, struct text *sql, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	const char *columns = NULL;
	bool found = false;

	/* A file may hold a view of somebody else's, with any names. */
	if (db_prepare(
		db,
		"SELECT group_concat(CASE name WHEN 'status' THEN printf('CASE WHEN status = ''running'' AND run_id IN"
		" (SELECT run_id FROM main.run WHERE writer_id IN (%s)) THEN ''interrupted'' ELSE status END AS"
		" status', :list) ELSE printf('\"%w\"', name) END, ', ') FROM pragma_table_info('runs', 'main')",
		&stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":list", list);
	if (db_step(stmt, &found, err) != ERR_OK || db_read_text(stmt, 0, &columns, err) != ERR_OK)
		return err->code;
	return text_append(sql, err, "CREATE TEMP VIEW runs AS SELECT %s FROM main.runs", columns);
}

enum err_code dead_attach(struct db *db, struct err *err)
{
	AUTO(mem_freep) int64_t *writers = NULL;
	struct text list AUTO(text_done) = { 0 };
	struct text sql AUTO(text_done) = { 0 };
	size_t count = 0;

	if (db_list_dead_writers(db, &writers, &count, err) != ERR_OK)
		return err->code;
	if (count == 0)
		return ERR_OK;
	for (size_t i = 0; i < count; i++)
		if (text_append(&list, err, "%s%lld", i == 0 ? "" : ",", (long long)writers[i]) != ERR_OK)
			return err->code;
	return append_view(db, list.data, &sql, err) != ERR_OK ? err->code : db_exec(db, sql.data, err);
}
