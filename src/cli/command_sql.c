/* hardrow sql: a person's SELECT. */
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "cli/command.h"
#include "cli/query.h"

struct options {
	struct query_form form;
};

static enum err_code read_stdin(struct text *sql, struct err *err)
{
	if (file_read_fd(STDIN_FILENO, "standard input", sql, err) != ERR_OK)
		return err->code;
	if (sql->data == NULL || strlen(sql->data) != sql->length)
		return err_set(err, ERR_INPUT, "no SQL on standard input");
	return ERR_OK;
}

/* What people type first where they know sqlite3: ".tables". */
static enum err_code refuse_shell_command(const struct invocation *invocation, const char *sql, struct err *err)
{
	const char *word = sql + strspn(sql, " \t\r\n");

	if (*word != '.')
		return ERR_OK;
	return err_set(
	    err, ERR_USAGE,
	    "'%.*s' is for the shell sqlite3; here hardrow sql \"SELECT name FROM sqlite_schema WHERE "
	    "type = 'view'\"%s lists the views, hardrow sql \"SELECT * FROM runs LIMIT 1\"%s shows the columns of "
	    "one",
	    (int)strcspn(word, " \t\r\n"), word, invocation->db_option, invocation->db_option);
}

static enum err_code run_sql(const struct invocation *invocation, const char *sql, struct err *err)
{
	const struct options *options = invocation->options;

	if (refuse_shell_command(invocation, sql, err) != ERR_OK)
		return err->code;
	return query_run_sql(invocation, sql, &options->form, err);
}

static enum err_code sql_command(const struct invocation *invocation, struct err *err)
{
	AUTO(text_done) struct text sql = { 0 };

	if (invocation->argument_count > 0 && strcmp(invocation->arguments[0], "-") != 0)
		return run_sql(invocation, invocation->arguments[0], err);
	if (read_stdin(&sql, err) != ERR_OK)
		return err->code;
	return run_sql(invocation, sql.data, err);
}

static const struct option_spec specs[] = {
	FORMAT_OPTION(struct options, form.format),
	CSV_SAFE_OPTION(struct options, form.csv_safe),
	TIMEOUT_OPTION(struct options, form.timeout),
};

const struct command command_sql = {
	.name = "sql",
	.arguments = "[\"SELECT …\"]",
	.summary = "Run one SELECT; without it, or with '-', read it from standard input",
	.details = "The database is opened for reading only and nothing but SELECT is allowed.",
	.options = specs,
	.option_count = ARRAY_LENGTH(specs),
	.options_size = sizeof(struct options),
	.maximum = 1,
	.run = sql_command,
};
