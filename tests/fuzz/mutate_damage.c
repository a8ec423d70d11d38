/* libFuzzer knows no SQL: lines for fuzz_damage, with absurd values, to begin with. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "db/db.h"
#include "input.h"
#include "readers.h"
#include "train/settings.h"

#define COLUMNS_MAX 400
#define NAME_SIZE 40

struct column {
	char table[NAME_SIZE], name[NAME_SIZE];
};

static struct column columns[COLUMNS_MAX];
static size_t column_count;

/* In what follows % is a table, $ a column of it, ! another, ~ a column of any table, ? a whole number, ^ one of
 * `values`, # the name of a setting. */
static const char *const lines[] = {
	"UPDATE OR REPLACE % SET $ = ^",
	"UPDATE OR IGNORE % SET $ = ^ WHERE ! IN (SELECT ! FROM % LIMIT 1 OFFSET ?)",
	"UPDATE OR REPLACE % SET $ = ^, ! = ^ WHERE rowid = ?",
	"UPDATE run SET settings = json_set(settings, '$.#', ^)",
	"UPDATE run SET settings = json_set(settings, '$.#', '?,?:?')",
	"DELETE FROM % WHERE $ IN (SELECT $ FROM % LIMIT 1 OFFSET ?)",
	"DELETE FROM %",
	"INSERT OR REPLACE INTO % SELECT * FROM % LIMIT 1 OFFSET ?",
	"UPDATE sqlite_schema SET sql = replace(sql, '$', 'x') WHERE name = '%'",
	"UPDATE sqlite_schema SET sql = replace(sql, '/*3*/', ' ') WHERE name = '%'",
	"UPDATE sqlite_schema SET rootpage = ? WHERE name = '%'",
	"UPDATE sqlite_schema SET type = 'view' WHERE name = '%'",
	"UPDATE sqlite_schema SET name = 'runs' WHERE name = '%'",
	"UPDATE sqlite_schema SET sql = 'CREATE VIEW runs AS SELECT * FROM %' WHERE name = 'runs'",
	"DELETE FROM sqlite_schema WHERE name = '%'",
	"DELETE FROM sqlite_schema WHERE type = 'view' OR type = 'index'",
	"PRAGMA user_version = ?",
	"PRAGMA application_id = ?",
};

static const char *const values[] = {
	"?",
	"?",
	"?",
	"?",
	"NULL",
	"1e308",
	"1e-320",
	"9e999",
	"-9e999",
	"0.5",
	"''",
	"'text'",
	"'run'",
	"'done'",
	"'running'",
	"'weight'",
	"'train'",
	"'[]'",
	"'{}'",
	"'[?]'",
	"'[1e999]'",
	"'{\"a\":?}'",
	"'{{\"a\":[\"b\"]}:0}'",
	"'[' || $ || ']'",
	"zeroblob(1)",
	"zeroblob(4)",
	"zeroblob(64)",
	"zeroblob(65537)",
	"x'ffffffffffffffff'",
	"x'0000c07f'",
	"x'000000000000f07f'",
	"x'00ff'",
	"'a' || char(0) || 'b'",
	"char(27) || '[31m'",
	"char(155, 8238, 10)",
	"CAST($ AS BLOB)",
	"CAST($ AS TEXT)",
	"$ || $",
	"substr($, 2)",
	"substr($, 1, length($) - 1)",
	"$ || x'00'",
	"-$",
	"$ + 1",
	"$ - 1",
	"$ * 4294967296",
	"$ * -1e300",
	"hex($)",
	"upper($)",
	"zeroblob(2 * length($))",
	"CAST(replace(hex($), '0', 'f') AS BLOB)",
	"replace($, ':', ',')",
	"replace($, '[', '{')",
	"replace($, '1', '99999999999')",
	"json_array($)",
	"(SELECT ~ LIMIT 1 OFFSET ?)",
};

static const char *const numbers[] = {
	"0",
	"1",
	"2",
	"3",
	"-1",
	"63",
	"64",
	"65",
	"255",
	"256",
	"65535",
	"65536",
	"2147483647",
	"2147483648",
	"4294967295",
	"4294967296",
	"4611686018427387904",
	"9223372036854775807",
	"-9223372036854775808",
};

/* libFuzzer's own changes of bytes, and what it calls for ours. */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);

/* The columns of a new file. */
static void learn(void)
{
	AUTO(db_freep) struct db *db = NULL;
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool more = true;
	char path[96];
	struct err err;

	(void)snprintf(path, sizeof path, "%s/t.db", input_folder());
	input_require(db_open(path, DB_WRITE, &db, &err) == ERR_OK, err.message);
	input_require(db_prepare(db,
				 "SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c"
				 " WHERE t.type = 'table'",
				 &stmt, &err) == ERR_OK,
		      err.message);
	for (;; column_count++) {
		struct column *column = &columns[column_count];
		input_require(db_step(stmt, &more, &err) == ERR_OK, err.message);
		if (!more)
			return;
		input_require(column_count < COLUMNS_MAX, "there are more columns than COLUMNS_MAX");
		(void)snprintf(column->table, NAME_SIZE, "%s", db_column_text(stmt, 0));
		(void)snprintf(column->name, NAME_SIZE, "%s", db_column_text(stmt, 1));
	}
}

