#include "data/header.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "data/value.h"

#define LOOKED_AT 200 /* rows */

/* What is seen of a column in the rows below the first. */
struct glimpse {
	char *first; /* its field in the first row; owned */
	size_t numbers, texts;
	bool again; /* the first is there once more */
};

struct looking {
	const struct reading *reading;
	const struct format *format;
	struct glimpse *columns;
	size_t count, capacity; /* those of the first row, and one more */
	size_t fields;		/* of the first row */
	size_t longer;		/* rows that have one field more */
	size_t rows;
	size_t same;	/* fields of this row that are as in the first */
	size_t repeats; /* rows that are all as the first */
	size_t line;	/* of the first row */
};

static void looking_done(struct looking *looking)
{
	for (size_t j = 0; j < looking->count; j++)
		free(looking->columns[j].first);
	free(looking->columns);
}

static bool is_number(const struct looking *looking, const char *text)
{
	double value;

	return format_read_number(looking->format, text, &value);
}

static enum err_code add_glimpse(struct looking *looking, const char *text, struct err *err)
{
	if (mem_more(&looking->columns, looking->count, &looking->capacity, err) != ERR_OK)
		return err->code;
	looking->columns[looking->count] = (struct glimpse){ 0 };
	return mem_copy_text(text, &looking->columns[looking->count++].first, err);
}

static enum err_code look_at_field(void *user, size_t line, size_t column, char *text, bool quoted, struct err *err)
{
	struct looking *looking = user;

	if (looking->rows == 0) {
		looking->line = line;
		return add_glimpse(looking, text, err);
	}
	if (column >= looking->count)
		return ERR_OK;
	struct glimpse *glimpse = &looking->columns[column];
	bool is_same = strcmp(text, glimpse->first) == 0;
	looking->same += is_same;
	glimpse->again |= is_same;
	if (value_is_absent(text, quoted, looking->reading->missing_values))
		return ERR_OK;
	if (is_number(looking, text))
		glimpse->numbers++;
	else
		glimpse->texts++;
	return ERR_OK;
}

static enum err_code look_at_row(void *user, size_t line, size_t columns, struct err *err)
{
	struct looking *looking = user;

	(void)line;
	looking->longer += looking->rows > 0 && columns == looking->fields + 1;
	looking->repeats += looking->rows > 0 && columns == looking->fields && looking->same == columns;
	looking->same = 0;
	if (looking->rows++ > 0)
		return ERR_OK;
	looking->fields = columns;
	return add_glimpse(looking, "", err);
}

bool header_is_label_name(const char *name)
{
	static const char *const names[] = { "class", "label", "target", "y", "species" };

	for (size_t i = 0; i < ARRAY_LENGTH(names); i++)
		if (strcasecmp(name, names[i]) == 0)
			return true;
	return false;
}

/* The first row has a field less than all below: they end with a separator, or their first field has no name. Else the
 * column behind the last is forgotten. */
static bool find_short_header(struct looking *looking)
{
	struct glimpse *last = &looking->columns[looking->fields];

	if (looking->reading->is_plain || looking->rows < 3 || looking->longer + 1 < looking->rows) {
		free(last->first);
		looking->count--;
		return false;
	}
	if (last->numbers + last->texts == 0)
		return true;
	char *nothing = last->first;
	for (size_t j = looking->fields; j > 0; j--)
		looking->columns[j].first = looking->columns[j - 1].first;
	looking->columns[0].first = nothing;
	return true;
}

/* Four or more fields of the first row are 0, 1, 2, …, as programs call columns that have no names, or years. */
static bool counts_up(const struct looking *looking)
{
	double before = 0, value;
	size_t count = 0;

	for (size_t j = 0; j < looking->count; j++) {
		if (!format_read_number(looking->format, looking->columns[j].first, &value))
			continue;
		if (count++ == 0 ? value != 0 && value < 1000 : value != before + 1)
			return false;
		before = value;
	}
	return count >= 4;
}

/* The first row has the type of those below. *ret_is_guess: no type and no name tells. */
static bool first_is_data(const struct looking *looking, bool *ret_is_guess)
{
	size_t numbers = 0; /* fields of the first row that are numbers */
	size_t of_numbers = 0, of_texts = 0, again = 0;

	for (size_t j = 0; j < looking->count; j++) {
		const struct glimpse *glimpse = &looking->columns[j];
		bool number = is_number(looking, glimpse->first);
		bool nothing = value_is_absent(glimpse->first, false, looking->reading->missing_values);
		/* A header row may be there again. */
		bool below = glimpse->numbers > 0 && glimpse->texts <= (number || nothing ? 0 : looking->repeats);
		numbers += number;
		of_numbers += below;
		of_texts += glimpse->texts > 0;
		again += glimpse->texts > 0 && glimpse->again;
		bool is_label = looking->reading->label != NULL && strcmp(glimpse->first, looking->reading->label) == 0;
		if ((below && !number && !nothing) || is_label ||
		    (!below && !glimpse->again && header_is_label_name(glimpse->first)))
			return false;
	}
	if (counts_up(looking))
		return false;
	if (numbers == looking->count || looking->rows < 2)
		return numbers == looking->count;
	*ret_is_guess = true;
	return (of_numbers > 0 && numbers > 0) || (of_texts > 0 && 2 * again >= of_texts);
}

