/* Named settings as data: one table of these says name, type, range, default and help of every field of a struct.
 * The command line, sweep files, the recorded configuration (JSON) and the help texts are all made from the table. */
#ifndef HARDROW_BASE_OPTION_H
#define HARDROW_BASE_OPTION_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"

enum option_type {
	OPTION_FLAG,   /* bool, false by default; on the command line it takes no value ("yes"/"no" in files) */
	OPTION_COUNT,  /* size_t, min..max */
	OPTION_SEED,   /* uint64_t, to INT64_MAX: the most that SQL stores as an integer */
	OPTION_REAL,   /* double, finite, min..max (min itself excluded if above_min) */
	OPTION_TEXT,   /* const char *, borrowed from the text that was set, which must outlive the struct */
	OPTION_CHOICE, /* int: index into choices */
	OPTION_LIST,   /* struct option_list: every set adds one text, borrowed */
};

#define OPTION_LIST_MAX 16

struct option_list {
	const char *items[OPTION_LIST_MAX];
	size_t count;
};

struct option_spec {
	/* "learning-rate": `--learning-rate`, `learning-rate =` or `learning_rate =`, JSON "learning_rate" */
	const char *name;
	char letter; /* short option or 0 */
	enum option_type type;
	size_t offset;	 /* of the field in the struct */
	double min, max; /* OPTION_COUNT and OPTION_REAL; max 0 is no bound */
	bool above_min;
	/* OPTION_CHOICE: name of choice i, NULL behind the last. OPTION_TEXT: texts that it often is, or NULL. */
	const char *(*choice)(size_t i);
	const char *choices_in; /* the command that lists them, for errors: they are many; NULL: the error lists them */
	/* OPTION_TEXT: ERR_INPUT with what is expected if `text` will not do; NULL: anything does. */
	enum err_code (*check)(const char *text, struct err *err);
	const char *argument; /* what the help calls the value: "N", "FILE"; NULL for flags and choices */
	size_t words;	      /* OPTION_LIST: how many words follow the option on the command line each time; 0 is 1 */
	const char *initial;  /* the default as text; NULL: the field's zero value, of OPTION_REAL NaN, in JSON null */
	/* What a record that leaves it out means: the default that it had when it was new; NULL: `initial`. */
	const char *unsaid;
	/* Appends what the help says before `help`, made from other tables; NULL: nothing. */
	enum err_code (*describe)(const struct option_spec *spec, struct text *text, struct err *err);
	const char *help; /* one line, no full stop; NULL: what `describe` says is all */
	/* Of the help of a long table: the section that it begins, NULL: that of the one before it; and whether it is
	 * among the few that people need first. */
	const char *section;
	bool is_first;
};

/* Sets every field of *target to its default. The table's own defaults must be valid (asserted). */
void option_reset(const struct option_spec *specs, size_t count, void *target);

/* Sets every field to what a record that leaves it out means: a default may change, what is recorded may not. */
void option_reset_recorded(const struct option_spec *specs, size_t count, void *target);

/* Whether two names are one: '_' and '-' are the same. */
bool option_same_name(const char *a, const char *b);

/* The spec called `name`, or NULL. */
const struct option_spec *option_find(const struct option_spec *specs, size_t count, const char *name);

/* The section of specs[i]; NULL: the table has none. */
const char *option_section(const struct option_spec *specs, size_t i);

/* Parses `text` into the field. ERR_INPUT: "'abc' is not a number; --epochs takes a whole number from 1". */
MUST_CHECK enum err_code option_set(const struct option_spec *spec, void *target, const char *text, struct err *err);

/* Whether the field has a value: not NaN, 0, "no" or NULL; a choice or a seed always has. */
bool option_is_given(const struct option_spec *spec, const void *target);

/* Whether the field has the same value in both; texts are compared, NaN is NaN. */
bool option_is_same(const struct option_spec *spec, const void *a, const void *b);

/* Appends `"name":value` pairs, comma-separated, in table order, names with '_': canonical, equal settings give equal
 * text. A text field that is NULL is null, a list is an array. */
MUST_CHECK enum err_code option_append_json(const struct option_spec *specs, size_t count, const void *source,
					    struct text *json, struct err *err);

/* The i for which names(i) is `name`, -1 if none is; names(i) gives NULL behind the last. */
int option_index(const char *name, const char *(*names)(size_t i));

/* The known name nearest to `name` by edit distance (insertions, deletions, substitutions, neighbours that changed
 * places), or NULL if none is close: at most a third of its letters wrong, or one of two. The beginning of a name is
 * close. */
const char *option_nearest(const char *name, const char *(*names)(size_t i));

/* The same among `count` names. */
const char *option_nearest_of(const char *name, const char *const *names, size_t count);

#endif