static size_t below(unsigned *state, size_t count)
{
	return (size_t)rand_r(state) % count;
}

static void expand(struct text *line, const char *pattern, const struct column *column, unsigned *state);

static void expand_letter(struct text *line, const char *letter, const struct column *column, unsigned *state)
{
	const struct column *other = column;
	struct err err;

	switch (*letter) {
	case '%':
		(void)!text_append(line, &err, "%s", column->table);
		return;
	case '$':
		(void)!text_append(line, &err, "%s", letter[1] == '.' ? "$" : column->name);
		return;
	case '!':
		other = &columns[below(state, column_count)];
		(void)!text_append(line, &err, "%s",
				   strcmp(other->table, column->table) == 0 ? other->name : column->name);
		return;
	case '~':
		other = &columns[below(state, column_count)];
		(void)!text_append(line, &err, "%s FROM %s", other->name, other->table);
		return;
	case '?':
		(void)!text_append(line, &err, "%s", numbers[below(state, ARRAY_LENGTH(numbers))]);
		return;
	case '^':
		expand(line, values[below(state, ARRAY_LENGTH(values))], column, state);
		return;
	case '#':
		(void)!text_append(line, &err, "%s", settings_specs[below(state, settings_spec_count)].name);
		return;
	default:
		(void)!text_append_bytes(line, letter, 1, &err);
	}
}

static void expand(struct text *line, const char *pattern, const struct column *column, unsigned *state)
{
	for (; *pattern != '\0'; pattern++)
		expand_letter(line, pattern, column, state);
}

/* Where the line with byte `at` begins. */
static size_t line_begin(const uint8_t *data, size_t at)
{
	while (at > 0 && data[at - 1] != '\n')
		at--;
	return at;
}

static size_t line_end(const uint8_t *data, size_t at, size_t size)
{
	while (at < size && data[at] != '\n')
		at++;
	return at;
}

static size_t add_line(uint8_t *data, size_t size, size_t max_size, unsigned *state)
{
	struct text line AUTO(text_done) = { 0 };
	/* Most of hardrow reads few tables; the first pattern is the most useful one. */
	size_t which = below(state, 2) == 0 ? below(state, 3) : below(state, ARRAY_LENGTH(lines));

	expand(&line, lines[which], &columns[below(state, column_count)], state);
	expand(&line, "\n", columns, state);
	if (line.data == NULL || size + line.length > max_size)
		return size;
	memcpy(data + size, line.data, line.length);
	return size + line.length;
}

/* A reader in place of the one that the first line names; without one, before the first line. */
static size_t choose_reader(uint8_t *data, size_t size, size_t max_size, unsigned *state)
{
	struct text line AUTO(text_done) = { 0 };
	size_t count = 0, old = size > 3 && memcmp(data, "-- ", 3) == 0 ? line_end(data, 0, size) + 1 : 0;
	struct err err;

	while (readers_name(count) != NULL)
		count++;
	if (text_append(&line, &err, "-- %s\n", readers_name(below(state, count))) != ERR_OK ||
	    size - old + line.length > max_size)
		return size;
	memmove(data + line.length, data + old, size - old);
	memcpy(data, line.data, line.length);
	return size - old + line.length;
}

/* The bytes of the line from `begin` to `end`; what follows moves. */
static size_t change_line(uint8_t *data, size_t begin, size_t end, size_t size, size_t max_size)
{
	AUTO(mem_freep) uint8_t *rest = malloc(size - end);

	input_require(rest != NULL, "no memory");
	memcpy(rest, data + end, size - end);
	size_t length = LLVMFuzzerMutate(data + begin, end - begin, max_size - begin - (size - end));
	memcpy(data + begin + length, rest, size - end);
	return begin + length + (size - end);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	unsigned state = seed;
	size_t choice = below(&state, 8);

	if (column_count == 0)
		learn();
	/* What libFuzzer begins with. */
	if (size == 0 || data[size - 1] != '\n')
		size = 0;
	if (size == 0 || data[0] != '-' || choice < 2)
		size = choose_reader(data, size, max_size, &state);
	if (size == 0 || choice < 5)
		return add_line(data, size, max_size, &state);
	size_t begin = line_begin(data, below(&state, size));
	size_t end = line_end(data, begin, size);
	if (choice > 5)
		return change_line(data, begin, end, size, max_size);
	memmove(data + begin, data + end + 1, size - end - 1);
	return size - (end + 1 - begin);
}
