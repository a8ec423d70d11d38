#include "report/values.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/option.h"
#include "base/parse.h"
#include "report/kinds.h"

static enum err_code unknown_param(const struct report *report, const char *name, struct err *err)
{
	const char *names[REPORT_PARAMS_MAX];

	for (size_t i = 0; i < report->param_count; i++)
		names[i] = report->params[i].name;
	const char *nearest = option_nearest_of(name, names, report->param_count);
	if (nearest != NULL)
		return err_set(err, ERR_USAGE, "report '%s' has no parameter '--%s': did you mean '--%s'?",
			       report->name, name, nearest);
	struct text known AUTO(text_done) = { 0 };
	for (size_t i = 0; i < report->param_count; i++)
		if (text_append(&known, err, "%s--%s", i == 0 ? "" : ", ", names[i]) != ERR_OK)
			return err->code;
	return err_set(err, ERR_USAGE, "report '%s' has no parameter '--%s'; it has %s", report->name, name,
		       known.length > 0 ? known.data : "none: a line '-- param NAME: KIND' makes one");
}

static enum err_code read_integer(const struct report_param *param, const char *text, int64_t *ret_value,
				  struct err *err)
{
	if (parse_integer(text, ret_value) && *ret_value >= param->kind->minimum)
		return ERR_OK;
	if (param->kind->minimum == INT64_MIN)
		return err_set(err, ERR_USAGE, "'%s' will not do: --%s takes a whole number", text, param->name);
	return err_set(err, ERR_USAGE, "'%s' will not do: --%s takes a whole number from %" PRId64, text, param->name,
		       param->kind->minimum);
}

/* The values between commas, numbers or texts, as a JSON array. */
static enum err_code read_list(const struct report_param *param, const char *text, struct text *list, struct err *err)
{
	AUTO(mem_freep) char *copy = NULL;
	char *rest;

	if (mem_copy_text(text, &copy, err) != ERR_OK)
		return err->code;
	rest = copy;
	for (const char *separator = "[";; separator = ",") {
		int64_t value = 0;
		char *piece = strsep(&rest, ",");
		if (piece == NULL)
			return text_append(list, err, "]");
		if (text_append(list, err, "%s", separator) != ERR_OK)
			return err->code;
		enum err_code code = param->kind->form == FORM_TEXTS ? text_append_json(list, piece, err)
				     : read_integer(param, piece, &value, err) != ERR_OK
					 ? err->code
					 : text_append_integer(list, value, err);
		if (code != ERR_OK)
			return code;
	}
}

static enum err_code read_choice(const struct report_param *param, const char *text, struct err *err)
{
	AUTO(text_done) struct text known = { 0 };

	for (size_t i = 0; i < param->choice_count; i++)
		if (strcmp(param->choices[i], text) == 0)
			return ERR_OK;
	if (report_append_argument(param, &known, err) != ERR_OK)
		return err->code;
	const char *nearest = option_nearest_of(text, param->choices, param->choice_count);
	if (nearest != NULL)
		return err_set(err, ERR_USAGE, "'%s' will not do: did you mean '%s'? --%s takes %s", text, nearest,
			       param->name, known.data);
	return err_set(err, ERR_USAGE, "'%s' will not do: --%s takes %s", text, param->name, known.data);
}

static enum err_code check_form(const struct report_param *param, const char *text, struct text *list, struct err *err)
{
	int64_t whole = 0;
	double real = 0;

	switch (param->kind->form) {
	case FORM_TEXT:
		return ERR_OK;
	case FORM_INTEGER:
		return read_integer(param, text, &whole, err);
	case FORM_REAL:
		if (!parse_real(text, &real) || !isfinite(real))
			return err_set(err, ERR_USAGE, "'%s' will not do: --%s takes a number", text, param->name);
		if (real < (double)param->kind->minimum)
			return err_set(err, ERR_USAGE, "'%s' will not do: --%s takes a number from %" PRId64, text,
				       param->name, param->kind->minimum);
		return ERR_OK;
	case FORM_INTEGERS:
	case FORM_TEXTS:
		return read_list(param, text, list, err);
	case FORM_CHOICE:
		return read_choice(param, text, err);
	}
	return ERR_OK;
}

enum err_code report_values_read(const struct report *report, const struct report_setting *settings, size_t count,
				 bool strict, struct report_values *ret_values, struct err *err)
{
	AUTO(report_values_done) struct report_values values = { .report = report };

	for (size_t i = 0; i < report->param_count; i++)
		values.texts[i] = report->params[i].initial;
	for (size_t i = 0; i < count; i++) {
		const struct report_param *param = report_find_param(report, settings[i].name);
		if (param == NULL && strict)
			return unknown_param(report, settings[i].name, err);
		if (param == NULL)
			continue;
		values.texts[param - report->params] = settings[i].value;
		values.given[param - report->params] = true;
	}
	for (size_t i = 0; i < report->param_count; i++) {
		const struct report_param *param = &report->params[i];
		if (values.texts[i] == NULL && param->required)
			return err_set(err, ERR_USAGE, "report '%s' needs --%s: %s", report->name, param->name,
				       param->help);
		if (values.texts[i] != NULL && check_form(param, values.texts[i], &values.lists[i], err) != ERR_OK)
			return err->code;
	}
	*ret_values = values;
	values = (struct report_values){ 0 };
	return ERR_OK;
}

