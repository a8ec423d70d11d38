#include "track/track_checksum.h"

#include "base/mem.h"
#include "track/statements.h"

#define MEASURE(id, column, type) #column ", "
#define LATER_MEASURE(id, column, type) ", " #column

/* The columns are named: one that a later version adds does not belong to the checksum of an older row. */
static const struct {
	enum track_subject subject;
	const char *sql;
} parts[TRACK_SUM_COUNT] = {
	{ SUBJECT_DATASET, "SELECT dataset_id, name, sha256, label, missing, instances, features, classes,"
			   " origin, instance_bytes FROM dataset WHERE dataset_id = :id" },
	{ SUBJECT_DATASET, "SELECT dataset_id, feature_index, name, level, storage, place, low, divisor FROM feature"
			   " WHERE dataset_id = :id ORDER BY feature_index" },
	{ SUBJECT_DATASET,
	  "SELECT dataset_id, class_index, name FROM class WHERE dataset_id = :id ORDER BY class_index" },
	{ SUBJECT_DATASET, "SELECT dataset_id, position, instance_id, source_line, class_index, subclass"
			   " FROM instance WHERE dataset_id = :id ORDER BY position" },
	{ SUBJECT_DATASET, "SELECT dataset_id, position, flipped_from FROM instance"
			   " WHERE dataset_id = :id AND flipped_from IS NOT NULL ORDER BY position" },
	{ SUBJECT_DATASET, "SELECT dataset_id, task FROM dataset WHERE dataset_id = :id AND task <> 'classification'" },
	{ SUBJECT_DATASET, "SELECT dataset_id, position, target FROM instance"
			   " WHERE dataset_id = :id AND target IS NOT NULL ORDER BY position" },
	{ SUBJECT_DATASET,
	  "SELECT dataset_id, position, name FROM instance_key WHERE dataset_id = :id ORDER BY position" },
	{ SUBJECT_SPLIT, "SELECT split_id, dataset_id, seed, test_fraction, stratified, test, given, sha256 FROM split"
			 " WHERE split_id = :id" },
	{ SUBJECT_SPLIT, "SELECT split_id, folds, fold FROM split WHERE split_id = :id AND folds > 0" },
	{ SUBJECT_SPLIT, "SELECT split_id, class_index, train_instances, test_instances FROM split_class"
			 " WHERE split_id = :id ORDER BY class_index" },
	{ SUBJECT_RUN, "SELECT run_id, experiment_id, dataset_id, split_id, model, method, seed, status, message,"
		       " settings, block_instances, hardrow_version, git_commit, blas, blas_threads, compiler, host,"
		       " pid, argv, started_at_ms, finished_at_ms, run_uid, run_key, source_run_id, chosen, writer_id"
		       " FROM run WHERE run_id = :id" },
	{ SUBJECT_RUN, "SELECT run_id, run_name, note FROM run"
		       " WHERE run_id = :id AND (run_name IS NOT NULL OR note IS NOT NULL)" },
	{ SUBJECT_RUN, "SELECT run_id, threads FROM run WHERE run_id = :id AND threads IS NOT NULL" },
	/* In the order of put_summary(), which sums what it binds. */
	{ SUBJECT_SUMMARY, "SELECT run_id, instance_id, part, class, " MEASURES_FIRST(
			       MEASURE) "predicted"
					" FROM instance_summary WHERE run_id = :id ORDER BY instance_id" },
	{ SUBJECT_MEASURES,
	  "SELECT run_id, instance_id" MEASURES_LATER(LATER_MEASURE) " FROM instance_summary"
								     " WHERE run_id = :id ORDER BY instance_id" },
	{ SUBJECT_MEASURES,
	  "SELECT run_id, instance_id" MEASURES_REGRESSION(
	      LATER_MEASURE) " FROM instance_summary"
			     " WHERE run_id = :id AND mean_abs_residual IS NOT NULL ORDER BY instance_id" },
	{ SUBJECT_GRADIENTS,
	  "SELECT run_id, instance_id" MEASURES_LATEST(LATER_MEASURE) " FROM instance_summary"
								      " WHERE run_id = :id ORDER BY instance_id" },
	{ SUBJECT_EXPERIMENT, "SELECT experiment_id, name, source FROM experiment WHERE experiment_id = :id" },
	{ SUBJECT_EXPERIMENT, "SELECT experiment_id, ordinal, dataset, title FROM experiment_dataset"
			      " WHERE experiment_id = :id ORDER BY ordinal" },
	{ SUBJECT_EXPERIMENT, "SELECT experiment_id, ordinal, method FROM experiment_method"
			      " WHERE experiment_id = :id ORDER BY ordinal" },
	{ SUBJECT_EXPERIMENT, "SELECT experiment_id, method, dataset, metric, value, source FROM published"
			      " WHERE experiment_id = :id ORDER BY method, dataset, metric" },
	{ SUBJECT_WRITER, "SELECT writer_id, host, boot_id, pid_namespace, pid, started, seen_at_ms FROM writer"
			  " WHERE writer_id = :id" },
};

const char *track_subject_name(size_t i)
{
	static const char *const names[SUBJECT_COUNT] = { "dataset",	"split",  "run",      "summary",
							  "experiment", "writer", "measures", "gradients" };
	return i < SUBJECT_COUNT ? names[i] : NULL;
}

static enum err_code sum_rows(struct track *track, size_t part, int64_t id, uint64_t *sum, uint64_t *values,
			      struct err *err)
{
	struct db_stmt *stmt = NULL;
	bool more = false;

	if (track_read_statement(track, (enum track_statement)(TRACK_SUM + part), parts[part].sql, &stmt, err) !=
	    ERR_OK)
		return err->code;
	db_bind_int(stmt, ":id", id);
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			break;
		db_sum_row(stmt, db_column_count(stmt), sum);
		*values += db_column_count(stmt);
	}
	db_reset(stmt);
	return ERR_OK;
}

enum err_code track_sum_subject(struct track *track, enum track_subject subject, int64_t id, uint64_t *ret_sum,
				uint64_t *ret_values, struct err *err)
{
	uint64_t sum = 0, values = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(parts); i++)
		if (parts[i].subject == subject && sum_rows(track, i, id, &sum, &values, err) != ERR_OK)
			return err->code;
	*ret_sum = sum;
	*ret_values = values;
	return ERR_OK;
}

enum err_code track_change_runs(struct track *track, struct db_stmt *update, struct err *err)
{
	bool more = false;

	for (;;) {
		if (db_step(update, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			break;
		if (track_put_checksum(track, SUBJECT_RUN, db_column_int(update, 0), err) != ERR_OK)
			return err->code;
	}
	db_reset(update);
	return ERR_OK;
}

enum err_code track_put_checksum(struct track *track, enum track_subject subject, int64_t id, struct err *err)
{
	uint64_t sum = 0, values = 0;

	if (track_sum_subject(track, subject, id, &sum, &values, err) != ERR_OK)
		return err->code;
	return track_put_sum(track, subject, id, sum, err);
}

enum err_code track_put_sum(struct track *track, enum track_subject subject, int64_t id, uint64_t sum, struct err *err)
{
	struct db_stmt *stmt = NULL;

	if (track_statement(track, TRACK_PUT_CHECKSUM,
			    "INSERT OR REPLACE INTO checksum (subject, id, value) VALUES (:subject, :id, :value)",
			    &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":subject", track_subject_name(subject));
	db_bind_int(stmt, ":id", id);
	db_bind_int(stmt, ":value", (int64_t)sum);
	return db_run(stmt, err);
}
