#include "report/header.h"

#include <string.h>

#include "base/mem.h"
#include "base/option.h"
#include "report/kinds.h"
#include "report/task.h"

static char *skip_blanks(char *text)
{
	return text + strspn(text, " \t");
}

/* `text` without blanks around it; cuts in place. */
static char *trim(char *text)
{
	text = skip_blanks(text);
	size_t length = strlen(text);
	while (length > 0 && strchr(" \t\r", text[length - 1]) != NULL)
		text[--length] = '\0';
	return text;
}

/* Cuts the text at the first `separator` and moves *rest behind it (to the end if there is none). */
static char *cut(char **rest, char separator)
{
	char *piece = *rest;
	char *end = strchr(piece, separator);

	if (end == NULL) {
		*rest = piece + strlen(piece);
		return trim(piece);
	}
	*end = '\0';
	*rest = end + 1;
	return trim(piece);
}

/* Readers of one key: `name` is what stands between key and colon (only param has it), `value` what follows. */

static enum err_code read_format(struct report *report, char *name, char *value, struct err *err)
{
	int format = option_index(value, out_format_name);

	(void)name;
	if (format < 0)
		return err_set(err, ERR_INPUT, "'%s' is no format", value);
	report->format = (size_t)format;
	return ERR_OK;
}

static enum err_code read_choices(struct report_param *param, char *kind, struct err *err)
{
	param->kind = &report_kind_choice;
	while (*kind != '\0') {
		if (param->choice_count == REPORT_CHOICES_MAX)
			return err_set(err, ERR_INPUT, "more than %d choices", REPORT_CHOICES_MAX);
		param->choices[param->choice_count++] = cut(&kind, '|');
	}
	return ERR_OK;
}

static enum err_code read_param(struct report *report, char *name, char *value, struct err *err)
{
	if (*name == '\0')
		return err_set(err, ERR_INPUT, "a parameter needs a name: 'param NAME: …'");
	if (report->param_count == REPORT_PARAMS_MAX)
		return err_set(err, ERR_INPUT, "more than %d parameters", REPORT_PARAMS_MAX);
	struct report_param *param = &report->params[report->param_count++];
	char *initial = cut(&value, ',');
	char *kind = cut(&initial, '=');
	char *rest = trim(value);

	param->name = name;
	param->initial = *trim(initial) == '\0' ? NULL : trim(initial);
	if (strncmp(rest, "required", 8) == 0 && (rest[8] == ',' || rest[8] == '\0')) {
		param->required = true;
		(void)cut(&rest, ',');
		rest = trim(rest);
	}
	param->help = rest;
	if (strchr(kind, '|') != NULL)
		return read_choices(param, kind, err);
	param->kind = report_kind_find(kind);
	if (param->kind == NULL)
		return err_set(err, ERR_INPUT, "'%s' is no kind of parameter: it is %s", kind, report_kind_names());
	return ERR_OK;
}

static enum err_code read_note(struct report *report, char *name, char *value, struct err *err)
{
	(void)name;
	if (report->note_count == REPORT_NOTES_MAX)
		return err_set(err, ERR_INPUT, "more than %d notes", REPORT_NOTES_MAX);
	report->notes[report->note_count++] = value;
	return ERR_OK;
}

/* One `key=value` of a pivot or plot. */
struct part {
	const char *key, *value;
	bool literal; /* the value stood in double quotes */
};

static struct part next_part(char **rest)
{
	struct part part = { .key = cut(rest, '=') };

	part.literal = **rest == '"';
	if (part.literal) {
		++*rest;
		part.value = cut(rest, '"');
		(void)cut(rest, ',');
	} else {
		part.value = cut(rest, ',');
	}
	*rest = skip_blanks(*rest);
	return part;
}

