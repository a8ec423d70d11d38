#include "cli/complete.h"

#include <ctype.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/bundled.h"
#include "cli/command.h"
#include "data/catalogue.h"
#include "db/db.h"
#include "rebalance/method.h"
#include "report/kinds.h"
#include "report/report.h"
#include "train/settings.h"

/* Longer than that nobody waits for a tab. */
#define SECONDS_MAX 1
#define MEMORY_BYTES_MAX 100000000

/* The newest first. */
static const char runs_sql[] =
    "SELECT run_id, printf('%s %s %s, seed %d, %s', name, model, method, seed, status) FROM run "
    "JOIN dataset USING (dataset_id) ORDER BY run_id DESC LIMIT 1000";

struct completion {
	FILE *file;
	const struct command *command; /* NULL: it is what is completed */
	const char *database;
	const char *word;   /* so far */
	size_t lead;	    /* of its bytes stand before what is offered: "--method=" */
	const char *report; /* the first word that is no option; NULL: there is none yet */
	struct err *err;    /* of what is no reason to fail */
};

/* A name that no terminal should get cannot be typed either. */
static void offer(const struct completion *completion, const char *value, const char *what)
{
	AUTO(text_done) struct text clean = { 0 };
	struct err *err = completion->err;

	if (strncmp(value, completion->word + completion->lead, strlen(completion->word + completion->lead)) != 0 ||
	    text_append_clean(&clean, value, err) != ERR_OK || strcmp(clean.data, value) != 0)
		return;
	text_clear(&clean);
	if (what != NULL && text_append_clean(&clean, what, err) != ERR_OK)
		return;
	(void)fprintf(completion->file, "%.*s%s%s%s\n", (int)completion->lead, completion->word, value,
		      clean.length > 0 ? "\t" : "", clean.length > 0 ? clean.data : "");
}

static void offer_choices(const struct completion *completion, const char *(*choice)(size_t i))
{
	for (size_t i = 0; choice(i) != NULL; i++)
		offer(completion, choice(i), NULL);
}

/* Rows of a value and maybe what it is. */
static enum err_code offer_rows(const struct completion *completion, const char *sql, struct err *err)
{
	AUTO(db_freep) struct db *db = NULL;
	AUTO(db_stmt_freep) struct db_stmt *rows = NULL;
	bool has_row = false;

	if (db_open(completion->database, DB_READ, &db, err) != ERR_OK)
		return err->code;
	db_limit(db, SECONDS_MAX, MEMORY_BYTES_MAX);
	if (db_prepare(db, sql, &rows, err) != ERR_OK)
		return err->code;
	while (db_step(rows, &has_row, err) == ERR_OK && has_row) {
		const char *value = db_column_text(rows, 0);
		if (value != NULL)
			offer(completion, value, db_column_count(rows) > 1 ? db_column_text(rows, 1) : NULL);
	}
	return ERR_OK;
}

static enum err_code offer_datasets(const struct completion *completion, struct err *err)
{
	AUTO(catalogue_freep) struct catalogue *catalogue = NULL;

	if (catalogue_create(&catalogue, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < catalogue_count(catalogue); i++)
		offer(completion, catalogue_at(catalogue, i)->name, catalogue_at(catalogue, i)->title);
	return ERR_OK;
}

static enum err_code offer_reports(const struct completion *completion, struct err *err)
{
	for (size_t i = 0; report_name(i) != NULL; i++) {
		AUTO(report_freep) struct report *report = NULL;
		if (report_find(report_name(i), &report, err) != ERR_OK)
			return err->code;
		offer(completion, report->name, report->title);
	}
	return ERR_OK;
}

static enum err_code offer_sweeps(const struct completion *completion, struct err *err)
{
	AUTO(bundled_names_done) struct bundled_names names = { 0 };

	if (bundled_experiments(&names, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < names.count; i++)
		offer(completion, names.at[i], NULL);
	return ERR_OK;
}

/* KEY=VALUE: of the settings the names, then the choices. */
static enum err_code offer_assignments(const struct completion *completion, struct err *err)
{
	struct completion value = *completion;
	const char *begin = completion->word + completion->lead;
	const char *equals = strchr(begin, '=');

	for (size_t i = 0; i < settings_spec_count; i++) {
		const struct option_spec *spec = &settings_specs[i];
		AUTO(text_done) struct text key = { 0 };
		if (text_append(&key, err, "%s=", spec->name) != ERR_OK)
			return err->code;
		if (equals == NULL)
			offer(completion, key.data, spec->help);
		if (equals == NULL || strncmp(begin, key.data, key.length) != 0 || spec->choice == NULL)
			continue;
		value.lead = (size_t)(equals + 1 - completion->word);
		offer_choices(&value, spec->choice);
	}
	return ERR_OK;
}

/* What is called so: in an option's name, in what the help calls a value, as the kind of a report's parameter. */
static enum err_code offer_kind(const struct completion *completion, const char *kind, struct err *err)
{
	const struct report_kind *known = report_kind_find(kind);
	bool is_recorded = !completion->command->no_database;

