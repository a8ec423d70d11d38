/* From options to a recipe: every value filled in, and whether they go together. */
#include "train/recipe.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "train/recipe_check.h"

/* Who asks: options of today must be good for a training, recorded ones were. */
enum purpose { FOR_TRAINING, FOR_CHECKING, FOR_RECORDED };

static enum err_code refuse_part(const struct recipe *recipe, const char *kind, const char *name, struct err *err)
{
	return err_set(err, ERR_INPUT,
		       "%s %s will not do: it is not for task %s; 'hardrow methods --task %s' lists what is", kind,
		       name, task_name((size_t)recipe->data.task), task_name((size_t)recipe->data.task));
}

static enum err_code compose(const struct run_settings *options, struct recipe *recipe, struct err *err)
{
	enum task task = (enum task)recipe->data.task;
	const char *kind, *name;
	struct method composed = *method_at((size_t)options->method);

	recipe->apply = (enum method_apply)options->apply;
	if (composed.sampler->uses_difficulty)
		composed = method_applied(&composed, recipe->apply);
	else if (recipe->apply != APPLY_DRAW)
		return err_set(err, ERR_INPUT, "apply '%s' will not do: method %s has no difficulty to apply",
			       method_apply_name((size_t)recipe->apply), composed.name);
	if (!method_in_task(&composed, task, &composed))
		return refuse_part(recipe, "method", composed.name, err);
	/* Bins keep the weights that the method gives them, whatever the loss; weights of classes are the loss's. */
	if (task == TASK_REGRESSION)
		composed.weights = method_weights(&composed);
	if (options->sampler > 0)
		composed.sampler = sampler_at((size_t)options->sampler - 1);
	if (options->loss > 0)
		composed.loss = loss_at((size_t)options->loss - 1);
	if (options->adjustment > 0)
		composed.adjustment = options->adjustment == 1 ? NULL : adjustment_at((size_t)options->adjustment - 2);
	if (options->second_stage > 0)
		composed.stage = options->second_stage == 1 ? NULL : stage_at((size_t)options->second_stage - 2);
	if (method_find_misfit(&composed, task, &kind, &name))
		return refuse_part(recipe, kind, name, err);
	if ((composed.sampler->mixes_labels && composed.loss->see_tile != NULL) ||
	    (composed.sampler->mixes && composed.loss->uses_meta_set))
		return err_set(err, ERR_INPUT,
			       "loss %s will not do: it looks at whole batches, and sampler %s mixes rows",
			       composed.loss->name, composed.sampler->name);
	recipe->method = composed;
	return ERR_OK;
}

static enum err_code choose_kernel(const struct run_settings *options, struct recipe *recipe, struct err *err)
{
	const struct kernel *given = &options->kernel;
	struct kernel kernel = method_fill_kernel(&recipe->method, options->kernel_kind, given);

	if (kernel.kind != KERNEL_NONE && recipe->data.task != TASK_REGRESSION)
		return refuse_part(recipe, "kernel", kernel_name(kernel.kind), err);
	if (kernel.size % 2 == 0 && kernel.kind != KERNEL_NONE)
		return err_set(err, ERR_INPUT, "kernel-size %zu will not do: it takes an odd number", kernel.size);
	if (kernel.kind == KERNEL_NONE && (given->size > 0 || !isnan(given->sigma)))
		return err_set(err, ERR_INPUT, "kernel-%s will not do: there is no kernel; --kernel says which",
			       given->size > 0 ? "size" : "sigma");
	if (kernel.kind == KERNEL_TRIANGULAR && !isnan(given->sigma))
		return err_set(err, ERR_INPUT, "kernel-sigma will not do: kernel triangular has none");
	if (recipe->method.smooths_features && recipe->model == MODEL_LOGREG)
		return err_set(err, ERR_INPUT,
			       "method %s will not do: logreg has no hidden layers whose features it could smooth; "
			       "model mlp has",
			       recipe->method.name);
	recipe->kernel = kernel;
	recipe->shape.calibrates = recipe->method.smooths_features;
	return ERR_OK;
}

static double fill(double given, double initial)
{
	return isnan(given) ? initial : given;
}

/* The bilateral classifier and its draws go together, and with losses of single instances. */
static enum err_code check_branches(const struct run_settings *options, const struct recipe *recipe, struct err *err)
{
	const struct method *method = &recipe->method;
	bool is_bilateral = method->sampler->is_bilateral;