/* Reads all names of the kind and looks for `text`; *ret_nearest, owned, is the nearest one or NULL. */
static enum err_code find_known(struct db *db, const struct report_kind *kind, const char *text, bool *ret_found,
				char **ret_nearest, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	AUTO(mem_freep) char *nearest = NULL;
	bool row = false;

	if (db_prepare(db, kind->known, &stmt, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (db_step(stmt, &row, err) != ERR_OK)
			return err->code;
		if (!row)
			break;
		const char *name = db_column_text(stmt, 0);
		if (strcmp(name, text) == 0) {
			*ret_found = true;
			return ERR_OK;
		}
		const char *both[2] = { name, nearest };
		if (option_nearest_of(text, both, nearest == NULL ? 1 : 2) != name)
			continue;
		free(take_ptr(&nearest));
		if (mem_copy_text(name, &nearest, err) != ERR_OK)
			return err->code;
	}
	*ret_nearest = take_ptr(&nearest);
	return ERR_OK;
}

static enum err_code check_known(struct db *db, const struct report_param *param, const char *text, struct err *err)
{
	AUTO(mem_freep) char *nearest = NULL;
	bool found = false;

	if (find_known(db, param->kind, text, &found, &nearest, err) != ERR_OK)
		return err->code;
	if (found)
		return ERR_OK;
	bool is_text = param->kind->form == FORM_TEXT || param->kind->form == FORM_TEXTS;
	if (nearest == NULL || !is_text)
		return err_set(err, ERR_INPUT, "no %s '%s' in %s", param->kind->noun, text, db_path(db));
	return err_set(err, ERR_INPUT, "no %s '%s' in %s: did you mean '%s'?", param->kind->noun, text, db_path(db),
		       nearest);
}

/* The same for each value of a list. */
static enum err_code check_all_known(struct db *db, const struct report_param *param, const char *text, struct err *err)
{
	AUTO(mem_freep) char *copy = NULL;
	char *rest;

	if (mem_copy_text(text, &copy, err) != ERR_OK)
		return err->code;
	rest = copy;
	for (const char *piece = strsep(&rest, ","); piece != NULL; piece = strsep(&rest, ","))
		if (check_known(db, param, piece, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

enum err_code report_values_check_known(const struct report_values *values, struct db *db, struct err *err)
{
	for (size_t i = 0; i < values->report->param_count; i++) {
		const struct report_param *param = &values->report->params[i];
		if (!values->given[i] || param->kind->known == NULL)
			continue;
		bool is_list = param->kind->form == FORM_INTEGERS || param->kind->form == FORM_TEXTS;
		enum err_code code = is_list ? check_all_known(db, param, values->texts[i], err)
					     : check_known(db, param, values->texts[i], err);
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

static void bind_value(const struct report_values *values, size_t i, struct db_stmt *stmt, const char *name)
{
	const char *text = values->texts[i];
	int64_t whole = 0;
	double real = 0;

	if (text == NULL) {
		db_bind_null(stmt, name);
		return;
	}
	switch (values->report->params[i].kind->form) {
	case FORM_TEXT:
	case FORM_CHOICE:
		db_bind_text(stmt, name, text);
		return;
	case FORM_INTEGER:
		(void)parse_integer(text, &whole);
		db_bind_int(stmt, name, whole);
		return;
	case FORM_REAL:
		(void)parse_real(text, &real);
		db_bind_real(stmt, name, real);
		return;
	case FORM_INTEGERS:
	case FORM_TEXTS:
		db_bind_text(stmt, name, values->lists[i].data);
		return;
	}
}

enum err_code report_values_bind(const struct report_values *values, struct db_stmt *stmt, struct err *err)
{
	const struct report *report = values->report;
	bool used[REPORT_PARAMS_MAX] = { false };

	for (size_t i = 0; i < db_parameter_count(stmt); i++) {
		const char *name = db_parameter_name(stmt, i);
		const struct report_param *param = name == NULL ? NULL : report_find_param(report, name + 1);
		if (param == NULL)
			return err_set(err, ERR_INPUT,
				       "%s: the SQL has a parameter '%s' without a line '-- param %s: …'", report->name,
				       name == NULL ? "?" : name, name == NULL ? "NAME" : name + 1);
		used[param - report->params] = true;
		bind_value(values, (size_t)(param - report->params), stmt, name);
	}
	for (size_t i = 0; i < report->param_count; i++)
		if (!used[i])
			return err_set(err, ERR_INPUT, "%s: parameter '%s' is not used in the SQL", report->name,
				       report->params[i].name);
	return ERR_OK;
}

static const char *value_of(const struct report_values *values, const char *name, size_t length)
{
	for (size_t i = 0; i < values->report->param_count; i++) {
		const char *known = values->report->params[i].name;
		if (strlen(known) == length && strncmp(known, name, length) == 0)
			return values->texts[i] == NULL ? "" : values->texts[i];
	}
	return NULL;
}

enum err_code report_values_expand(const struct report_values *values, const char *text, struct text *ret_text,
				   struct err *err)
{
	while (*text != '\0') {
		const char *end = *text == '{' ? strchr(text, '}') : NULL;
		const char *value = end == NULL ? NULL : value_of(values, text + 1, (size_t)(end - text) - 1);
		enum err_code code =
		    value == NULL ? text_append_bytes(ret_text, text, 1, err) : text_append(ret_text, err, "%s", value);
		if (code != ERR_OK)
			return code;
		text = value == NULL ? text + 1 : end + 1;
	}
	return ERR_OK;
}

void report_values_done(struct report_values *values)
{
	for (size_t i = 0; i < ARRAY_LENGTH(values->lists); i++)
		text_done(&values->lists[i]);
}
