#include "track/track_merge.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "track/track_copy.h"
#include "track/track_verify.h"

/* A run of the other file. */
struct candidate {
	int64_t run_id, dataset_id, split_id, experiment_id, source_run_id, into_id;
	bool is_copied;
};

struct merging {
	struct track *from, *into;
	struct track_merge *merge;
	struct copy *copy;
	struct candidate *runs;
	size_t count, capacity;
};

static void merging_done(struct merging *merging)
{
	copy_free(merging->copy);
	mem_freep(&merging->runs);
}

/* The first finding. */
struct suspicion {
	char line[300];
};

static void suspect(void *context, int64_t run_id, const char *finding)
{
	struct suspicion *suspicion = context;

	if (suspicion->line[0] != '\0' || strncmp(finding, "view ", strlen("view ")) == 0)
		return;
	if (run_id == 0)
		(void)snprintf(suspicion->line, sizeof suspicion->line, "%s", finding);
	else
		(void)snprintf(suspicion->line, sizeof suspicion->line, "run %" PRId64 ": %s", run_id, finding);
}

static enum err_code check_run(struct track *from, int64_t run_id, struct track_findings *findings, struct err *err)
{
	struct track_run_row row AUTO(track_run_row_done) = { 0 };
	AUTO(epoch_record_freep) struct epoch_record *record = NULL;
	bool more = true;

