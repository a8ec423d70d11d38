/* The state of a computation that can be stopped and taken up again: a list of named arrays.
 *
 * What holds state has one function that lists it, X_visit_state(x, visitor), by a call of state_visit for every array
 * that the time to come depends on and that cannot be computed anew. Saving, loading and comparing are that list:
 *
 *     static void list(void *object, struct state_visitor *visitor)
 *     {
 *             visitor->part = "left";
 *             rng_visit_state(&((struct pair *)object)->left, visitor);
 *             visitor->part = "right";
 *             rng_visit_state(&((struct pair *)object)->right, visitor);
 *     }
 *     state_save(list, pair, &bytes, err);
 *     state_load(list, pair, bytes.data, bytes.length, err);
 *
 * The bytes are a magic text with the number of their form, then for each entry its name behind its length (1 byte),
 * its type (1), the count (8) and the values, all little-endian and without padding. */
#ifndef HARDROW_BASE_STATE_H
#define HARDROW_BASE_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/rng.h"
#include "base/text.h"

enum state_type { STATE_UINT32 = 1, STATE_UINT64, STATE_FLOAT, STATE_DOUBLE };

struct state_entry {
	const char *part, *name; /* together at most STATE_NAME_MAX characters, and none other is called "part.name" */
	enum state_type type;
	size_t count;
	void *values;
};
#define STATE_NAME_MAX 100

struct state_visitor {
	const char *part; /* of the whole, whose entries come now; set by who lists the whole */
	bool is_bad;	  /* see state_check */
	void (*visit)(struct state_visitor *visitor, const struct state_entry *entry);
};

void state_visit(struct state_visitor *visitor, const char *name, enum state_type type, size_t count, void *values);

/* Whether the values that were just listed will do as they are now: what was loaded may be damaged. Indices, counts and
 * all else that could lead astray must be checked. */
void state_check(struct state_visitor *visitor, bool is_good);

/* A number that is `most` at most. */
void state_visit_size(struct state_visitor *visitor, const char *name, size_t *value, size_t most);

/* One generator. */
void rng_visit_state(struct rng *rng, struct state_visitor *visitor);

/* Lists the whole state of an object; the same entries in the same order whatever their values are. */
typedef void state_list(void *object, struct state_visitor *visitor);

/* Takes the bytes of a state, some at a time. */
struct state_sink {
	void *context;
	enum err_code (*take)(void *context, const char *bytes, size_t count, struct err *err);
};
MUST_CHECK enum err_code state_write(state_list *list, void *object, const struct state_sink *sink, struct err *err);
size_t state_bytes(state_list *list, void *object); /* how many they are */

/* Appends the state to *bytes. */
MUST_CHECK enum err_code state_save(state_list *list, void *object, struct text *bytes, struct err *err);

/* Fills the state from bytes, which may hold anything. ERR_INPUT: they are not the state of such an object, with the
 * entry that does not fit; the object is then in part what it was, and good for nothing but to be freed. */
MUST_CHECK enum err_code state_load(state_list *list, void *object, const char *bytes, size_t size, struct err *err);

/* Compares the state with saved bytes, byte for byte. Returns whether they are the same; if not, ret_name holds the
 * name of the first entry that differs or does not fit. */
bool state_equals(state_list *list, void *object, const char *bytes, size_t size, char ret_name[STATE_NAME_MAX + 2]);

#endif