static enum err_code read_pivot_part(struct report_pivot *pivot, char **rest, struct err *err)
{
	const struct part part = next_part(rest);
	const char **field = strcmp(part.key, "row") == 0      ? &pivot->row
			     : strcmp(part.key, "column") == 0 ? &pivot->column
			     : strcmp(part.key, "cell") == 0   ? &pivot->cell
			     : strcmp(part.key, "bold") == 0   ? &pivot->bold
							       : NULL;
	if (field == NULL || (part.literal && field != &pivot->column) || *part.value == '\0')
		return err_set(err, ERR_INPUT,
			       "'%s=%s' will not do: a pivot is row=…, column=…, cell=… and maybe bold=…", part.key,
			       part.value);
	*field = part.value;
	pivot->literal |= part.literal;
	return ERR_OK;
}

static enum err_code read_pivot(struct report *report, char *name, char *value, struct err *err)
{
	(void)name;
	if (report->pivot_count == REPORT_PIVOTS_MAX)
		return err_set(err, ERR_INPUT, "more than %d pivots", REPORT_PIVOTS_MAX);
	struct report_pivot *pivot = &report->pivots[report->pivot_count++];
	while (*value != '\0')
		if (read_pivot_part(pivot, &value, err) != ERR_OK)
			return err->code;
	if (pivot->row == NULL || pivot->column == NULL || pivot->cell == NULL)
		return err_set(err, ERR_INPUT, "a pivot needs row, column and cell");
	if (strcmp(pivot->row, report->pivots[0].row) != 0)
		return err_set(err, ERR_INPUT, "all pivots of a report have the same row");
	return ERR_OK;
}

static enum err_code read_plot_part(struct report_plot *plot, char **rest, struct err *err)
{
	const struct part part = next_part(rest);
	const char **field = strcmp(part.key, "x") == 0	       ? &plot->x
			     : strcmp(part.key, "y") == 0      ? &plot->y
			     : strcmp(part.key, "by") == 0     ? &plot->by
			     : strcmp(part.key, "low") == 0    ? &plot->low
			     : strcmp(part.key, "high") == 0   ? &plot->high
			     : strcmp(part.key, "value") == 0  ? &plot->value
			     : strcmp(part.key, "title") == 0  ? &plot->title
			     : strcmp(part.key, "ruler") == 0  ? &plot->ruler
			     : strcmp(part.key, "xtitle") == 0 ? &plot->x_title
			     : strcmp(part.key, "ytitle") == 0 ? &plot->y_title
							       : NULL;
	bool is_title = field == &plot->x_title || field == &plot->y_title;

	if (field == NULL || part.literal != is_title || *part.value == '\0')
		return err_set(err, ERR_INPUT,
			       "'%s=%s' will not do: a plot is lines|bars|bands|points|matrix|ranks, x=…, y=… and "
			       "maybe by=…, low=…, "
			       "high=…, value=…, title=…, xtitle=\"…\", ytitle=\"…\", ruler=…",
			       part.key, part.value);
	*field = part.value;
	return ERR_OK;
}

