#include "app/stored_run.h"

#include <stdlib.h>
#include <string.h>

#include "app/ordering.h"
#include "app/plan.h"
#include "base/mem.h"
#include "data/relabel.h"

/* One setting as it was recorded. */
static enum err_code take_setting(void *context, const char *name, const char *value, struct err *err)
{
	struct stored_run *run = context;
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);

	if (spec == NULL || run->text_count == settings_spec_count)
		return err_set(err, ERR_INPUT, "run %lld: its setting '%s' is not known to this hardrow",
			       (long long)run->run_id, name);
	if (mem_copy_text(value, &run->texts[run->text_count], err) != ERR_OK)
		return err->code;
	if (option_set(spec, &run->options, run->texts[run->text_count++], err) != ERR_OK)
		return err_prefix(err, "run %lld: setting %s", (long long)run->run_id, name);
	return ERR_OK;
}

static enum err_code read_settings(struct track *track, struct stored_run *run, struct err *err)
{
	if (!run->row.has_model)
		return err_set(err, ERR_INPUT, "run %lld holds imported predictions: it has no model",
			       (long long)run->run_id);
	option_reset_recorded(settings_specs, settings_spec_count, &run->options);
	if (mem_new(&run->texts, settings_spec_count, err) != ERR_OK)
		return err->code;
	return track_read_settings(track, run->run_id, take_setting, run, err);
}

/* From the tables alone. */
static enum err_code rebuild_dataset(struct track *track, struct stored_run *run, struct err *err)
{
	const struct track_run_row *row = &run->row;
	size_t n = row->instances;
	AUTO(dataset_freep) struct dataset *dataset = NULL;

	if (mem_new(&dataset, 1, err) != ERR_OK)
		return err->code;
	dataset->instances = n;
	dataset->features = row->features;
	dataset->classes = row->classes;
	dataset->missing = missing_policy_name((size_t)run->options.data.reading.missing);
	memcpy(dataset->sha256, row->sha256, strnlen(row->sha256, sizeof dataset->sha256 - 1));
	if (mem_copy_text(row->dataset, &dataset->name, err) != ERR_OK ||
	    mem_copy_text(row->label, &dataset->label, err) != ERR_OK ||
	    mem_new(&dataset->x, n * row->features, err) != ERR_OK || mem_new(&dataset->y, n, err) != ERR_OK ||
	    mem_new(&dataset->instance_id, n, err) != ERR_OK || mem_new(&dataset->source_line, n, err) != ERR_OK ||
	    mem_new(&dataset->class_names, row->classes, err) != ERR_OK ||
	    mem_new(&dataset->feature_names, row->features, err) != ERR_OK ||
	    track_read_names(track, row, dataset->class_names, dataset->feature_names, err) != ERR_OK ||
	    track_read_instances(track, row, dataset->y, dataset->instance_id, dataset->source_line, err) != ERR_OK ||
	    (row->is_regression && (mem_new(&dataset->target, n, err) != ERR_OK ||
				    track_read_targets(track, row, dataset->target, err) != ERR_OK)) ||
	    track_read_features(track, row, dataset->x, err) != ERR_OK)
		return err->code;
	run->dataset = take_ptr(&dataset);
	return ERR_OK;
}

/* Cuts the text at the last "-suffix", if it has one behind its first letter. */
static void cut_suffix(char *name, const char *suffix, size_t length)
{
	for (size_t at = strlen(name); at > 0; at--)
		if (name[at] == '-' && strncmp(name + at + 1, suffix, length) == 0) {
			name[at] = '\0';
			return;
		}
}

/* The name of the data set before its groups were read, and it was relabelled, flipped and thinned out. */
static enum err_code original_name(const struct stored_run *run, char **ret_name, struct err *err)
{
	const struct data_settings *settings = &run->options.data;

	if (mem_copy_text(run->row.dataset, ret_name, err) != ERR_OK)
		return err->code;
	if (strcmp(settings->imbalance, "none") != 0)
		cut_suffix(*ret_name, settings->imbalance, strcspn(settings->imbalance, ":") + 1);
	if (settings->flip_labels > 0)
		cut_suffix(*ret_name, "flip:", strlen("flip:"));
	if (settings->relabel != RELABEL_NONE) {
		const char *relabel = relabel_kind_name((size_t)settings->relabel);
		cut_suffix(*ret_name, relabel, strlen(relabel));
	}
	if (settings->reading.groups != NULL)
		cut_suffix(*ret_name, "groups:", strlen("groups:"));
	return ERR_OK;
}

