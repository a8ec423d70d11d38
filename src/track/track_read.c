#include "track/track_read.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/packing.h"
#include "track/statements.h"

enum err_code track_open_existing(const char *path, const struct db_wait *write, struct track **ret_track,
				  struct err *err)
{
	AUTO(track_freep) struct track *track = NULL;

	if (write != NULL && !file_exists(path))
		return err_set(err, ERR_INPUT, "%s: there is no such file", path);
	if (write != NULL)
		return track_open(path, write, ret_track, err);
	if (mem_new(&track, 1, err) != ERR_OK || db_open(path, DB_READ, &track->db, err) != ERR_OK)
		return err->code;
	*ret_track = take_ptr(&track);
	return ERR_OK;
}

enum err_code track_open_upgraded(const char *path, struct track **ret_track, struct err *err)
{
	AUTO(track_freep) struct track *track = NULL;

	if (mem_new(&track, 1, err) != ERR_OK || db_open_upgraded(path, &track->db, err) != ERR_OK)
		return err->code;
	*ret_track = take_ptr(&track);
	return ERR_OK;
}

static enum err_code copy_column(struct db_stmt *stmt, size_t i, char **ret_text, struct err *err)
{
	const char *text = NULL;

	return db_read_text(stmt, i, &text, err) != ERR_OK ? err->code : mem_copy_text(text, ret_text, err);
}

/* The split's bytes, one for each instance. */
static enum err_code copy_test(struct db_stmt *stmt, size_t i, struct track_run_row *row, struct err *err)
{
	size_t length = 0;
	const void *bytes = db_column_blob(stmt, i, &length);

	if (length == 0 || length != row->instances)
		return err_set(err, ERR_INPUT, "run %lld: its split is of %zu instances, its data set of %zu",
			       (long long)row->run_id, length, row->instances);
	if (mem_new(&row->is_test, length, err) != ERR_OK)
		return err->code;
	memcpy(row->is_test, bytes, length);
	return ERR_OK;
}

static enum err_code take_run(struct db_stmt *stmt, struct track_run_row *row, struct err *err)
{
	row->dataset_id = db_column_int(stmt, 0);
	row->split_id = db_column_int(stmt, 1);
	row->instances = (size_t)db_column_int(stmt, 6);
	row->features = (size_t)db_column_int(stmt, 7);
	row->classes = (size_t)db_column_int(stmt, 8);
	row->instance_bytes = db_column_int(stmt, 9) > 0 ? (size_t)db_column_int(stmt, 9) : 0;
	if (row->instance_bytes / sizeof(double) > row->features)
		return err_set(err, ERR_INPUT, "run %lld: %zu features cannot take %zu bytes", (long long)row->run_id,
			       row->features, row->instance_bytes);
	row->has_model = db_column_int(stmt, 10) != 0;
	row->given = db_column_int(stmt, 11) != 0;
	row->experiment_id = db_column_int(stmt, 13);
	row->source_run_id = db_column_int(stmt, 14);
	row->blas_threads = db_column_int(stmt, 17);
	row->last_epoch = db_column_int(stmt, 18) > 0 ? (size_t)db_column_int(stmt, 18) : 0;
	row->is_regression = db_column_int(stmt, 19) != 0;
	if (copy_column(stmt, 15, &row->status, err) != ERR_OK || copy_column(stmt, 16, &row->blas, err) != ERR_OK)
		return err->code;
	if (copy_column(stmt, 2, &row->method, err) != ERR_OK || copy_column(stmt, 3, &row->dataset, err) != ERR_OK ||
	    copy_column(stmt, 4, &row->sha256, err) != ERR_OK || copy_column(stmt, 5, &row->label, err) != ERR_OK)
		return err->code;
	return copy_test(stmt, 12, row, err);
}

/* SQLite 3.40 takes an object for a key, {{"a":"b"}:0}, and may crash when it then looks for another key of that
 * object, or writes the text of what it is in. So keys and types are looked at first, without a search. */
