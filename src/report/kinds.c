#include "report/kinds.h"

#include <stddef.h>
#include <string.h>

#include "base/mem.h"

static const struct report_kind kinds[] = {
	{ "text", FORM_TEXT, "TEXT", 0, NULL, NULL },
	{ "integer", FORM_INTEGER, "N", INT64_MIN, NULL, NULL },
	{ "count", FORM_INTEGER, "N", 1, NULL, NULL },
	{ "number", FORM_REAL, "X", INT64_MIN, NULL, NULL },
	{ "amount", FORM_REAL, "X", 0, NULL, NULL },
	{ "integers", FORM_INTEGERS, "N,N…", INT64_MIN, NULL, NULL },
	{ "run", FORM_INTEGER, "RUN", INT64_MIN, "SELECT run_id FROM run", "run" },
	{ "runs", FORM_INTEGERS, "RUN,RUN…", INT64_MIN, "SELECT run_id FROM run", "run" },
	{ "experiment", FORM_TEXT, "NAME", 0, "SELECT name FROM experiment", "experiment" },
	{ "dataset", FORM_TEXT, "NAME", 0, "SELECT name FROM dataset UNION SELECT dataset FROM experiment_dataset",
	  "data set" },
	{ "title", FORM_TEXT, "NAME", 0,
	  "WITH called AS (SELECT name FROM dataset UNION SELECT dataset FROM experiment_dataset UNION SELECT title "
	  "FROM experiment_dataset) SELECT name FROM called UNION SELECT printf('%s (%s)', name, model) FROM called, "
	  "run",
	  "data set" },
	{ "method", FORM_TEXT, "NAME", 0, "SELECT method FROM run UNION SELECT method FROM experiment_method",
	  "method" },
	{ "methods", FORM_TEXTS, "NAME,NAME…", 0, "SELECT method FROM run UNION SELECT method FROM experiment_method",
	  "method" },
	{ "class", FORM_TEXT, "NAME", 0, "SELECT DISTINCT name FROM class", "class" },
};

const struct report_kind report_kind_choice = { "choice", FORM_CHOICE, NULL, 0, NULL, NULL };

const struct report_kind *report_kind_find(const char *name)
{
	for (size_t i = 0; i < ARRAY_LENGTH(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

const char *report_kind_names(void)
{
	return "text, integer, count, number, amount, integers, run, runs, experiment, dataset, title, method, "
	       "methods, "
	       "class or a|b|c";
}