static enum err_code open_original(const struct stored_run *run, const struct stored_run_source *source,
				   struct dataset **ret_dataset, struct err *err)
{
	AUTO(catalogue_freep) struct catalogue *catalogue = NULL;
	AUTO(mem_freep) char *name = NULL;

	if (catalogue_create(&catalogue, err) != ERR_OK || original_name(run, &name, err) != ERR_OK)
		return err->code;
	if (source->data == NULL && catalogue_find(catalogue, name) == NULL)
		return err_set(
		    err, ERR_INPUT,
		    "run %lld: features of over 2048 bytes a row, as those of '%s', are not kept: add --data "
		    "FILE, the file that it was trained on",
		    (long long)run->run_id, name);
	return plan_open(catalogue, &source->path, source->data != NULL ? source->data : name, &run->options.data,
			 ret_dataset, err);
}

/* From the original file. */
static enum err_code reread_dataset(struct stored_run *run, const struct stored_run_source *source, struct err *err)
{
	AUTO(dataset_freep) struct dataset *dataset = NULL;
	AUTO(dataset_freep) struct dataset *derived = NULL;
	AUTO(split_freep) struct split *split = NULL;

	if (open_original(run, source, &dataset, err) != ERR_OK ||
	    plan_split(dataset, &run->options.data, false, &derived, &split, err) != ERR_OK)
		return err->code;
	if (derived != NULL) {
		dataset_free(dataset);
		dataset = take_ptr(&derived);
	}
	if (strcmp(dataset->sha256, run->row.sha256) != 0 || dataset->instances != run->row.instances ||
	    dataset->features != run->row.features || dataset->classes != run->row.classes)
		return err_set(err, ERR_INPUT,
			       "%s: is not the data set that run %lld was trained on: sha256 %.12s…, recorded %.12s…",
			       dataset->path, (long long)run->run_id, dataset->sha256, run->row.sha256);
	run->dataset = take_ptr(&dataset);
	return ERR_OK;
}

enum err_code stored_run_read(struct track *track, int64_t run_id, const struct stored_run_source *source,
			      struct stored_run **ret_run, struct err *err)
{
	AUTO(stored_run_freep) struct stored_run *run = NULL;

	if (mem_new(&run, 1, err) != ERR_OK)
		return err->code;
	run->run_id = run_id;
	if (track_read_run(track, run_id, &run->row, err) != ERR_OK || read_settings(track, run, err) != ERR_OK)
		return err->code;
	enum err_code code =
	    run->row.instance_bytes > 0 ? rebuild_dataset(track, run, err) : reread_dataset(run, source, err);
	if (code != ERR_OK || split_restore(run->dataset, run->row.is_test, run->row.given, &run->split, err) != ERR_OK)
		return err->code;
	const struct recipe_subject subject = { .dataset = run->dataset, .split = run->split };
	if (recipe_restore(&run->options, &subject, &run->recipe, err) != ERR_OK)
		return err_prefix(err, "run %lld", (long long)run_id);
	if (run->recipe.sampler_parameters.ordering_run > 0 &&
	    ordering_restore(track, &run->row, &run->ordering_loss, err) != ERR_OK)
		return err->code;
	run->recipe.subject.ordering_loss = run->ordering_loss;
	*ret_run = take_ptr(&run);
	return ERR_OK;
}

void stored_run_free(struct stored_run *run)
{
	if (run == NULL)
		return;
	mem_free_texts(run->texts, run->text_count);
	free(run->ordering_loss);
	split_free(run->split);
	dataset_free(run->dataset);
	track_run_row_done(&run->row);
	free(run);
}

void stored_run_freep(struct stored_run **run)
{
	stored_run_free(*run);
}

enum err_code stored_run_check_classes(const struct track_run_row *row, const char *what, struct err *err)
{
	return row->is_regression
		   ? err_set(err, ERR_INPUT,
			     "run %lld predicts a number (task regression): %s is for runs that predict classes",
			     (long long)row->run_id, what)
		   : ERR_OK;
}

enum err_code stored_run_create_network(const struct stored_run *run, enum network_precision precision,
					size_t instances, struct network **ret_network, struct err *err)
{
	struct network_shape shape = run->recipe.shape;

	shape.precision = precision;
	shape.instances = instances;
	return network_create(&shape, ret_network, err);
}

