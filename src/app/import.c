#include "app/import.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/plan.h"
#include "app/runner.h"
#include "base/mem.h"
#include "base/text.h"
#include "data/classes.h"
#include "record/epoch.h"
#include "train/split_instances.h"

/* Probabilities are often written with few digits. */
#define SUM_TOLERANCE 1e-3
/* And computed in float32: softmax gives 1.0000001. */
#define ROUNDING 1e-6

#define MISSING_COLUMN SIZE_MAX

struct import {
	const struct import_settings *settings;
	struct dataset *rows; /* the file: features are its columns but `class` */
	size_t epoch_column, instance_column;
	size_t *class_column;	 /* (k) */
	uint32_t *sorted;	 /* rows by epoch, then instance */
	struct dataset *subject; /* the instances, no features */
	struct split *split;	 /* all training */
	double *p, *log_p;	 /* (k, 64) of the tile at hand */
	struct predictions *predictions;
	struct weighting *weighting;
	struct epoch_summary summary; /* of the last epoch */
	size_t epochs;
	size_t rounded;		 /* rows with a probability below 0 or above 1 by rounding */
	const atomic_bool *stop; /* or NULL */
};

static void import_done(struct import *import)
{
	dataset_free(import->rows);
	dataset_free(import->subject);
	split_free(import->split);
	free(import->class_column);
	free(import->p);
	free(import->log_p);
	free(import->sorted);
	weighting_free(import->weighting);
	predictions_free(import->predictions);
}

static double cell(const struct dataset *rows, size_t row, size_t column)
{
	return rows->x[row * rows->features + column];
}

static size_t find_column(const struct dataset *rows, const char *name)
{
	for (size_t j = 0; j < rows->features; j++)
		if (strcmp(rows->feature_names[j], name) == 0)
			return j;
	return MISSING_COLUMN;
}

static enum err_code bad_row(const struct import *import, size_t row, struct err *err)
{
	return err_prefix(err, "%s:%u", import->rows->path, import->rows->source_line[row]);
}

/* Columns other than epoch and instance_id must all be p_…; their number is k. */
static enum err_code count_classes(const struct import *import, size_t *ret_classes, struct err *err)
{
	const struct dataset *rows = import->rows;

	for (size_t j = 0; j < rows->features; j++)
		if (j != import->epoch_column && j != import->instance_column &&
		    strncmp(rows->feature_names[j], "p_", 2) != 0)
			return err_set(err, ERR_INPUT,
				       "%s:1: column '%s' is not wanted: epoch, instance_id, class and p_… are",
				       rows->path, rows->feature_names[j]);
	if (rows->features < 4)
		return err_set(err, ERR_INPUT, "%s:1: needs a column p_… for each of two or more classes", rows->path);
	*ret_classes = rows->features - 2;
	return ERR_OK;
}

/* The column p_NAME. */
static size_t find_probability(const struct dataset *rows, const char *name)
{
	for (size_t j = 0; j < rows->features; j++)
		if (strncmp(rows->feature_names[j], "p_", 2) == 0 && strcmp(rows->feature_names[j] + 2, name) == 0)
			return j;
	return MISSING_COLUMN;
}

/* How many classes of the rows have a column p_<name>. If all have, the columns say what the classes are, even one that
 * no instance has. */
static size_t count_named_classes(const struct dataset *rows)
{
	size_t count = 0;

	for (size_t c = 0; c < rows->classes; c++)
		count += find_probability(rows, rows->class_names[c]) != MISSING_COLUMN;
	return count;
}

/* Some classes have a column of their name: the others ought to. */
static enum err_code unnamed_class(const struct dataset *rows, struct err *err)
{
	size_t row = 0;

	while (find_probability(rows, rows->class_names[rows->y[row]]) != MISSING_COLUMN)
		row++;
	const char *name = rows->class_names[rows->y[row]];
	return err_set(err, ERR_INPUT, "%s:%u: column 'class': there is no column 'p_%s' for '%s'", rows->path,
		       rows->source_line[row], name, name);
}

