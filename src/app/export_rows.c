/* The export as rows: CSV and JSON lines. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/export_run.h"
#include "base/mem.h"
#include "db/measures.h"
#include "db/part.h"
#include "out/out.h"
#include "report/report.h"

#define PARTS 3

struct writer {
	const struct export_run *run;
	struct out *out;
	struct out_value *ready;	     /* what many rows have: the run's number, parts, classes (k) */
	struct text texts;		     /* of these */
	const struct export_column *columns; /* behind the keys, of dynamics and of a regression's predictions */
	size_t column_count;
};

static void writer_done(struct writer *writer)
{
	out_free(writer->out);
	text_done(&writer->texts);
	free(writer->ready);
}

static struct out_value ready_part(const struct writer *writer, size_t position)
{
	uint8_t part = writer->run->row.is_test[position];

	return writer->ready[1 + (part < PARTS ? part : 0)];
}

static struct out_value ready_class(const struct writer *writer, size_t c)
{
	return writer->ready[1 + PARTS + c];
}

static struct out_value integer(size_t value)
{
	return (struct out_value){ .type = OUT_INTEGER, .integer = (int64_t)value };
}

static struct out_value text(const char *value)
{
	return (struct out_value){ .type = OUT_TEXT, .text = value };
}

/* In place: a copy of a value that was just written waits until it is in memory. */
static void set_number(struct out_value *value, float number)
{
	value->type = isfinite(number) ? OUT_FLOAT : OUT_NULL;
	value->single = number;
}

static struct out_value real(double number)
{
	return (struct out_value){ .type = isfinite(number) ? OUT_REAL : OUT_NULL, .real = number };
}

static enum err_code begin(struct writer *writer, const char *name, const struct out_column *columns, size_t count,
			   struct err *err)
{
	const struct export_run *run = writer->run;
	struct out_target target = { 0 };
	size_t k = run->row.classes;

	if (export_run_open(run, name, out_format_name(run->out_format), &target.file, err) != ERR_OK ||
	    out_begin(run->out_format, &target, columns, count, &writer->out, err) != ERR_OK ||
	    mem_new(&writer->ready, 1 + PARTS + k, err) != ERR_OK)
		return err->code;
	writer->ready[0] = integer((size_t)run->row.run_id);
	for (uint8_t part = 0; part < PARTS; part++)
		writer->ready[1 + part] = text(part_name(part));
	for (size_t c = 0; c < k; c++)
		writer->ready[1 + PARTS + c] = text(run->classes[c]);
	return out_make_ready(writer->out, writer->ready, 1 + PARTS + k, &writer->texts, err);
}

/* run_id, epoch, instance_id */
#define KEYS 3

static void set_series(const struct writer *writer, const struct export_block *block, enum series series, size_t i,
		       struct out_value *value)
{
	const struct export_run *run = writer->run;

	size_t at = series_specs[series].per_class ? run->y[block->first + i] * block->m + i : i;
	uint32_t number;

	value->type = OUT_NULL;
	switch (series_specs[series].storage) {
	case SERIES_FLOAT32:
		set_number(value, export_float(block, series, at));
		break;
	case SERIES_CLASS:
		number = export_class(block, series, i);
		if (number < run->row.classes)
			*value = ready_class(writer, number);
		break;
	case SERIES_TALLY:
		number = export_tally(block, series, i);
		if (number != SERIES_NO_TALLY)
			*value = integer(number);
		break;
	}
}

static void set_column(const struct writer *writer, const struct export_block *block,
		       const struct export_column *column, size_t i, struct out_value *value)
{
	switch (column->kind) {
	case EXPORT_SERIES:
		set_series(writer, block, column->series, i, value);
		break;
	case EXPORT_PART:
		*value = ready_part(writer, block->first + i);
		break;
	case EXPORT_CLASS:
		*value = ready_class(writer, writer->run->y[block->first + i]);
		break;
	case EXPORT_TARGET:
	case EXPORT_PREDICTED:
	case EXPORT_LOSS:
		*value = real(export_real(writer->run, block, column->kind, i));
		break;
	}
}

static enum err_code write_columns(void *context, const struct export_block *block, struct err *err)
{
	const struct writer *writer = context;
	struct out_value values[KEYS + EXPORT_COLUMNS_MAX];

