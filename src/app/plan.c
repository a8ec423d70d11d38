#include "app/plan.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "data/folds.h"
#include "data/imbalance.h"
#include "data/relabel.h"
#include "data/target_bins.h"
#include "db/db.h"
#include "db/series.h"
#include "track/epoch_record.h"

#define MUCH 1e8

enum err_code plan_open(const struct catalogue *catalogue, const struct data_path *path, const char *data,
			const struct data_settings *settings, struct dataset **ret_dataset, struct err *err)
{
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	struct reading reading = settings->reading;

	reading.has_target = settings->task == TASK_REGRESSION;

	if (catalogue_open(catalogue, path, data, &reading, &dataset, err) != ERR_OK ||
	    dataset_relabel(dataset, (enum relabel_kind)settings->relabel, err) != ERR_OK ||
	    (reading.has_target && dataset_bin_target(dataset, settings->target_bins, err) != ERR_OK))
		return err->code;
	*ret_dataset = take_ptr(&dataset);
	return ERR_OK;
}

static enum err_code create_split(const struct dataset *dataset, const struct data_settings *settings,
				  struct split **ret_split, struct err *err)
{
	const struct folds folds = {
		.count = settings->folds,
		.at = settings->fold,
		.seed = settings->split_seed,
		.stratified = settings->stratified,
		.blocks = settings->blocks,
	};

	return folds.count > 0 ? folds_create_split(dataset, &folds, ret_split, err)
			       : split_create(dataset, settings->test_fraction, settings->stratified,
					      settings->split_seed, ret_split, err);
}

enum err_code plan_split(const struct dataset *source, const struct data_settings *settings, bool strict,
			 struct dataset **ret_derived, struct split **ret_split, struct err *err)
{
	AUTO(split_freep) struct split *split = NULL;
	AUTO(dataset_freep) struct dataset *flipped = NULL;
	struct dataset *derived = NULL;
	struct imbalance imbalance;

	if (settings->folds == 0 && strict && dataset_has_own(source, SPLIT_TEST) && settings_draw_test_part(settings))
		return err_set(err, ERR_INPUT,
			       "%s: comes with its own test part; test-fraction and stratified do not apply",
			       source->name);
	if (settings_imbalance(settings, &imbalance, err) != ERR_OK || settings_check_flip(settings, err) != ERR_OK ||
	    (settings->flip_labels > 0 &&
	     dataset_flip(source, settings->flip_labels, (enum flip_kind)settings->flip_kind, settings->split_seed,
			  &flipped, err) != ERR_OK))
		return err->code;
	if (flipped != NULL)
		source = flipped;
	if (create_split(source, settings, &split, err) != ERR_OK)
		return err->code;
	if (imbalance.kind != IMBALANCE_NONE &&
	    imbalance_apply(&imbalance, source, &split, settings->split_seed, &derived, err) != ERR_OK)
		return err->code;
	*ret_derived = derived != NULL ? derived : take_ptr(&flipped);
	*ret_split = take_ptr(&split);
	return ERR_OK;
}

enum err_code plan_takes_meta(const struct run_settings *options, const struct recipe *recipe,
			      const struct split *split, bool *ret_takes, struct err *err)
{
	size_t per_class = options->loss_parameters.meta_per_class;

	if (split->meta_count > 0 && per_class > 0)
		return err_set(err, ERR_INPUT,
			       "meta-per-class %zu will not do: the data set has its own meta set, of %zu", per_class,
			       split->meta_count);
	*ret_takes = recipe->method.loss->uses_meta_set && split->meta_count == 0;
	return ERR_OK;
}

/* The tracker's view of a data set. */
static struct track_dataset track_view(const struct dataset *dataset)
{
	return (struct track_dataset){
		.name = dataset->name,
		.sha256 = dataset->sha256,
		.origin = dataset->origin,
		.label = dataset->label,
		.missing = dataset->missing,
		.instances = dataset->instances,
		.features = dataset->features,
		.classes = dataset->classes,
		.x = dataset->x,
		.y = dataset->y,
		.target = dataset->target,
		.instance_id = dataset->instance_id,
		.source_line = dataset->source_line,
		.feature_names = dataset->feature_names,
		.level_at = dataset->level_at,
		.class_names = dataset->class_names,
		.subclass = dataset->subclass,
		.subclass_names = dataset->subclass_names,
		.flipped_from = dataset->flipped_from,
	};
}

enum err_code plan_register(struct track *track, struct planned_run *run, struct err *err)
{
	const struct split *of = run->recipe.subject.split;
	struct track_dataset dataset = track_view(run->recipe.subject.dataset);
	struct track_split split = {
		.seed = run->recipe.data.split_seed,
		.test_fraction = run->recipe.data.test_fraction,
		.stratified = run->recipe.data.stratified,
		.folds = run->recipe.data.folds,
		.fold = run->recipe.data.fold,
		.given = of->is_given,
		.instances = of->instances,
		.classes = of->classes,
		.is_test = of->is_test,
		.sha256 = of->sha256,
		.train_class = of->train_class,
		.test_class = of->test_class,
	};

	if (track_put_dataset(track, &dataset, &run->dataset_id, err) != ERR_OK)
		return err->code;
	split.dataset_id = run->dataset_id;
	return track_put_split(track, &split, &run->split_id, err);
}

enum err_code plan_key(struct planned_run *run, struct err *err)
{
	const struct dataset *dataset = run->recipe.subject.dataset;
	struct text made AUTO(text_done) = { 0 };