	if (strcmp(kind, "command") == 0)
		for (size_t i = 0; command_at(i) != NULL; i++)
			offer(completion, command_at(i)->name, command_at(i)->summary);
	else if (strcmp(kind, "report") == 0)
		return offer_reports(completion, err);
	else if (strcmp(kind, "sweep") == 0)
		return offer_sweeps(completion, err);
	else if (strcmp(kind, "key") == 0)
		return offer_assignments(completion, err);
	else if (strcmp(kind, "data") == 0 || (strcmp(kind, "dataset") == 0 && !is_recorded))
		return offer_datasets(completion, err);
	else if (strcmp(kind, "method") == 0 && !is_recorded)
		offer_choices(completion, method_name);
	else if (strcmp(kind, "file") == 0 || strcmp(kind, "path") == 0 || strcmp(kind, "f") == 0)
		(void)fputs("@files\n", completion->file);
	else if (strcmp(kind, "folder") == 0)
		(void)fputs("@folders\n", completion->file);
	else if (strcmp(kind, "run") == 0 || strcmp(kind, "runs") == 0)
		return offer_rows(completion, runs_sql, err);
	else if (known != NULL && known->known != NULL)
		return offer_rows(completion, known->known, err);
	return ERR_OK;
}

/* What the help calls a value: "[RUN...]", "NAME|FILE", "SECONDS|none". Capitals are a kind, small letters are meant.
 */
static enum err_code offer_placeholder(const struct completion *completion, const char *placeholder, struct err *err)
{
	static const char between[] = " |[]";
	const char *word = placeholder + strspn(placeholder, between), *last = "";
	char kind[32];