	if (is_bilateral && options->classifier != CLASSIFIER_METHOD && options->classifier != CLASSIFIER_BILATERAL)
		return err_set(err, ERR_INPUT, "classifier '%s' will not do: sampler %s needs the bilateral classifier",
			       classifier_name((size_t)options->classifier), method->sampler->name);
	if (!is_bilateral && options->classifier == CLASSIFIER_BILATERAL)
		return err_set(err, ERR_INPUT,
			       "classifier 'bilateral' will not do: it needs the draws of sampler "
			       "bilateral, as method bbn has them");
	if (!is_bilateral)
		return ERR_OK;
	if (recipe->model == MODEL_LOGREG)
		return err_set(err, ERR_INPUT,
			       "classifier bilateral will not do: logreg has no hidden layers for two "
			       "branches; model mlp has");
	if (method->loss->needs_cosine || method->cosine.heads > 0 || method->loss->see_tile != NULL ||
	    method->loss->uses_meta_set)
		return err_set(err, ERR_INPUT, "sampler %s will not do: loss %s is not one of pairs of instances",
			       method->sampler->name, method->loss->name);
	if (method->stage != NULL && method->stage->sampler != NULL)
		return err_set(err, ERR_INPUT,
			       "second stage %s will not do: it has draws of its own, and sampler %s has two",
			       method->stage->name, method->sampler->name);
	return ERR_OK;
}

static enum err_code choose_classifier(const struct run_settings *options, struct recipe *recipe, struct err *err)
{
	const struct tile_cosine *given = &options->cosine;
	const struct method *method = &recipe->method;
	bool is_needed = method->cosine.heads > 0 || method->loss->needs_cosine;

	if (options->classifier == CLASSIFIER_COSINE && recipe->data.task == TASK_REGRESSION)
		return refuse_part(recipe, "classifier", "cosine", err);
	if (options->classifier == CLASSIFIER_LINEAR && is_needed)
		return err_set(err, ERR_INPUT, "classifier 'linear' will not do: %s %s needs the cosine classifier",
			       method->loss->needs_cosine ? "loss" : "method",
			       method->loss->needs_cosine ? method->loss->name : method->name);
	if (check_branches(options, recipe, err) != ERR_OK)
		return err->code;
	if (options->classifier != CLASSIFIER_COSINE && !is_needed) {
		if (!isnan(given->scale) || given->heads > 0 || !isnan(given->gamma))
			return err_set(err, ERR_INPUT, "classifier-%s will not do: the classifier is linear",
				       !isnan(given->scale) ? "scale"
				       : given->heads > 0   ? "heads"
							    : "gamma");
		return ERR_OK;
	}
	const struct tile_cosine *usual = method->cosine.heads > 0 ? &method->cosine : &settings_cosine;
	recipe->shape.cosine = (struct tile_cosine){
		.scale = fill(given->scale, usual->scale),
		.heads = given->heads > 0 ? given->heads : usual->heads,
		.gamma = fill(given->gamma, usual->gamma),
	};
	return ERR_OK;
}

/* The network; without a subject its inputs are such that any number of heads divides them. */
static enum err_code shape_network(const struct run_settings *options, struct recipe *recipe, struct err *err)
{
	const struct dataset *dataset = recipe->subject.dataset;
	struct network_shape *shape = &recipe->shape;

	shape->inputs = dataset != NULL ? dataset->features : shape->cosine.heads + !shape->cosine.heads;
	shape->outputs = recipe->data.task == TASK_REGRESSION ? 1 : dataset != NULL ? dataset->classes : 2;
	shape->activation = (enum network_activation)options->activation;
	shape->dropout = options->dropout;
	shape->precision =
	    options->precision > 0 ? (enum network_precision)(options->precision - 1)
	    : recipe->model == MODEL_MLP && !optimizer_takes_objectives((size_t)recipe->training.optimizer)
		? PRECISION_SINGLE
		: PRECISION_DOUBLE;
	if (shape->precision == PRECISION_SINGLE && (float)options->training.optimization.epsilon == 0)
		return err_set(err, ERR_INPUT,
			       "epsilon %g will not do: it is 0 in single precision; precision double takes it",
			       options->training.optimization.epsilon);
	if (recipe->model == MODEL_LOGREG && options->hidden != NULL)
		return err_set(err, ERR_INPUT, "hidden '%s' will not do: logreg has no hidden layers; model mlp has",
			       options->hidden);
	if (recipe->model == MODEL_LOGREG && options->dropout > 0)
		return err_set(err, ERR_INPUT, "dropout %g will not do: logreg has no hidden layers; model mlp has",
			       options->dropout);
	if (recipe->model == MODEL_MLP)
		shape->hidden_count =
		    settings_read_hidden(options->hidden != NULL ? options->hidden : MLP_HIDDEN, shape->hidden);
	if (recipe->method.sampler->is_bilateral) {
		shape->branch_layers = options->branch_layers > 0 ? options->branch_layers : 1;
		if (shape->branch_layers > shape->hidden_count)
			return err_set(err, ERR_INPUT, "branch-layers %zu will not do: there are %zu hidden layers",
				       shape->branch_layers, shape->hidden_count);
		for (size_t l = shape->hidden_count - shape->branch_layers; l < shape->hidden_count; l++)
			shape->hidden[l] *= 2;
	}
	size_t features = network_shape_layer(shape, shape->hidden_count).inputs;
	if (shape->cosine.heads > 0 && features % shape->cosine.heads != 0)
		return err_set(err, ERR_INPUT, "classifier-heads %zu will not do: %zu features do not divide into them",
			       shape->cosine.heads, features);
	return ERR_OK;
}

