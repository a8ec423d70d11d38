#include "train/settings.h"

#include <math.h>
#include <string.h>

#include "base/mem.h"
#include "base/parse.h"

const char *model_name(size_t i)
{
	static const char *const names[] = { "logreg", "mlp" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

enum network_precision settings_precision(const struct run_settings *settings)
{
	if (settings->precision > 0)
		return (enum network_precision)(settings->precision - 1);
	return settings->model == MODEL_MLP ? PRECISION_SINGLE : PRECISION_DOUBLE;
}

const char *classifier_name(size_t i)
{
	static const char *const names[] = { "method", "linear", "cosine" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

uint64_t settings_period(const char *record)
{
	uint64_t period = 0;

	if (strncmp(record, "every:", 6) != 0 || !parse_unsigned(record + 6, &period))
		return 0;
	return period;
}

size_t settings_read_hidden(const char *text, size_t *ret_units)
{
	size_t count = 0;

	for (;;) {
		char digits[16] = "";
		size_t length = strcspn(text, ",");
		uint64_t value = 0;
		if (length >= sizeof digits || count == NETWORK_HIDDEN_MAX)
			return 0;
		memcpy(digits, text, length);
		if (!parse_unsigned(digits, &value) || value == 0 || value > 1000000)
			return 0;
		ret_units[count++] = (size_t)value;
		if (text[length] == '\0')
			return count;
		text += length + 1;
	}
}

enum err_code settings_imbalance(const struct run_settings *settings, struct imbalance *ret_imbalance, struct err *err)
{
	struct imbalance imbalance;

	if (imbalance_parse(settings->imbalance, &imbalance, err) != ERR_OK)
		return err->code;
	if (settings->imbalance_max > 0 && imbalance.kind == IMBALANCE_NONE)
		return err_set(err, ERR_INPUT, "imbalance-max %zu will not do: there is no imbalance",
			       settings->imbalance_max);
	imbalance.max = settings->imbalance_max;
	*ret_imbalance = imbalance;
	return ERR_OK;
}

bool settings_draw_test_part(const struct run_settings *settings)
{
	double usual = 0;

	return settings->stratified || !parse_real(SETTINGS_TEST_FRACTION, &usual) || settings->test_fraction != usual;
}

enum err_code settings_compose(const struct run_settings *settings, struct method *ret_method, struct err *err)
{
	struct method composed = *method_at((size_t)settings->method);

	if (composed.sampler->uses_difficulty)
		composed = method_applied(&composed, (enum method_apply)settings->apply);
	else if (settings->apply != APPLY_DRAW)
		return err_set(err, ERR_INPUT, "apply '%s' will not do: method %s has no difficulty to apply",
			       method_apply_name((size_t)settings->apply), composed.name);
	if (settings->sampler > 0)
		composed.sampler = sampler_at((size_t)settings->sampler - 1);
	if (settings->loss > 0)
		composed.loss = loss_at((size_t)settings->loss - 1);
	if (settings->adjustment > 0)
		composed.adjustment =
		    settings->adjustment == 1 ? NULL : adjustment_at((size_t)settings->adjustment - 2);
	if (settings->second_stage > 0)
		composed.stage = settings->second_stage == 1 ? NULL : stage_at((size_t)settings->second_stage - 2);
	*ret_method = composed;
	return ERR_OK;
}

enum loss_reduction settings_reduction(const struct run_settings *settings, const struct method *method)
{
	return settings->reduction > 0 ? (enum loss_reduction)(settings->reduction - 1) : method_reduction(method);
}

static double fill(double given, double initial)
{
	return isnan(given) ? initial : given;
}

enum err_code settings_cosine(const struct run_settings *settings, struct tile_cosine *ret_cosine, struct err *err)
{
	const struct tile_cosine *given = &settings->cosine;
	struct tile_cosine usual = { .scale = 30, .heads = 1, .gamma = 0 };
	struct method method = { 0 };

	if (settings_compose(settings, &method, err) != ERR_OK)
		return err->code;
	bool is_needed = method.cosine.heads > 0 || method.loss->needs_cosine;
	if (settings->classifier == CLASSIFIER_LINEAR && is_needed)
		return err_set(err, ERR_INPUT, "classifier 'linear' will not do: %s %s needs the cosine classifier",
			       method.loss->needs_cosine ? "loss" : "method",
			       method.loss->needs_cosine ? method.loss->name : method.name);
	if (settings->classifier != CLASSIFIER_COSINE && !is_needed) {
		if (!isnan(given->scale) || given->heads > 0 || !isnan(given->gamma))
			return err_set(err, ERR_INPUT, "classifier-%s will not do: the classifier is linear",
				       !isnan(given->scale) ? "scale"
				       : given->heads > 0   ? "heads"
							    : "gamma");
		*ret_cosine = (struct tile_cosine){ 0 };
		return ERR_OK;
	}
	if (method.cosine.heads > 0)
		usual = method.cosine;
	*ret_cosine = (struct tile_cosine){
		.scale = fill(given->scale, usual.scale),
		.heads = given->heads > 0 ? given->heads : usual.heads,
		.gamma = fill(given->gamma, usual.gamma),
	};
	return ERR_OK;
}

enum err_code settings_shape(const struct run_settings *settings, size_t inputs, size_t classes,
			     struct network_shape *ret_shape, struct err *err)
{
	struct network_shape shape = {
		.inputs = inputs,
		.outputs = classes,
		.activation = (enum network_activation)settings->activation,
		.precision = settings_precision(settings),
		.dropout = settings->dropout,
	};

	if (settings->model == MODEL_LOGREG && settings->hidden != NULL)
		return err_set(err, ERR_INPUT, "hidden '%s' will not do: logreg has no hidden layers; model mlp has",
			       settings->hidden);
	if (settings->model == MODEL_LOGREG && settings->dropout > 0)
		return err_set(err, ERR_INPUT, "dropout %g will not do: logreg has no hidden layers; model mlp has",
			       settings->dropout);
	if (settings->model == MODEL_MLP)
		shape.hidden_count =
		    settings_read_hidden(settings->hidden != NULL ? settings->hidden : MLP_HIDDEN, shape.hidden);
	if (settings_cosine(settings, &shape.cosine, err) != ERR_OK)
		return err->code;
	size_t features = network_shape_layer(&shape, shape.hidden_count).inputs;
	if (shape.cosine.heads > 0 && features % shape.cosine.heads != 0)
		return err_set(err, ERR_INPUT, "classifier-heads %zu will not do: %zu features do not divide into them",
			       shape.cosine.heads, features);
	*ret_shape = shape;
	return ERR_OK;
}

const char *settings_record_weights(const struct run_settings *settings, size_t parameter_count)
{
	if (settings->record_weights != NULL)
		return settings->record_weights;
	if (parameter_count > SETTINGS_MANY_PARAMETERS && settings_period(settings->record) > 0)
		return "last";
	return settings->record;
}

size_t settings_most_draws(const struct run_settings *settings, const struct method *method, const struct split *split)
{
	struct sampler_parameters parameters = sampler_fill_parameters(method->sampler, &settings->sampler_parameters);
	size_t most = sampler_most_draws(method->sampler, &parameters, split->train_class, split->classes);

	if (method->stage == NULL || method->stage->sampler == NULL)
		return most;
	size_t later = sampler_most_draws(method->stage->sampler, &parameters, split->train_class, split->classes);
	return later > most ? later : most;
}

size_t settings_batch_size(const struct run_settings *settings, size_t instances)
{
	uint64_t size = 0;

	if (!parse_unsigned(settings->batch_size, &size) || size > instances)
		return instances;
	return (size_t)size;
}

bool settings_records_epoch(const char *record, size_t epoch, size_t epochs)
{
	uint64_t period = settings_period(record);

	if (period > 0)
		return epoch % period == 0 || epoch == epochs;
	return strcmp(record, "last") == 0 && epoch == epochs;
}

size_t settings_count_recorded(const char *record, size_t epochs)
{
	uint64_t period = settings_period(record);

	if (period > 0)
		return (size_t)(epochs / period + (epochs % period != 0));
	return strcmp(record, "last") == 0;
}