static enum err_code check_keys(struct track *track, int64_t run_id, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool is_odd = false;

	if (db_prepare(track->db,
		       "SELECT 1 FROM run CROSS JOIN json_each(run.settings) WHERE run_id = :run_id"
		       " AND (key GLOB '*[^a-z0-9_]*' OR type IN ('object', 'array'))",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	if (db_step(stmt, &is_odd, err) != ERR_OK)
		return err->code;
	return is_odd ? err_set(err, ERR_INPUT, "%s: run %lld: its settings are damaged", db_path(track->db),
				(long long)run_id)
		      : ERR_OK;
}

enum err_code track_read_run(struct track *track, int64_t run_id, struct track_run_row *ret_row, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	struct track_run_row row AUTO(track_run_row_done) = { .run_id = run_id };

	if (check_keys(track, run_id, err) != ERR_OK)
		return err->code;
	if (db_prepare(track->db,
		       "SELECT run.dataset_id, run.split_id, run.method, dataset.name, dataset.sha256, dataset.label,"
		       " dataset.instances, dataset.features, dataset.classes,"
		       " dataset.instance_bytes, EXISTS (SELECT 1 FROM json_each(run.settings) WHERE key = 'model'"
		       " AND type <> 'null'), "
		       "split.given, split.test, "
		       "run.experiment_id, run.source_run_id, run.status, run.blas, run.blas_threads,"
		       " (SELECT max(epoch) FROM epoch WHERE epoch.run_id = run.run_id), dataset.task = 'regression'"
		       " FROM run JOIN dataset USING (dataset_id) JOIN split USING (split_id)"
		       " WHERE run.run_id = :run_id",
		       &stmt, err) != ERR_OK)
		return err->code;
	if (track_find_run(track, stmt, run_id, err) != ERR_OK || take_run(stmt, &row, err) != ERR_OK)
		return err->code;
	*ret_row = row;
	row = (struct track_run_row){ 0 };
	return ERR_OK;
}

void track_run_row_done(struct track_run_row *row)
{
	free(row->method);
	free(row->status);
	free(row->blas);
	free(row->dataset);
	free(row->sha256);
	free(row->label);
	free(row->is_test);
	*row = (struct track_run_row){ 0 };
}

enum err_code track_read_settings(struct track *track, int64_t run_id,
				  enum err_code (*take)(void *context, const char *name, const char *value,
							struct err *err),
				  void *context, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	const char *name = NULL;
	const char *value = NULL;
	bool more = false;

	if (check_keys(track, run_id, err) != ERR_OK)
		return err->code;
	/* '->' gives a number as it is written; a REAL would go through SQLite's conversions. */
	if (db_prepare(track->db,
		       "SELECT key, CASE type WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' WHEN 'text' THEN value"
		       " ELSE run.settings -> fullkey END"
		       " FROM run CROSS JOIN json_each(run.settings) WHERE run_id = :run_id AND type <> 'null'",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		if (db_read_text(stmt, 0, &name, err) != ERR_OK || db_read_text(stmt, 1, &value, err) != ERR_OK ||
		    take(context, name, value, err) != ERR_OK)
			return err->code;
	}
}

/* The one column of the data set's rows: exactly `count` texts. */
static enum err_code read_texts(struct track *track, const char *sql, const struct track_run_row *row, size_t count,
				char **ret_texts, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool more = false;

	if (db_prepare(track->db, sql, &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":dataset_id", row->dataset_id);
	for (size_t i = 0; i < count; i++) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return err_set(err, ERR_INPUT, "%s: data set '%s' has %zu names, not %zu", db_path(track->db),
				       row->dataset, i, count);
		if (copy_column(stmt, 0, &ret_texts[i], err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

enum err_code track_read_names(struct track *track, const struct track_run_row *row, char **ret_classes,
			       char **ret_features, struct err *err)
{
	if (read_texts(track, "SELECT name FROM class WHERE dataset_id = :dataset_id ORDER BY class_index", row,
		       row->classes, ret_classes, err) != ERR_OK)
		return err->code;
	return read_texts(track, "SELECT name FROM feature WHERE dataset_id = :dataset_id ORDER BY feature_index", row,
			  row->features, ret_features, err);
}

static enum err_code bad_instances(struct track *track, const struct track_run_row *row, struct err *err)
{
	return err_set(err, ERR_INPUT, "%s: instances of data set '%s' are missing or damaged", db_path(track->db),
		       row->dataset);
}

enum err_code track_read_instances(struct track *track, const struct track_run_row *row, uint32_t *ret_y,
				   uint32_t *ret_instance_id, uint32_t *ret_source_line, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool more = false;

	if (db_prepare(track->db,
		       "SELECT class_index, instance_id, source_line FROM instance WHERE dataset_id = :dataset_id"
		       " ORDER BY position",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":dataset_id", row->dataset_id);
	for (size_t i = 0; i < row->instances; i++) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		int64_t id = more ? db_column_int(stmt, 1) : -1;
		if (id < 0 || id > UINT32_MAX || (i > 0 && id <= ret_instance_id[i - 1]) ||
		    (uint64_t)db_column_int(stmt, 0) >= row->classes)
			return bad_instances(track, row, err);
		ret_y[i] = (uint32_t)db_column_int(stmt, 0);
		ret_instance_id[i] = (uint32_t)id;
		ret_source_line[i] = (uint32_t)db_column_int(stmt, 2);
	}
	return ERR_OK;
}

enum err_code track_read_targets(struct track *track, const struct track_run_row *row, double *ret_target,
				 struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool more = false;

	if (db_prepare(track->db, "SELECT target FROM instance WHERE dataset_id = :dataset_id ORDER BY position", &stmt,
		       err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":dataset_id", row->dataset_id);
	for (size_t i = 0; i < row->instances; i++) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more || db_column_type(stmt, 0) != DB_REAL)
			return bad_instances(track, row, err);
		ret_target[i] = db_column_real(stmt, 0);
	}
	return ERR_OK;
}

size_t track_run_row_probabilities(const struct track_run_row *row)
{
	return row->is_regression ? 0 : row->classes;
}

/* packings (d), as the rows of `feature` say; none reaches beyond the bytes of an instance. */
static enum err_code read_packings(struct track *track, const struct track_run_row *row, struct packing *packings,
				   struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	const char *storage = NULL;
	bool more = false;

	if (db_prepare(track->db,
		       "SELECT storage, place, low, divisor FROM feature WHERE dataset_id = :dataset_id"
		       " ORDER BY feature_index",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":dataset_id", row->dataset_id);
	for (size_t j = 0; j < row->features; j++) {
		if (db_step(stmt, &more, err) != ERR_OK || (more && db_read_text(stmt, 0, &storage, err) != ERR_OK))
			return err->code;
		int64_t place = more ? db_column_int(stmt, 1) : -1;
		if (place < 0 || !packing_find(storage, &packings[j].kind) ||
		    (uint64_t)place + packing_width(packings[j].kind) > row->instance_bytes)
			return bad_instances(track, row, err);
		packings[j].place = (size_t)place;
		packings[j].low = db_column_int(stmt, 2);
		packings[j].divisor = db_column_real(stmt, 3);
	}
	return ERR_OK;
}

enum err_code track_read_features(struct track *track, const struct track_run_row *row, double *ret_x, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	AUTO(mem_freep) struct packing *packings = NULL;
	size_t d = row->features;
	bool more = false;

	if (mem_new(&packings, d, err) != ERR_OK || read_packings(track, row, packings, err) != ERR_OK ||
	    db_prepare(track->db, "SELECT value FROM feature_block WHERE dataset_id = :dataset_id ORDER BY block",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":dataset_id", row->dataset_id);
	for (size_t first = 0; first < row->instances; first += PACKING_INSTANCES) {
		size_t left = row->instances - first;
		size_t count = left < PACKING_INSTANCES ? left : PACKING_INSTANCES;
		size_t length = 0;
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		const unsigned char *bytes = more ? db_column_blob(stmt, 0, &length) : NULL;
		if (length != count * row->instance_bytes)
			return bad_instances(track, row, err);
		for (size_t i = 0; i < count; i++)
			for (size_t j = 0; j < d; j++)
				ret_x[(first + i) * d + j] =
				    packing_read(&packings[j], bytes + i * row->instance_bytes);
	}
	return ERR_OK;
}

enum err_code track_list_weight_epochs(struct track *track, int64_t run_id, size_t from, size_t **ret_epochs,
				       size_t *ret_count, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	AUTO(mem_freep) size_t *epochs = NULL;
	size_t count = 0;
	size_t capacity = 0;
	bool more = false;

	if (db_prepare(track->db,
		       "SELECT DISTINCT epoch FROM weight WHERE run_id = :run_id AND epoch >= :from AND name = 'weight'"
		       " ORDER BY epoch",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run_id);
	db_bind_int(stmt, ":from", (int64_t)from);
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			break;
		if (mem_more(&epochs, count, &capacity, err) != ERR_OK)
			return err->code;
		epochs[count++] = (size_t)db_column_int(stmt, 0);
	}
	*ret_epochs = take_ptr(&epochs);
	*ret_count = count;
	return ERR_OK;
}

enum err_code track_read_matrix(struct track *track, const struct track_matrix *matrix, double *ret_value,
				struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	size_t length = 0;
	bool found = false;

	if (db_prepare(track->db,
		       "SELECT value FROM weight WHERE run_id = :run_id AND epoch = :epoch AND layer = :layer"
		       " AND name = :name AND rows = :rows AND cols = :cols",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", matrix->run_id);
	db_bind_int(stmt, ":epoch", (int64_t)matrix->epoch);
	db_bind_int(stmt, ":layer", (int64_t)matrix->layer);
	db_bind_text(stmt, ":name", matrix->name);
	db_bind_int(stmt, ":rows", (int64_t)matrix->rows);
	db_bind_int(stmt, ":cols", (int64_t)matrix->cols);
	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	const void *bytes = found ? db_column_blob(stmt, 0, &length) : NULL;
	if (!found || length != matrix->rows * matrix->cols * sizeof *ret_value)
		return err_set(err, ERR_INPUT, "run %lld: no %s of layer %zu, %zu by %zu, is recorded at epoch %zu",
			       (long long)matrix->run_id, matrix->name, matrix->layer, matrix->rows, matrix->cols,
			       matrix->epoch);
	memcpy(ret_value, bytes, length);
	return ERR_OK;
}