/* Sets the class names from the columns, in the order that classes have everywhere. */
static enum err_code order_classes(const struct import *import, struct class_set *set, struct err *err)
{
	const struct dataset *rows = import->rows;
	struct dataset *subject = import->subject;
	AUTO(mem_freep) uint32_t *members = NULL;
	AUTO(mem_freep) uint32_t *rank = NULL;
	uint32_t index;

	for (size_t j = 0; j < rows->features; j++)
		if (j != import->epoch_column && j != import->instance_column &&
		    class_set_add(set, rows->feature_names[j] + 2, &index, err) != ERR_OK)
			return err->code;
	if (mem_new(&members, set->count, err) != ERR_OK)
		return err->code;
	for (size_t c = 0; c < set->count; c++)
		members[c] = 1;
	return class_set_order(set, members, false, &rank, &subject->class_names, &subject->classes, err);
}

static enum err_code map_by_name(struct import *import, struct err *err)
{
	AUTO(class_set_done) struct class_set set = { 0 };

	if (order_classes(import, &set, err) != ERR_OK)
		return err->code;
	for (size_t c = 0; c < import->subject->classes; c++)
		import->class_column[c] = find_probability(import->rows, import->subject->class_names[c]);
	return ERR_OK;
}

static enum err_code map_by_number(struct import *import, size_t classes, struct err *err)
{
	const struct dataset *rows = import->rows;
	struct dataset *subject = import->subject;

