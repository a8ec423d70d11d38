#include "train/settings.h"

#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "data/dataset.h"
#include "data/relabel.h"
#include "data/scale.h"

static const char *reduction_name(size_t i)
{
	static const char *const names[] = { "batch", "weights" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

static const char *sampler_choice(size_t i)
{
	return i == 0 ? "method" : sampler_name(i - 1);
}

static const char *loss_choice(size_t i)
{
	return i == 0 ? "method" : loss_name(i - 1);
}

static enum err_code check_batch_size(const char *text, struct err *err)
{
	uint64_t count;

	if (strcmp(text, "full") == 0 || (parse_unsigned(text, &count) && count > 0))
		return ERR_OK;
	return err_set(err, ERR_INPUT, "'%s' will not do: batch-size takes a whole number from 1, or full", text);
}

/* N of "every:N"; 0 if it is not that. */
static uint64_t every(const char *record)
{
	uint64_t period = 0;

	if (strncmp(record, "every:", 6) != 0 || !parse_unsigned(record + 6, &period))
		return 0;
	return period;
}

const char *model_name(size_t i)
{
	static const char *const names[] = { "logreg", "mlp" };
	return i < ARRAY_LENGTH(names) ? names[i] : NULL;
}

/* Reads "256,128" into `units` (NETWORK_HIDDEN_MAX); returns how many, 0 if it is not that. */
static size_t read_hidden(const char *text, size_t *units)
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
		units[count++] = (size_t)value;
		if (text[length] == '\0')
			return count;
		text += length + 1;
	}
}

static enum err_code check_hidden(const char *text, struct err *err)
{
	size_t units[NETWORK_HIDDEN_MAX];

	if (read_hidden(text, units) > 0)
		return ERR_OK;
	return err_set(err, ERR_INPUT, "'%s' will not do: hidden takes the units of 1 to %d layers, as 256,128", text,
		       NETWORK_HIDDEN_MAX);
}

static enum err_code check_record(const char *text, struct err *err)
{
	if (strcmp(text, "last") == 0 || strcmp(text, "none") == 0 || every(text) > 0)
		return ERR_OK;
	return err_set(err, ERR_INPUT, "'%s' will not do: record takes every:N, last or none", text);
}

static enum err_code check_imbalance(const char *text, struct err *err)
{
	struct imbalance imbalance;

	return imbalance_parse(text, &imbalance, err);
}

#define TEST_FRACTION "0.2"

#define FIELD(name) .offset = offsetof(struct run_settings, name)