/* L-BFGS has no steps of a size: what stands there for it is what always did, so that its runs keep their keys. */
static double choose_learning_rate(const struct run_settings *options)
{
	bool is_regression =
	    options->data.task == TASK_REGRESSION && !optimizer_takes_objectives((size_t)options->training.optimizer);
	double usual = NAN;

	(void)parse_real(is_regression ? SETTINGS_REGRESSION_RATE : SETTINGS_LEARNING_RATE, &usual);
	return fill(options->training.optimization.learning_rate, usual);
}

static enum err_code time_second_stage(const struct run_settings *options, struct recipe *recipe, struct err *err)
{
	const struct stage *stage = recipe->method.stage;
	size_t epochs = recipe->training.epochs;
	size_t late = options->second_stage_epochs > 0 ? options->second_stage_epochs : (epochs + 4) / 5;

	if (stage == NULL && options->second_stage_epochs > 0)
		return err_set(err, ERR_INPUT, "second-stage-epochs %zu will not do: method %s has no second stage",
			       late, recipe->method.name);
	if (stage == NULL)
		return ERR_OK;
	if (late >= epochs)
		return err_set(err, ERR_INPUT,
			       "second-stage-epochs %zu will not do: of %zu epochs none is left before them", late,
			       epochs);
	if (stage->retrains_classifier && recipe->model == MODEL_LOGREG)
		return err_set(err, ERR_INPUT,
			       "second stage %s will not do: logreg has no hidden layers to keep; model mlp has",
			       stage->name);
	if (recipe->method.loss->uses_meta_set)
		return err_set(err, ERR_INPUT, "second stage %s will not do: loss %s weighs every batch itself",
			       stage->name, recipe->method.loss->name);
	if (stage->learns_scales && recipe->shape.cosine.heads > 0)
		return err_set(err, ERR_INPUT, "second stage %s will not do: it needs the linear classifier",
			       stage->name);
	recipe->second_stage_epochs = late;
	return ERR_OK;
}

static enum err_code count_folds(const struct run_settings *options, struct recipe *recipe, enum purpose purpose,
				 struct err *err)
{
	const char *tuned = recipe_tuned_name(recipe);
	bool is_temperature = tuned != NULL && strcmp(tuned, "temperature") == 0;
	bool is_given =
	    tuned != NULL && !isnan(is_temperature ? options->adjustment_parameters.temperature : options->tau);

	if (options->tune_folds == 1)
		return err_set(err, ERR_INPUT, "tune-folds 1 will not do: it takes 0, or a whole number from 2");
	if (options->tune_folds > 0 && tuned == NULL)
		return err_set(err, ERR_INPUT,
			       "tune-folds %zu will not do: method %s has no adjustment with a tau or a temperature",
			       options->tune_folds, recipe->method.name);
	if (options->tune_folds > 0 && is_given && purpose != FOR_RECORDED)
		return err_set(err, ERR_INPUT, "tune-folds %zu will not do: the %s is given", options->tune_folds,
			       tuned);
	recipe->tune_folds = options->tune_folds > 0	   ? options->tune_folds
			     : is_temperature && !is_given ? SETTINGS_TEMPERATURE_FOLDS
							   : 0;
	recipe->is_chosen = recipe->tune_folds > 0 && is_given;
	return ERR_OK;
}

static enum err_code fill_parameters(const struct run_settings *options, struct recipe *recipe, struct err *err)
{
	const struct method *method = &recipe->method;
	struct loss_parameters loss = options->loss_parameters;
	struct adjustment_parameters adjustment = options->adjustment_parameters;
	struct sampler_parameters sampler = options->sampler_parameters;

