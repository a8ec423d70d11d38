/* Runs and their epochs. */
#include <math.h>

#include "base/clock.h"
#include "track/statements.h"
#include "track/track_checksum.h"

enum err_code track_start_run(struct track *track, const struct track_run *run, int64_t *ret_run_id, struct err *err)
{
	const struct track_environment *environment = run->environment;
	int64_t writer_id = 0;
	struct db_stmt *stmt = NULL;

	if (track_begin(track, err) != ERR_OK || track_writer(track, &writer_id, err) != ERR_OK ||
	    (run->resume.run_id != 0 && track_resume_run(track, &run->resume, writer_id, err) != ERR_OK) ||
	    (run->key != NULL && track_drop_claim(track, run, err) != ERR_OK))
		return err->code;
	if (run->resume.run_id != 0) {
		*ret_run_id = run->resume.run_id;
		return ERR_OK;
	}
	if (track_statement(
		track, TRACK_START_RUN,
		"INSERT INTO run (experiment_id, dataset_id, split_id, model, method, seed, status, settings,"
		" block_instances, hardrow_version, git_commit, blas, blas_threads, compiler, host, pid, argv,"
		" started_at_ms, run_uid, run_key, source_run_id, chosen, writer_id, run_name, note, threads) VALUES "
		"(:experiment_id, "
		":dataset_id, "
		":split_id,"
		" :model, :method, :seed, 'running', :settings, :block_instances, :hardrow_version, :git_commit, :blas,"
		" :blas_threads, :compiler, :host, :pid, :argv, :started_at_ms, lower(hex(randomblob(16))), :run_key,"
		" :source_run_id, :chosen, :writer_id, :run_name, :note, :threads)",
		&stmt, err) != ERR_OK)
		return err->code;
	if (run->experiment_id != 0)
		db_bind_int(stmt, ":experiment_id", run->experiment_id);
	db_bind_int(stmt, ":dataset_id", run->dataset_id);
	db_bind_int(stmt, ":split_id", run->split_id);
	db_bind_text(stmt, ":model", run->model);
	db_bind_text(stmt, ":method", run->method);
	db_bind_int(stmt, ":seed", (int64_t)run->seed);
	db_bind_text(stmt, ":settings", run->settings);
	db_bind_int(stmt, ":block_instances", BLOCK_INSTANCES);
	db_bind_text(stmt, ":hardrow_version", environment->version);
	db_bind_text(stmt, ":git_commit", environment->git_commit);
	db_bind_text(stmt, ":blas", environment->blas);
	db_bind_int(stmt, ":blas_threads", environment->blas_threads);
	db_bind_text(stmt, ":compiler", environment->compiler);
	db_bind_text(stmt, ":host", environment->host);
	db_bind_int(stmt, ":pid", environment->pid);
	db_bind_text(stmt, ":argv", environment->argv);
	db_bind_int(stmt, ":started_at_ms", clock_utc_ms());
	db_bind_text(stmt, ":run_key", run->key);
	if (run->source_run_id != 0)
		db_bind_int(stmt, ":source_run_id", run->source_run_id);
	db_bind_text(stmt, ":chosen", run->chosen);
	db_bind_int(stmt, ":writer_id", writer_id);
	db_bind_text(stmt, ":run_name", environment->run_name);
	db_bind_text(stmt, ":note", environment->note);
	db_bind_int(stmt, ":threads", environment->threads);
	if (db_run(stmt, err) != ERR_OK)
		return err->code != ERR_INPUT
			   ? err->code
			   : err_prefix(err, "a run cannot begin; was its data set deleted from the file?");
	*ret_run_id = db_last_rowid(track->db);
	return track_put_checksum(track, SUBJECT_RUN, *ret_run_id, err);
}

#define COLUMN(id, name, column, storage, shape, task) #name ", "
#define PARAMETER(id, name, column, storage, shape, task) ":" #name ", "
#define PARAMETER_NAME(id, name, column, storage, shape, task) ":" #name,