	for (; *word != '\0'; word += strcspn(word, between), word += strspn(word, between)) {
		size_t length = strcspn(word, between), capitals = 0, small = 0;
		while (isupper((unsigned char)word[capitals]))
			capitals++;
		while (islower((unsigned char)word[small]))
			small++;
		bool is_again = strncmp(word, last, length) == 0;
		last = word;
		if (is_again || length >= sizeof kind || (capitals == 0 && small < length))
			continue;
		for (size_t i = 0; i < length; i++)
			kind[i] = (char)tolower((unsigned char)word[i]);
		kind[capitals > 0 ? capitals : length] = '\0';
		if (capitals == 0)
			offer(completion, kind, NULL);
		else if (offer_kind(completion, kind, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code offer_parameter_values(const struct completion *completion, const struct report_param *param,
					    struct err *err)
{
	for (size_t i = 0; i < param->choice_count; i++)
		offer(completion, param->choices[i], NULL);
	return offer_kind(completion, param->kind->name, err);
}

/* Commands that are called as a report have its parameters for options. */
static enum err_code offer_values(const struct completion *completion, const struct option_spec *spec, struct err *err)
{
	AUTO(report_freep) struct report *report = NULL;
	const struct report_param *param = NULL;

	if (option_index(completion->command->name, report_name) >= 0) {
		if (report_find(completion->command->name, &report, err) != ERR_OK)
			return err->code;
		param = report_find_param(report, spec->name);
	}
	if (spec->choice != NULL)
		offer_choices(completion, spec->choice);
	else if (param != NULL)
		return offer_parameter_values(completion, param, err);
	else if (offer_kind(completion, spec->name, err) != ERR_OK)
		return err->code;
	return spec->argument == NULL ? ERR_OK : offer_placeholder(completion, spec->argument, err);
}

/* One of the tables whose options a command takes, in the order of its help; NULL behind the last. */
static const struct option_spec *table_at(const struct command *command, size_t i, size_t *ret_count)
{
	*ret_count = i == 0 ? command->option_count : common_option_count;
	return i == 0 ? command->options : i == 1 ? command_shared(command, ret_count) : common_options;
}

#define TABLES 3

static bool is_offered(const struct command *command, const struct option_spec *spec)
{
	return !command->no_database || strcmp(spec->name, "db") != 0;
}

/* The option that a word names, "--NAME", "--NAME=VALUE" or "-N"; NULL: it is none of the command's. */
static const struct option_spec *find_option(const struct command *command, const char *word)
{
	size_t count = 0, length = strcspn(word, "=");

	for (size_t t = 0; t < TABLES; t++) {
		const struct option_spec *specs = table_at(command, t, &count);
		for (size_t i = 0; i < count; i++)
			if (word[1] == '-' ? strlen(specs[i].name) == length - 2 &&
						 strncmp(specs[i].name, word + 2, length - 2) == 0
					   : word[1] != '\0' && specs[i].letter == word[1] && word[2] == '\0')
				return &specs[i];
	}
	return NULL;
}

/* The report that is asked for, if the command is 'report' and one is; freed. */
static enum err_code find_report(const struct completion *completion, struct report **ret_report, struct err *err)
{
	if (!completion->command->takes_parameters || completion->report == NULL)
		return ERR_OK;
	return report_find(completion->report, ret_report, err);
}

static enum err_code offer_options(const struct completion *completion, struct err *err)
{
	AUTO(report_freep) struct report *report = NULL;
	AUTO(text_done) struct text name = { 0 };
	size_t count = 0;

	for (size_t t = 0; t < TABLES; t++) {
		const struct option_spec *specs = table_at(completion->command, t, &count);
		for (size_t i = 0; i < count; i++) {
			text_clear(&name);
			if (text_append(&name, err, "--%s", specs[i].name) != ERR_OK)
				return err->code;
			if (is_offered(completion->command, &specs[i]))
				offer(completion, name.data, specs[i].help);
		}
	}
	if (find_report(completion, &report, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; report != NULL && i < report->param_count; i++) {
		text_clear(&name);
		if (text_append(&name, err, "--%s", report->params[i].name) != ERR_OK)
			return err->code;
		offer(completion, name.data, report->params[i].help);
	}
	return ERR_OK;
}

/* The value of the option that `word` names. */
static enum err_code offer_option_values(const struct completion *completion, const char *word, struct err *err)
{
	AUTO(report_freep) struct report *report = NULL;
	AUTO(mem_freep) char *name = NULL;
	const struct option_spec *spec = find_option(completion->command, word);

	if (spec != NULL)
		return spec->type == OPTION_FLAG ? ERR_OK : offer_values(completion, spec, err);
	if (find_report(completion, &report, err) != ERR_OK || mem_copy_text(word + 2, &name, err) != ERR_OK)
		return err->code;
	name[strcspn(name, "=")] = '\0';
	const struct report_param *param = report == NULL ? NULL : report_find_param(report, name);
	return param == NULL ? ERR_OK : offer_parameter_values(completion, param, err);
}

/* How many words behind this one are its value. */
static size_t value_words(const struct command *command, const char *word)
{
	const struct option_spec *spec = find_option(command, word);

	if (strchr(word, '=') != NULL || (spec != NULL && spec->type == OPTION_FLAG))
		return 0;
	if (spec == NULL)
		return command->takes_parameters && word[1] == '-' ? 1 : 0;
	return spec->words > 1 ? spec->words : 1;
}

/* The words behind the command; the last is the one that is completed. */
static enum err_code complete_words(struct completion *completion, char *const *words, size_t count, struct err *err)
{
	const struct command *command = completion->command;
	size_t last = count - 1, plain = 0;
	const char *option = NULL; /* whose value the last word is */
	bool ended = false;

	for (size_t i = 0; i < last; i++) {
		bool is_option = !ended && words[i][0] == '-' && words[i][1] != '\0';
		if (is_option && strcmp(words[i], "--") == 0) {
			ended = true;
		} else if (is_option) {
			size_t more = value_words(command, words[i]);
			if (i + more >= last)
				option = words[i];
			i += more;
		} else if (plain++ == 0) {
			completion->report = words[i];
		}
	}
	if (option != NULL)
		return offer_option_values(completion, option, err);
	const char *equals = strchr(completion->word, '=');
	if (!ended && strncmp(completion->word, "--", 2) == 0 && equals != NULL) {
		completion->lead = (size_t)(equals + 1 - completion->word);
		return offer_option_values(completion, completion->word, err);
	}
	if (!ended && completion->word[0] == '-')
		return offer_options(completion, err);
	return command->arguments == NULL || plain >= command->maximum
		   ? ERR_OK
		   : offer_placeholder(completion, command->arguments, err);
}

static const char *named_database(char *const *words, size_t count, const char *otherwise)
{
	for (size_t i = 0; i + 1 < count; i++)
		if (strncmp(words[i], "--db=", 5) == 0)
			otherwise = words[i] + 5;
		else if (strcmp(words[i], "--db") == 0)
			otherwise = words[i + 1];
	return otherwise;
}

enum err_code complete_write(FILE *file, char *const *words, size_t count, const char *database, struct err *err)
{
	struct err ignored;
	struct completion completion = {
		.file = file,
		.word = count == 0 ? "" : words[count - 1],
		.database = named_database(words, count, database),
		.err = &ignored,
	};

	if (count > 1 && command_find(words[0], &completion.command, err) == ERR_OK)
		return complete_words(&completion, words + 1, count - 1, err);
	completion.command = &command_help;
	return count > 1 ? ERR_OK : offer_kind(&completion, "command", err);
}