	adjustment.tau = loss.tau = options->tau;
	loss.scale = recipe->shape.cosine.scale;
	if (options->sampler_parameters.ordering_run > 0 && options->sampler_parameters.first_epochs > 0)
		return err_set(err, ERR_INPUT, "first-epochs %zu will not do: run %zu says who is easy",
			       options->sampler_parameters.first_epochs, options->sampler_parameters.ordering_run);
	sampler.kernel = loss.kernel = recipe->kernel;
	recipe->feature_parameters = method_fill_feature_parameters(method, &options->feature_parameters);
	recipe->sampler_parameters = sampler_fill_parameters(method->sampler, &sampler);
	recipe->loss_parameters = method_fill_loss_parameters(method, &loss);
	recipe->adjustment_parameters = adjustment_fill_parameters(method->adjustment, &adjustment);
	recipe->reduction =
	    options->reduction > 0 ? (enum loss_reduction)(options->reduction - 1) : method_reduction(method);
	if (method->loss->uses_meta_set && recipe->reduction != method->loss->reduction)
		return err_set(err, ERR_INPUT, "reduction %s will not do: loss %s weighs every batch itself",
			       loss_reduction_name((size_t)recipe->reduction), method->loss->name);
	if (!isnan(recipe->loss_parameters.tau) && !isnan(recipe->adjustment_parameters.tau))
		return err_set(err, ERR_INPUT,
			       "adjustment %s will not do: loss %s has a tau, too, and there is only one",
			       method->adjustment->name, method->loss->name);
	enum adjustment_needs needs = method->adjustment != NULL ? method->adjustment->needs : NEEDS_ANY_CLASSIFIER;
	if (needs != NEEDS_ANY_CLASSIFIER && (needs == NEEDS_COSINE_CLASSIFIER) != (recipe->shape.cosine.heads > 0))
		return err_set(err, ERR_INPUT, "adjustment %s will not do: it needs --classifier %s",
			       method->adjustment->name, needs == NEEDS_COSINE_CLASSIFIER ? "cosine" : "linear");
	return ERR_OK;
}

size_t recipe_count_draws(const struct recipe *recipe, const struct split *split)
{
	const struct stage *stage = recipe->method.stage;
	const struct sampler_parameters *parameters = &recipe->sampler_parameters;
	size_t most = sampler_most_draws(recipe->method.sampler, parameters, split->train_class, split->classes);

	if (stage == NULL || stage->sampler == NULL)
		return most;
	size_t later = sampler_most_draws(stage->sampler, parameters, split->train_class, split->classes);
	return later > most ? later : most;
}

/* What depends on the data. */
static void fit_subject(const struct run_settings *options, struct recipe *recipe)
{
	const struct split *split = recipe->subject.split;
	uint64_t size = 0;

	recipe->data.reading.label = recipe->subject.dataset->label;
	if (split->is_given) {
		recipe->data.test_fraction = split_test_share(split);
		recipe->data.stratified = false;
	} else if (recipe->data.folds > 0) {
		recipe->data.test_fraction = 1 / (double)recipe->data.folds;
	}
	/* With two branches a batch has as many of either's draws. */
	size_t most = recipe_count_draws(recipe, split) / (recipe->method.sampler->is_bilateral ? 2 : 1);
	bool is_full = options->batch_size == NULL && optimizer_takes_objectives((size_t)recipe->training.optimizer);
	const char *text = is_full ? "full" : options->batch_size != NULL ? options->batch_size : SETTINGS_BATCH_SIZE;
	recipe->batch_size = parse_unsigned(text, &size) && size < most ? (size_t)size : most;
}

enum err_code recipe_check_data(const struct recipe *recipe, const struct dataset *dataset, struct err *err)
{
	if (recipe->sampler_parameters.neighbours == 0 || !(dataset->has_images || dataset->has_levels))
		return ERR_OK;
	return err_set(err, ERR_INPUT, "%s: sampler %s will not do: points between two %s", dataset->name,
		       recipe->method.sampler->name,
		       dataset->has_images ? "images are no images" : "texts are no texts; --drop leaves columns out");
}

static enum err_code check_subject(const struct recipe *recipe, struct err *err)
{
	AUTO(adjustment_state_done) struct adjustment_state adjustment = { 0 };
	const struct split *split = recipe->subject.split;