/* ".1", ".2", … behind a name that is there already. */
static enum err_code add_named(struct table *table, const char *name, struct err *err)
{
	struct columns *columns = &table->columns;
	struct text other AUTO(text_done) = { 0 };

	if (text_append(&other, err, "%s", name) != ERR_OK)
		return err->code;
	for (size_t i = 1; columns_find(columns, other.data) != NO_COLUMN; i++) {
		text_clear(&other);
		if (text_append(&other, err, "%s.%zu", name, i) != ERR_OK)
			return err->code;
	}
	if (strcmp(other.data, name) != 0 &&
	    table_note(table, err, "two columns are called '%s': column %zu is '%s' here", name, columns->count + 1,
		       other.data) != ERR_OK)
		return err->code;
	return columns_add(columns, other.data, other.length, err);
}

static enum err_code add_numbered(struct table *table, struct err *err)
{
	struct text name AUTO(text_done) = { 0 };

	if (text_append(&name, err, "x%zu", table->columns.count + 1) != ERR_OK)
		return err->code;
	return add_named(table, name.data, err);
}

static enum err_code name_columns(const struct looking *looking, bool has_header, struct table *table, struct err *err)
{
	for (size_t j = 0; j < looking->count; j++) {
		const struct glimpse *glimpse = &looking->columns[j];
		bool is_named = has_header && glimpse->first[0] != '\0';
		bool is_plain = looking->reading->is_plain;
		bool is_empty = !is_named && looking->rows > 1 &&
				(is_plain || glimpse->numbers + glimpse->texts == 0) &&
				value_is_absent(glimpse->first, false, looking->reading->missing_values);
		if (is_plain && is_named && columns_find(&table->columns, glimpse->first) != NO_COLUMN)
			return err_set(err, ERR_INPUT, "%s:%zu: two columns are called '%s'", table->path,
				       looking->line, glimpse->first);
		if (is_empty && table_note(table, err, "column %zu is left out: it has no name%s", j + 1,
					   is_plain ? "" : " and no value") != ERR_OK)
			return err->code;
		if (has_header && !is_named && !is_empty &&
		    table_note(table, err, "column %zu has no name: it is 'x%zu' here", j + 1, j + 1) != ERR_OK)
			return err->code;
		enum err_code code = is_named ? add_named(table, glimpse->first, err) : add_numbered(table, err);
		if (code != ERR_OK)
			return code;
		table->columns.at[j].is_left_out = is_empty;
		table->columns.at[j].is_text = !is_plain && glimpse->texts > glimpse->numbers;
	}
	return ERR_OK;
}

enum err_code header_find(const struct rows_text *text, const struct reading *reading, struct table *table,
			  struct err *err)
{
	AUTO(looking_done)
	struct looking looking = { .reading = reading, .format = &table->format };
	const struct row_sink sink = { look_at_field, look_at_row, &looking };

	if (rows_read(text, &table->format.rows, LOOKED_AT + 1, &sink, err) != ERR_OK)
		return err->code;
	if (looking.rows == 0)
		return err_set(err, ERR_INPUT,
			       "%s: is empty; it takes rows of fields, with the columns' names in the first",
			       text->path);
	table->has_short_header = find_short_header(&looking);
	bool is_guess = false;
	bool has_header = reading->is_plain || reading->header == HEADER_YES || table->has_short_header ||
			  (reading->header == HEADER_AUTO && !first_is_data(&looking, &is_guess));
	bool is_auto = reading->header == HEADER_AUTO && !reading->is_plain;
	if (has_header && is_auto && counts_up(&looking) &&
	    table_note(table, err, "the first row counts up, so it is a header row; --header no reads it as data") !=
		ERR_OK)
		return err->code;
	if (has_header && is_guess &&
	    table_note(table, err, "the first row is taken for a header row; --header no reads it as data") != ERR_OK)
		return err->code;
	table->header_line = has_header ? looking.line : 0;
	if (!has_header && is_auto &&
	    table_note(table, err, "no header row: the columns are x1 to x%zu", looking.count) != ERR_OK)
		return err->code;
	return name_columns(&looking, has_header, table, err);
}
