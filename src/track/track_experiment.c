/* Experiments: what a sweep compares, and the published figures beside it. */
#include "base/mem.h"
#include "track/statements.h"
#include "track/track_checksum.h"

static enum err_code prepare_and_bind_id(struct track *track, const char *sql, int64_t id, struct db_stmt **ret_stmt,
					 struct err *err)
{
	if (db_prepare(track->db, sql, ret_stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(*ret_stmt, ":experiment_id", id);
	return ERR_OK;
}

static enum err_code clear_lists(struct track *track, int64_t id, struct err *err)
{
	static const char *const sql[] = {
		"DELETE FROM experiment_dataset WHERE experiment_id = :experiment_id",
		"DELETE FROM experiment_method WHERE experiment_id = :experiment_id",
		"DELETE FROM published WHERE experiment_id = :experiment_id",
	};

	for (size_t i = 0; i < ARRAY_LENGTH(sql); i++) {
		AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
		if (prepare_and_bind_id(track, sql[i], id, &stmt, err) != ERR_OK || db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code put_datasets(struct track *track, int64_t id, const struct track_experiment *experiment,
				  struct err *err)
{
	for (size_t i = 0; i < experiment->dataset_count; i++) {
		AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
		if (prepare_and_bind_id(track,
					"INSERT INTO experiment_dataset (experiment_id, ordinal, dataset, title)"
					" VALUES (:experiment_id, :ordinal, :dataset, :title)",
					id, &stmt, err) != ERR_OK)
			return err->code;
		db_bind_int(stmt, ":ordinal", (int64_t)i);
		db_bind_text(stmt, ":dataset", experiment->datasets[i]);
		db_bind_text(stmt, ":title", experiment->titles[i]);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code put_methods(struct track *track, int64_t id, const struct track_experiment *experiment,
				 struct err *err)
{
	for (size_t i = 0; i < experiment->method_count; i++) {
		AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
		if (prepare_and_bind_id(track,
					"INSERT INTO experiment_method (experiment_id, ordinal, method)"
					" VALUES (:experiment_id, :ordinal, :method)",
					id, &stmt, err) != ERR_OK)
			return err->code;
		db_bind_int(stmt, ":ordinal", (int64_t)i);
		db_bind_text(stmt, ":method", experiment->methods[i]);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code put_published(struct track *track, int64_t id, const struct track_experiment *experiment,
				   struct err *err)
{
	for (size_t i = 0; i < experiment->published_count; i++) {
		AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
		const struct track_published *published = &experiment->published[i];
		if (prepare_and_bind_id(track,
					"INSERT INTO published (experiment_id, method, dataset, metric, value, source)"
					" VALUES (:experiment_id, :method, :dataset, :metric, :value, :source)",
					id, &stmt, err) != ERR_OK)
			return err->code;
		db_bind_text(stmt, ":method", published->method);
		db_bind_text(stmt, ":dataset", published->dataset);
		db_bind_text(stmt, ":metric", published->metric);
		db_bind_real(stmt, ":value", published->value);
		db_bind_text(stmt, ":source", published->source);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

enum err_code track_put_experiment(struct track *track, const struct track_experiment *experiment, int64_t *ret_id,
				   struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	bool has_row = false;

	if (track_begin(track, err) != ERR_OK ||
	    db_prepare(track->db,
		       "INSERT INTO experiment (name, source) VALUES (:name, :source)"
		       " ON CONFLICT (name) DO UPDATE SET source = excluded.source RETURNING experiment_id",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":name", experiment->name);
	db_bind_text(stmt, ":source", experiment->source);
	if (db_step(stmt, &has_row, err) != ERR_OK)
		return err->code;
	int64_t id = db_column_int(stmt, 0);
	if (db_run(stmt, err) != ERR_OK)
		return err->code;
	if (clear_lists(track, id, err) != ERR_OK || put_datasets(track, id, experiment, err) != ERR_OK ||
	    put_methods(track, id, experiment, err) != ERR_OK || put_published(track, id, experiment, err) != ERR_OK ||
	    track_put_checksum(track, SUBJECT_EXPERIMENT, id, err) != ERR_OK)
		return err->code;
	*ret_id = id;
	return ERR_OK;
}