	if (loss_check(recipe->method.loss, &recipe->loss_parameters, split->classes, err) != ERR_OK ||
	    recipe_check_data(recipe, recipe->subject.dataset, err) != ERR_OK)
		return err->code;
	if (optimizer_takes_objectives((size_t)recipe->training.optimizer) &&
	    recipe->batch_size < recipe_count_draws(recipe, split))
		return err_set(err, ERR_INPUT, "batch-size %zu will not do: optimizer %s takes full batches",
			       recipe->batch_size, optimizer_name((size_t)recipe->training.optimizer));
	if (recipe->method.loss->uses_meta_set && split->meta_count == 0)
		return err_set(err, ERR_INPUT, "loss %s will not do: no instances are set apart for it",
			       recipe->method.loss->name);
	if (recipe->tune_folds > split->train_count)
		return err_set(err, ERR_INPUT, "tune-folds %zu will not do: there are %zu training instances",
			       recipe->tune_folds, (size_t)split->train_count);
	return adjustment_state_init(&adjustment, recipe->method.adjustment, &recipe->adjustment_parameters,
				     split->train_class, recipe->subject.dataset->features, split->classes, err);
}

static void fill_record_rules(const struct run_settings *options, struct recipe *recipe)
{
	bool is_many = network_count_parameters(&recipe->shape) > RECIPE_MANY_PARAMETERS;

	(void)record_rule_read(options->record, &recipe->record);
	recipe->record_weights = recipe->record;
	if (options->record_weights != NULL) {
		(void)record_rule_read(options->record_weights, &recipe->record_weights);
	} else if (is_many && recipe->record.kind == RECORD_EVERY) {
		recipe->record_weights = (struct record_rule){ .kind = RECORD_LAST };
		recipe->has_many_weights = true;
	}
}

static enum err_code resolve(const struct run_settings *options, const struct recipe_subject *subject,
			     enum purpose purpose, struct recipe *ret_recipe, struct err *err)
{
	struct recipe recipe = {
		.subject = *subject,
		.data = options->data,
		.difficulty = options->difficulty,
		.model = (enum model_kind)options->model,
		.training = options->training,
	};

	recipe.training.optimization.learning_rate = choose_learning_rate(options);
	if (settings_check_task(&recipe.data, err) != ERR_OK ||
	    (purpose == FOR_CHECKING && settings_check_folds(&options->data, err) != ERR_OK) ||
	    compose(options, &recipe, err) != ERR_OK || choose_kernel(options, &recipe, err) != ERR_OK ||
	    choose_classifier(options, &recipe, err) != ERR_OK ||
	    (purpose == FOR_TRAINING && recipe_check_training(&recipe, err) != ERR_OK) ||
	    shape_network(options, &recipe, err) != ERR_OK || time_second_stage(options, &recipe, err) != ERR_OK ||
	    recipe_check_objective(&recipe, err) != ERR_OK || count_folds(options, &recipe, purpose, err) != ERR_OK ||
	    fill_parameters(options, &recipe, err) != ERR_OK ||
	    (purpose == FOR_TRAINING && recipe_check_pace(&recipe, err) != ERR_OK))
		return err->code;
	fill_record_rules(options, &recipe);
	if (subject->dataset != NULL) {
		fit_subject(options, &recipe);
		if (check_subject(&recipe, err) != ERR_OK)
			return err->code;
	}
	*ret_recipe = recipe;
	return ERR_OK;
}

enum err_code recipe_resolve(const struct run_settings *options, const struct recipe_subject *subject,
			     struct recipe *ret_recipe, struct err *err)
{
	return resolve(options, subject, FOR_TRAINING, ret_recipe, err);
}

enum err_code recipe_resolve_parts(const struct run_settings *options, struct recipe *ret_recipe, struct err *err)
{
	return resolve(options, &(const struct recipe_subject){ 0 }, FOR_CHECKING, ret_recipe, err);
}

enum err_code recipe_restore(const struct run_settings *options, const struct recipe_subject *subject,
			     struct recipe *ret_recipe, struct err *err)
{
	return resolve(options, subject, FOR_RECORDED, ret_recipe, err);
}

const char *recipe_tuned_name(const struct recipe *recipe)
{
	const struct adjustment *adjustment = recipe->method.adjustment;

	if (adjustment == NULL)
		return NULL;
	if (adjustment->defaults.tau != 0)
		return "tau";
	return adjustment->defaults.temperature != 0 ? "temperature" : NULL;
}

static double *tuned(struct recipe *recipe)
{
	return recipe->method.adjustment->defaults.tau != 0 ? &recipe->adjustment_parameters.tau
							    : &recipe->adjustment_parameters.temperature;
}

double recipe_tuned_value(const struct recipe *recipe)
{
	struct recipe copy = *recipe;

	return *tuned(&copy);
}

void recipe_choose(struct recipe *recipe, double value)
{
	*tuned(recipe) = value;
	recipe->is_chosen = true;
}
