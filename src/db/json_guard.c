#include "db/json_guard.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

static const struct {
	const char *table, *column;
} columns[] = {
	{ "run", "settings" },		{ "run", "argv" },	    { "run", "chosen" },
	{ "dataset", "feature_names" }, { "instance", "features" },
};

void json_guard_reset(struct db *db)
{
	db->uses_json = false;
	db->json_reads = 0;
}

static bool is_our_view(const char *view)
{
	for (size_t i = 0; view != NULL && i < sql_view_count; i++)
		if (strcasecmp(sql_views[i].name, view) == 0)
			return true;
	return false;
}

void json_guard_note_read(struct db *db, const char *table, const char *column, const char *view)
{
	if (is_our_view(view))
		return;
	if (strncasecmp(table, "json_", strlen("json_")) == 0)
		db->uses_json = true;
	for (unsigned i = 0; i < ARRAY_LENGTH(columns); i++)
		if (strcasecmp(columns[i].table, table) == 0 && strcasecmp(columns[i].column, column) == 0)
			db->json_reads |= 1U << i;
}

void json_guard_note_function(struct db *db, const char *name, const char *view)
{
	if (!is_our_view(view) && (strncasecmp(name, "json", strlen("json")) == 0 || strncmp(name, "->", 2) == 0))
		db->uses_json = true;
}

/* Behind the string that begins at `text`. */
static const char *skip_string(const char *text)
{
	for (text++; *text != '\0' && *text != '"'; text++)
		if (*text == '\\' && text[1] != '\0')
			text++;
	return *text == '\0' ? text : text + 1;
}

bool json_guard_has_plain_keys(const char *text)
{
	/* A key is what a colon follows, whatever is open. */
	bool ends_string = false;

	while (*text != '\0') {
		if (*text == ':' && !ends_string)
			return false;
		ends_string = *text == '"' || (ends_string && strchr(" \t\r\n", *text) != NULL);
		text = *text == '"' ? skip_string(text) : text + 1;
	}
	return true;
}

static enum err_code check_column(struct db *db, const char *table, const char *column, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	char sql[120];
	bool more = true;

	(void)snprintf(sql, sizeof sql, "SELECT %s FROM main.%s WHERE %s GLOB '*:*'", column, table, column);
	if (db_prepare(db, sql, &stmt, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		if (!json_guard_has_plain_keys(db_column_text(stmt, 0)))
			return err_set(
			    err, ERR_INPUT,
			    "%s: damaged: %s.%s holds what is not JSON of hardrow's; 'hardrow verify' says where",
			    db->path, table, column);
	}
}

enum err_code json_guard_check(struct db *db, struct err *err)
{
	/* The statements of the check are noted, too. */
	unsigned reads = db->uses_json ? db->json_reads : 0;

	for (unsigned i = 0; i < ARRAY_LENGTH(columns); i++)
		if ((reads & 1U << i) != 0 && check_column(db, columns[i].table, columns[i].column, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}
