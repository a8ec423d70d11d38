#include "app/export_run.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "db/db.h"
#include "track/epoch_record.h"

static enum err_code read_epochs(struct export_run *run, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	size_t capacity = 0;
	bool more = false;

	if (db_prepare(track_db(run->track),
		       "SELECT epoch FROM main.epoch WHERE run_id = :run_id AND first_block IS NOT NULL ORDER BY epoch",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run->row.run_id);
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		if (mem_more(&run->epochs, run->epoch_count, &capacity, err) != ERR_OK)
			return err->code;
		run->epochs[run->epoch_count++] = (size_t)db_column_int(stmt, 0);
	}
}

enum err_code export_run_read(struct export_run *run, int64_t run_id, struct err *err)
{
	AUTO(mem_freep) uint32_t *lines = NULL;
	AUTO(mem_freep) char **features = NULL;

	if (track_read_run(run->track, run_id, &run->row, err) != ERR_OK)
		return err->code;
	size_t n = run->row.instances;
	if (mem_new(&run->classes, run->row.classes, err) != ERR_OK || mem_new(&run->y, n, err) != ERR_OK ||
	    mem_new(&run->instance_id, n, err) != ERR_OK || mem_new(&lines, n, err) != ERR_OK ||
	    mem_new(&features, run->row.features, err) != ERR_OK)
		return err->code;
	enum err_code code = track_read_names(run->track, &run->row, run->classes, features, err);
	for (size_t i = 0; i < run->row.features; i++)
		free(features[i]);
	if (code != ERR_OK ||
	    track_read_instances(run->track, &run->row, run->y, run->instance_id, lines, err) != ERR_OK)
		return err->code;
	if (run->row.is_regression && (mem_new(&run->target, n, err) != ERR_OK ||
				       track_read_targets(run->track, &run->row, run->target, err) != ERR_OK))
		return err->code;
	return read_epochs(run, err);
}

void export_run_done(struct export_run *run)
{
	if (run->classes != NULL)
		mem_free_texts(run->classes, run->row.classes);
	free(run->y);
	free(run->instance_id);
	free(run->target);
	free(run->epochs);
	track_run_row_done(&run->row);
}

enum err_code export_run_open(const struct export_run *run, const char *name, const char *suffix, FILE **ret_stream,
			      struct err *err)
{
	struct text file AUTO(text_done) = { 0 };

	if (text_append(&file, err, "run%lld_%s.%s", (long long)run->row.run_id, name, suffix) != ERR_OK)
		return err->code;
	return export_files_open(run->files, file.data, ret_stream, err);
}

size_t export_dynamics_columns(const struct export_run *run, struct export_column ret_columns[EXPORT_COLUMNS_MAX])
{
	static const struct export_column of_classes[] = { { .name = "part", .kind = EXPORT_PART },
							   { .name = "class", .kind = EXPORT_CLASS } };
	static const struct export_column of_numbers[] = { { .name = "part", .kind = EXPORT_PART },
							   { .name = "target", .kind = EXPORT_TARGET },
							   { .name = "predicted", .kind = EXPORT_PREDICTED },
							   { .name = "residual", .series = SERIES_RESIDUAL },
							   { .name = "loss", .kind = EXPORT_LOSS } };
	bool numbers = run->row.is_regression;
	size_t count = numbers ? ARRAY_LENGTH(of_numbers) : ARRAY_LENGTH(of_classes);

	memcpy(ret_columns, numbers ? of_numbers : of_classes, count * sizeof *ret_columns);
	for (enum series s = 0; s < SERIES_DYNAMICS_COUNT; s++)
		if (!numbers || series_specs[s].task == SERIES_OF_BOTH)
			ret_columns[count++] = (struct export_column){ .name = series_specs[s].column, .series = s };
	if (numbers)
		ret_columns[count++] = (struct export_column){ .name = "bin", .kind = EXPORT_CLASS };
	return count;
}

static enum err_code check_stop(const struct export_run *run, struct err *err)
{
	return atomic_load(run->request->stop) ? err_set(err, ERR_INTERRUPTED, "interrupted") : ERR_OK;
}

static enum err_code damaged(const struct export_run *run, size_t epoch, struct err *err)
{
	return err_set(err, ERR_INPUT, "%s: run %lld: epoch %zu is damaged; 'hardrow verify %lld%s' says where",
		       db_path(track_db(run->track)), (long long)run->row.run_id, epoch, (long long)run->row.run_id,
		       db_option(track_db(run->track)));
}

/* Where the series lie in the statement's row. */
static bool take_series(const struct export_run *run, struct db_stmt *stmt, struct export_block *block)
{
	block->tally = db_column_int(stmt, 1) == SERIES_LONG ? SERIES_LONG : SERIES_SHORT;
	for (enum series s = 0; s < SERIES_COUNT; s++) {
		size_t length = 0;
		block->series[s] = db_column_blob(stmt, 2 + (size_t)s, &length);
		if (length == 0)
			block->series[s] = NULL;
		else if (length != series_bytes(s, block->m, track_run_row_probabilities(&run->row), block->tally))
			return false;
	}
	return true;
}

