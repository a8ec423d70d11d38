#include "track/track_copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "track/track_tables.h"

static const struct {
	const char *column, *table;
} ids[COPY_ID_COUNT] = {
	[COPY_RUN] = { "run_id", "run" },
	[COPY_SOURCE_RUN] = { "source_run_id", NULL },
	[COPY_DATASET] = { "dataset_id", "dataset" },
	[COPY_SPLIT] = { "split_id", "split" },
	[COPY_EXPERIMENT] = { "experiment_id", "experiment" },
	[COPY_WRITER] = { "writer_id", NULL },
};

/* What is done with a column that is not simply copied; below COPY_ID_COUNT: it becomes that id. */
enum { PLAIN = COPY_ID_COUNT, BLOCK_ID, FIRST_BLOCK, CHECKSUM };

/* One table. */
struct channel {
	struct track_tables columns;
	int *role;	       /* (columns) */
	char (*parameter)[48]; /* (columns) ":column" */
	enum copy_id owner;
	struct db_stmt *select, *insert;
};

struct copy {
	struct track *from, *into;
	int64_t id[COPY_ID_COUNT];
	struct channel *channels;
	size_t channel_count, channel_capacity;
	struct channel blocks;
	int64_t next_block, block_count; /* free in `into`; of an epoch of the run that is copied */
	int64_t block_shift;
	struct db_stmt *epochs, *classes, *put_sum, *has_sum;
};

static void channel_done(struct channel *channel)
{
	track_tables_done(&channel->columns);
	free(channel->role);
	free(channel->parameter);
	db_stmt_free(channel->select);
	db_stmt_free(channel->insert);
}

void copy_free(struct copy *copy)
{
	if (copy == NULL)
		return;
	for (size_t i = 0; i < copy->channel_count; i++)
		channel_done(&copy->channels[i]);
	channel_done(&copy->blocks);
	free(copy->channels);
	db_stmt_free(copy->epochs);
	db_stmt_free(copy->classes);
	db_stmt_free(copy->put_sum);
	db_stmt_free(copy->has_sum);
	free(copy);
}

void copy_freep(struct copy **copy)
{
	copy_free(*copy);
}

void copy_set(struct copy *copy, enum copy_id which, int64_t id)
{
	copy->id[which] = id;
}

static int role_of(const char *table, const char *column)
{
	bool is_epoch = strcmp(table, "epoch") == 0;

	for (int i = 0; i < COPY_ID_COUNT; i++)
		if (strcmp(ids[i].column, column) == 0)
			return i;
	if (strcmp(column, "block_id") == 0)
		return BLOCK_ID;
	if (is_epoch && strcmp(column, "first_block") == 0)
		return FIRST_BLOCK;
	/* A block's checksum knows no id; an epoch's is of the rows of its classes, too, and made at the end. */
	return strcmp(column, "checksum") == 0 && !is_epoch && strcmp(table, "block") != 0 ? CHECKSUM : PLAIN;
}

static enum err_code open_channel(struct copy *copy, const char *table, const char *where, struct channel *channel,
				  struct err *err)
{
	struct track_tables *columns = &channel->columns;
	AUTO(text_done) struct text select = { 0 };
	AUTO(text_done) struct text insert = { 0 };
	AUTO(text_done) struct text values = { 0 };

	if (track_list_columns(copy->into, table, columns, err) != ERR_OK ||
	    mem_new(&channel->role, columns->count, err) != ERR_OK ||
	    mem_new(&channel->parameter, columns->count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < columns->count; i++) {
		const char *comma = i == 0 ? "" : ", ";
		channel->role[i] = role_of(table, columns->at[i]);
		(void)snprintf(channel->parameter[i], sizeof channel->parameter[i], ":%s", columns->at[i]);
		if (text_append(&select, err, "%s%s", comma, columns->at[i]) != ERR_OK ||
		    text_append(&values, err, "%s:%s", comma, columns->at[i]) != ERR_OK)
			return err->code;
	}
	if (text_append(&insert, err, "INSERT INTO %s (%s) VALUES (%s)", table, select.data, values.data) != ERR_OK)
		return err->code;
	text_clear(&values);
	if (text_append(&values, err, "SELECT %s FROM %s WHERE %s", select.data, table, where) != ERR_OK ||
	    db_prepare(copy->from->db, values.data, &channel->select, err) != ERR_OK)
		return err->code;
	return db_prepare(copy->into->db, insert.data, &channel->insert, err);
}

static enum err_code add_channel(struct copy *copy, const char *table, enum copy_id owner, struct err *err)
{
	char where[64];

