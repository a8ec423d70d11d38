/* A data set that lies in the memory of a program. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/checksum.h"
#include "base/file.h"
#include "base/mem.h"
#include "lib/lib.h"
#include "num/bins.h"

#define LARGEST_ID 4294967294
#define LARGEST_TARGET 1e30

/* Appends the sha256 of the bytes. */
static enum err_code add_sum(struct text *sums, const void *bytes, size_t length, struct err *err)
{
	char hex[FILE_SHA256_SIZE];

	file_sha256(bytes, length, hex);
	return text_append(sums, err, " %s", hex);
}

static enum err_code add_texts(struct text *sums, char *const *texts, size_t count, struct err *err)
{
	struct text all AUTO(text_done) = { 0 };

	for (size_t i = 0; i < count; i++)
		if (text_append_bytes(&all, texts[i], strlen(texts[i]) + 1, err) != ERR_OK)
			return err->code;
	return add_sum(sums, all.data == NULL ? "" : all.data, all.length, err);
}

/* What tells it from others: labels or targets, names, and features if there are some. */
static enum err_code identify(const struct hardrow_dataset *dataset, const hardrow_dataset_options *options,
			      char *const *feature_names, char ret_sha256[FILE_SHA256_SIZE], struct err *err)
{
	struct text sums AUTO(text_done) = { 0 };
	size_t n = options->instances, d = options->features, k = dataset->instances.classes;

	if (text_append(&sums, err, "memory %zu %zu %zu", n, k, d) != ERR_OK ||
	    add_sum(&sums, dataset->y, n * sizeof *dataset->y, err) != ERR_OK ||
	    add_texts(&sums, dataset->class_names, k, err) != ERR_OK ||
	    (dataset->target != NULL && add_sum(&sums, dataset->target, n * sizeof *dataset->target, err) != ERR_OK) ||
	    add_sum(&sums, dataset->instance_id, n * sizeof *dataset->instance_id, err) != ERR_OK ||
	    (dataset->keys != NULL && add_texts(&sums, dataset->keys, n, err) != ERR_OK) ||
	    (options->x != NULL && (add_sum(&sums, options->x, n * d * sizeof(double), err) != ERR_OK ||
				    add_texts(&sums, feature_names, d, err) != ERR_OK)))
		return err->code;
	file_sha256(sums.data, sums.length, ret_sha256);
	return ERR_OK;
}