	/* How missing values were treated is in the recipe. */
	if (text_append(&made, err, "%s %s %llu ", dataset->sha256, run->recipe.subject.split->sha256,
			(unsigned long long)run->recipe.training.seed) != ERR_OK ||
	    text_append_json(&made, run->method, err) != ERR_OK ||
	    recipe_append_key(&run->recipe, &made, err) != ERR_OK)
		return err->code;
	/* The number of a run may be given to another. */
	if (run->recipe.subject.ordering_loss != NULL &&
	    text_append_bytes(&made, (const char *)run->recipe.subject.ordering_loss,
			      dataset->instances * sizeof(double), err) != ERR_OK)
		return err->code;
	file_sha256(made.data, made.length, run->key);
	return ERR_OK;
}

struct track_run plan_track_run(const struct planned_run *run, const char *settings)
{
	return (struct track_run){
		.experiment_id = run->experiment_id,
		.dataset_id = run->dataset_id,
		.split_id = run->split_id,
		.model = model_name((size_t)run->recipe.model),
		.method = run->method,
		.settings = settings,
		.key = run->key[0] != '\0' ? run->key : NULL,
		.seed = run->recipe.training.seed,
	};
}

enum err_code plan_register_one(struct track *track, void *run, struct err *err)
{
	return plan_register(track, run, err);
}

void plan_tell_notes(const struct dataset *dataset, const struct runner_watch *watch)
{
	const char *line = watch->notice != NULL ? dataset->notes : NULL;

	while (line != NULL && *line != '\0') {
		char shown[400];
		size_t length = strcspn(line, "\n");
		(void)snprintf(shown, sizeof shown, "%s: %.*s", dataset->path, (int)length, line);
		watch->notice(watch->context, shown);
		line += length + (line[length] == '\n');
	}
}

/* Bytes of the file that an epoch's series take: blocks, and what stands beside the series in each. */
static double series_bytes_of(const struct dataset *dataset)
{
	const size_t beside = 40;
	size_t n = dataset->instances;
	size_t k = dataset->target != NULL ? 0 : dataset->classes;

	return (double)(n / BLOCK_INSTANCES) *
		   db_row_bytes(series_block_bytes(BLOCK_INSTANCES, k, SERIES_SHORT) + beside) +
	       db_row_bytes(series_block_bytes(n % BLOCK_INSTANCES, k, SERIES_SHORT) + beside);
}

/* Bytes that the runs will put into the file, to within some 10 %. */
static double estimate_bytes(const struct planned_run *runs, size_t count)
{
	double bytes = 0;

	for (size_t i = 0; i < count; i++) {
		const struct recipe *recipe = &runs[i].recipe;
		const struct dataset *dataset = recipe->subject.dataset;
		size_t epochs = recipe->training.epochs;
		double k = dataset->target != NULL ? 1 : (double)dataset->classes;
		size_t weighed = record_rule_count(&recipe->record_weights, epochs) +
				 record_rule_takes(&recipe->record_weights, 0, epochs);
		bytes += (double)record_rule_count(&recipe->record, epochs) * series_bytes_of(dataset);
		bytes += (double)weighed * db_row_bytes(sizeof(double) * network_count_parameters(&recipe->shape));
		bytes += (double)dataset->instances * 90.0 + (double)epochs * (90.0 + 36.0 * k);
	}
	return bytes;
}

static void warn_of_size(const struct planned_run *runs, size_t count, const struct runner_watch *watch)
{
	double bytes = estimate_bytes(runs, count);
	char line[160];

	if (bytes <= MUCH)
		return;
	(void)snprintf(
	    line, sizeof line,
	    "this will write about %.3g %s; --record every:N, last or none (record_splits in a sweep) writes less",
	    bytes < 1e9 ? bytes / 1e6 : bytes / 1e9, bytes < 1e9 ? "MB" : "GB");
	watch->notice(watch->context, line);
}

static void warn_of_weights(const struct planned_run *runs, size_t count, const struct runner_watch *watch)
{
	char line[160];

	for (size_t i = 0; i < count; i++) {
		if (!runs[i].recipe.has_many_weights)
			continue;
		(void)snprintf(
		    line, sizeof line,
		    "%zu weights are many: they are recorded in the last epoch only; --record-weights says otherwise",
		    network_count_parameters(&runs[i].recipe.shape));
		watch->notice(watch->context, line);
		return;
	}
}

static void warn_of_tau_norm(const struct planned_run *runs, size_t count, const struct runner_watch *watch)
{
	for (size_t i = 0; i < count; i++) {
		const struct recipe *recipe = &runs[i].recipe;
		if (recipe->method.adjustment != &adjustment_tau_norm || recipe->model != MODEL_LOGREG)
			continue;
		watch->notice(watch->context, "tau-norm is made for classifiers on learned features; on the inputs of "
					      "logreg it is usually worse than no adjustment");
		return;
	}
}

static void warn_of_numbers(const struct planned_run *runs, size_t count, const struct runner_watch *watch)
{
	for (size_t i = 0; i < count; i++) {
		const struct dataset *dataset = runs[i].recipe.subject.dataset;
		char line[300];
		if (dataset->target != NULL || !dataset_looks_continuous(dataset))
			continue;
		(void)snprintf(line, sizeof line,
			       "%.100s: label '%.60s' has %zu numbers for classes; --task regression predicts a number",
			       dataset->name, dataset->label, dataset->classes);
		watch->notice(watch->context, line);
		return;
	}
}

void plan_warn(const struct planned_run *runs, size_t count, const struct runner_watch *watch)
{
	if (watch->notice == NULL)
		return;
	warn_of_size(runs, count, watch);
	warn_of_weights(runs, count, watch);
	warn_of_tau_norm(runs, count, watch);
	warn_of_numbers(runs, count, watch);
}
