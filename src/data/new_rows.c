#include "data/new_rows.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/text.h"
#include "data/attributes.h"
#include "data/columns.h"
#include "data/format.h"
#include "data/header.h"
#include "data/input.h"
#include "data/value.h"

#define NONE SIZE_MAX

/* What a column of the file becomes. */
struct use {
	size_t value;	     /* the feature of its numbers, or NONE */
	size_t first, count; /* the features of its texts, "is missing" among them */
};

struct new_reading {
	const char *path;
	const struct reading *reading;
	char *const *names; /* (features) */
	size_t features;
	struct format format;
	bool is_declared;      /* by an ARFF or KEEL header */
	bool skips_row;	       /* the next row has the names of the columns */
	bool has_short_header; /* it has no name for the first or the last */
	struct columns columns;
	struct use *uses; /* (columns) */
	struct new_rows *rows;
	bool has_unknown;
};

static void new_reading_done(struct new_reading *reading)
{
	columns_done(&reading->columns);
	free(reading->uses);
}

/* Whether the feature is a text of the column: "COLUMN=TEXT". */
static bool is_text_of(const char *feature, const char *column)
{
	size_t length = strlen(column);

	return strncmp(feature, column, length) == 0 && feature[length] == '=';
}

static struct use find_use(const struct new_reading *reading, const char *column)
{
	struct use use = { .value = NONE, .first = NONE };

	for (size_t j = 0; j < reading->features; j++) {
		if (strcmp(reading->names[j], column) == 0)
			use.value = j;
		if (!is_text_of(reading->names[j], column))
			continue;
		use.first = use.first == NONE ? j : use.first;
		use.count = j + 1 - use.first;
	}
	return use;
}

static bool is_used(const struct use *use)
{
	return use->value != NONE || use->count > 0;
}

static enum err_code take_name(void *user, size_t line, size_t column, char *text, bool quoted, struct err *err)
{
	(void)line;
	(void)column;
	(void)quoted;
	return columns_add(&((struct new_reading *)user)->columns, text, strlen(text), err);
}

static enum err_code end_names(void *user, size_t line, size_t columns, struct err *err)
{
	(void)user;
	(void)line;
	(void)columns;
	(void)err;
	return ERR_OK;
}

/* Every feature has a column. */
static enum err_code check_columns(const struct new_reading *reading, struct err *err)
{
	AUTO(mem_freep) uint8_t *has = NULL;

	if (mem_new(&has, reading->features, err) != ERR_OK)
		return err->code;
	for (size_t c = 0; c < reading->columns.count; c++) {
		const struct use *use = &reading->uses[c];
		if (use->value != NONE)
			has[use->value] = 1;
		for (size_t j = 0; j < use->count; j++)
			has[use->first + j] = 1;
	}
	for (size_t j = 0; j < reading->features; j++)
		if (!has[j])
			return err_set(err, ERR_INPUT, "%s: there is no column '%.*s', which the run was trained on",
				       reading->path, (int)strcspn(reading->names[j], "="), reading->names[j]);
	return ERR_OK;
}

static enum err_code list_unused(const struct new_reading *reading, struct err *err)
{
	struct text *unused = &reading->rows->unused;