static const char *plot_kind_name(size_t i)
{
	static const char *const names[] = {
		[PLOT_LINES] = "lines",	  [PLOT_BARS] = "bars",	    [PLOT_BANDS] = "bands",
		[PLOT_POINTS] = "points", [PLOT_MATRIX] = "matrix", [PLOT_RANKS] = "ranks"
	};

	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

static enum err_code check_plot(const struct report_plot *plot, struct err *err)
{
	bool is_matrix = plot->kind == PLOT_MATRIX;

	if (plot->x == NULL || plot->y == NULL || (plot->low == NULL) != (plot->high == NULL))
		return err_set(err, ERR_INPUT, "a plot needs x and y, and of low and high both or none");
	if (plot->kind == PLOT_BANDS && plot->low == NULL)
		return err_set(err, ERR_INPUT, "bands need low and high");
	if ((is_matrix && plot->value == NULL) || (plot->value != NULL && !is_matrix && plot->kind != PLOT_POINTS))
		return err_set(err, ERR_INPUT, "a matrix needs value, points may have one, others have none");
	if (plot->value != NULL && (plot->by != NULL || plot->low != NULL))
		return err_set(err, ERR_INPUT, "a plot with value has no by, low and high");
	return ERR_OK;
}

static enum err_code read_plot(struct report *report, char *name, char *value, struct err *err)
{
	(void)name;
	if (report->plot_count == REPORT_PLOTS_MAX)
		return err_set(err, ERR_INPUT, "more than %d plots", REPORT_PLOTS_MAX);
	struct report_plot *plot = &report->plots[report->plot_count++];
	const char *word = cut(&value, ',');
	int kind = option_index(word, plot_kind_name);

	if (kind < 0)
		return err_set(err, ERR_INPUT,
			       "'%s' is no kind of plot: it is lines, bars, bands, points, matrix or ranks", word);
	plot->kind = (enum plot_kind)kind;
	value = skip_blanks(value);
	while (*value != '\0')
		if (read_plot_part(plot, &value, err) != ERR_OK)
			return err->code;
	return check_plot(plot, err);
}

static enum err_code read_explain(struct report *report, char *name, char *value, struct err *err)
{
	(void)name;
	report->explain = cut(&value, ' ');
	for (size_t i = 0; i < ARRAY_LENGTH(report->explain_params); i++) {
		value = skip_blanks(value);
		report->explain_params[i] = cut(&value, ' ');
		if (*report->explain_params[i] == '\0')
			return err_set(err, ERR_INPUT, "explain needs a report and two of its parameters");
	}
	return ERR_OK;
}

static enum err_code read_task(struct report *report, char *name, char *value, struct err *err)
{
	(void)name;
	report->task = cut(&value, ',');
	report->instead = trim(value);
	if (option_index(report->task, report_task_name) < 0 || *report->instead == '\0')
		return err_set(err, ERR_INPUT, "a task is 'classification, REPORT' or 'regression, REPORT'");
	return ERR_OK;
}

/* A key either has a reader or is a text that lands in a field. */
static const struct key {
	const char *name;
	enum err_code (*read)(struct report *report, char *name, char *value, struct err *err);
	size_t offset;
} keys[] = {
	{ "title", NULL, offsetof(struct report, title) },
	{ "heading", NULL, offsetof(struct report, heading) },
	{ "empty", NULL, offsetof(struct report, empty) },
	{ "below", NULL, offsetof(struct report, below) },
	{ "note", read_note, 0 },
	{ "task", read_task, 0 },
	{ "format", read_format, 0 },
	{ "param", read_param, 0 },
	{ "pivot", read_pivot, 0 },
	{ "plot", read_plot, 0 },
	{ "explain", read_explain, 0 },
};

static const char *key_name(size_t i)
{
	return i < ARRAY_LENGTH(keys) ? keys[i].name : NULL;
}

static enum err_code read_key(struct report *report, char *key, char *value, struct err *err)
{
	char *name = key;
	char *word = cut(&name, ' ');
	int i = option_index(word, key_name);

	if (i < 0) {
		const char *nearest = option_nearest(word, key_name);
		return err_set(err, ERR_INPUT, "unknown key '%s'%s%s%s; free comments go below a line '--'", word,
			       nearest == NULL ? "" : ": did you mean '", nearest == NULL ? "" : nearest,
			       nearest == NULL ? "" : "'?");
	}
	if (keys[i].read != NULL)
		return keys[i].read(report, trim(name), trim(value), err);
	*(const char **)((char *)report + keys[i].offset) = trim(value);
	return ERR_OK;
}

/* Whether the comment begins like a key: small letters, maybe a name, a colon. */
static bool looks_like_key(const char *comment)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz";
	size_t length = strspn(comment, letters);

	if (length == 0)
		return false;
	if (comment[length] == ' ')
		length += 1 + strspn(comment + length + 1, "abcdefghijklmnopqrstuvwxyz0123456789_-");
	return comment[length] == ':';
}

enum err_code report_header_read(struct report *report, struct err *err)
{
	char *rest = report->header;

	for (size_t line = 1; strncmp(rest, "--", 2) == 0; line++) {
		char *comment = cut(&rest, '\n') + 2;
		comment = trim(comment);
		if (*comment == '\0')
			return ERR_OK;
		if (!looks_like_key(comment))
			continue;
		char *key = cut(&comment, ':');
		if (read_key(report, key, comment, err) != ERR_OK)
			return err_prefix(err, "%s:%zu", report->name, line);
	}
	return ERR_OK;
}