	values[0] = writer->ready[0];
	values[1] = integer(block->epoch);
	for (size_t i = 0; i < block->m; i++) {
		values[2] = integer(writer->run->instance_id[block->first + i]);
		for (size_t c = 0; c < writer->column_count; c++)
			set_column(writer, block, &writer->columns[c], i, &values[KEYS + c]);
		if (out_row(writer->out, values, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code export_column_rows(struct export_run *run, const char *name, const struct export_column *columns,
					size_t count, struct err *err)
{
	struct out_column names[KEYS + EXPORT_COLUMNS_MAX] = { { .name = "run_id" },
							       { .name = "epoch" },
							       { .name = "instance_id" } };
	AUTO(writer_done) struct writer writer = { .run = run, .columns = columns, .column_count = count };

	for (size_t c = 0; c < count; c++)
		names[KEYS + c].name = columns[c].name;
	if (begin(&writer, name, names, KEYS + count, err) != ERR_OK)
		return err->code;
	if (export_run_blocks(run, write_columns, &writer, err) != ERR_OK)
		return err->code;
	return out_end(writer.out, err);
}

enum err_code export_dynamics_rows(struct export_run *run, struct err *err)
{
	struct export_column columns[EXPORT_COLUMNS_MAX];

	return export_column_rows(run, "dynamics", columns, export_dynamics_columns(run, columns), err);
}

static enum err_code write_predictions(void *context, const struct export_block *block, struct err *err)
{
	const struct writer *writer = context;
	const struct export_run *run = writer->run;
	struct out_value values[5];

	values[0] = writer->ready[0];
	values[1] = integer(block->epoch);
	for (size_t i = 0; i < block->m; i++) {
		values[2] = integer(run->instance_id[block->first + i]);
		for (size_t c = 0; c < run->row.classes; c++) {
			values[3] = ready_class(writer, c);
			set_number(&values[4], export_float(block, SERIES_P, c * block->m + i));
			if (out_row(writer->out, values, err) != ERR_OK)
				return err->code;
		}
	}
	return ERR_OK;
}

enum err_code export_prediction_rows(struct export_run *run, struct err *err)
{
	static const struct out_column columns[] = { { .name = "run_id" },
						     { .name = "epoch" },
						     { .name = "instance_id" },
						     { .name = "class" },
						     { .name = "probability" } };
	static const struct export_column predicted = { .name = "predicted", .kind = EXPORT_PREDICTED };
	AUTO(writer_done) struct writer writer = { .run = run };

	if (run->row.is_regression)
		return export_column_rows(run, "predictions", &predicted, 1, err);
	if (begin(&writer, "predictions", columns, ARRAY_LENGTH(columns), err) != ERR_OK)
		return err->code;
	if (export_run_blocks(run, write_predictions, &writer, err) != ERR_OK)
		return err->code;
	return out_end(writer.out, err);
}

static enum err_code write_weights(void *context, const struct export_matrix *matrix, struct err *err)
{
	const struct writer *writer = context;
	struct out_value values[7];
	double value;

	values[0] = writer->ready[0];
	values[1] = integer(matrix->epoch);
	values[2] = integer(matrix->layer);
	values[3] = text(matrix->name);
	for (size_t i = 0; i < matrix->rows * matrix->cols; i++) {
		memcpy(&value, &matrix->value[i], sizeof value);
		values[4] = integer(i / matrix->cols);
		values[5] = integer(i % matrix->cols);
		values[6] = real(value);
		if (out_row(writer->out, values, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

enum err_code export_weight_rows(struct export_run *run, struct err *err)
{
	static const struct out_column columns[] = { { .name = "run_id" }, { .name = "epoch" }, { .name = "layer" },
						     { .name = "name" },   { .name = "row" },	{ .name = "col" },
						     { .name = "value" } };
	AUTO(writer_done) struct writer writer = { .run = run };

	if (begin(&writer, "weights", columns, ARRAY_LENGTH(columns), err) != ERR_OK)
		return err->code;
	if (export_run_matrices(run, write_weights, &writer, err) != ERR_OK)
		return err->code;
	return out_end(writer.out, err);
}

/* What is few: the rows of a view, through SQL. */
static enum err_code write_table(const struct export_run *run, const char *name, const char *select, struct err *err)
{
	struct text sql AUTO(text_done) = { 0 };
	struct out_target target = { 0 };

	if (text_append(&sql, err, select, (long long)run->row.run_id) != ERR_OK ||
	    export_run_open(run, name, out_format_name(run->out_format), &target.file, err) != ERR_OK)
		return err->code;
	return report_run_sql(track_db(run->track), sql.data, run->out_format, &target, err);
}

#define INSTANCES_OF_RUN                                                                                               \
	" JOIN run ON run.run_id = instance_summary.run_id JOIN instances ON instances.dataset_id = run.dataset_id"    \
	" AND instances.instance_id = instance_summary.instance_id"                                                    \
	" WHERE instance_summary.run_id = %lld ORDER BY instances.position"
#define MEASURE_COLUMN(id, column, type) ", " #column

enum err_code export_instances(struct export_run *run, struct err *err)
{
	static const char of_classes[] =
	    "SELECT instance_summary.*, source_line, subclass, features FROM instance_summary" INSTANCES_OF_RUN;
	static const char of_numbers[] =
	    "SELECT instance_summary.run_id, instance_summary.instance_id, part, instance_summary.class AS bin, "
	    "target, difficulty, weight, mean_loss, last_loss" MEASURES_REGRESSION(
		MEASURE_COLUMN) ", source_line, features FROM instance_summary" INSTANCES_OF_RUN;

	return write_table(run, "instances", run->row.is_regression ? of_numbers : of_classes, err);
}

enum err_code export_epochs(struct export_run *run, struct err *err)
{
	static const char of_classes[] = "SELECT * FROM epochs WHERE run_id = %lld ORDER BY epoch";
	static const char of_numbers[] =
	    "SELECT regression_metrics.*, train_loss, test_loss, effective_sample_size, seconds, recorded, seen"
	    " FROM epochs JOIN regression_metrics USING (run_id, epoch)"
	    " WHERE run_id = %lld ORDER BY epoch, part, shot";

	return write_table(run, "epochs", run->row.is_regression ? of_numbers : of_classes, err);
}
