/* The columns of a file of rows: their names, and what is in them. */
#ifndef HARDROW_DATA_COLUMNS_H
#define HARDROW_DATA_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/classes.h"

#define NO_COLUMN SIZE_MAX

struct column {
	char *name;
	bool is_text;			/* values are levels, else numbers */
	bool is_declared;		/* the file says which levels there are, and in which order */
	bool is_left_out;		/* nobody asked for it, it numbers the rows or has no value */
	struct class_set levels;	/* of a text column and the label, as they appeared or as declared */
	size_t numbers, texts, missing; /* how many values are what */
	size_t looked_at;		/* values whose levels were collected: the first ones, if there are very many */
	size_t text_line;		/* the first that is no number, the line it stands on */
	char *text;			/* and itself, cut to some characters; owned */
};

struct columns {
	struct column *at;
	size_t count, capacity;
};

/* A column with the name of `length` bytes. */
MUST_CHECK enum err_code columns_add(struct columns *columns, const char *name, size_t length, struct err *err);

size_t columns_find(const struct columns *columns, const char *name); /* NO_COLUMN: none is called so */

/* Forgets what was counted and collected; names and what is declared stay. */
void columns_forget(struct columns *columns);

/* ERR_INPUT for column->text, which is no number: what it probably is, and what to do; has_options: by the options of
 * train, too; is_label: without it there is nothing to learn. */
MUST_CHECK enum err_code column_refuse_text(const struct column *column, const char *path, bool has_options,
					    bool is_label, struct err *err);

void columns_done(struct columns *columns);

#endif
