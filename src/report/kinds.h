/* Kinds of report parameters. A new kind = one line in the table of kinds.c. */
#ifndef HARDROW_REPORT_KINDS_H
#define HARDROW_REPORT_KINDS_H

#include <stdint.h>

enum report_form { FORM_TEXT, FORM_INTEGER, FORM_REAL, FORM_INTEGERS, FORM_TEXTS, FORM_CHOICE };

struct report_kind {
	const char *name;
	enum report_form form;
	const char *argument; /* what the help calls the value */
	int64_t minimum;      /* of numbers; INT64_MIN: none */
	const char *known;    /* SELECT of all values in the file, as text, or NULL */
	const char *noun;     /* "no NOUN 'x' in FILE" */
};

extern const struct report_kind report_kind_choice;

/* NULL if there is none called `name`. */
const struct report_kind *report_kind_find(const char *name);

/* "text, integer, …" for messages. */
const char *report_kind_names(void);

#endif