const struct option_spec settings_specs[] = {
	{ .name = "label",
	  .type = OPTION_TEXT,
	  FIELD(label),
	  .argument = "COLUMN",
	  .help = "the column with the class; default: the catalogue's, or the last" },
	{ .name = "missing",
	  .type = OPTION_CHOICE,
	  FIELD(missing),
	  .choice = missing_policy_name,
	  .initial = "error",
	  .help = "what to do with missing values" },
	{ .name = "scale",
	  .type = OPTION_CHOICE,
	  FIELD(scale),
	  .choice = scale_kind_name,
	  .initial = "none",
	  .help = "standard: subtract the mean, divide by the deviation, both of the training part" },
	{ .name = "test-fraction",
	  .type = OPTION_REAL,
	  FIELD(test_fraction),
	  .min = 0,
	  .max = 0.999,
	  .argument = "F",
	  .initial = TEST_FRACTION,
	  .help =
	      "share of the instances in the test part, rounded up; 0 trains on all; not for mnist and fashion-mnist, "
	      "which come with theirs" },
	{ .name = "stratified", .type = OPTION_FLAG, FIELD(stratified), .help = "keep the class shares in both parts" },
	{ .name = "split-seed",
	  .type = OPTION_SEED,
	  FIELD(split_seed),
	  .argument = "N",
	  .initial = "0",
	  .help = "which split" },
	{ .name = "imbalance",
	  .type = OPTION_CHECKED,
	  FIELD(imbalance),
	  .check = check_imbalance,
	  .argument = "none|exp:R|step:R",
	  .initial = "none",
	  .help = "long-tailed training part: sizes fall from class to class, or in one step, to R times the first" },
	{ .name = "imbalance-max",
	  .type = OPTION_COUNT,
	  FIELD(imbalance_max),
	  .max = 4294967295,
	  .argument = "N",
	  .initial = "0",
	  .help = "of imbalance: training instances of the first class; 0: as many as all classes have enough for" },
	{ .name = "relabel",
	  .type = OPTION_CHOICE,
	  FIELD(relabel),
	  .choice = relabel_kind_name,
	  .initial = "none",
	  .help = "even-odd: the parity of the class becomes the class, the class the sub-class" },
	{ .name = "method",
	  .letter = 'm',
	  .type = OPTION_CHOICE,
	  FIELD(method),
	  .choice = method_name,
	  .initial = "base",
	  .help = "a named sampler and loss" },
	{ .name = "sampler",
	  .type = OPTION_CHOICE,
	  FIELD(sampler),
	  .choice = sampler_choice,
	  .initial = "method",
	  .help = "instead of the method's sampler" },
	{ .name = "loss",
	  .type = OPTION_CHOICE,
	  FIELD(loss),
	  .choice = loss_choice,
	  .initial = "method",
	  .help = "instead of the method's loss" },
	{ .name = "apply",
	  .type = OPTION_CHOICE,
	  FIELD(apply),
	  .choice = method_apply_name,
	  .initial = "draw",
	  .help = "how method difficulty uses its weights: to draw, in systematic draws, or in the loss" },
	{ .name = "beta",
	  .type = OPTION_REAL,
	  FIELD(beta),
	  .min = 0,
	  .max = 0.9999999999,
	  .argument = "B",
	  .initial = "0.9999",
	  .help = "of class-balanced losses" },
	{ .name = "gamma",
	  .type = OPTION_REAL,
	  FIELD(loss_parameters.gamma),
	  .optional = true,
	  .argument = "G",
	  .help = "of focal and class-balanced-focal (without it 1), focal-sigmoid (2) and cdt (0.2)" },
	{ .name = "tau",
	  .type = OPTION_REAL,
	  FIELD(loss_parameters.tau),
	  .optional = true,
	  .argument = "T",
	  .help = "of logit-adjusted; without it 1" },
	{ .name = "alpha",
	  .type = OPTION_REAL,
	  FIELD(loss_parameters.alpha),
	  .max = 1,
	  .optional = true,
	  .argument = "A",
	  .help = "of focal-sigmoid: weight of an instance's own class, 1 - A that of the others; without it 0.25" },
	{ .name = "xi",
	  .type = OPTION_REAL,
	  FIELD(loss_parameters.xi),
	  .above_min = true,
	  .max = 0.999999,
	  .optional = true,
	  .argument = "X",
	  .help = "of acsl: scores of other classes below it are left alone; without it 0.7" },
	{ .name = "lambda",
	  .type = OPTION_REAL,
	  FIELD(loss_parameters.lambda),
	  .max = 1,
	  .optional = true,
	  .argument = "L",
	  .help = "of equalization: classes of a smaller share are rare; without it 0.00177" },
	{ .name = "prior",
	  .type = OPTION_REAL,
	  FIELD(prior),
	  .above_min = true,
	  .argument = "C",
	  .initial = "1",
	  .help = "c of the difficulty (c + sum du) / (c + sum dl)" },
	{ .name = "floor",
	  .type = OPTION_REAL,
	  FIELD(floor),
	  .above_min = true,
	  .max = 0.1,
	  .argument = "P",
	  .initial = "1e-12",
	  .help = "smallest probability in du and dl" },
	{ .name = "reduction",
	  .type = OPTION_CHOICE,
	  FIELD(reduction),
	  .choice = reduction_name,
	  .initial = "batch",
	  .help = "divide a batch's weighted loss by its size or by the sum of its weights" },
	{ .name = "model",
	  .type = OPTION_CHOICE,
	  FIELD(model),
	  .choice = model_name,
	  .initial = "logreg",
	  .help = "logistic regression, or a network with hidden layers" },
	{ .name = "hidden",
	  .type = OPTION_CHECKED,
	  FIELD(hidden),
	  .check = check_hidden,
	  .argument = "N,N...",
	  .help = "units of each hidden layer of mlp; without it " MLP_HIDDEN },
	{ .name = "activation",
	  .type = OPTION_CHOICE,
	  FIELD(activation),
	  .choice = network_activation_name,
	  .initial = "relu",
	  .help = "of hidden layers" },
	{ .name = "dropout",
	  .type = OPTION_REAL,
	  FIELD(dropout),
	  .max = 0.99,
	  .argument = "F",
	  .initial = "0",
	  .help = "share of hidden outputs left out at each step" },
	{ .name = "init",
	  .type = OPTION_CHOICE,
	  FIELD(init),
	  .choice = network_init_name,
	  .initial = "uniform",
	  .help = "initial weights" },
	{ .name = "optimizer",
	  .type = OPTION_CHOICE,
	  FIELD(optimizer),
	  .choice = optimizer_name,
	  .initial = "sgd",
	  .help = "optimiser" },
	{ .name = "learning-rate",
	  .type = OPTION_REAL,
	  FIELD(optimization.learning_rate),
	  .above_min = true,
	  .argument = "R",
	  .initial = "0.1",
	  .help = "step size" },
	{ .name = "momentum",
	  .type = OPTION_REAL,
	  FIELD(optimization.momentum),
	  .max = 0.999999,
	  .argument = "M",
	  .initial = "0.9",
	  .help = "of sgd" },
	{ .name = "nesterov", .type = OPTION_FLAG, FIELD(optimization.nesterov), .help = "Nesterov momentum, of sgd" },
	{ .name = "beta1",
	  .type = OPTION_REAL,
	  FIELD(optimization.beta1),
	  .max = 0.999999,
	  .argument = "B",
	  .initial = "0.9",
	  .help = "of adam" },
	{ .name = "beta2",
	  .type = OPTION_REAL,
	  FIELD(optimization.beta2),
	  .max = 0.99999999,
	  .argument = "B",
	  .initial = "0.999",
	  .help = "of adam" },
	{ .name = "epsilon",
	  .type = OPTION_REAL,
	  FIELD(optimization.epsilon),
	  .above_min = true,
	  .argument = "E",
	  .initial = "1e-8",
	  .help = "of adam" },
	{ .name = "weight-decay",
	  .type = OPTION_REAL,
	  FIELD(optimization.weight_decay),
	  .argument = "L",
	  .initial = "0",
	  .help = "L2 penalty on weights, not on biases: L/2 times their squared sum" },
	{ .name = "schedule",
	  .type = OPTION_CHOICE,
	  FIELD(schedule),
	  .choice = schedule_name,
	  .initial = "constant",
	  .help = "how the learning rate changes from epoch to epoch" },
	{ .name = "step-epochs",
	  .type = OPTION_COUNT,
	  FIELD(step_epochs),
	  .min = 1,
	  .argument = "N",
	  .initial = "30",
	  .help = "of schedule step: epochs between two steps" },
	{ .name = "step-factor",
	  .type = OPTION_REAL,
	  FIELD(step_factor),
	  .above_min = true,
	  .max = 1,
	  .argument = "F",
	  .initial = "0.1",
	  .help = "of schedule step: the rate is multiplied by it" },
	{ .name = "warm-up-epochs",
	  .type = OPTION_COUNT,
	  FIELD(warm_up_epochs),
	  .argument = "N",
	  .initial = "0",
	  .help = "the learning rate grows linearly over so many epochs" },
	{ .name = "batch-size",
	  .letter = 'b',
	  .type = OPTION_CHECKED,
	  FIELD(batch_size),
	  .check = check_batch_size,
	  .argument = "N|full",
	  .initial = "32",
	  .help = "instances a step; a last smaller batch is kept" },
	{ .name = "epochs",
	  .letter = 'e',
	  .type = OPTION_COUNT,
	  FIELD(epochs),
	  .min = 1,
	  .max = 1e9,
	  .argument = "N",
	  .initial = "100",
	  .help = "passes of N draws each" },
	{ .name = "seed",
	  .letter = 's',
	  .type = OPTION_SEED,
	  FIELD(seed),
	  .argument = "N",
	  .initial = "0",
	  .help = "of initial weights and sampling" },
	{ .name = "record",
	  .letter = 'r',
	  .type = OPTION_CHECKED,
	  FIELD(record),
	  .check = check_record,
	  .argument = "every:N|last|none",
	  .initial = "every:1",
	  .help = "epochs recorded per instance; metrics and the summary always are" },
	{ .name = "record-weights",
	  .type = OPTION_CHECKED,
	  FIELD(record_weights),
	  .check = check_record,
	  .argument = "every:N|last|none",
	  .help = "epochs whose layer weights are recorded; without it as record, but last above 100000 weights" },
};
const size_t settings_spec_count = ARRAY_LENGTH(settings_specs);

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

	return settings->stratified || !parse_real(TEST_FRACTION, &usual) || settings->test_fraction != usual;
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
	*ret_method = composed;
	return ERR_OK;
}