	if (track_verify_run(from, run_id, findings, err) != ERR_OK ||
	    track_read_run(from, run_id, &row, err) != ERR_OK ||
	    epoch_record_create(row.instances, track_run_row_probabilities(&row), 0, 0, &record, err) != ERR_OK)
		return err->code;
	while (more)
		if (track_verify_epoch(from, run_id, findings, record, &more, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static enum err_code check_stop(const atomic_bool *stop, struct err *err)
{
	return stop != NULL && atomic_load(stop) ? err_set(err, ERR_INTERRUPTED, "interrupted") : ERR_OK;
}

/* A statement that stays open keeps the file as it is now, and its lock: taken and given back by each statement, that
 * would be a third of all work. */
static enum err_code hold(struct track *track, struct db_stmt **ret_snapshot, struct err *err)
{
	bool has_row = false;

	return db_prepare(track->db, "SELECT 1 FROM run UNION ALL SELECT 1", ret_snapshot, err) != ERR_OK
		   ? err->code
		   : db_step(*ret_snapshot, &has_row, err);
}

enum err_code track_check_source(struct track *from, const atomic_bool *stop, struct err *err)
{
	struct suspicion suspicion = { .line = "" };
	struct track_findings findings = { .context = &suspicion, .say = suspect };
	AUTO(db_stmt_freep) struct db_stmt *snapshot = NULL;
	AUTO(mem_freep) int64_t *runs = NULL;
	size_t count = 0;

	if (hold(from, &snapshot, err) != ERR_OK || track_verify_file(from, &findings, err) != ERR_OK ||
	    track_list_runs(from, &runs, &count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < count && suspicion.line[0] == '\0'; i++)
		if (check_stop(stop, err) != ERR_OK || check_run(from, runs[i], &findings, err) != ERR_OK)
			return err->code;
	return suspicion.line[0] == '\0'
		   ? ERR_OK
		   : err_set(err, ERR_INPUT, "%s: damaged, nothing is merged: %s; 'hardrow verify%s' says all of it",
			     db_path(from->db), suspicion.line, db_option(from->db));
}

static void __attribute__((format(printf, 2, 3))) say(const struct merging *merging, const char *format, ...)
{
	char line[400];
	va_list arguments;

	va_start(arguments, format);
	int length = snprintf(line, sizeof line, "%s: ", db_path(merging->from->db));
	if (length > 0 && (size_t)length < sizeof line)
		(void)vsnprintf(line + length, sizeof line - (size_t)length, format, arguments);
	va_end(arguments);
	merging->merge->say(merging->merge->context, line);
}

/* What tells data sets, splits and experiments apart in any file; a split also its data set. */
static const struct {
	const char *key, *find, *next;
} subjects[] = {
	[COPY_DATASET] = { "SELECT name, sha256, label, missing FROM dataset WHERE dataset_id = :id",
			   "SELECT dataset_id FROM dataset WHERE name = :0 AND sha256 = :1 AND label = :2 AND missing "
			   "= :3",
			   "SELECT coalesce(max(dataset_id), 0) + 1 FROM dataset" },
	[COPY_SPLIT] = { "SELECT seed, sha256, test_fraction, stratified, folds, fold, :dataset_id FROM split"
			 " WHERE split_id = :id",
			 "SELECT split_id FROM split WHERE seed = :0 AND sha256 = :1 AND test_fraction = :2"
			 " AND stratified = :3 AND folds = :4 AND fold = :5 AND dataset_id = :6",
			 "SELECT coalesce(max(split_id), 0) + 1 FROM split" },
	[COPY_EXPERIMENT] = { "SELECT name FROM experiment WHERE experiment_id = :id",
			      "SELECT experiment_id FROM experiment WHERE name = :0",
			      "SELECT coalesce(max(experiment_id), 0) + 1 FROM experiment" },
};

/* Finds row `id` of the other file here, or copies it; a split is of data set `dataset_id` here. What it becomes is set
 * in `copy`. */
static enum err_code map_subject(struct merging *merging, enum copy_id which, int64_t id, int64_t dataset_id,
				 int64_t *ret_id, struct err *err)
{
	static const char *const parameters[] = { ":0", ":1", ":2", ":3", ":4", ":5", ":6" };
	AUTO(db_stmt_freep) struct db_stmt *key = NULL;
	AUTO(db_stmt_freep) struct db_stmt *find = NULL;
	AUTO(db_stmt_freep) struct db_stmt *next = NULL;
	bool found = false;

	if (db_prepare(merging->from->db, subjects[which].key, &key, err) != ERR_OK ||
	    db_prepare(merging->into->db, subjects[which].find, &find, err) != ERR_OK ||
	    db_prepare(merging->into->db, subjects[which].next, &next, err) != ERR_OK)
		return err->code;
	if (which == COPY_SPLIT)
		db_bind_int(key, ":dataset_id", dataset_id);
	db_bind_int(key, ":id", id);
	if (db_step(key, &found, err) != ERR_OK)
		return err->code;
	if (!found)
		return err_set(err, ERR_INPUT, "%s: damaged: a run refers to a row that is not there",
			       db_path(merging->from->db));
	for (size_t i = 0; i < db_column_count(key); i++)
		db_bind_column(find, parameters[i], key, i);
	if (track_find_id(find, ret_id, err) != ERR_OK)
		return err->code;
	bool is_new = *ret_id == 0;
	if (is_new && track_find_id(next, ret_id, err) != ERR_OK)
		return err->code;
	copy_set(merging->copy, which, *ret_id);
	return is_new ? copy_subject(merging->copy, which, id, err) : ERR_OK;
}

static enum err_code merge_experiment(struct merging *merging, int64_t id, const char *name, const char *source,
				      struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	int64_t other = 0, ignored = 0;

	if (db_prepare(merging->into->db,
		       "SELECT experiment_id FROM experiment WHERE name = :name AND source <> :source", &stmt,
		       err) != ERR_OK)
		return err->code;
	db_bind_text(stmt, ":name", name);
	db_bind_text(stmt, ":source", source);
	if (track_find_id(stmt, &other, err) != ERR_OK)
		return err->code;
	if (other == 0)
		return map_subject(merging, COPY_EXPERIMENT, id, 0, &ignored, err);
	merging->merge->conflicts++;
	say(merging, "experiment '%s' comes from another text than that in %s, which stays; its runs are added", name,
	    db_path(merging->into->db));
	return ERR_OK;
}

/* All of them, also without runs. */
static enum err_code merge_experiments(struct merging *merging, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	const char *name = NULL, *source = NULL;
	bool more = false;

	if (db_prepare(merging->from->db, "SELECT experiment_id, name, source FROM experiment ORDER BY experiment_id",
		       &stmt, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		if (db_read_text(stmt, 1, &name, err) != ERR_OK || db_read_text(stmt, 2, &source, err) != ERR_OK ||
		    merge_experiment(merging, db_column_int(stmt, 0), name, source, err) != ERR_OK)
			return err->code;
	}
}

/* A copy of a run: where, and how far it is. */
struct extent {
	struct track *track;
	int64_t run_id;
	bool is_running, has_ended;
	int64_t epochs;
};

static enum err_code read_extent(struct track *track, int64_t run_id, struct extent *ret_extent, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (db_prepare(track->db,
		       "SELECT status = 'running', status NOT IN ('running', 'interrupted'), (SELECT count(*) FROM"
		       " epoch WHERE epoch.run_id = run.run_id) FROM run WHERE run_id = :run_id",
		       &stmt, err) != ERR_OK ||
	    track_find_run(track, stmt, run_id, err) != ERR_OK)
		return err->code;
	*ret_extent = (struct extent){
		.track = track,
		.run_id = run_id,
		.is_running = db_column_int(stmt, 0) != 0,
		.has_ended = db_column_int(stmt, 1) != 0,
		.epochs = db_column_int(stmt, 2),
	};
	return ERR_OK;
}

#define NUMBER(name, field) ", " #name

/* The checksum of what a run is and of its epochs up to `epochs`, whatever its ids are. `is_whole`: of their blocks,
 * too: which are kept of a run that was interrupted depends on where that was. */
static enum err_code sum_run(const struct extent *extent, int64_t epochs, bool is_whole, uint64_t *ret_sum,
			     struct err *err)
{
	static const char *const sql[] = {
		"SELECT model, method, seed, (SELECT sha256 FROM dataset WHERE dataset.dataset_id = run.dataset_id),"
		" (SELECT sha256 FROM split WHERE split.split_id = run.split_id) FROM run"
		" WHERE run_id = :run_id AND :epochs >= 0",
		"SELECT epoch" EPOCH_NUMBERS(NUMBER) " FROM epoch WHERE run_id = :run_id AND epoch <= :epochs"
						     " ORDER BY epoch",
		"SELECT epoch, class_index, train_correct, test_correct, sampling_share, weight_norm FROM class_epoch"
		" WHERE run_id = :run_id AND epoch <= :epochs ORDER BY epoch, class_index",
		"SELECT epoch, block.checksum FROM run JOIN dataset USING (dataset_id) CROSS JOIN epoch USING (run_id)"
		" CROSS JOIN block ON block_id BETWEEN first_block AND first_block"
		" + (instances + max(block_instances, 1) - 1) / max(block_instances, 1) - 1"
		" WHERE run_id = :run_id AND epoch <= :epochs ORDER BY epoch, block_id",
	};
	uint64_t sum = 0;

	for (size_t i = 0; i < ARRAY_LENGTH(sql) - !is_whole; i++) {
		AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
		bool more = true;
		if (db_prepare(extent->track->db, sql[i], &stmt, err) != ERR_OK)
			return err->code;
		db_bind_int(stmt, ":run_id", extent->run_id);
		db_bind_int(stmt, ":epochs", epochs);
		while (more) {
			if (db_step(stmt, &more, err) != ERR_OK)
				return err->code;
			if (more)
				db_sum_row(stmt, db_column_count(stmt), &sum);
		}
	}
	*ret_sum = sum;
	return ERR_OK;
}

/* Whether the other file's copy of a run that is here comes in its place. */
static enum err_code decide(struct merging *merging, struct candidate *run, struct err *err)
{
	struct extent here, there;
	uint64_t sum = 0, other = 0;

	if (read_extent(merging->into, run->into_id, &here, err) != ERR_OK ||
	    read_extent(merging->from, run->run_id, &there, err) != ERR_OK)
		return err->code;
	bool are_equal = here.has_ended == there.has_ended && here.epochs == there.epochs;
	bool is_longer = there.has_ended != here.has_ended ? there.has_ended : there.epochs > here.epochs;
	int64_t common = here.epochs < there.epochs ? here.epochs : there.epochs;
	if (sum_run(&here, common, are_equal, &sum, err) != ERR_OK ||
	    sum_run(&there, common, are_equal, &other, err) != ERR_OK)
		return err->code;
	bool is_conflict = sum != other || (here.has_ended && there.has_ended && here.epochs != there.epochs) ||
			   (is_longer && here.is_running);
	if (is_conflict) {
		merging->merge->conflicts++;
		say(merging, "run %" PRId64 " is not merged: run %" PRId64 " of %s %s", run->run_id, run->into_id,
		    db_path(merging->into->db),
		    is_longer && here.is_running ? "is the same one, shorter, but running; stop it first"
						 : "has the same run_uid and other numbers");
		return ERR_OK;
	}
	run->is_copied = is_longer;
	merging->merge->replaced += is_longer;
	merging->merge->kept += !is_longer;
	if (!is_longer)
		return ERR_OK;
	say(merging,
	    "run %" PRId64 " replaces run %" PRId64 " of %s, which is shorter: %" PRId64 " epochs, it has %" PRId64,
	    run->run_id, run->into_id, db_path(merging->into->db), there.epochs, here.epochs);
	return track_drop_run(merging->into, run->into_id, err);
}

static enum err_code list_runs(struct merging *merging, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	AUTO(db_stmt_freep) struct db_stmt *find = NULL;
	const char *uid = NULL;
	bool more = false;

	if (db_prepare(merging->from->db,
		       "SELECT run_id, run_uid, dataset_id, split_id, experiment_id, source_run_id FROM run"
		       " ORDER BY run_id",
		       &stmt, err) != ERR_OK ||
	    db_prepare(merging->into->db, "SELECT run_id FROM run WHERE run_uid = :uid", &find, err) != ERR_OK)
		return err->code;
	for (;;) {
		if (db_step(stmt, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		if (db_read_text(stmt, 1, &uid, err) != ERR_OK ||
		    mem_more(&merging->runs, merging->count, &merging->capacity, err) != ERR_OK)
			return err->code;
		struct candidate run = {
			.run_id = db_column_int(stmt, 0),
			.dataset_id = db_column_int(stmt, 2),
			.split_id = db_column_int(stmt, 3),
			.experiment_id = db_column_int(stmt, 4),
			.source_run_id = db_column_int(stmt, 5),
		};
		db_bind_text(find, ":uid", uid);
		if (track_find_id(find, &run.into_id, err) != ERR_OK)
			return err->code;
		merging->runs[merging->count++] = run;
	}
}

/* Numbers of runs here, so that one that was adjusted can name its source wherever that stands. */
static enum err_code number_runs(struct merging *merging, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	int64_t next = 0;

	if (db_prepare(merging->into->db, "SELECT coalesce(max(run_id), 0) + 1 FROM run", &stmt, err) != ERR_OK ||
	    track_find_id(stmt, &next, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < merging->count; i++) {
		struct candidate *run = &merging->runs[i];
		if (run->into_id != 0) {
			if (decide(merging, run, err) != ERR_OK)
				return err->code;
			continue;
		}
		run->into_id = next++;
		run->is_copied = true;
		merging->merge->added++;
	}
	return ERR_OK;
}

static int64_t number_here(const struct merging *merging, int64_t run_id)
{
	size_t low = 0, high = merging->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (merging->runs[middle].run_id < run_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < merging->count && merging->runs[low].run_id == run_id ? merging->runs[low].into_id : 0;
}

static enum err_code copy_run(struct merging *merging, const struct candidate *run, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	int64_t dataset = 0, split = 0, experiment = 0;

	copy_set(merging->copy, COPY_EXPERIMENT, 0);
	if (map_subject(merging, COPY_DATASET, run->dataset_id, 0, &dataset, err) != ERR_OK ||
	    map_subject(merging, COPY_SPLIT, run->split_id, dataset, &split, err) != ERR_OK ||
	    (run->experiment_id != 0 &&
	     map_subject(merging, COPY_EXPERIMENT, run->experiment_id, 0, &experiment, err) != ERR_OK))
		return err->code;
	copy_set(merging->copy, COPY_RUN, run->into_id);
	copy_set(merging->copy, COPY_SOURCE_RUN, number_here(merging, run->source_run_id));
	if (copy_subject(merging->copy, COPY_RUN, run->run_id, err) != ERR_OK ||
	    db_prepare(merging->into->db,
		       "UPDATE run SET status = 'interrupted', message = 'it was running when it was merged'"
		       " WHERE run_id = :run_id AND status = 'running' RETURNING run_id",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":run_id", run->into_id);
	return track_change_runs(merging->into, stmt, err);
}

static enum err_code merge_runs(struct merging *merging, struct err *err)
{
	if (list_runs(merging, err) != ERR_OK || number_runs(merging, err) != ERR_OK ||
	    copy_create(merging->from, merging->into, &merging->copy, err) != ERR_OK ||
	    merge_experiments(merging, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < merging->count; i++)
		if (merging->runs[i].is_copied && (check_stop(merging->merge->stop, err) != ERR_OK ||
						   copy_run(merging, &merging->runs[i], err) != ERR_OK))
			return err->code;
	return ERR_OK;
}

enum err_code track_merge(struct track *into, struct track *from, struct track_merge *merge, struct err *err)
{
	struct merging merging AUTO(merging_done) = { .from = from, .into = into, .merge = merge };
	AUTO(db_stmt_freep) struct db_stmt *snapshot = NULL;

	/* Foreign keys are looked at in the end: a run that is replaced may be what another one was adjusted from. */
	if (hold(from, &snapshot, err) != ERR_OK || track_begin(into, err) != ERR_OK ||
	    db_exec(into->db, "PRAGMA defer_foreign_keys = ON", err) != ERR_OK || merge_runs(&merging, err) != ERR_OK) {
		track_rollback(into);
		return err->code;
	}
	return track_commit(into, err);
}