	if (rows->classes != classes)
		return err_set(err, ERR_INPUT, "%s: %zu classes but %zu columns p_…; name the columns p_<class name>",
			       rows->path, rows->classes, classes);
	if (mem_new(&subject->class_names, classes, err) != ERR_OK)
		return err->code;
	subject->classes = classes;
	for (size_t c = 0; c < classes; c++) {
		char number[32];
		(void)snprintf(number, sizeof number, "%zu", c);
		import->class_column[c] = find_probability(rows, number);
		if (import->class_column[c] == MISSING_COLUMN)
			return err_set(err, ERR_INPUT, "%s:1: no column 'p_%s' or 'p_%s' for class '%s'", rows->path,
				       rows->class_names[c], number, rows->class_names[c]);
		if (mem_copy_text(rows->class_names[c], &subject->class_names[c], err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code map_columns(struct import *import, struct err *err)
{
	const struct dataset *rows = import->rows;
	size_t classes = 0;

	import->epoch_column = find_column(rows, "epoch");
	import->instance_column = find_column(rows, "instance_id");
	if (import->epoch_column == MISSING_COLUMN || import->instance_column == MISSING_COLUMN)
		return err_set(err, ERR_INPUT, "%s:1: no column '%s'", rows->path,
			       import->epoch_column == MISSING_COLUMN ? "epoch" : "instance_id");
	if (count_classes(import, &classes, err) != ERR_OK || mem_new(&import->subject, 1, err) != ERR_OK ||
	    mem_new(&import->class_column, classes, err) != ERR_OK)
		return err->code;
	size_t named = count_named_classes(rows);
	if (named > 0 && named < rows->classes)
		return unnamed_class(rows, err);
	return named > 0 ? map_by_name(import, err) : map_by_number(import, classes, err);
}

static enum err_code check_row(const struct import *import, size_t row, struct err *err)
{
	const struct dataset *rows = import->rows;
	double epoch = cell(rows, row, import->epoch_column);
	double instance = cell(rows, row, import->instance_column);
	double sum = 0;

	if (epoch < 1 || epoch != floor(epoch) || epoch > 1e9)
		return err_set(err, ERR_INPUT,
			       "column 'epoch': '%g' will not do, epochs are whole numbers from 1 to 1000000000",
			       epoch);
	if (instance < 0 || instance != floor(instance) || instance > 4e9)
		return err_set(err, ERR_INPUT,
			       "column 'instance_id': '%g' will not do, it takes whole numbers from 0 to 4000000000",
			       instance);
	for (size_t c = 0; c < import->subject->classes; c++) {
		double p = cell(rows, row, import->class_column[c]);
		if (p < -ROUNDING || p > 1 + ROUNDING)
			return err_set(err, ERR_INPUT, "column '%s': '%g' is not a probability",
				       rows->feature_names[import->class_column[c]], p);
		sum += p;
	}
	if (fabs(sum - 1.0) > SUM_TOLERANCE)
		return err_set(err, ERR_INPUT, "the probabilities sum to %.6g, not 1", sum);
	return ERR_OK;
}

/* Probabilities that rounding took out of 0 to 1 are cut at 0 and divided by their sum. */
static void mend_row(struct import *import, size_t row)
{
	double *x = import->rows->x + row * import->rows->features;
	double sum = 0;
	bool is_out = false;

	for (size_t c = 0; c < import->subject->classes; c++) {
		double p = x[import->class_column[c]];
		is_out = is_out || p < 0 || p > 1;
		sum += fmax(p, 0);
	}
	for (size_t c = 0; is_out && c < import->subject->classes; c++)
		x[import->class_column[c]] = fmax(x[import->class_column[c]], 0) / sum;
	import->rounded += is_out;
}

static int compare_rows(const void *a, const void *b, void *context)
{
	const struct import *import = context;
	uint32_t left = *(const uint32_t *)a;
	uint32_t right = *(const uint32_t *)b;
	double by_epoch =
	    cell(import->rows, left, import->epoch_column) - cell(import->rows, right, import->epoch_column);
	double by_instance =
	    cell(import->rows, left, import->instance_column) - cell(import->rows, right, import->instance_column);
	double order = by_epoch != 0 ? by_epoch : by_instance;

	return order != 0 ? (order > 0) - (order < 0) : (left > right) - (left < right);
}

static enum err_code sort_rows(struct import *import, struct err *err)
{
	size_t count = import->rows->instances;

	if (mem_new(&import->sorted, count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < count; i++) {
		if (check_row(import, i, err) != ERR_OK)
			return bad_row(import, i, err);
		mend_row(import, i);
		import->sorted[i] = (uint32_t)i;
	}
	qsort_r(import->sorted, count, sizeof *import->sorted, compare_rows, import);
	return ERR_OK;
}

static uint32_t class_of(const struct import *import, size_t row)
{
	const char *name = import->rows->class_names[import->rows->y[row]];
	uint32_t c = 0;

	while (strcmp(import->subject->class_names[c], name) != 0)
		c++;
	return c;
}

/* The instances of the first epoch are the instances. */
static enum err_code make_subject(struct import *import, struct err *err)
{
	const struct dataset *rows = import->rows;
	struct dataset *subject = import->subject;
	double first = cell(rows, import->sorted[0], import->epoch_column);

	while (subject->instances < rows->instances &&
	       cell(rows, import->sorted[subject->instances], import->epoch_column) == first)
		subject->instances++;
	if (mem_new(&subject->y, subject->instances, err) != ERR_OK ||
	    mem_new(&subject->instance_id, subject->instances, err) != ERR_OK ||
	    mem_new(&subject->source_line, subject->instances, err) != ERR_OK ||
	    mem_copy_text(rows->name, &subject->name, err) != ERR_OK ||
	    mem_copy_text(rows->path, &subject->path, err) != ERR_OK ||
	    mem_copy_text(rows->label, &subject->label, err) != ERR_OK)
		return err->code;
	memcpy(subject->sha256, rows->sha256, sizeof subject->sha256);
	memcpy(subject->origin, rows->origin, sizeof subject->origin);
	subject->missing = rows->missing;
	for (size_t i = 0; i < subject->instances; i++) {
		uint32_t row = import->sorted[i];
		subject->y[i] = class_of(import, row);
		subject->instance_id[i] = (uint32_t)cell(rows, row, import->instance_column);
		subject->source_line[i] = rows->source_line[row];
	}
	return split_create(subject, 0, false, 0, &import->split, err);
}

/* Every epoch must hold the same instances, once each, of the same class. */
static enum err_code check_epochs(struct import *import, struct err *err)
{
	const struct dataset *rows = import->rows;
	const struct dataset *subject = import->subject;

	for (size_t r = 0; r < rows->instances; r++) {
		size_t i = r % subject->instances;
		uint32_t row = import->sorted[r];
		uint32_t head = import->sorted[r - i];
		double epoch = cell(rows, row, import->epoch_column);
		double instance = cell(rows, row, import->instance_column);
		if (r > 0 && epoch == cell(rows, import->sorted[r - 1], import->epoch_column) &&
		    instance == cell(rows, import->sorted[r - 1], import->instance_column))
			(void)err_set(err, ERR_INPUT, "instance %g is in epoch %g twice", instance, epoch);
		else if (epoch != cell(rows, head, import->epoch_column) || instance > subject->instance_id[i])
			return err_set(err, ERR_INPUT, "%s: epoch %g lacks instance %u, which the first epoch has",
				       rows->path, cell(rows, head, import->epoch_column), subject->instance_id[i]);
		else if (instance < subject->instance_id[i])
			(void)err_set(err, ERR_INPUT, "instance %g is in epoch %g, but not in the first", instance,
				      epoch);
		else if (class_of(import, row) != subject->y[i])
			(void)err_set(err, ERR_INPUT, "instance %g is of class '%s' in epoch %g, but '%s' before",
				      instance, rows->class_names[rows->y[row]], epoch,
				      subject->class_names[subject->y[i]]);
		else
			continue;
		return bad_row(import, row, err);
	}
	if (rows->instances % subject->instances != 0)
		return err_set(err, ERR_INPUT, "%s: the last epoch has %zu of %zu instances", rows->path,
			       rows->instances % subject->instances, subject->instances);
	import->epochs = rows->instances / subject->instances;
	return ERR_OK;
}

/* Epoch `nth` of the file, which has the number `epoch`. */
static void evaluate_epoch(const struct import *import, size_t nth, size_t epoch)
{
	struct predictions *predictions = import->predictions;
	const struct dataset *subject = import->subject;
	const uint32_t *row = import->sorted + nth * subject->instances;

	predictions_begin_epoch(predictions, epoch);
	for (size_t t = 0; t < predictions->tiles; t++) {
		for (size_t i = 0; i < TILE_INSTANCES && t * TILE_INSTANCES + i < subject->instances; i++)
			for (size_t c = 0; c < subject->classes; c++) {
				double value = cell(import->rows, row[t * TILE_INSTANCES + i], import->class_column[c]);
				import->p[c * TILE_INSTANCES + i] = value;
				import->log_p[c * TILE_INSTANCES + i] =
				    log(fmax(value, import->settings->difficulty.floor));
			}
		predictions_take_tile(predictions, t, import->log_p, import->p);
	}
	predictions_measure(predictions);
}

static enum err_code record_epochs(struct import *import, struct recording *recording, struct recording_end *end,
				   struct err *err)
{
	const struct dataset *subject = import->subject;
	const struct instances instances = split_instances(subject, import->split);
	const struct weighting_settings settings = {
		.sampler = &sampler_multinomial,
		.epochs = import->epochs,
	};

	if (predictions_create(&instances, &import->settings->difficulty, import->settings->el2n_epoch,
			       &import->predictions, err) != ERR_OK ||
	    mem_new(&import->p, subject->classes * TILE_INSTANCES, err) != ERR_OK ||
	    mem_new(&import->log_p, subject->classes * TILE_INSTANCES, err) != ERR_OK ||
	    weighting_create(import->predictions, &settings, &import->weighting, err) != ERR_OK)
		return err->code;
	for (size_t nth = 0; nth < import->epochs; nth++) {
		size_t epoch =
		    (size_t)cell(import->rows, import->sorted[nth * subject->instances], import->epoch_column);
		struct epoch_record *record = NULL;
		if (import->stop != NULL && atomic_load(import->stop))
			return err_set(err, ERR_INTERRUPTED, "interrupted; what was done is in the file");
		evaluate_epoch(import, nth, epoch);
		weighting_update(import->weighting, nth + 2);
		if (recording_next(recording, &record, err) != ERR_OK)
			return err->code;
		epoch_record_clear(record, epoch);
		if (epoch_fill_record(import->predictions, import->weighting, NULL, true, record, err) != ERR_OK)
			return err->code;
		recording_put(recording, record);
	}
	import->summary = (struct epoch_summary){
		.names = { subject->class_names, subject->instance_id },
		.predictions = import->predictions,
		.weighting = import->weighting,
		.part = import->split->is_test,
	};
	end->summaries = epoch_summaries(&import->summary);
	return ERR_OK;
}

static enum err_code append_settings(const struct import_settings *settings, struct text *json, struct err *err)
{
	const struct difficulty_settings *difficulty = &settings->difficulty;

	if (text_append(json, err, "{\"difficulty\":\"%s\",\"prior\":",
			difficulty_kind_name((size_t)difficulty->kind)) != ERR_OK ||
	    text_append_number(json, difficulty->prior, err) != ERR_OK ||
	    text_append(json, err, ",\"floor\":") != ERR_OK ||
	    text_append_number(json, difficulty->floor, err) != ERR_OK)
		return err->code;
	return text_append(json, err, ",\"el2n_epoch\":%zu}", settings->el2n_epoch);
}

static enum err_code record_run(struct import *import, struct recorder *recorder,
				const struct track_environment *environment, int64_t *ret_run_id, struct err *err)
{
	struct text settings AUTO(text_done) = { 0 };
	struct planned_run planned = { .recipe.subject = { .dataset = import->subject, .split = import->split } };
	struct recording_shape shape = { .instances = import->subject->instances, .classes = import->subject->classes };
	struct recording_end end = { .status = TRACK_DONE };
	struct recording *recording = NULL;

	if (append_settings(import->settings, &settings, err) != ERR_OK ||
	    recorder_call(recorder, RECORDER_WRITES, plan_register_one, &planned, err) != ERR_OK)
		return err->code;
	const struct track_run run = {
		.dataset_id = planned.dataset_id,
		.split_id = planned.split_id,
		.model = import->settings->model,
		.method = "import",
		.settings = settings.data,
		.environment = environment,
	};
	if (recorder_begin(recorder, &run, &shape, NULL, &recording, err) != ERR_OK)
		return err->code;
	return recording_finish(recording, &end, record_epochs(import, recording, &end, err), ret_run_id, err);
}

static void tell_rounded(const struct import *import, const struct recorder_watch *watch)
{
	char line[160];

	(void)snprintf(line, sizeof line,
		       "probabilities of %zu row%s are below 0 or above 1 by rounding: divided by their sum",
		       import->rounded, TEXT_PLURAL(import->rounded));
	if (import->rounded > 0 && watch->notice != NULL)
		watch->notice(watch->context, line);
}

enum err_code import_predictions(const char *file, const struct import_settings *settings, const char *database,
				 const struct track_environment *environment, const struct recorder_watch *watch,
				 struct import_result *ret_result, struct err *err)
{
	AUTO(import_done) struct import import = { .settings = settings, .stop = watch->stop };
	AUTO(recorder_freep) struct recorder *recorder = NULL;
	int64_t run_id = 0;

	if (dataset_read(file, &(struct reading){ .label = "class", .is_plain = true }, &import.rows, err) != ERR_OK ||
	    map_columns(&import, err) != ERR_OK || sort_rows(&import, err) != ERR_OK ||
	    make_subject(&import, err) != ERR_OK || check_epochs(&import, err) != ERR_OK)
		return err->code;
	plan_tell_notes(import.rows, &(struct runner_watch){ .context = watch->context, .notice = watch->notice });
	tell_rounded(&import, watch);
	if (recorder_open(database, false, watch, &recorder, err) != ERR_OK ||
	    record_run(&import, recorder, environment, &run_id, err) != ERR_OK)
		return err->code;
	if (recorder_close(take_ptr(&recorder), err) != ERR_OK)
		return err->code;
	*ret_result = (struct import_result){
		.run_id = run_id,
		.instances = import.subject->instances,
		.classes = import.subject->classes,
		.epochs = import.epochs,
	};
	return ERR_OK;
}