static enum err_code put_blocks(struct track *track, const struct epoch_record *record, int64_t *ret_first,
				struct err *err)
{
	static const char *const names[SERIES_COUNT] = { SERIES(PARAMETER_NAME) };
	struct db_stmt *stmt;

	if (track_statement(track, TRACK_PUT_BLOCK,
			    "INSERT INTO block (" SERIES(COLUMN) "checksum) VALUES (" SERIES(PARAMETER) ":checksum)",
			    &stmt, err) != ERR_OK)
		return err->code;
	for (size_t t = 0; t < epoch_record_block_count(record); t++) {
		const unsigned char *bytes = epoch_record_block(record, t);
		for (enum series s = 0; s < SERIES_COUNT; s++) {
			size_t length = epoch_record_series_bytes(record, t, s);
			if (length == 0 && series_specs[s].task == SERIES_OF_REGRESSION)
				db_bind_null(stmt, names[s]);
			else
				db_bind_blob(stmt, names[s], bytes, length);
			bytes += length;
		}
		db_bind_int(stmt, ":checksum", (int64_t)record->checksums[t]);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
		if (t == 0)
			*ret_first = db_last_rowid(track->db);
	}
	return ERR_OK;
}

static enum err_code put_matrices(struct track *track, int64_t run_id, const struct epoch_record *record,
				  struct err *err)
{
	struct db_stmt *stmt;

