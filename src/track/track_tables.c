#include "track/track_tables.h"

#include "base/mem.h"

void track_tables_done(struct track_tables *tables)
{
	mem_free_texts(tables->at, tables->count);
}

static enum err_code list(struct track *track, const char *sql, const char *name, struct track_tables *tables,
			  struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool more = false;

	if (db_prepare(track->db, sql, &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":name", name);
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		if (mem_more(&tables->at, tables->count, &tables->capacity, err) != ERR_OK ||
		    mem_copy_text(db_column_text(stmt, 0), &tables->at[tables->count], err) != ERR_OK)
			return err->code;
		tables->count++;
	}
}

enum err_code track_list_tables(struct track *track, const char *owner, struct track_tables *tables, struct err *err)
{
	return list(track,
		    "SELECT t.name FROM main.sqlite_schema AS t JOIN pragma_table_info(t.name, 'main') AS c"
		    " WHERE t.type = 'table' AND c.cid = 0 AND c.name = :name AND t.name || '_id' <> c.name"
		    " AND t.name <> 'split_part' ORDER BY t.name",
		    owner, tables, err);
}

enum err_code track_list_columns(struct track *track, const char *table, struct track_tables *columns, struct err *err)
{
	return list(track, "SELECT name FROM pragma_table_info(:name, 'main') ORDER BY cid", table, columns, err);
}