enum err_code settings_shape(const struct run_settings *settings, size_t features, size_t classes,
			     struct network_shape *ret_shape, struct err *err)
{
	struct network_shape shape = {
		.inputs = features,
		.outputs = classes,
		.activation = (enum network_activation)settings->activation,
		.dropout = settings->dropout,
	};

	if (settings->model == MODEL_LOGREG && (settings->hidden != NULL || settings->dropout > 0))
		return err_set(err, ERR_INPUT, "%s '%s' will not do: logreg has no hidden layers; model mlp has",
			       settings->hidden != NULL ? "hidden" : "dropout",
			       settings->hidden != NULL ? settings->hidden : "above 0");
	if (settings->model == MODEL_MLP)
		shape.hidden_count =
		    read_hidden(settings->hidden != NULL ? settings->hidden : MLP_HIDDEN, shape.hidden);
	*ret_shape = shape;
	return ERR_OK;
}

size_t settings_parameter_count(const struct network_shape *shape)
{
	size_t count = 0;
	size_t inputs = shape->inputs;

	for (size_t l = 0; l < shape->hidden_count; l++) {
		count += (inputs + 1) * shape->hidden[l];
		inputs = shape->hidden[l];
	}
	return count + (inputs + 1) * shape->outputs;
}

const char *settings_record_weights(const struct run_settings *settings, size_t parameter_count)
{
	if (settings->record_weights != NULL)
		return settings->record_weights;
	if (parameter_count > SETTINGS_MANY_PARAMETERS && every(settings->record) > 0)
		return "last";
	return settings->record;
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
	uint64_t period = every(record);

	if (period > 0)
		return epoch % period == 0 || epoch == epochs;
	return strcmp(record, "last") == 0 && epoch == epochs;
}

size_t settings_count_recorded(const char *record, size_t epochs)
{
	uint64_t period = every(record);

	if (period > 0)
		return (size_t)(epochs / period + (epochs % period != 0));
	return strcmp(record, "last") == 0;
}
