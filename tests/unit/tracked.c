#include "unit/tracked.h"

#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>

#include "base/mem.h"
#include "track/track_verify.h"
#include "unit/database.h"

static char *const class_names[] = { "c0", "c1" };
static char *const feature_names[] = { "f" };

struct track *tracked_open(void)
{
	struct track *track = NULL;
	struct err err = { 0 };

	cr_assert_eq(track_open(TRACKED_FILE, NULL, &track, &err), ERR_OK, "%s", err.message);
	return track;
}

void tracked_commit(struct track *track)
{
	struct err err = { 0 };

	cr_assert_eq(track_commit(track, &err), ERR_OK, "%s", err.message);
}

void tracked_close(struct track *track)
{
	struct err err = { 0 };

	cr_assert_eq(track_close(track, &err), ERR_OK, "%s", err.message);
	track_free(track);
}

int64_t tracked_dataset(struct track *track, const char *sha256)
{
	double x[TRACKED_INSTANCES];
	uint32_t y[TRACKED_INSTANCES], number[TRACKED_INSTANCES];
	struct track_dataset dataset = { .name = "d",
					 .sha256 = sha256,
					 .label = "y",
					 .missing = "error",
					 .origin = sha256,
					 .instances = TRACKED_INSTANCES,
					 .features = 1,
					 .classes = TRACKED_CLASSES,
					 .x = x,
					 .y = y,
					 .instance_id = number,
					 .source_line = number,
					 .feature_names = feature_names,
					 .class_names = class_names };
	int64_t id = 0;
	struct err err = { 0 };

	for (uint32_t i = 0; i < TRACKED_INSTANCES; i++) {
		x[i] = i;
		y[i] = i % TRACKED_CLASSES;
		number[i] = i;
	}
	cr_assert_eq(track_put_dataset(track, &dataset, &id, &err), ERR_OK, "%s", err.message);
	return id;
}

int64_t tracked_split(struct track *track, int64_t dataset_id, const char *sha256)
{
	static const uint32_t train[] = { 58, 59 }, test[] = { 5, 5 };
	uint8_t mask[TRACKED_INSTANCES] = { 0 };
	struct track_split split = { .dataset_id = dataset_id,
				     .seed = 1,
				     .test_fraction = 0.1,
				     .stratified = true,
				     .instances = TRACKED_INSTANCES,
				     .classes = TRACKED_CLASSES,
				     .is_test = mask,
				     .sha256 = sha256,
				     .train_class = train,
				     .test_class = test };
	int64_t id = 0;
	struct err err = { 0 };

	for (size_t i = 120; i < TRACKED_INSTANCES; i++)
		mask[i] = 1;
	mask[0] = mask[63] = mask[64] = 2;
	cr_assert_eq(track_put_split(track, &split, &id, &err), ERR_OK, "%s", err.message);
	return id;
}

struct track_run tracked_plan(struct track *track, const char *key)
{
	static const char *const datasets[] = { "d" }, *const methods[] = { "base" };
	static const struct track_environment environment = { .version = "0",
							      .git_commit = "c0ffee",
							      .blas = "none",
							      .compiler = "cc",
							      .host = "here",
							      .argv = "[]",
							      .blas_threads = 1,
							      .pid = 1 };
	struct track_experiment experiment = { .name = "e",
					       .source = "",
					       .dataset_count = 1,
					       .method_count = 1,
					       .datasets = datasets,
					       .titles = datasets,
					       .methods = methods };
	struct track_run run = { .model = "logreg",
				 .method = "base",
				 .settings = "{}",
				 .key = key,
				 .seed = 7,
				 .environment = &environment };
	struct err err = { 0 };

	cr_assert_eq(track_put_experiment(track, &experiment, &run.experiment_id, &err), ERR_OK, "%s", err.message);
	run.dataset_id = tracked_dataset(track, "aa");
	run.split_id = tracked_split(track, run.dataset_id, "s1");
	return run;
}

int64_t tracked_run(struct track *track, const char *key)
{
	struct track_run run = tracked_plan(track, key);
	int64_t run_id = 0;
	struct err err = { 0 };

	cr_assert_eq(track_start_run(track, &run, &run_id, &err), ERR_OK, "%s", err.message);
	return run_id;
}