	if (track_statement(track, TRACK_PUT_MATRIX,
			    "INSERT INTO weight (run_id, epoch, layer, name, rows, cols, value, checksum)"
			    " VALUES (:run_id, :epoch, :layer, :name, :rows, :cols, :value, :checksum)",
			    &stmt, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < record->matrix_count; i++) {
		const struct record_matrix *matrix = &record->matrices[i];
		size_t bytes = matrix->rows * matrix->cols * sizeof(double);
		uint64_t sum = 0;
		db_sum_bound(stmt, &sum);
		db_bind_int(stmt, ":run_id", run_id);
		db_bind_int(stmt, ":epoch", (int64_t)record->epoch);
		db_bind_int(stmt, ":layer", (int64_t)matrix->layer);
		db_bind_text(stmt, ":name", matrix->name);
		db_bind_int(stmt, ":rows", (int64_t)matrix->rows);
		db_bind_int(stmt, ":cols", (int64_t)matrix->cols);
		db_bind_blob(stmt, ":value", matrix->value, bytes);
		db_sum_bound(stmt, NULL);
		db_bind_int(stmt, ":checksum", (int64_t)sum);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

/* Chains the rows onto *sum. */
static enum err_code put_class_rows(struct track *track, int64_t run_id, const struct epoch_record *record,
				    uint64_t *sum, struct err *err)
{
	struct db_stmt *stmt;

	if (track_statement(track, TRACK_PUT_CLASS_EPOCH,
			    "INSERT INTO class_epoch (run_id, epoch, class_index, train_correct, test_correct,"
			    " sampling_share, weight_norm) VALUES (:run_id, :epoch, :class_index, :train_correct,"
			    " :test_correct, :sampling_share, :weight_norm)",
			    &stmt, err) != ERR_OK)
		return err->code;
	for (size_t c = 0; c < record->classes; c++) {
		const struct record_class *row = &record->by_class[c];
		db_sum_bound(stmt, sum);
		db_bind_int(stmt, ":run_id", run_id);
		db_bind_int(stmt, ":epoch", (int64_t)record->epoch);
		db_bind_int(stmt, ":class_index", (int64_t)c);
		db_bind_int(stmt, ":train_correct", row->train_correct);
		db_bind_int(stmt, ":test_correct", row->test_correct);
		db_bind_real(stmt, ":sampling_share", row->sampling_share);
		db_bind_real(stmt, ":weight_norm", row->weight_norm);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code put_regression_rows(struct track *track, int64_t run_id, const struct epoch_record *record,
					 struct err *err)
{
	struct db_stmt *stmt;

	if (record->regression_count == 0)
		return ERR_OK;
	if (track_statement(track, TRACK_PUT_REGRESSION,
			    "INSERT INTO regression_epoch (run_id, epoch, part, shot, instances, mse, mae,"
			    " geometric_mean, pearson, balanced_mae, checksum) VALUES (:run_id, :epoch, :part, :shot,"
			    " :instances, :mse, :mae, :geometric_mean, :pearson, :balanced_mae, :checksum)",
			    &stmt, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < record->regression_count; i++) {
		const struct record_regression *row = &record->regression[i];
		uint64_t sum = 0;
		db_sum_bound(stmt, &sum);
		db_bind_int(stmt, ":run_id", run_id);
		db_bind_int(stmt, ":epoch", (int64_t)record->epoch);
		db_bind_text(stmt, ":part", row->part);
		db_bind_text(stmt, ":shot", row->shot);
		db_bind_int(stmt, ":instances", (int64_t)row->instances);
		db_bind_real(stmt, ":mse", row->mse);
		db_bind_real(stmt, ":mae", row->mae);
		db_bind_real(stmt, ":geometric_mean", row->geometric_mean);
		db_bind_real(stmt, ":pearson", row->pearson);
		db_bind_real(stmt, ":balanced_mae", row->balanced_mae);
		db_sum_bound(stmt, NULL);
		db_bind_int(stmt, ":checksum", (int64_t)sum);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code put_partial_row(struct track *track, int64_t run_id, const struct epoch_record *record,
				     struct err *err)
{
	struct db_stmt *stmt;
	uint64_t sum = 0;

	if (record->seen == record->instances)
		return ERR_OK;
	if (track_statement(track, TRACK_PUT_PARTIAL,
			    "INSERT INTO partial_epoch (run_id, epoch, seen, checksum)"
			    " VALUES (:run_id, :epoch, :seen, :checksum)",
			    &stmt, err) != ERR_OK)
		return err->code;
	db_sum_bound(stmt, &sum);
	db_bind_int(stmt, ":run_id", run_id);
	db_bind_int(stmt, ":epoch", (int64_t)record->epoch);
	db_bind_int(stmt, ":seen", (int64_t)record->seen);
	db_sum_bound(stmt, NULL);
	db_bind_int(stmt, ":checksum", (int64_t)sum);
	return db_run(stmt, err);
}

/* Blocks without a number are left out. */
static bool has_numbers(const float *value, size_t count)
{
	size_t i = 0;

	while (i < count && isnan(value[i]))
		i++;
	return i < count;
}

static enum err_code put_own_series(struct track *track, int64_t run_id, const struct epoch_record *record,
				    const struct record_own *own, struct err *err)
{
	struct db_stmt *stmt;

	if (track_statement(track, TRACK_PUT_OWN_SERIES,
			    "INSERT INTO own_series (run_id, epoch, name, block, value, checksum)"
			    " VALUES (:run_id, :epoch, :name, :block, :value, :checksum)",
			    &stmt, err) != ERR_OK)
		return err->code;
	for (size_t t = 0; t < epoch_record_block_count(record); t++) {
		size_t count = epoch_record_block_length(record, t);
		const float *value = own->value + t * BLOCK_INSTANCES;
		uint64_t sum = 0;
		if (!has_numbers(value, count))
			continue;
		db_sum_bound(stmt, &sum);
		db_bind_int(stmt, ":run_id", run_id);
		db_bind_int(stmt, ":epoch", (int64_t)record->epoch);
		db_bind_text(stmt, ":name", own->name);
		db_bind_int(stmt, ":block", (int64_t)t);
		db_bind_blob(stmt, ":value", value, count * sizeof *value);
		db_sum_bound(stmt, NULL);
		db_bind_int(stmt, ":checksum", (int64_t)sum);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

#define NUMBER(name, field) #name ", "
#define NUMBER_PARAMETER(name, field) ":" #name ", "
#define BIND_NUMBER(name, field) db_bind_real(stmt, ":" #name, record->field);

/* `sum`: that of its class rows. */
static enum err_code put_epoch_row(struct track *track, int64_t run_id, const struct epoch_record *record,
				   int64_t first_block, uint64_t sum, struct err *err)
{
	struct db_stmt *stmt;

	if (track_statement(track, TRACK_PUT_EPOCH,
			    "INSERT INTO epoch (run_id, epoch, first_block, draws_bytes, " EPOCH_NUMBERS(
				NUMBER) "checksum)"
					" VALUES (:run_id, :epoch, :first_block, :draws_bytes, " EPOCH_NUMBERS(
					    NUMBER_PARAMETER) ":checksum)",
			    &stmt, err) != ERR_OK)
		return err->code;
	db_sum_bound(stmt, &sum);
	db_bind_int(stmt, ":run_id", run_id);
	db_bind_int(stmt, ":epoch", (int64_t)record->epoch);
	if (record->has_blocks)
		db_bind_int(stmt, ":first_block", first_block);
	else
		db_bind_null(stmt, ":first_block");
	EPOCH_NUMBERS(BIND_NUMBER)
	db_sum_bound(stmt, NULL);
	db_bind_int(stmt, ":checksum", (int64_t)sum);
	db_bind_int(stmt, ":draws_bytes", record->tally);
	return db_run(stmt, err);
}

enum err_code track_put_epoch(struct track *track, int64_t run_id, const struct epoch_record *record, struct err *err)
{
	int64_t first_block = 0;
	uint64_t sum = 0;

	if (put_matrices(track, run_id, record, err) != ERR_OK)
		return err->code;
	if (record->epoch == 0)
		return ERR_OK;
	if ((record->has_blocks && put_blocks(track, record, &first_block, err) != ERR_OK) ||
	    put_regression_rows(track, run_id, record, err) != ERR_OK ||
	    put_partial_row(track, run_id, record, err) != ERR_OK ||
	    put_class_rows(track, run_id, record, &sum, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < record->own_count; i++)
		if (put_own_series(track, run_id, record, &record->own[i], err) != ERR_OK)
			return err->code;
	return put_epoch_row(track, run_id, record, first_block, sum, err);
}

enum err_code track_settle_run(struct track *track, int64_t run_id, const char *settings, const char *key,
			       const char *chosen, struct err *err)
{
	struct db_stmt *stmt = NULL;

	if (track_statement(
		track, TRACK_SETTLE_RUN,
		"UPDATE run SET settings = :settings, run_key = coalesce(:run_key, run_key), chosen = :chosen"
		" WHERE run_id = :run_id RETURNING run_id",
		&stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":settings", settings);
	db_bind_text(stmt, ":run_key", key);
	db_bind_text(stmt, ":chosen", chosen);
	db_bind_int(stmt, ":run_id", run_id);
	return track_change_runs(track, stmt, err);
}

enum err_code track_finish_run(struct track *track, int64_t run_id, enum track_status status, const char *message,
			       bool keeps_state, struct err *err)
{
	static const char *const names[] = { "done", "diverged", "failed", "interrupted" };
	struct db_stmt *stmt;

	if (track_statement(track, TRACK_FINISH_RUN,
			    "UPDATE run SET status = :status, message = :message,"
			    " finished_at_ms = max(:finished_at_ms, started_at_ms) WHERE run_id = :run_id"
			    " RETURNING run_id",
			    &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":status", names[status]);
	db_bind_text(stmt, ":message", message);
	db_bind_int(stmt, ":finished_at_ms", clock_utc_ms());
	db_bind_int(stmt, ":run_id", run_id);
	if (track_change_runs(track, stmt, err) != ERR_OK)
		return err->code;
	return status == TRACK_INTERRUPTED || keeps_state ? ERR_OK : track_drop_state(track, run_id, err);
}
