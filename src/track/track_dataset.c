/* Data sets and splits. */
#include <stdlib.h>

#include "base/mem.h"
#include "base/packing.h"
#include "track/statements.h"
#include "track/track_checksum.h"

/* The features of larger instances are not kept: 256 numbers of any kind, or 2048 of whether a text is there. */
#define INSTANCE_BYTES_MAX 2048

/* So many leave some 50 bytes each behind. */
#define MANY_INSTANCES 10000

static enum err_code put_classes(struct track *track, int64_t id, const struct track_dataset *dataset, struct err *err)
{
	struct db_stmt *stmt;

	if (track_statement(
		track, TRACK_PUT_CLASS,
		"INSERT INTO class (dataset_id, class_index, name) VALUES (:dataset_id, :class_index, :name)", &stmt,
		err) != ERR_OK)
		return err->code;
	for (size_t c = 0; c < dataset->classes; c++) {
		db_bind_int(stmt, ":dataset_id", id);
		db_bind_int(stmt, ":class_index", (int64_t)c);
		db_bind_text(stmt, ":name", dataset->class_names[c]);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

/* What is stored of the features, and how: packings (d), NULL: nothing. */
struct stored {
	struct packing *packings; /* owned */
	size_t instance_bytes;
};

static void stored_done(struct stored *stored)
{
	free(stored->packings);
}

static enum err_code choose_storage(const struct track_dataset *dataset, struct stored *stored, struct err *err)
{
	if (dataset->x == NULL || dataset->features > INSTANCE_BYTES_MAX)
		return ERR_OK;
	if (mem_new(&stored->packings, dataset->features, err) != ERR_OK)
		return err->code;
	stored->instance_bytes = packing_choose(dataset->x, dataset->instances, dataset->features, stored->packings);
	if (stored->instance_bytes <= INSTANCE_BYTES_MAX)
		return ERR_OK;
	stored_done(stored);
	*stored = (struct stored){ 0 };
	return ERR_OK;
}

/* The rows of table `feature`. */
static enum err_code put_features(struct track *track, int64_t id, const struct track_dataset *dataset,
				  const struct stored *stored, struct err *err)
{
	struct db_stmt *stmt;

	if (track_statement(track, TRACK_PUT_FEATURE,
			    "INSERT INTO feature (dataset_id, feature_index, name, level, storage, place, low, divisor)"
			    " VALUES (:dataset_id, :feature_index, :name, :level, :storage, :place, :low, :divisor)",
			    &stmt, err) != ERR_OK)
		return err->code;
	for (size_t j = 0; j < dataset->features; j++) {
		const struct packing none = { .divisor = 1 };
		const struct packing *packing = stored->packings != NULL ? &stored->packings[j] : &none;
		uint32_t level_at = dataset->level_at != NULL ? dataset->level_at[j] : 0;
		db_bind_int(stmt, ":dataset_id", id);
		db_bind_int(stmt, ":feature_index", (int64_t)j);
		db_bind_text(stmt, ":name", dataset->feature_names[j]);
		db_bind_text(stmt, ":level", level_at > 0 ? dataset->feature_names[j] + level_at : NULL);
		db_bind_text(stmt, ":storage", stored->packings != NULL ? packing_name(packing->kind) : NULL);
		db_bind_int(stmt, ":place", (int64_t)packing->place);
		db_bind_int(stmt, ":low", packing->low);
		db_bind_real(stmt, ":divisor", packing->divisor);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static enum err_code put_feature_block(struct track *track, int64_t id, size_t block, const unsigned char *bytes,
				       size_t length, struct err *err)
{
	struct db_stmt *stmt;
	uint64_t sum = 0;

	if (track_statement(track, TRACK_PUT_FEATURE_BLOCK,
			    "INSERT INTO feature_block (dataset_id, block, value, checksum)"
			    " VALUES (:dataset_id, :block, :value, :checksum)",
			    &stmt, err) != ERR_OK)
		return err->code;
	db_sum_bound(stmt, &sum);
	db_bind_int(stmt, ":dataset_id", id);
	db_bind_int(stmt, ":block", (int64_t)block);
	db_bind_blob(stmt, ":value", bytes, length);
	db_sum_bound(stmt, NULL);
	db_bind_int(stmt, ":checksum", (int64_t)sum);
	return db_run(stmt, err);
}

static enum err_code put_feature_blocks(struct track *track, int64_t id, const struct track_dataset *dataset,
					const struct stored *stored, struct err *err)
{
	size_t d = dataset->features;
	size_t row = stored->instance_bytes;
	AUTO(mem_freep) unsigned char *bytes = NULL;

	if (row == 0)
		return ERR_OK;
	if (mem_new(&bytes, PACKING_INSTANCES * row, err) != ERR_OK)
		return err->code;
	for (size_t first = 0; first < dataset->instances; first += PACKING_INSTANCES) {
		size_t left = dataset->instances - first;
		size_t count = left < PACKING_INSTANCES ? left : PACKING_INSTANCES;
		for (size_t i = 0; i < count; i++)
			for (size_t j = 0; j < d; j++)
				packing_write(&stored->packings[j], dataset->x[(first + i) * d + j], bytes + i * row);
		if (put_feature_block(track, id, first / PACKING_INSTANCES, bytes, count * row, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

/* The columns of a row in the order of its INSERT. */
enum instance_column {
	DATASET_ID,
	POSITION,
	INSTANCE_ID,
	SOURCE_LINE,
	CLASS_INDEX,
	SUBCLASS,
	FLIPPED_FROM,
	TARGET,
	COLUMNS
};

struct instance_rows {
	int64_t id;
	const struct track_dataset *dataset;
};

static struct db_value instance_value(void *context, size_t row, size_t column)
{
	const struct instance_rows *rows = context;
	const struct track_dataset *dataset = rows->dataset;
	struct db_value value = { .type = DB_INTEGER };

	switch ((enum instance_column)column) {
	case DATASET_ID:
		value.integer = rows->id;
		return value;
	case POSITION:
		value.integer = (int64_t)row;
		return value;
	case INSTANCE_ID:
		value.integer = dataset->instance_id[row];
		return value;
	case SOURCE_LINE:
		value.integer = dataset->source_line[row];
		return value;
	case CLASS_INDEX:
		value.integer = dataset->y[row];
		return value;
	case SUBCLASS:
		if (dataset->subclass != NULL)
			return (struct db_value){ .type = DB_TEXT,
						  .text = dataset->subclass_names[dataset->subclass[row]] };
		break;
	case FLIPPED_FROM:
		if (dataset->flipped_from != NULL && dataset->flipped_from[row] < dataset->classes)
			return (struct db_value){ .type = DB_TEXT,
						  .text = dataset->class_names[dataset->flipped_from[row]] };
		break;
	case TARGET:
		if (dataset->target != NULL)
			return (struct db_value){ .type = DB_REAL, .real = dataset->target[row] };
		break;
	case COLUMNS:
		break;
	}
	return (struct db_value){ .type = DB_NULL };
}

static enum err_code put_instances(struct track *track, int64_t id, const struct track_dataset *dataset,
				   struct err *err)
{
	struct instance_rows context = { id, dataset };
	const struct db_rows rows = { dataset->instances, instance_value, &context };
	struct db_stmt **stmt = &track->statements[TRACK_PUT_INSTANCE];

	if (*stmt == NULL && db_prepare_insert(track->db,
					       "instance (dataset_id, position, instance_id, source_line, class_index,"
					       " subclass, flipped_from, target)",
					       COLUMNS, stmt, err) != ERR_OK)
		return err->code;
	return db_insert(*stmt, &rows, err);
}

static enum err_code put_keys(struct track *track, int64_t id, const struct track_dataset *dataset, struct err *err)
{
	struct db_stmt *stmt;

	if (track_statement(
		track, TRACK_PUT_KEY,
		"INSERT INTO instance_key (dataset_id, position, name) VALUES (:dataset_id, :position, :name)", &stmt,
		err) != ERR_OK)
		return err->code;
	for (size_t i = 0; dataset->instance_key != NULL && i < dataset->instances; i++) {
		db_bind_int(stmt, ":dataset_id", id);
		db_bind_int(stmt, ":position", (int64_t)i);
		db_bind_text(stmt, ":name", dataset->instance_key[i]);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

enum err_code track_find_id(struct db_stmt *stmt, int64_t *ret_id, struct err *err)
{
	bool found = false;

	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	*ret_id = found ? db_column_int(stmt, 0) : 0;
	db_reset(stmt);
	return ERR_OK;
}

static void bind_dataset_key(struct db_stmt *stmt, const struct track_dataset *dataset)
{
	db_bind_text(stmt, ":name", dataset->name);
	db_bind_text(stmt, ":sha256", dataset->sha256);
	db_bind_text(stmt, ":label", dataset->label);
	db_bind_text(stmt, ":missing", dataset->missing);
}

static enum err_code insert_dataset(struct track *track, const struct track_dataset *dataset, int64_t *ret_id,
				    struct err *err)
{
	struct stored stored AUTO(stored_done) = { 0 };
	struct db_stmt *stmt;

	if (choose_storage(dataset, &stored, err) != ERR_OK ||
	    track_statement(
		track, TRACK_PUT_DATASET,
		"INSERT INTO dataset (name, sha256, label, missing, instances, features, classes, origin,"
		" task, instance_bytes) VALUES (:name, :sha256, :label, :missing, :instances, :features, :classes,"
		" :origin, :task, :instance_bytes)",
		&stmt, err) != ERR_OK)
		return err->code;
	bind_dataset_key(stmt, dataset);
	db_bind_int(stmt, ":instances", (int64_t)dataset->instances);
	db_bind_int(stmt, ":features", (int64_t)dataset->features);
	db_bind_int(stmt, ":classes", (int64_t)dataset->classes);
	db_bind_text(stmt, ":origin", dataset->origin);
	db_bind_text(stmt, ":task", dataset->target != NULL ? "regression" : "classification");
	db_bind_int(stmt, ":instance_bytes", (int64_t)stored.instance_bytes);
	if (db_run(stmt, err) != ERR_OK)
		return err->code;
	int64_t id = db_last_rowid(track->db);
	if (put_classes(track, id, dataset, err) != ERR_OK || put_instances(track, id, dataset, err) != ERR_OK ||
	    put_keys(track, id, dataset, err) != ERR_OK || put_features(track, id, dataset, &stored, err) != ERR_OK ||
	    put_feature_blocks(track, id, dataset, &stored, err) != ERR_OK ||
	    track_put_checksum(track, SUBJECT_DATASET, id, err) != ERR_OK)
		return err->code;
	*ret_id = id;
	return ERR_OK;
}

enum err_code track_put_dataset(struct track *track, const struct track_dataset *dataset, int64_t *ret_id,
				struct err *err)
{
	struct db_stmt *stmt;
	int64_t id = 0;

	if (track_statement(track, TRACK_FIND_DATASET,
			    "SELECT dataset_id FROM dataset WHERE name = :name AND sha256 = :sha256 AND label = :label"
			    " AND missing = :missing",
			    &stmt, err) != ERR_OK)
		return err->code;
	bind_dataset_key(stmt, dataset);
	if (track_find_id(stmt, &id, err) != ERR_OK)
		return err->code;
	if (id == 0)
		return insert_dataset(track, dataset, ret_id, err);
	*ret_id = id;
	return ERR_OK;
}

static void bind_split_key(struct db_stmt *stmt, const struct track_split *split)
{
	db_bind_int(stmt, ":dataset_id", split->dataset_id);
	db_bind_int(stmt, ":seed", (int64_t)split->seed);
	db_bind_real(stmt, ":test_fraction", split->test_fraction);
	db_bind_int(stmt, ":stratified", split->stratified);
	db_bind_int(stmt, ":folds", (int64_t)split->folds);
	db_bind_int(stmt, ":fold", (int64_t)split->fold);
	db_bind_text(stmt, ":sha256", split->sha256);
}

static enum err_code insert_split(struct track *track, const struct track_split *split, int64_t *ret_id,
				  struct err *err)
{
	struct db_stmt *stmt;

	if (track_statement(
		track, TRACK_PUT_SPLIT,
		"INSERT INTO split (dataset_id, seed, test_fraction, stratified, folds, fold, sha256, given, test)"
		" VALUES (:dataset_id, :seed, :test_fraction, :stratified, :folds, :fold, :sha256, :given, :test)",
		&stmt, err) != ERR_OK)
		return err->code;
	bind_split_key(stmt, split);
	db_bind_int(stmt, ":given", split->given);
	db_bind_blob(stmt, ":test", split->is_test, split->instances);
	if (db_run(stmt, err) != ERR_OK)
		return err->code;
	/* The trigger of split sorts all instances, in as many blocks of memory. */
	if (split->instances >= MANY_INSTANCES)
		mem_give_back();
	int64_t id = db_last_rowid(track->db);
	if (track_statement(track, TRACK_PUT_SPLIT_CLASS,
			    "INSERT INTO split_class (split_id, class_index, train_instances, test_instances)"
			    " VALUES (:split_id, :class_index, :train_instances, :test_instances)",
			    &stmt, err) != ERR_OK)
		return err->code;
	for (size_t c = 0; c < split->classes; c++) {
		db_bind_int(stmt, ":split_id", id);
		db_bind_int(stmt, ":class_index", (int64_t)c);
		db_bind_int(stmt, ":train_instances", split->train_class[c]);
		db_bind_int(stmt, ":test_instances", split->test_class[c]);
		if (db_run(stmt, err) != ERR_OK)
			return err->code;
	}
	if (track_put_checksum(track, SUBJECT_SPLIT, id, err) != ERR_OK)
		return err->code;
	*ret_id = id;
	return ERR_OK;
}

enum err_code track_put_split(struct track *track, const struct track_split *split, int64_t *ret_id, struct err *err)
{
	struct db_stmt *stmt;
	int64_t id = 0;

	if (track_statement(
		track, TRACK_FIND_SPLIT,
		"SELECT split_id FROM split WHERE dataset_id = :dataset_id AND seed = :seed"
		" AND test_fraction = :test_fraction AND stratified = :stratified AND folds = :folds AND fold = :fold"
		" AND sha256 = :sha256",
		&stmt, err) != ERR_OK)
		return err->code;
	bind_split_key(stmt, split);
	if (track_find_id(stmt, &id, err) != ERR_OK)
		return err->code;
	if (id == 0)
		return insert_split(track, split, ret_id, err);
	*ret_id = id;
	return ERR_OK;
}