/* Whether the weights of that epoch are recorded. */
static enum err_code has_epoch(struct track *track, const struct stored_run *run, size_t epoch, bool *ret_has,
			       struct err *err)
{
	AUTO(mem_freep) size_t *epochs = NULL;
	size_t count = 0;

	if (track_list_weight_epochs(track, run->run_id, epoch, &epochs, &count, err) != ERR_OK)
		return err->code;
	*ret_has = count > 0 && epochs[0] == epoch;
	return ERR_OK;
}

static enum err_code check_epoch(struct track *track, const struct stored_run *run, size_t epoch, struct err *err)
{
	bool has = false;

	if (has_epoch(track, run, epoch, &has, err) != ERR_OK)
		return err->code;
	if (has)
		return ERR_OK;
	return err_set(err, ERR_INPUT,
		       "run %lld has no recorded weights at epoch %zu; --record-weights every:1 records them",
		       (long long)run->run_id, epoch);
}

static enum err_code load_layer(struct track *track, const struct track_matrix *weight, bool has_bias,
				struct network *network, struct err *err)
{
	struct track_matrix bias = *weight;
	AUTO(mem_freep) double *weights = NULL;
	AUTO(mem_freep) double *biases = NULL;

	bias.name = "bias";
	bias.cols = 1;
	if (mem_new(&weights, weight->rows * weight->cols, err) != ERR_OK ||
	    mem_new(&biases, weight->rows, err) != ERR_OK || track_read_matrix(track, weight, weights, err) != ERR_OK ||
	    (has_bias && track_read_matrix(track, &bias, biases, err) != ERR_OK))
		return err->code;
	network_write_layer(network, weight->layer, weights, has_bias ? biases : NULL);
	return ERR_OK;
}

enum err_code stored_run_load(struct track *track, const struct stored_run *run, size_t epoch, struct network *network,
			      struct err *err)
{
	if (check_epoch(track, run, epoch, err) != ERR_OK)
		return err->code;
	for (size_t l = 0; l < network_layer_count(network); l++) {
		struct network_layer layer = network_layer(network, l);
		const struct track_matrix weight = {
			.run_id = run->run_id,
			.epoch = epoch,
			.layer = l,
			.name = "weight",
			.rows = layer.outputs,
			.cols = layer.inputs,
		};
		if (load_layer(track, &weight, layer.has_bias, network, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

enum err_code stored_run_load_trainer(struct track *track, const struct stored_run *run, size_t epoch,
				      struct trainer *trainer, struct err *err)
{
	double *mean_feature = NULL;
	struct network *network = trainer_open(trainer, &mean_feature);
	size_t last = network_layer_count(network) - 1;
	const struct track_matrix matrix = {
		.run_id = run->run_id,
		.epoch = epoch,
		.layer = last,
		.name = "mean_feature",
		.rows = 1,
		.cols = network_layer(network, last).inputs,
	};

	if (stored_run_load(track, run, epoch, network, err) != ERR_OK)
		return err->code;
	return mean_feature == NULL ? ERR_OK : track_read_matrix(track, &matrix, mean_feature, err);
}

enum err_code stored_run_take_grand(struct track *track, const struct stored_run *run, struct trainer *trainer,
				    struct err *err)
{
	size_t before = run->recipe.training.el2n_epoch - 1;
	struct stored_run owner = *run;
	bool has = false;

	if (run->row.source_run_id != 0)
		owner.run_id = run->row.source_run_id;
	if (has_epoch(track, &owner, before, &has, err) != ERR_OK ||
	    (has && stored_run_load_trainer(track, &owner, before, trainer, err) != ERR_OK))
		return err->code;
	if (has)
		trainer_take_grand(trainer);
	return ERR_OK;
}

enum err_code stored_run_list_epochs(struct track *track, const struct stored_run *run, size_t from,
				     size_t **ret_epochs, size_t *ret_count, struct err *err)
{
	AUTO(mem_freep) size_t *epochs = NULL;
	size_t count = 0;

	if (track_list_weight_epochs(track, run->run_id, from, &epochs, &count, err) != ERR_OK)
		return err->code;
	if (count > 0) {
		*ret_epochs = take_ptr(&epochs);
		*ret_count = count;
		return ERR_OK;
	}
	if (run->row.source_run_id != 0)
		return err_set(err, ERR_INPUT,
			       "run %lld has no recorded weights; it was made from the weights of run %lld",
			       (long long)run->run_id, (long long)run->row.source_run_id);
	return err_set(err, ERR_INPUT, "run %lld has no recorded weights; --record-weights last records them",
		       (long long)run->run_id);
}
