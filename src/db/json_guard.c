#include "db/json_guard.h"

#include <assert.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

static const struct {
	const char *table, *column;
} columns[] = {
	{ "run", "settings" },
	{ "run", "argv" },
	{ "run", "chosen" },
};

static bool is_letter(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* Behind blanks and comments. */
static const char *skip_blanks(const char *text)
{
	for (;;) {
		const char *end = NULL;
		if (isspace((unsigned char)*text)) {
			text++;
			continue;
		}
		if (strncmp(text, "--", 2) == 0)
			end = strchr(text, '\n');
		else if (strncmp(text, "/*", 2) == 0 && (end = strstr(text + 2, "*/")) != NULL)
			end += 2;
		else if (strncmp(text, "/*", 2) != 0)
			return text;
		text = end != NULL ? end : text + strlen(text);
	}
}

bool json_guard_defines(const char *sql, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strcasestr(sql, name); at != NULL; at = strcasestr(at + 1, name)) {
		const char *next = at + length;
		if ((at > sql && is_letter(at[-1])) || is_letter(*next))
			continue;
		next = skip_blanks(*next != '\0' && strchr("\"'`]", *next) != NULL ? next + 1 : next);
		/* SELECT 1 FROM runs AS r is none: what follows on AS is a name. */
		if (strncasecmp(next, "AS", 2) == 0 && !is_letter(next[2])) {
			next = skip_blanks(next + 2);
			if (strncasecmp(next, "NOT", 3) == 0 || strncasecmp(next, "MATERIALIZED", 12) == 0)
				return true;
		}
		if (*next == '(')
			return true;
	}
	return false;
}

void json_guard_reset(struct db *db, const char *sql)
{
	assert(sql_view_count <= 64);
	db->defined = 0;
	for (size_t i = 0; i < sql_view_count; i++)
		db->defined |= (uint64_t)json_guard_defines(sql, sql_views[i].name) << i;
	db->uses_json = false;
	db->json_reads = 0;
}

static bool is_our_view(const struct db *db, const char *view)
{
	for (size_t i = 0; view != NULL && i < sql_view_count; i++)
		if (strcasecmp(sql_views[i].name, view) == 0)
			return (db->defined >> i & 1) == 0;
	return false;
}

void json_guard_note_read(struct db *db, const char *table, const char *column, const char *view)
{
	if (is_our_view(db, view))
		return;
	if (strncasecmp(table, "json_", strlen("json_")) == 0)
		db->uses_json = true;
	for (unsigned i = 0; i < ARRAY_LENGTH(columns); i++)
		if (strcasecmp(columns[i].table, table) == 0 && strcasecmp(columns[i].column, column) == 0)
			db->json_reads |= 1U << i;
}

void json_guard_note_function(struct db *db, const char *name, const char *view)
{
	if (!is_our_view(db, view) && (strncasecmp(name, "json", strlen("json")) == 0 || strncmp(name, "->", 2) == 0))
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

/* For db_each(): which column it is. */
static enum err_code check_text(void *context, struct db_stmt *stmt, struct err *err)
{
	if (json_guard_has_plain_keys(db_column_text(stmt, 0)))
		return ERR_OK;
	return err_set(err, ERR_INPUT,
		       "%s: damaged: %s holds what is not JSON of hardrow's; 'hardrow verify%s' says where",
		       stmt->db->path, (const char *)context, stmt->db->option);
}

static enum err_code check_column(struct db *db, const char *table, const char *column, struct err *err)
{
	char sql[120], name[60];

	(void)snprintf(sql, sizeof sql, "SELECT %s FROM main.%s WHERE %s GLOB '*:*'", column, table, column);
	(void)snprintf(name, sizeof name, "%s.%s", table, column);
	return db_each(db, sql, check_text, name, err);
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
