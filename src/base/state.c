#include "base/state.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "values are stored as they lie in memory");

#define MAGIC "hardrow state 1\n"
#define MAGIC_SIZE (sizeof MAGIC - 1)

/* Name behind its length, type, count. */
#define HEADER_MAX (1 + STATE_NAME_MAX + 1 + 1 + 8)

static size_t size_of(enum state_type type)
{
	return type == STATE_UINT32 || type == STATE_FLOAT ? 4 : 8;
}

void state_visit(struct state_visitor *visitor, const char *name, enum state_type type, size_t count, void *values)
{
	const struct state_entry entry = { visitor->part, name, type, count, values };

	visitor->visit(visitor, &entry);
}

void state_check(struct state_visitor *visitor, bool is_good)
{
	visitor->is_bad = visitor->is_bad || !is_good;
}

void state_visit_size(struct state_visitor *visitor, const char *name, size_t *value, size_t most)
{
	uint64_t wide = *value;
	const struct state_entry entry = { visitor->part, name, STATE_UINT64, 1, &wide };

	visitor->visit(visitor, &entry);
	*value = (size_t)wide;
	state_check(visitor, wide <= most);
}

void rng_visit_state(struct rng *rng, struct state_visitor *visitor)
{
	static const uint64_t stuck[4] = { 0 };

	state_visit(visitor, "generator", STATE_UINT64, 4, rng->state);
	/* From 0 nothing but 0 follows. */
	state_check(visitor, memcmp(rng->state, stuck, sizeof stuck) != 0);
}

/* "part.name"; its length. */
static size_t name_entry(const struct state_entry *entry, char ret_name[STATE_NAME_MAX + 2])
{
	int length = snprintf(ret_name, STATE_NAME_MAX + 2, "%s.%s", entry->part, entry->name);

	assert(length > 0 && length <= STATE_NAME_MAX + 1);
	return (size_t)length;
}

/* What stands before the values of an entry; its length. */
static size_t make_header(const struct state_entry *entry, char ret_header[HEADER_MAX])
{
	char name[STATE_NAME_MAX + 2];
	size_t length = name_entry(entry, name);
	uint64_t count = entry->count;

	ret_header[0] = (char)length;
	memcpy(ret_header + 1, name, length);
	ret_header[1 + length] = (char)entry->type;
	memcpy(ret_header + 2 + length, &count, sizeof count);
	return length + 2 + sizeof count;
}

struct writer {
	struct state_visitor visitor; /* first, so that a pointer to it is one to the writer */
	const struct state_sink *sink;
	struct err *err;
	enum err_code code; /* of the first failure */
};

static void write_entry(struct state_visitor *visitor, const struct state_entry *entry)
{
	struct writer *writer = (struct writer *)visitor;
	const struct state_sink *sink = writer->sink;
	char header[HEADER_MAX];

	if (writer->code == ERR_OK)
		writer->code = sink->take(sink->context, header, make_header(entry, header), writer->err);
	if (writer->code == ERR_OK && entry->count > 0)
		writer->code =
		    sink->take(sink->context, entry->values, entry->count * size_of(entry->type), writer->err);
}

enum err_code state_write(state_list *list, void *object, const struct state_sink *sink, struct err *err)
{
	struct writer writer = { .visitor.visit = write_entry, .sink = sink, .err = err };

	writer.code = sink->take(sink->context, MAGIC, MAGIC_SIZE, err);
	list(object, &writer.visitor);
	return writer.code;
}

static enum err_code add_count(void *bytes, const char *piece, size_t count, struct err *err)
{
	(void)piece;
	(void)err;
	*(size_t *)bytes += count;
	return ERR_OK;
}

size_t state_bytes(state_list *list, void *object)
{
	size_t bytes = 0;
	struct err err;

	(void)!state_write(list, object, &(struct state_sink){ &bytes, add_count }, &err);
	return bytes;
}

static enum err_code append(void *text, const char *piece, size_t count, struct err *err)
{
	return text_append_bytes(text, piece, count, err);
}

enum err_code state_save(state_list *list, void *object, struct text *bytes, struct err *err)
{
	return state_write(list, object, &(struct state_sink){ bytes, append }, err);
}

struct reader {
	struct state_visitor visitor; /* first, as in struct writer */
	const char *at;
	size_t left;
	bool is_good;		       /* all entries so far fit, or were the same */
	char name[STATE_NAME_MAX + 2]; /* of the first one that was not, or of the last */
};

/* Whether the next entry is this one, whole; then its values are at *ret_values and the reader is behind them. */
static bool take_entry(struct reader *reader, const struct state_entry *entry, const char **ret_values)
{
	char header[HEADER_MAX];
	size_t length = make_header(entry, header);
	size_t size = size_of(entry->type);

	(void)name_entry(entry, reader->name);
	if (reader->left < length || memcmp(reader->at, header, length) != 0 ||
	    (reader->left - length) / size < entry->count)
		return false;
	*ret_values = reader->at + length;
	reader->at += length + entry->count * size;
	reader->left -= length + entry->count * size;
	return true;
}

static void load_entry(struct state_visitor *visitor, const struct state_entry *entry)
{
	struct reader *reader = (struct reader *)visitor;
	const char *values = NULL;

	reader->is_good = reader->is_good && !visitor->is_bad && take_entry(reader, entry, &values);
	if (reader->is_good && entry->count > 0)
		memcpy(entry->values, values, entry->count * size_of(entry->type));
}

static void compare_entry(struct state_visitor *visitor, const struct state_entry *entry)
{
	struct reader *reader = (struct reader *)visitor;
	const char *values = NULL;

	reader->is_good =
	    reader->is_good && take_entry(reader, entry, &values) &&
	    (entry->count == 0 || memcmp(values, entry->values, entry->count * size_of(entry->type)) == 0);
}

/* Goes through list and bytes together; whether all was good to the end of both. */
static bool read_state(struct reader *reader, state_list *list, void *object, const char *bytes, size_t size)
{
	(void)snprintf(reader->name, sizeof reader->name, "beginning");
	reader->is_good = size >= MAGIC_SIZE && memcmp(bytes, MAGIC, MAGIC_SIZE) == 0;
	reader->at = reader->is_good ? bytes + MAGIC_SIZE : bytes;
	reader->left = reader->is_good ? size - MAGIC_SIZE : 0;
	list(object, &reader->visitor);
	reader->is_good = reader->is_good && !reader->visitor.is_bad;
	if (reader->is_good && reader->left > 0) {
		(void)snprintf(reader->name, sizeof reader->name, "end");
		reader->is_good = false;
	}
	return reader->is_good;
}

enum err_code state_load(state_list *list, void *object, const char *bytes, size_t size, struct err *err)
{
	struct reader reader = { .visitor.visit = load_entry };

	if (!read_state(&reader, list, object, bytes, size))
		return err_set(err, ERR_INPUT,
			       "the state is damaged or of another version of hardrow: '%s' does not fit", reader.name);
	return ERR_OK;
}

bool state_equals(state_list *list, void *object, const char *bytes, size_t size, char ret_name[STATE_NAME_MAX + 2])
{
	struct reader reader = { .visitor.visit = compare_entry };
	bool is_equal = read_state(&reader, list, object, bytes, size);

	memcpy(ret_name, reader.name, sizeof reader.name);
	return is_equal;
}