	(void)snprintf(where, sizeof where, "%s = :id", ids[owner].column);
	if (mem_more(&copy->channels, copy->channel_count, &copy->channel_capacity, err) != ERR_OK)
		return err->code;
	struct channel *channel = &copy->channels[copy->channel_count++];
	*channel = (struct channel){ .owner = owner };
	return open_channel(copy, table, where, channel, err);
}

/* The owner's own table first: the others refer to it. */
static enum err_code add_channels(struct copy *copy, enum copy_id owner, struct err *err)
{
	struct track_tables tables AUTO(track_tables_done) = { 0 };

	if (track_list_tables(copy->into, ids[owner].column, &tables, err) != ERR_OK ||
	    add_channel(copy, ids[owner].table, owner, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < tables.count; i++)
		/* Who is about to train a run is said where it is trained. */
		if (strcmp(tables.at[i], "claim") != 0 && add_channel(copy, tables.at[i], owner, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

#define NUMBER(name, field) #name ", "

enum err_code copy_create(struct track *from, struct track *into, struct copy **ret_copy, struct err *err)
{
	AUTO(copy_freep) struct copy *copy = NULL;
	AUTO(db_stmt_freep) struct db_stmt *next = NULL;
	bool has_row = false;

	if (mem_new(&copy, 1, err) != ERR_OK)
		return err->code;
	copy->from = from;
	copy->into = into;
	for (int i = 0; i < COPY_ID_COUNT; i++)
		if (ids[i].table != NULL && add_channels(copy, (enum copy_id)i, err) != ERR_OK)
			return err->code;
	if (open_channel(copy, "block", "block_id BETWEEN :id AND :last", &copy->blocks, err) != ERR_OK ||
	    db_prepare(into->db,
		       "SELECT run_id, epoch, first_block, " EPOCH_NUMBERS(
			   NUMBER) "checksum FROM epoch WHERE run_id = :run_id AND checksum IS NOT NULL ORDER BY epoch",
		       &copy->epochs, err) != ERR_OK ||
	    db_prepare(into->db,
		       "SELECT run_id, epoch, class_index, train_correct, test_correct, sampling_share, weight_norm"
		       " FROM class_epoch WHERE run_id = :run_id AND epoch = :epoch ORDER BY class_index",
		       &copy->classes, err) != ERR_OK ||
	    db_prepare(into->db, "UPDATE epoch SET checksum = :sum WHERE run_id = :run_id AND epoch = :epoch",
		       &copy->put_sum, err) != ERR_OK ||
	    db_prepare(from->db, "SELECT 1 FROM checksum WHERE subject = :subject AND id = :id", &copy->has_sum, err) !=
		ERR_OK ||
	    db_prepare(into->db, "SELECT coalesce(max(block_id), 0) + 1 FROM block", &next, err) != ERR_OK ||
	    db_step(next, &has_row, err) != ERR_OK)
		return err->code;
	copy->next_block = db_column_int(next, 0);
	*ret_copy = take_ptr(&copy);
	return ERR_OK;
}

/* Column i of the row that the channel is at. */
static void copy_column(const struct copy *copy, struct channel *channel, size_t i, uint64_t *sum)
{
	struct db_stmt *row = channel->select, *insert = channel->insert;
	const char *name = channel->parameter[i];
	int role = channel->role[i];
	bool is_null = db_column_type(row, i) == DB_NULL;

	if (role == CHECKSUM) {
		db_sum_bound(insert, NULL);
		if (!is_null)
			db_bind_int(insert, name, (int64_t)*sum);
	} else if (role < COPY_ID_COUNT && !is_null && copy->id[role] != 0)
		db_bind_int(insert, name, copy->id[role]);
	else if (role < COPY_ID_COUNT)
		db_bind_null(insert, name);
	else if ((role == BLOCK_ID || role == FIRST_BLOCK) && !is_null)
		db_bind_int(insert, name, db_column_int(row, i) + copy->block_shift);
	else
		db_bind_column(insert, name, row, i);
}

static enum err_code copy_row(const struct copy *copy, struct channel *channel, struct err *err)
{
	uint64_t sum = 0;

	db_sum_bound(channel->insert, &sum);
	for (size_t i = 0; i < channel->columns.count; i++)
		copy_column(copy, channel, i, &sum);
	return db_run(channel->insert, err);
}

/* The blocks of an epoch; block_shift is then what its numbers become. */
static enum err_code copy_blocks(struct copy *copy, int64_t first, struct err *err)
{
	AUTO(db_resetp) struct db_stmt *select = copy->blocks.select;
	bool more = false;

	copy->block_shift = copy->next_block - first;
	copy->next_block += copy->block_count;
	db_bind_int(select, ":id", first);
	db_bind_int(select, ":last", first + copy->block_count - 1);
	for (;;) {
		if (db_step(select, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		if (copy_row(copy, &copy->blocks, err) != ERR_OK)
			return err->code;
	}
}

static enum err_code copy_rows(struct copy *copy, struct channel *channel, int64_t from_id, struct err *err)
{
	AUTO(db_resetp) struct db_stmt *select = channel->select;
	bool more = false;

	db_bind_int(select, ":id", from_id);
	for (;;) {
		if (db_step(select, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		for (size_t i = 0; i < channel->columns.count; i++)
			if (channel->role[i] == FIRST_BLOCK && db_column_type(select, i) != DB_NULL &&
			    copy_blocks(copy, db_column_int(select, i), err) != ERR_OK)
				return err->code;
		if (copy_row(copy, channel, err) != ERR_OK)
			return err->code;
	}
}

static enum err_code sum_classes(struct copy *copy, int64_t epoch, uint64_t *sum, struct err *err)
{
	AUTO(db_resetp) struct db_stmt *classes = copy->classes;
	bool more = false;

	db_bind_int(classes, ":run_id", copy->id[COPY_RUN]);
	db_bind_int(classes, ":epoch", epoch);
	for (;;) {
		if (db_step(classes, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		db_sum_row(classes, db_column_count(classes), sum);
	}
}

/* The checksums of the run's epochs, where they have some. */
static enum err_code sum_epochs(struct copy *copy, struct err *err)
{
	AUTO(db_resetp) struct db_stmt *epochs = copy->epochs;
	bool more = false;

	db_bind_int(epochs, ":run_id", copy->id[COPY_RUN]);
	for (;;) {
		uint64_t sum = 0;
		if (db_step(epochs, &more, err) != ERR_OK)
			return err->code;
		if (!more)
			return ERR_OK;
		int64_t epoch = db_column_int(epochs, 1);
		if (sum_classes(copy, epoch, &sum, err) != ERR_OK)
			return err->code;
		db_sum_row(epochs, db_column_count(epochs) - 1, &sum);
		db_bind_int(copy->put_sum, ":sum", (int64_t)sum);
		db_bind_int(copy->put_sum, ":run_id", copy->id[COPY_RUN]);
		db_bind_int(copy->put_sum, ":epoch", epoch);
		if (db_run(copy->put_sum, err) != ERR_OK)
			return err->code;
	}
}

static enum err_code sum_subject(struct copy *copy, enum track_subject subject, int64_t from_id, int64_t id,
				 struct err *err)
{
	bool found = false;

	db_bind_text(copy->has_sum, ":subject", track_subject_name(subject));
	db_bind_int(copy->has_sum, ":id", from_id);
	if (db_step(copy->has_sum, &found, err) != ERR_OK)
		return err->code;
	db_reset(copy->has_sum);
	return found ? track_put_checksum(copy->into, subject, id, err) : ERR_OK;
}

/* Blocks of an epoch of the run. */
static enum err_code count_blocks(struct copy *copy, int64_t from_id, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;

	if (db_prepare(copy->from->db,
		       "SELECT (instances + max(block_instances, 1) - 1) / max(block_instances, 1)"
		       " FROM run JOIN dataset USING (dataset_id) WHERE run_id = :run_id",
		       &stmt, err) != ERR_OK ||
	    track_find_run(copy->from, stmt, from_id, err) != ERR_OK)
		return err->code;
	copy->block_count = db_column_int(stmt, 0);
	return ERR_OK;
}

enum err_code copy_subject(struct copy *copy, enum copy_id which, int64_t from_id, struct err *err)
{
	static const struct {
		enum copy_id which;
		enum track_subject subject;
	} sums[] = { { COPY_DATASET, SUBJECT_DATASET },	      { COPY_SPLIT, SUBJECT_SPLIT },
		     { COPY_EXPERIMENT, SUBJECT_EXPERIMENT }, { COPY_RUN, SUBJECT_RUN },
		     { COPY_RUN, SUBJECT_SUMMARY },	      { COPY_RUN, SUBJECT_MEASURES },
		     { COPY_RUN, SUBJECT_GRADIENTS } };

	if (which == COPY_RUN && count_blocks(copy, from_id, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < copy->channel_count; i++)
		if (copy->channels[i].owner == which && copy_rows(copy, &copy->channels[i], from_id, err) != ERR_OK)
			return err->code;
	if (which == COPY_RUN && sum_epochs(copy, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < ARRAY_LENGTH(sums); i++)
		if (sums[i].which == which &&
		    sum_subject(copy, sums[i].subject, from_id, copy->id[which], err) != ERR_OK)
			return err->code;
	return ERR_OK;
}