#define SERIES_COLUMN(id, name, column, storage, shape, task) ", block." #name

enum err_code export_run_blocks(const struct export_run *run,
				enum err_code (*take)(void *context, const struct export_block *block, struct err *err),
				void *context, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	size_t n = run->row.instances;
	bool more = false;

	if (db_prepare(
		track_db(run->track),
		"SELECT run.block_instances, epoch.draws_bytes" SERIES(
		    SERIES_COLUMN) " FROM main.run CROSS JOIN main.epoch ON epoch.run_id = run.run_id AND epoch.epoch "
				   "= :epoch"
				   " CROSS JOIN main.block ON block_id >= first_block"
				   " AND block_id < first_block + (:instances + block_instances - 1) / block_instances"
				   " WHERE run.run_id = :run_id ORDER BY block_id",
		&stmt, err) != ERR_OK)
		return err->code;
	for (size_t e = 0; e < run->epoch_count; e++) {
		struct export_block block = { .epoch = run->epochs[e] };
		db_bind_int(stmt, ":epoch", (int64_t)block.epoch);
		db_bind_int(stmt, ":instances", (int64_t)n);
		db_bind_int(stmt, ":run_id", run->row.run_id);
		for (; block.first < n; block.first += block.m) {
			if (check_stop(run, err) != ERR_OK || db_step(stmt, &more, err) != ERR_OK)
				return err->code;
			int64_t most = more ? db_column_int(stmt, 0) : 0;
			if (most < 1)
				return damaged(run, block.epoch, err);
			block.m = n - block.first < (uint64_t)most ? n - block.first : (size_t)most;
			if (!take_series(run, stmt, &block))
				return damaged(run, block.epoch, err);
			if (take(context, &block, err) != ERR_OK)
				return err->code;
		}
		db_reset(stmt);
	}
	return ERR_OK;
}

enum err_code export_run_matrices(const struct export_run *run,
				  enum err_code (*take)(void *context, const struct export_matrix *matrix,
							struct err *err),
				  void *context, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	struct export_matrix matrix;
	bool more = false;

	if (db_prepare(track_db(run->track),
		       "SELECT epoch, layer, name, rows, cols, value FROM main.weight WHERE run_id = :run_id"
		       " ORDER BY layer, name, epoch",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run->row.run_id);
	for (;;) {
		size_t length = 0;
		if (check_stop(run, err) != ERR_OK || db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		matrix.epoch = (size_t)db_column_int(stmt, 0);
		matrix.layer = (size_t)db_column_int(stmt, 1);
		matrix.rows = (size_t)db_column_int(stmt, 3);
		matrix.cols = (size_t)db_column_int(stmt, 4);
		matrix.value = db_column_blob(stmt, 5, &length);
		size_t numbers = length / sizeof *matrix.value;
		if (numbers == 0 || matrix.cols == 0 || numbers / matrix.cols != matrix.rows ||
		    matrix.rows * matrix.cols * sizeof *matrix.value != length)
			return damaged(run, matrix.epoch, err);
		if (db_read_text(stmt, 2, &matrix.name, err) != ERR_OK || take(context, &matrix, err) != ERR_OK)
			return err->code;
	}
}

uint16_t export_class(const struct export_block *block, enum series series, size_t i)
{
	uint16_t value = SERIES_UNKNOWN;

	if (block->series[series] != NULL)
		memcpy(&value, block->series[series] + i * sizeof value, sizeof value);
	return value;
}

uint32_t export_tally(const struct export_block *block, enum series series, size_t i)
{
	return block->series[series] != NULL ? series_read_tally(block->series[series], block->tally, i)
					     : SERIES_NO_TALLY;
}

double export_real(const struct export_run *run, const struct export_block *block, enum export_kind kind, size_t i)
{
	double target = run->target[block->first + i];
	double residual = (double)export_float(block, SERIES_RESIDUAL, i);

	switch (kind) {
	case EXPORT_TARGET:
		return target;
	case EXPORT_PREDICTED:
		return target + residual;
	case EXPORT_LOSS:
		return residual * residual;
	case EXPORT_SERIES:
	case EXPORT_PART:
	case EXPORT_CLASS:
		break;
	}
	return NAN;
}

enum err_code export_run_tally(const struct export_run *run, enum series_tally *ret_tally, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool is_long = false;

	if (db_prepare(
		track_db(run->track),
		"SELECT 1 FROM main.epoch WHERE run_id = :run_id AND draws_bytes = 4 AND first_block IS NOT NULL",
		&stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run->row.run_id);
	if (db_step(stmt, &is_long, err) != ERR_OK)
		return err->code;
	*ret_tally = is_long ? SERIES_LONG : SERIES_SHORT;
	return ERR_OK;
}