	for (size_t c = 0; c < reading->columns.count; c++) {
		const char *name = reading->columns.at[c].name;
		bool is_label = reading->reading->label != NULL && strcmp(name, reading->reading->label) == 0;
		if (!is_used(&reading->uses[c]) && !is_label &&
		    text_append(unused, err, "%s%s", unused->length > 0 ? ", " : "", name) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

/* The columns by a header of ARFF or KEEL; *rows <- what is behind it, in the text or in `dense`. */
static enum err_code read_declared(struct new_reading *reading, struct rows_text *rows, struct text *dense,
				   struct err *err)
{
	const struct rows_text text = *rows;
	const struct reading comments = { .comment = "%" };
	size_t label;

	reading->is_declared = true;
	if (attributes_read(&text, &reading->columns, &label, rows, dense, err) != ERR_OK)
		return err->code;
	reading->format = format_find(rows, &comments);
	return ERR_OK;
}

/* Of two columns of one name the second has one of its own in the table: the run must know it. */
static enum err_code refuse_twice(const struct new_reading *reading, const struct table *table, struct err *err)
{
	const struct columns *said = &reading->columns;

	for (size_t c = 0; c < said->count && table->header_line > 0 && !table->has_short_header; c++) {
		const struct use use = find_use(reading, said->at[c].name);
		const struct use own = find_use(reading, table->columns.at[c].name);
		if (is_used(&use) && !is_used(&own))
			return err_set(err, ERR_INPUT, "%s: two columns are called '%s'", reading->path,
				       said->at[c].name);
	}
	return ERR_OK;
}

/* The columns by the first row, if it has names, as training calls them: those that have none, or one that is there
 * already, too. */
static enum err_code read_names(struct new_reading *reading, struct rows_text *text, struct err *err)
{
	const struct row_sink names = { take_name, end_names, reading };
	struct reading how = *reading->reading;
	bool has_names = false, has_used = false;

	reading->format = format_find(text, reading->reading);
	if (rows_read(text, &reading->format.rows, 1, &names, err) != ERR_OK)
		return err->code;
	for (size_t c = 0; c < reading->columns.count; c++) {
		const struct use use = find_use(reading, reading->columns.at[c].name);
		has_names = has_names || reading->columns.at[c].name[0] != '\0';
		has_used = has_used || is_used(&use);
	}
	how.header = has_used || !has_names ? HEADER_YES : HEADER_NO;
	struct table table AUTO(table_done) = { .path = reading->path, .format = reading->format };
	if (header_find(text, &how, &table, err) != ERR_OK || refuse_twice(reading, &table, err) != ERR_OK)
		return err->code;
	columns_done(&reading->columns);
	reading->columns = table.columns;
	table.columns = (struct columns){ 0 };
	reading->skips_row = table.header_line > 0;
	reading->has_short_header = table.has_short_header;
	return ERR_OK;
}

static enum err_code find_columns(struct new_reading *reading, struct rows_text *text, struct text *dense,
				  struct err *err)
{
	enum err_code code =
	    attributes_are_in(text) ? read_declared(reading, text, dense, err) : read_names(reading, text, err);

	if (code != ERR_OK || mem_new(&reading->uses, reading->columns.count, err) != ERR_OK)
		return err->code;
	for (size_t c = 0; c < reading->columns.count; c++)
		reading->uses[c] = find_use(reading, reading->columns.at[c].name);
	if (check_columns(reading, err) != ERR_OK)
		return err->code;
	return list_unused(reading, err);
}

/* The row that is being read; all of it is 0 to begin with. */
static double *row_of(const struct new_reading *reading)
{
	return reading->rows->x + reading->rows->count * reading->features;
}

static enum err_code take_missing(const struct new_reading *reading, size_t line, size_t column, struct err *err)
{
	const struct use *use = &reading->uses[column];
	int policy = reading->reading->missing;
	double *row = row_of(reading);

	if (policy == MISSING_ERROR || policy == MISSING_DROP)
		return err_set(err, ERR_INPUT,
			       "%s:%zu: column '%s': a missing value; the run was trained with '--missing %s', which "
			       "has nothing for it",
			       reading->path, line, reading->columns.at[column].name,
			       missing_policy_name((size_t)policy));
	if (use->value != NONE)
		row[use->value] = NAN;
	for (size_t j = use->first; use->count > 0 && j < use->first + use->count; j++)
		row[j] = policy == MISSING_INDICATOR ? strcmp(strchr(reading->names[j], '='), "=?") == 0 : NAN;
	return ERR_OK;
}

static enum err_code take_value(struct new_reading *reading, size_t line, size_t column, const char *text,
				struct err *err)
{
	const struct use *use = &reading->uses[column];
	double *row = row_of(reading);
	bool is_known = false;

	if (use->value != NONE) {
		double *value = &row[use->value];
		if (format_read_number(&reading->format, text, value) && isfinite(*value))
			return ERR_OK;
		if (strcasecmp(text, "true") != 0 && strcasecmp(text, "false") != 0)
			return err_set(err, ERR_INPUT, "%s:%zu: column '%s': '%.60s' is not a number%s", reading->path,
				       line, reading->columns.at[column].name, text,
				       reading->reading->encode == ENCODE_ORDINAL
					   ? "; of texts that were numbered by '--encode ordinal' it takes the numbers"
					   : "");
		*value = strcasecmp(text, "true") == 0;
		return ERR_OK;
	}
	for (size_t j = use->first; j < use->first + use->count; j++) {
		row[j] = strcmp(reading->names[j] + strlen(reading->columns.at[column].name) + 1, text) == 0;
		is_known = is_known || row[j] == 1;
	}
	reading->has_unknown = reading->has_unknown || !is_known;
	return ERR_OK;
}

/* A declared level "none" is one. */
static bool is_missing(const struct new_reading *reading, size_t column, const char *text, bool quoted)
{
	uint32_t level;

	return value_is_absent(text, quoted, reading->reading->missing_values) &&
	       !class_set_find(&reading->columns.at[column].levels, text, &level);
}

static enum err_code take_field(void *user, size_t line, size_t column, char *text, bool quoted, struct err *err)
{
	struct new_reading *reading = user;
	struct new_rows *rows = reading->rows;

	if (reading->skips_row || column >= reading->columns.count)
		return ERR_OK;
	while (column == 0 && (rows->count + 1) * reading->features > rows->capacity)
		if (mem_more(&rows->x, rows->capacity, &rows->capacity, err) != ERR_OK)
			return err->code;
	if (column == 0)
		memset(row_of(reading), 0, reading->features * sizeof *rows->x);
	if (!is_used(&reading->uses[column]))
		return ERR_OK;
	return is_missing(reading, column, text, quoted) ? take_missing(reading, line, column, err)
							 : take_value(reading, line, column, text, err);
}

static enum err_code end_row(void *user, size_t line, size_t columns, struct err *err)
{
	struct new_reading *reading = user;

	bool is_names = reading->skips_row;
	if (columns + (is_names && reading->has_short_header) != reading->columns.count)
		return err_set(err, ERR_INPUT, "%s:%zu: %zu field%s, but the %s %zu", reading->path, line, columns,
			       TEXT_PLURAL(columns), reading->is_declared ? "attributes are" : "first row has",
			       reading->columns.count);
	reading->skips_row = false;
	if (is_names)
		return ERR_OK;
	reading->rows->count++;
	reading->rows->unknown += reading->has_unknown;
	reading->has_unknown = false;
	return ERR_OK;
}

enum err_code new_rows_read(const char *path, const struct reading *reading, char *const *names, size_t features,
			    struct new_rows *rows, struct err *err)
{
	struct text content AUTO(text_done) = { 0 };
	struct text dense AUTO(text_done) = { 0 };
	struct new_reading made AUTO(new_reading_done) = {
		.path = path, .reading = reading, .names = names, .features = features, .rows = rows
	};
	const struct row_sink sink = { take_field, end_row, &made };

	if (input_read(path, &content, err) != ERR_OK)
		return err->code;
	struct rows_text text = input_rows(path, &content);
	if (find_columns(&made, &text, &dense, err) != ERR_OK ||
	    rows_read(&text, &made.format.rows, SIZE_MAX, &sink, err) != ERR_OK)
		return err->code;
	return rows->count > 0 ? ERR_OK : err_set(err, ERR_INPUT, "%s: there are no rows", path);
}

void new_rows_done(struct new_rows *rows)
{
	free(rows->x);
	text_done(&rows->unused);
}