bool tracked_fill(struct epoch_record *record, size_t epoch, const uint32_t *draws)
{
	double predicted[BLOCK_INSTANCES], p[TRACKED_CLASSES * BLOCK_INSTANCES], du[BLOCK_INSTANCES],
	    dl[BLOCK_INSTANCES];
	struct err err;

	if (epoch_record_reserve_blocks(record, &err) != ERR_OK)
		return false;
	epoch_record_clear(record, epoch);
	if (epoch_record_fit_tallies(record, draws, &err) != ERR_OK)
		return false;
	record->train = record->test = (struct record_part){ NAN, NAN, NAN, NAN, NAN };
	record->train.loss = (double)epoch / 2;
	record->many_shot_accuracy = record->medium_shot_accuracy = record->few_shot_accuracy = NAN;
	record->effective_sample_size = NAN;
	record->seconds = 0.5;
	record->has_blocks = true;
	for (size_t c = 0; c < TRACKED_CLASSES; c++)
		record->by_class[c] = (struct record_class){ 10 + (uint32_t)c, 1, NAN, NAN };
	for (size_t i = 0; i < TRACKED_CLASSES * BLOCK_INSTANCES; i++)
		p[i] = 0.25;
	for (size_t t = 0; t < TRACKED_BLOCKS; t++) {
		struct record_tile tile = { .series = { [SERIES_PREDICTED] = predicted,
							[SERIES_P] = p,
							[SERIES_DU] = du,
							[SERIES_DL] = dl,
							[SERIES_DRAWS] =
							    draws == NULL ? NULL : draws + t * BLOCK_INSTANCES } };
		for (size_t i = 0; i < BLOCK_INSTANCES; i++) {
			size_t at = t * BLOCK_INSTANCES + i;
			predicted[i] = (double)(at % TRACKED_CLASSES);
			du[i] = (double)at;
			dl[i] = -(double)at;
		}
		epoch_record_encode(record, t, &tile);
	}
	double *values = epoch_record_add_matrix(record, "weight", 0, 2, 3);
	for (size_t i = 0; i < TRACKED_VALUES; i++)
		values[i] = (double)epoch + (double)i / 3;
	return true;
}

void tracked_epoch(struct track *track, int64_t run_id, size_t epoch, const uint32_t *draws)
{
	AUTO(epoch_record_freep) struct epoch_record *record = NULL;
	struct err err = { 0 };

	cr_assert_eq(epoch_record_create(TRACKED_INSTANCES, TRACKED_CLASSES, 1, TRACKED_VALUES, &record, &err), ERR_OK);
	cr_assert(tracked_fill(record, epoch, draws));
	cr_assert_eq(track_put_epoch(track, run_id, record, &err), ERR_OK, "%s", err.message);
}

/* For struct track_findings. */
static void fail_for(void *context, int64_t run_id, const char *finding)
{
	(void)context;
	cr_expect(false, "run %lld: %s", (long long)run_id, finding);
}

void tracked_verify(struct track *track, int64_t run_id)
{
	struct track_findings findings = { .say = fail_for };
	AUTO(epoch_record_freep) struct epoch_record *record = NULL;
	struct err err = { 0 };
	bool found = true;

	cr_assert_eq(epoch_record_create(TRACKED_INSTANCES, TRACKED_CLASSES, 0, 0, &record, &err), ERR_OK);
	while (found)
		cr_assert_eq(track_verify_epoch(track, run_id, &findings, record, &found, &err), ERR_OK);
	cr_expect_eq(findings.unchecked, 0);
}

int64_t tracked_seen(const char *sql)
{
	struct db *db = database_open(TRACKED_FILE, DB_READ);
	int64_t value = database_query_int(db, sql);

	db_free(db);
	return value;
}

static void take_one(const void *context, size_t i, struct track_summary *ret_summary)
{
	*ret_summary = ((const struct track_summary *)context)[i];
}

struct track_summaries tracked_summary(const struct track_summary *summary)
{
	return (struct track_summaries){ 1, take_one, summary };
}