/* "0", "1", … with a prefix where the caller has no names. */
static enum err_code copy_names(const char *const *names, const char *prefix, size_t first, size_t count,
				const char *what, char ***ret_names, struct err *err)
{
	if (mem_new(ret_names, count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < count; i++) {
		char number[40];
		(void)snprintf(number, sizeof number, "%s%zu", prefix, first + i);
		if (names != NULL && names[i] == NULL)
			return err_set(err, ERR_INPUT, "%s: number %zu is NULL", what, i);
		if (mem_copy_text(names != NULL ? names[i] : number, &(*ret_names)[i], err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

static int compare_texts(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

static enum err_code check_classes(const struct hardrow_dataset *dataset, struct err *err)
{
	size_t k = dataset->instances.classes;
	AUTO(mem_freep) char **sorted = NULL;

	if (mem_new(&sorted, k, err) != ERR_OK)
		return err->code;
	memcpy(sorted, dataset->class_names, k * sizeof *sorted);
	qsort(sorted, k, sizeof *sorted, compare_texts);
	for (size_t c = 1; c < k; c++)
		if (strcmp(sorted[c - 1], sorted[c]) == 0)
			return err_set(err, ERR_INPUT, "class_names: '%s' is there twice", sorted[c]);
	return ERR_OK;
}

static enum err_code copy_labels(struct hardrow_dataset *dataset, const hardrow_dataset_options *options,
				 struct err *err)
{
	size_t n = options->instances;

	if (mem_new(&dataset->y, n, err) != ERR_OK)
		return err->code;
	memcpy(dataset->y, options->labels, n * sizeof *dataset->y);
	for (size_t i = 0; i < n; i++)
		if (dataset->y[i] >= options->classes)
			return err_set(err, ERR_INPUT, "labels: number %zu is %lu; classes are 0 to %zu", i,
				       (unsigned long)dataset->y[i], options->classes - 1);
	return ERR_OK;
}

static enum err_code copy_classes(struct hardrow_dataset *dataset, const hardrow_dataset_options *options,
				  struct err *err)
{
	dataset->instances.classes = options->classes;
	if (copy_names(options->class_names, "", 0, options->classes, "class_names", &dataset->class_names, err) !=
		ERR_OK ||
	    check_classes(dataset, err) != ERR_OK)
		return err->code;
	return copy_labels(dataset, options, err);
}

/* Bins of the target are the classes. */
static enum err_code copy_target(struct hardrow_dataset *dataset, const hardrow_dataset_options *options,
				 struct err *err)
{
	size_t n = options->instances;
	const char *text = options->target_bins != NULL ? options->target_bins : "auto";
	AUTO(lib_speak_again) locale_t host = lib_speak_c();
	struct bins bins;

	if (mem_new(&dataset->target, n, err) != ERR_OK || mem_new(&dataset->y, n, err) != ERR_OK)
		return err->code;
	memcpy(dataset->target, options->target, n * sizeof *dataset->target);
	for (size_t i = 0; i < n; i++)
		if (!(fabs(dataset->target[i]) <= LARGEST_TARGET))
			return err_set(err, ERR_INPUT, "target: number %zu is %g; they are from %g to %g", i,
				       dataset->target[i], -LARGEST_TARGET, LARGEST_TARGET);
	if (bins_lay_out(text, dataset->target, n, &bins, err) != ERR_OK)
		return err_prefix(err, "target");
	if (bins_name(&bins, &dataset->class_names, err) != ERR_OK)
		return err->code;
	dataset->instances.classes = bins.count;
	dataset->instances.target = dataset->target;
	for (size_t i = 0; i < n; i++)
		dataset->y[i] = bins_find(&bins, dataset->target[i]);
	return ERR_OK;
}

static enum err_code copy_ids(struct hardrow_dataset *dataset, const hardrow_dataset_options *options, struct err *err)
{
	const int64_t *ids = options->ids;

	if (mem_new(&dataset->instance_id, options->instances, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < options->instances; i++) {
		if (ids != NULL && (ids[i] < 0 || ids[i] > LARGEST_ID))
			return err_set(err, ERR_INPUT, "ids: number %zu is %lld; they are 0 to %lld, or texts (keys)",
				       i, (long long)ids[i], (long long)LARGEST_ID);
		if (ids != NULL && i > 0 && ids[i] <= ids[i - 1])
			return err_set(err, ERR_INPUT, "ids: %lld stands behind %lld; they must ascend",
				       (long long)ids[i], (long long)ids[i - 1]);
		dataset->instance_id[i] = ids != NULL ? (uint32_t)ids[i] : (uint32_t)i;
		dataset->has_ids = dataset->has_ids || dataset->instance_id[i] != i;
	}
	return ERR_OK;
}

/* Where the key is in the table, or would be. */
static uint32_t *find_place(const struct hardrow_dataset *dataset, const char *key)
{
	size_t at = checksum_of(key, strlen(key)) & (dataset->place_count - 1);

	while (dataset->places[at] != 0 && strcmp(dataset->keys[dataset->places[at] - 1], key) != 0)
		at = (at + 1) & (dataset->place_count - 1);
	return &dataset->places[at];
}

static enum err_code index_keys(struct hardrow_dataset *dataset, const hardrow_dataset_options *options,
				struct err *err)
{
	size_t n = options->instances;

	if (options->keys == NULL)
		return ERR_OK;
	if (copy_names(options->keys, "", 0, n, "keys", &dataset->keys, err) != ERR_OK)
		return err->code;
	/* A fuller table is slower. */
	for (dataset->place_count = 16; dataset->place_count < 2 * n;)
		dataset->place_count *= 2;
	if (mem_new(&dataset->places, dataset->place_count, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < n; i++) {
		uint32_t *place = find_place(dataset, dataset->keys[i]);
		if (*place != 0)
			return err_set(err, ERR_INPUT, "keys: '%s' is there twice", dataset->keys[i]);
		*place = (uint32_t)i + 1;
	}
	return ERR_OK;
}

static enum err_code list_parts(struct hardrow_dataset *dataset, const uint8_t *test, struct err *err)
{
	struct instances *instances = &dataset->instances;
	size_t n = instances->count, k = instances->classes, train = 0, tests = 0;

	if (mem_new(&dataset->index, n, err) != ERR_OK || mem_new(&dataset->class_count, 2 * k, err) != ERR_OK ||
	    mem_new(&dataset->is_test, n, err) != ERR_OK)
		return err->code;
	if (test != NULL)
		memcpy(dataset->is_test, test, n);
	for (size_t i = 0; i < n; i++)
		if (test == NULL || test[i] == 0)
			dataset->index[train++] = (uint32_t)i;
	for (size_t i = 0; i < n && test != NULL; i++)
		if (test[i] == 1)
			dataset->index[train + tests++] = (uint32_t)i;
		else if (test[i] > 1)
			return err_set(err, ERR_INPUT, "test: number %zu is %d; it is 0 or 1", i, test[i]);
	if (train == 0)
		return err_set(err, ERR_INPUT, "test: all %zu instances are of the test part; none is left to train on",
			       n);
	for (size_t i = 0; i < n; i++)
		dataset->class_count[(i < train ? 0 : k) + dataset->y[dataset->index[i]]]++;
	instances->train = (struct part){ train, dataset->index, dataset->class_count };
	instances->test = (struct part){ tests, dataset->index + train, dataset->class_count + k };
	return ERR_OK;
}

/* What goes into the file. */
struct registration {
	struct track_dataset dataset;
	struct track_split split;
	int64_t *ret_dataset_id, *ret_split_id;
};

static enum err_code put(struct track *track, void *context, struct err *err)
{
	struct registration *registration = context;

	if (track_put_dataset(track, &registration->dataset, registration->ret_dataset_id, err) != ERR_OK)
		return err->code;
	registration->split.dataset_id = *registration->ret_dataset_id;
	return track_put_split(track, &registration->split, registration->ret_split_id, err);
}

static enum err_code put_into(struct hardrow_tracker *tracker, struct hardrow_dataset *dataset,
			      const hardrow_dataset_options *options, char *const *feature_names, struct err *err)
{
	const struct instances *instances = &dataset->instances;
	AUTO(mem_freep) uint32_t *lines = NULL;

	if (identify(dataset, options, feature_names, dataset->sha256, err) != ERR_OK ||
	    mem_new(&lines, instances->count, err) != ERR_OK)
		return err->code;
	file_sha256((const char *)dataset->is_test, instances->count, dataset->mask_sha256);
	struct registration registration = {
		.dataset = {
			.name = options->name,
			.sha256 = dataset->sha256,
			.origin = dataset->sha256,
			.label = "label",
			.missing = "error",
			.instances = instances->count,
			.features = options->x != NULL ? options->features : 0,
			.classes = instances->classes,
			.x = options->x,
			.y = dataset->y,
			.target = dataset->target,
			.instance_id = dataset->instance_id,
			.instance_key = (const char *const *)dataset->keys,
			.source_line = lines,
			.feature_names = (char **)feature_names,
			.class_names = dataset->class_names,
		},
		.split = {
			.test_fraction = (double)instances->test.count / (double)instances->count,
			.given = true,
			.instances = instances->count,
			.classes = instances->classes,
			.is_test = dataset->is_test,
			.sha256 = dataset->mask_sha256,
			.train_class = instances->train.class_count,
			.test_class = instances->test.class_count,
		},
		.ret_dataset_id = &dataset->dataset_id,
		.ret_split_id = &dataset->split_id,
	};
	(void)pthread_mutex_lock(&tracker->lock);
	enum err_code code = recorder_call(tracker->recorder, RECORDER_WRITES, put, &registration, err);
	(void)pthread_mutex_unlock(&tracker->lock);
	return code;
}

static enum err_code check_options(const hardrow_dataset_options *options, struct err *err)
{
	if (options->name == NULL || options->name[0] == '\0')
		return err_set(err, ERR_INPUT, "name: the data set has none");
	if (options->target != NULL &&
	    (options->labels != NULL || options->class_names != NULL || options->classes != 0))
		return err_set(err, ERR_INPUT, "target: a regression has no labels, class_names and classes");
	if (options->target == NULL && options->target_bins != NULL)
		return err_set(err, ERR_INPUT, "target_bins: there is no target");
	bool has_labels = options->labels != NULL || options->target != NULL;
	if (options->instances == 0 || options->instances > LARGEST_ID || !has_labels)
		return err_set(err, ERR_INPUT, "instances: %zu with%s labels", options->instances,
			       has_labels ? "" : "out");
	if (options->target == NULL && (options->classes < 2 || options->classes > CLASSES_MOST))
		return err_set(err, ERR_INPUT, "classes: %zu; there are 2 to %d", options->classes, CLASSES_MOST);
	if (options->ids != NULL && options->keys != NULL)
		return err_set(err, ERR_INPUT, "ids and keys: one of the two");
	return options->x != NULL && options->features == 0
		   ? err_set(err, ERR_INPUT, "features: 0 with x; how many columns has it?")
		   : ERR_OK;
}

static void free_names(char ***names, size_t count)
{
	if (*names != NULL)
		mem_free_texts(*names, count);
	*names = NULL;
}

static void free_dataset(struct hardrow_dataset **dataset_pointer)
{
	struct hardrow_dataset *dataset = *dataset_pointer;

	if (dataset == NULL)
		return;
	free(dataset->places);
	free_names(&dataset->keys, dataset->instances.count);
	free_names(&dataset->class_names, dataset->instances.classes);
	free(dataset->y);
	free(dataset->target);
	free(dataset->is_test);
	free(dataset->instance_id);
	free(dataset->index);
	free(dataset->class_count);
	free(dataset);
}

static enum err_code put_dataset(struct hardrow_tracker *tracker, const hardrow_dataset_options *given,
				 struct hardrow_dataset **ret_dataset, struct err *err)
{
	AUTO(free_dataset) struct hardrow_dataset *dataset = NULL;
	hardrow_dataset_options options = { 0 };
	char **feature_names = NULL;

	if (lib_check_process(tracker->pid, err) != ERR_OK ||
	    lib_take_options(given, &options, sizeof options, "hardrow_dataset_options", err) != ERR_OK ||
	    check_options(&options, err) != ERR_OK || mem_new(&dataset, 1, err) != ERR_OK)
		return err->code;
	dataset->pid = tracker->pid;
	dataset->tracker = tracker;
	dataset->instances.count = options.instances;
	if ((options.target != NULL ? copy_target(dataset, &options, err) : copy_classes(dataset, &options, err)) !=
		ERR_OK ||
	    copy_ids(dataset, &options, err) != ERR_OK || index_keys(dataset, &options, err) != ERR_OK ||
	    list_parts(dataset, options.test, err) != ERR_OK)
		return err->code;
	dataset->instances.y = dataset->y;
	size_t names = options.x != NULL ? options.features : 0;
	if (copy_names(options.feature_names, "x", 1, names, "feature_names", &feature_names, err) == ERR_OK)
		(void)put_into(tracker, dataset, &options, feature_names, err);
	free_names(&feature_names, names);
	if (err->code != ERR_OK)
		return err->code;
	*ret_dataset = take_ptr(&dataset);
	return ERR_OK;
}

int hardrow_put_dataset(hardrow_tracker *tracker, const hardrow_dataset_options *options, hardrow_dataset **ret_dataset,
			hardrow_error *error)
{
	struct err err = { .code = ERR_OK };

	err.code = put_dataset(tracker, options, ret_dataset, &err);
	return lib_fail(&err, error);
}

void hardrow_dataset_free(hardrow_dataset *dataset)
{
	if (dataset != NULL && dataset->pid == getpid())
		free_dataset(&dataset);
}

enum err_code lib_check_names(const struct hardrow_dataset *dataset, const struct lib_names *names, size_t count,
			      struct err *err)
{
	if (names->ids != NULL && names->keys != NULL)
		return err_set(err, ERR_INPUT, "ids and keys: one of the two");
	if (names->keys != NULL && dataset->keys == NULL)
		return err_set(err, ERR_INPUT, "keys: the data set has none; its instances are told by ids");
	if (names->ids != NULL && dataset->keys != NULL && count > 0)
		return err_set(err, ERR_INPUT, "ids: the data set has none; its instances are told by texts (keys)");
	if (names->ids == NULL && names->keys == NULL && count > dataset->instances.count)
		return err_set(err, ERR_INPUT, "%zu rows without ids; the data set has %zu instances", count,
			       dataset->instances.count);
	return ERR_OK;
}

static int compare_ids(const void *left, const void *right)
{
	uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;

	return (a > b) - (a < b);
}

static enum err_code find_id(const struct hardrow_dataset *dataset, int64_t id, uint32_t *ret_position, struct err *err)
{
	size_t n = dataset->instances.count;
	uint32_t key = (uint32_t)id;
	const uint32_t *found = NULL;

	if (!dataset->has_ids && id >= 0 && id < (int64_t)n) {
		*ret_position = (uint32_t)id;
		return ERR_OK;
	}
	if (dataset->has_ids && id >= 0 && id <= LARGEST_ID)
		found = bsearch(&key, dataset->instance_id, n, sizeof key, compare_ids);
	if (found == NULL)
		return err_set(err, ERR_INPUT, "ids: the data set has no instance %lld", (long long)id);
	*ret_position = (uint32_t)(found - dataset->instance_id);
	return ERR_OK;
}

enum err_code lib_find(const struct hardrow_dataset *dataset, const struct lib_names *names, size_t at,
		       uint32_t *ret_position, struct err *err)
{
	if (names->ids != NULL)
		return find_id(dataset, names->ids[at], ret_position, err);
	if (names->keys == NULL) {
		*ret_position = (uint32_t)at;
		return ERR_OK;
	}
	if (names->keys[at] == NULL)
		return err_set(err, ERR_INPUT, "keys: number %zu is NULL", at);
	uint32_t place = *find_place(dataset, names->keys[at]);
	if (place == 0)
		return err_set(err, ERR_INPUT, "keys: the data set has no instance '%s'", names->keys[at]);
	*ret_position = place - 1;
	return ERR_OK;
}

static enum err_code is_there(struct track *track, void *context, struct err *err)
{
	AUTO(db_stmt_freep) struct db_stmt *stmt = NULL;
	const struct hardrow_dataset *dataset = context;
	bool found = false;

	if (db_prepare(track_db(track),
		       "SELECT 1 FROM dataset JOIN split USING (dataset_id) WHERE dataset_id = :dataset_id"
		       " AND split_id = :split_id AND dataset.sha256 = :sha256 AND split.sha256 = :mask",
		       &stmt, err) != ERR_OK)
		return err->code;
	db_bind_int(stmt, ":dataset_id", dataset->dataset_id);
	db_bind_int(stmt, ":split_id", dataset->split_id);
	db_bind_text(stmt, ":sha256", dataset->sha256);
	db_bind_text(stmt, ":mask", dataset->mask_sha256);
	if (db_step(stmt, &found, err) != ERR_OK)
		return err->code;
	return found ? ERR_OK
		     : err_set(err, ERR_INPUT, "the data set was deleted from the file meanwhile; put it there again");
}

enum err_code lib_check_dataset(const struct hardrow_dataset *dataset, struct err *err)
{
	struct hardrow_tracker *tracker = dataset->tracker;

	(void)pthread_mutex_lock(&tracker->lock);
	enum err_code code = recorder_call(tracker->recorder, RECORDER_READS, is_there, (void *)dataset, err);
	(void)pthread_mutex_unlock(&tracker->lock);
	return code;
}
