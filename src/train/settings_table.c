/* The table of all settings, and the checks of the texts among them. */
#include "train/settings.h"

#include <string.h>

#include "base/mem.h"
#include "base/parse.h"
#include "data/dataset.h"
#include "data/reading.h"
#include "data/relabel.h"
#include "data/scale.h"
#include "num/bins.h"
#include "rebalance/bilateral.h"
#include "rebalance/loss_focal_error.h"
#include "rebalance/loss_pairwise.h"
#include "rebalance/regression.h"
#include "train/recipe.h"

static const char *sampler_choice(size_t i)
{
	return i == 0 ? "method" : sampler_name(i - 1);
}

static const char *loss_choice(size_t i)
{
	return i == 0 ? "method" : loss_name(i - 1);
}

static const char *reduction_choice(size_t i)
{
	return i == 0 ? "method" : loss_reduction_name(i - 1);
}

static const char *kernel_choice(size_t i)
{
	return i == 0 ? "method" : kernel_name(i - 1);
}

static const char *precision_choice(size_t i)
{
	return i == 0 ? "model" : network_precision_name(i - 1);
}

static const char *adjustment_choice(size_t i)
{
	return i == 0 ? "method" : i == 1 ? "none" : adjustment_name(i - 2);
}

static const char *second_stage_choice(size_t i)
{
	return i == 0 ? "method" : i == 1 ? "none" : stage_name(i - 2);
}

static enum err_code check_batch_size(const char *text, struct err *err)
{
	uint64_t count;

	if (strcmp(text, "full") == 0 || (parse_unsigned(text, &count) && count > 0))
		return ERR_OK;
	return err_set(err, ERR_INPUT, "'%s' will not do: batch-size takes a whole number from 1, or full", text);
}

static enum err_code check_hidden(const char *text, struct err *err)
{
	size_t units[NETWORK_HIDDEN_MAX];

	if (settings_read_hidden(text, units) > 0)
		return ERR_OK;
	return err_set(err, ERR_INPUT, "'%s' will not do: hidden takes the units of 1 to %d layers, as 256,128", text,
		       NETWORK_HIDDEN_MAX);
}

static enum err_code check_record(const char *text, struct err *err)
{
	struct record_rule rule;

	if (record_rule_read(text, &rule))
		return ERR_OK;
	return err_set(err, ERR_INPUT, "'%s' will not do: record takes every:N, last or none", text);
}

static enum err_code check_imbalance(const char *text, struct err *err)
{
	struct imbalance imbalance;

	return imbalance_parse(text, &imbalance, err);
}

static enum err_code check_target_bins(const char *text, struct err *err)
{
	return bins_check(text, err);
}

#define QUOTED(number) #number
#define TEXT_OF(macro) QUOTED(macro)
#define FIELD(name) .offset = offsetof(struct run_settings, name)

/* A setting in two or three lines. */
// clang-format off
const struct option_spec settings_specs[] = {
	{ .section = "data",
	  .name = "task", .is_first = true, .type = OPTION_CHOICE, FIELD(data.task), .choice = task_name, .initial = "classification",
	  .help = "what the label is: a class, or a number" },
	{ .name = "label", .is_first = true, .type = OPTION_TEXT, FIELD(data.reading.label), .argument = "COLUMN",
	  .help = "the column with the class, or the number; or first or last; default: the catalogue's, the one with a "
		  "usual name (class, label, target, y, species), or the last" },
	{ .name = "target-bins", .type = OPTION_TEXT, FIELD(data.target_bins), .check = check_target_bins,
	  .argument = "auto|N|width:W", .initial = SETTINGS_TARGET_BINS,
	  .help = "of regression: bins of the label, which stand for classes in all that goes by their sizes; auto: "
	          "one for each whole number if they span at most 100, else 10 to 50" },
	{ .name = "target-scale", .type = OPTION_CHOICE, FIELD(data.target_scale), .choice = scale_kind_name,
	  .initial = "standard",
	  .help = "of regression: what the network is trained on; whatever is recorded has the label's unit" },
	{ .name = "missing", .is_first = true, .type = OPTION_CHOICE, FIELD(data.reading.missing), .choice = missing_policy_name,
	  .initial = "error",
	  .help = "what to do with missing values; mean and median are those of the training part, indicator adds a "
		  "feature that tells them" },
	{ .name = "missing-values", .type = OPTION_TEXT, FIELD(data.reading.missing_values), .argument = "TEXT,...",
	  .help = "what stands for a missing value besides nothing; default: ?, NA, N/A, NaN, NULL, None, -, ., <null>, "
		  "<NA>, #N/A, -NaN, \\N" },
	{ .name = "separator", .type = OPTION_CHOICE, FIELD(data.reading.separator), .choice = separator_name,
	  .initial = "auto",
	  .help = "what separates the fields; auto: what the first lines show" },
	{ .name = "header", .type = OPTION_CHOICE, FIELD(data.reading.header), .choice = header_name,
	  .initial = "auto",
	  .help = "whether the first row has the names of the columns; auto: if it is unlike the rows below" },
	{ .name = "comment", .type = OPTION_TEXT, FIELD(data.reading.comment), .argument = "TEXT",
	  .help = "leave out lines that begin with it" },
	{ .name = "encode", .type = OPTION_CHOICE, FIELD(data.reading.encode), .choice = encode_name,
	  .initial = "one-hot",
	  .help = "what becomes of text columns: a feature for each text, one feature, or an error" },
	{ .name = "max-levels", .type = OPTION_COUNT, FIELD(data.reading.max_levels), .min = 1, .max = 65535,
	  .argument = "N", .initial = TEXT_OF(READING_MAX_LEVELS),
	  .help = "refuse text columns with more different texts" },
	{ .name = "drop", .type = OPTION_TEXT, FIELD(data.reading.drop), .argument = "COLUMN,...",
	  .help = "columns to leave out" },
	{ .name = "columns", .type = OPTION_TEXT, FIELD(data.reading.columns), .argument = "COLUMN,...",
	  .help = "the only columns to use, besides the label" },
	{ .name = "keep-ids", .type = OPTION_FLAG, FIELD(data.reading.keep_ids),
	  .help = "keep columns that number the rows" },
	{ .name = "test", .type = OPTION_TEXT, FIELD(data.reading.test), .argument = "FILE",
	  .help = "another file with the same columns: the test part" },
	{ .name = "meta", .type = OPTION_TEXT, FIELD(data.reading.meta), .argument = "FILE",
	  .help = "another file with the same columns: the meta set, in place of one taken out of the training part" },
	{ .name = "scale", .type = OPTION_CHOICE, FIELD(data.scale), .choice = scale_kind_name, .initial = "standard",
	  .unsaid = "none",
	  .help = "standard: subtract the mean, divide by the deviation, both of the training part" },
	{ .name = "test-fraction", .type = OPTION_REAL, FIELD(data.test_fraction), .min = 0, .max = 0.999,
	  .argument = "F", .initial = SETTINGS_TEST_FRACTION,
	  .help = "share of the instances in the test part, rounded up; 0 trains on all; not for mnist and "
	          "fashion-mnist, which come with theirs" },
	{ .name = "stratified", .type = OPTION_FLAG, FIELD(data.stratified), .help = "keep the class shares in both parts" },
	{ .name = "split-seed", .type = OPTION_SEED, FIELD(data.split_seed), .argument = "N", .initial = "0",
	  .help = "which split" },
	{ .name = "folds", .type = OPTION_COUNT, FIELD(data.folds), .max = 100000, .argument = "K", .initial = "0",
	  .help = "instead of test-fraction: K test parts, which every instance is in once; a sweep trains all of them" },
	{ .name = "fold", .type = OPTION_COUNT, FIELD(data.fold), .max = 99999, .argument = "I", .initial = "0",
	  .help = "of folds: which one is the test part" },
	{ .name = "groups", .type = OPTION_TEXT, FIELD(data.reading.groups), .argument = "COLUMN",
	  .help = "of folds: rows with the same value there train together or test together; it is no feature" },
	{ .name = "blocks", .type = OPTION_FLAG, FIELD(data.blocks),
	  .help = "of folds: each is a run of rows in the order of the file, for series" },
	{ .name = "imbalance", .type = OPTION_TEXT, FIELD(data.imbalance), .check = check_imbalance,
	  .argument = "none|exp:R|step:R", .initial = "none",
	  .help = "long-tailed training part: sizes fall from class to class, or in one step, to R times the first; "
	          "bins of a target are thinned to that, and tested balanced: none has more test rows than the median bin" },
	{ .name = "imbalance-max", .type = OPTION_COUNT, FIELD(data.imbalance_max), .max = 4294967295, .argument = "N",
	  .initial = "0",
	  .help = "of imbalance: training instances of the first class; 0: as many as all classes have enough for, or as the "
	          "largest bin has" },
	{ .name = "relabel", .type = OPTION_CHOICE, FIELD(data.relabel), .choice = relabel_kind_name, .initial = "none",
	  .help = "even-odd: the parity of the class becomes the class, the class the sub-class" },
	{ .name = "flip-labels", .type = OPTION_REAL, FIELD(data.flip_labels), .min = 0, .max = 1, .argument = "F",
	  .initial = "0",
	  .help = "make this share of the labels wrong, to see what finds them: 'report measure-auc'; split-seed draws "
		  "them" },
	{ .name = "flip-kind", .type = OPTION_CHOICE, FIELD(data.flip_kind), .choice = flip_kind_name,
	  .initial = "symmetric",
	  .help = "of flip-labels: any other class, or the next" },
	{ .section = "method",
	  .name = "method", .is_first = true, .letter = 'm', .type = OPTION_CHOICE, FIELD(method), .choice = method_name, .choices_in = "hardrow methods",
	  .initial = "base",
	  .help = "a named sampler and loss" },
	{ .name = "sampler", .type = OPTION_CHOICE, FIELD(sampler), .choice = sampler_choice, .choices_in = "hardrow help train --all", .initial = "method",
	  .help = "instead of the method's sampler" },
	{ .name = "loss", .type = OPTION_CHOICE, FIELD(loss), .choice = loss_choice, .choices_in = "hardrow help train --all", .initial = "method",
	  .help = "instead of the method's loss" },
	{ .name = "apply", .type = OPTION_CHOICE, FIELD(apply), .choice = method_apply_name, .initial = "draw",
	  .help = "how method difficulty uses its weights: to draw, in systematic draws, or in the loss" },
	{ .name = "beta", .type = OPTION_REAL, FIELD(loss_parameters.beta), .min = 0, .max = 0.9999999999, .argument = "B",
	  .initial = "0.9999",
	  .describe = settings_describe_parts, .help = "classes weigh 1 over (1 - B^n) / (1 - B), n their size" },
	{ .name = "gamma", .type = OPTION_REAL, FIELD(loss_parameters.gamma), .argument = "G",
	  .describe = settings_describe_parts },
	{ .name = "alpha", .type = OPTION_REAL, FIELD(loss_parameters.alpha), .max = 1, .argument = "A",
	  .describe = settings_describe_parts, .help = "weight of an instance's own class, 1 - A that of the others" },
	{ .name = "xi", .type = OPTION_REAL, FIELD(loss_parameters.xi), .above_min = true, .max = 0.999999,
	  .argument = "X",
	  .describe = settings_describe_parts, .help = "scores of other classes below it are left alone" },
	{ .name = "lambda", .type = OPTION_REAL, FIELD(loss_parameters.lambda), .max = 1, .argument = "L",
	  .describe = settings_describe_parts, .help = "classes of a smaller share are rare" },
	{ .name = "pairwise-alpha", .type = OPTION_TEXT, FIELD(loss_parameters.pairwise_alpha),
	  .check = pairwise_check_alpha, .argument = "one|inverse|A,A...",
	  .describe = settings_describe_parts, .help = "the weight of each class; inverse: one over its share" },
	{ .name = "pairwise-delta", .type = OPTION_TEXT, FIELD(loss_parameters.pairwise_delta),
	  .check = pairwise_check_delta, .argument = "NAME|D,D...;D,D...",
	  .describe = settings_describe_parts,
	  .help = "zero, adaptive, equalized (--gamma, --lambda), logit-adjusted (--tau), or a row of margins for each "
		  "class, in which its own is not used" },
	{ .name = "margin", .type = OPTION_REAL, FIELD(loss_parameters.margin), .argument = "C",
	  .describe = settings_describe_parts, .help = "that of the rarest class, as a cosine" },
	{ .name = "bins", .type = OPTION_COUNT, FIELD(loss_parameters.bins), .max = 100000, .argument = "M",
	  .describe = settings_describe_parts, .help = "bins of the gradient norms; 0: its own" },
	{ .name = "bin-momentum", .type = OPTION_REAL, FIELD(loss_parameters.momentum), .max = 0.999999,
	  .argument = "M",
	  .describe = settings_describe_parts, .help = "share of the past in a bin's count" },
	{ .name = "focal-beta", .type = OPTION_REAL, FIELD(loss_parameters.focal_beta), .above_min = true, .argument = "B",
	  .describe = settings_describe_parts, .help = "differences far below 1 / B count less" },
	{ .name = "focal-form", .type = OPTION_TEXT, FIELD(loss_parameters.focal_form), .check = focal_check_form,
	  .argument = "sigmoid|tanh",
	  .describe = settings_describe_parts, .help = "how they count less" },
	{ .name = "huber-beta", .type = OPTION_REAL, FIELD(loss_parameters.huber_beta), .above_min = true, .argument = "B",
	  .describe = settings_describe_parts, .help = "differences above B count in proportion" },
	{ .name = "noise", .type = OPTION_REAL, FIELD(loss_parameters.noise), .above_min = true, .argument = "S",
	  .describe = settings_describe_parts,
	  .help = "deviation of targets around their predictions, in the unit that is trained on, to begin with" },
	{ .name = "noise-rate", .type = OPTION_REAL, FIELD(loss_parameters.noise_rate), .argument = "R",
	  .describe = settings_describe_parts, .help = "learning rate of the noise; 0 keeps it" },
	{ .name = "kernel", .type = OPTION_CHOICE, FIELD(kernel_kind), .choice = kernel_choice, .initial = "method",
	  .help = "of regression: smooths the sizes of bins that weights and samplers go by, and fds; method: what it has" },
	{ .name = "kernel-size", .type = OPTION_COUNT, FIELD(kernel.size), .max = KERNEL_SIZE_MAX, .argument = "N",
	  .help = "of kernel: so many bins, an odd number; 0: the method's, or 5" },
	{ .name = "kernel-sigma", .type = OPTION_REAL, FIELD(kernel.sigma), .above_min = true, .max = 1000,
	  .argument = "S",
	  .help = "of kernel gaussian and laplace: its width in bins; without it the method's, or 2" },
	{ .name = "feature-momentum", .type = OPTION_REAL, FIELD(feature_parameters.momentum), .max = 0.999999,
	  .argument = "M",
	  .describe = settings_describe_parts, .help = "share of the past in the statistics of features" },
	{ .name = "feature-start", .type = OPTION_COUNT, FIELD(feature_parameters.start), .max = 1e9, .argument = "N",
	  .describe = settings_describe_parts, .help = "epochs before the first with smoothed features; 0: its own" },
	{ .name = "meta-per-class", .type = OPTION_COUNT, FIELD(loss_parameters.meta_per_class), .max = 1e9,
	  .argument = "N",
	  .describe = settings_describe_parts,
	  .help = "of each class so many training instances, at most half of it, weigh the others; 0: its own" },
	{ .name = "meta-rate", .type = OPTION_REAL, FIELD(loss_parameters.meta_rate), .above_min = true, .argument = "R",
	  .describe = settings_describe_parts, .help = "learning rate of the network of weights" },
	{ .name = "class-power", .type = OPTION_REAL, FIELD(sampler_parameters.class_power), .min = -10, .max = 10,
	  .argument = "Q",
	  .describe = settings_describe_parts, .help = "classes are drawn by size^Q" },
	{ .name = "ratio", .type = OPTION_REAL, FIELD(sampler_parameters.ratio), .above_min = true, .max = 1,
	  .argument = "R",
	  .describe = settings_describe_parts,
	  .help = "of the smallest class to others (under), of others to the largest (over)" },
	{ .name = "pace-start", .type = OPTION_REAL, FIELD(sampler_parameters.pace_start), .above_min = true, .max = 1,
	  .argument = "S",
	  .describe = settings_describe_parts, .help = "the share of the easiest that it begins with" },
	{ .name = "pace-growth", .type = OPTION_REAL, FIELD(sampler_parameters.pace_growth), .min = 1, .above_min = true,
	  .argument = "F",
	  .describe = settings_describe_parts, .help = "the share, or the bound of the loss, grows by this factor" },
	{ .name = "pace-epochs", .type = OPTION_COUNT, FIELD(sampler_parameters.pace_epochs), .max = 1e9,
	  .argument = "N",
	  .describe = settings_describe_parts, .help = "it grows every N epochs; 0: its own" },
	{ .name = "first-epochs", .type = OPTION_COUNT, FIELD(sampler_parameters.first_epochs), .max = 1e9,
	  .argument = "N",
	  .describe = settings_describe_parts,
	  .help = "epochs with everyone, whose mean loss says who is easy; 0: its own" },
	{ .name = "curriculum-run", .type = OPTION_COUNT, FIELD(sampler_parameters.ordering_run), .max = 1e9,
	  .argument = "RUN",
	  .describe = settings_describe_parts,
	  .help = "the mean_loss of this run's summary says who is easy, instead of first epochs; of 'train' only" },
	{ .name = "pace-soft", .type = OPTION_FLAG, FIELD(sampler_parameters.is_soft),
	  .describe = settings_describe_parts, .help = "draws fade out towards the bound instead of ending at it" },
	{ .name = "neighbours", .type = OPTION_COUNT, FIELD(sampler_parameters.neighbours), .max = 1000, .argument = "K",
	  .describe = settings_describe_parts,
	  .help = "a new row is between an instance and one of its K nearest of the class; 0: its own" },
	{ .name = "mixup-alpha", .type = OPTION_REAL, FIELD(sampler_parameters.mixup_alpha), .min = 0.01, .max = 1000,
	  .argument = "A",
	  .describe = settings_describe_parts, .help = "two rows are mixed by a share of Beta(A, A)" },
	{ .name = "remix-kappa", .type = OPTION_REAL, FIELD(sampler_parameters.remix_kappa), .min = 1, .argument = "K",
	  .describe = settings_describe_parts, .help = "a class is rare beside one K times as large" },
	{ .name = "remix-tau", .type = OPTION_REAL, FIELD(sampler_parameters.remix_tau), .above_min = true, .max = 1,
	  .argument = "T",
	  .describe = settings_describe_parts, .help = "the rare class has the label where its share is above 1 - T" },
	{ .name = "difficulty", .type = OPTION_CHOICE, FIELD(difficulty.kind), .choice = difficulty_kind_name,
	  .initial = "cumulative",
	  .help = "of du and dl summed up since the first epoch, or of those of the last alone; " REGRESSION_NOTE },
	{ .name = "prior", .type = OPTION_REAL, FIELD(difficulty.prior), .min = DIFFICULTY_LEAST_PRIOR, .argument = "C",
	  .initial = "1",
	  .help = "c of the difficulty (c + sum du) / (c + sum dl)" },
	{ .name = "floor", .type = OPTION_REAL, FIELD(difficulty.floor), .min = DIFFICULTY_LEAST_FLOOR, .max = 0.1,
	  .argument = "P", .initial = "1e-12",
	  .help = "smallest probability in du and dl" },
	{ .section = "recording",
	  .name = "el2n-epoch", .type = OPTION_COUNT, FIELD(training.el2n_epoch), .min = 1, .max = 1e9,
	  .argument = "N", .initial = "3",
	  .help = "the measures el2n and grand of the summary are those of this epoch" },
	{ .section = "method",
	  .name = "reduction", .type = OPTION_CHOICE, FIELD(reduction), .choice = reduction_choice, .initial = "method",
	  .help = "divide a batch's weighted loss by its size or by the sum of its weights; method: as the loss's "
		  "reference does" },
	{ .name = "second-stage", .type = OPTION_CHOICE, FIELD(second_stage), .choice = second_stage_choice,
	  .initial = "method",
	  .help = "instead of the method's: what the last epochs do otherwise" },
	{ .name = "second-stage-epochs", .type = OPTION_COUNT, FIELD(second_stage_epochs), .argument = "N",
	  .initial = "0",
	  .help = "how many of the epochs are the second stage's; 0: a fifth" },
	{ .name = "adjustment", .type = OPTION_CHOICE, FIELD(adjustment), .choice = adjustment_choice,
	  .initial = "method",
	  .help = "instead of the method's: other predictions from the trained weights" },
	{ .name = "tau", .type = OPTION_REAL, FIELD(tau), .argument = "T",
	  .describe = settings_describe_parts },
	{ .name = "temperature", .type = OPTION_REAL, FIELD(adjustment_parameters.temperature), .above_min = true,
	  .argument = "T",
	  .describe = settings_describe_parts },
	{ .name = "effect", .type = OPTION_REAL, FIELD(adjustment_parameters.effect), .argument = "A",
	  .describe = settings_describe_parts, .help = "how much is taken out" },
	{ .name = "drop-bias", .type = OPTION_FLAG, FIELD(adjustment_parameters.drop_bias),
	  .describe = settings_describe_parts, .help = "without the biases, as its paper's classifiers" },
	{ .name = "target-prior", .type = OPTION_TEXT, FIELD(adjustment_parameters.target_prior),
	  .argument = "uniform|P,P...",
	  .describe = settings_describe_parts,
	  .help = "the class shares to predict for, in the order of the classes, on any scale" },
	{ .name = "tune-folds", .type = OPTION_COUNT, FIELD(tune_folds), .max = 1000, .argument = "N", .initial = "0",
	  .help = "choose the adjustment's tau (least balanced error) or temperature (least loss) by N-fold "
	          "cross-validation on the training part, groups as wholes, tau from 0 to 2; 0: only temperature, " TEXT_OF(SETTINGS_TEMPERATURE_FOLDS)
	          "-fold, unless it is given" },
	{ .section = "model",
	  .name = "model", .is_first = true, .type = OPTION_CHOICE, FIELD(model), .choice = model_name, .initial = "logreg",
	  .help = "logistic regression, or a network with hidden layers" },
	{ .name = "hidden", .is_first = true, .type = OPTION_TEXT, FIELD(hidden), .check = check_hidden, .argument = "N,N...",
	  .help = "units of each hidden layer of mlp; without it " MLP_HIDDEN },
	{ .name = "activation", .type = OPTION_CHOICE, FIELD(activation), .choice = network_activation_name,
	  .initial = "relu",
	  .help = "of hidden layers" },
	{ .name = "classifier", .type = OPTION_CHOICE, FIELD(classifier), .choice = classifier_name, .initial = "method",
	  .help = "the last layer; cosine: of features and weights of length 1, without bias; bilateral: of two branches "
	          "that learn from other draws, of method bbn; method: what it needs" },
	{ .name = "branch-layers", .type = OPTION_COUNT, FIELD(branch_layers), .max = NETWORK_HIDDEN_MAX, .argument = "N",
	  .initial = "0",
	  .help = "of classifier bilateral: so many of the hidden layers, from the last, are two, one in each branch; 0: 1" },
	{ .name = "branch-mix", .type = OPTION_TEXT, FIELD(sampler_parameters.branch_mix), .check = bilateral_check_mix,
	  .argument = "NAME",
	  .describe = settings_describe_parts,
	  .help = "what the first branch counts from epoch to epoch: parabolic, linear, cosine, parabolic-increment, equal, beta" },
	{ .name = "classifier-scale", .type = OPTION_REAL, FIELD(cosine.scale), .above_min = true, .argument = "S",
	  .describe = settings_describe_parts, .help = "its logits are up to S" },
	{ .name = "classifier-heads", .type = OPTION_COUNT, FIELD(cosine.heads), .argument = "N",
	  .describe = settings_describe_parts, .help = "parts of the features, each of length 1; 0: its own" },
	{ .name = "classifier-gamma", .type = OPTION_REAL, FIELD(cosine.gamma), .argument = "G",
	  .describe = settings_describe_parts, .help = "added to the length of the weights" },
	{ .name = "precision", .type = OPTION_CHOICE, FIELD(precision), .choice = precision_choice, .initial = "model",
	  .help = "of the network's arithmetic; model: double for logreg, single for mlp" },
	{ .name = "dropout", .type = OPTION_REAL, FIELD(dropout), .max = 0.99, .argument = "F", .initial = "0",
	  .help = "share of hidden outputs left out at each step" },
	{ .name = "init", .type = OPTION_CHOICE, FIELD(training.init), .choice = network_init_name, .initial = "uniform",
	  .help = "initial weights" },
	{ .section = "optimiser",
	  .name = "optimizer", .type = OPTION_CHOICE, FIELD(training.optimizer), .choice = optimizer_name, .initial = "sgd",
	  .help = "lbfgs: an epoch is one iteration over all instances, without a step size; stays at the minimum" },
	{ .name = "learning-rate", .is_first = true, .type = OPTION_REAL, FIELD(training.optimization.learning_rate), .above_min = true,
	  .argument = "R", .unsaid = SETTINGS_LEARNING_RATE,
	  .help = "step size of sgd and adam; without it " SETTINGS_LEARNING_RATE ", of regression "
	          SETTINGS_REGRESSION_RATE },
	{ .name = "momentum", .type = OPTION_REAL, FIELD(training.optimization.momentum), .max = 0.999999, .argument = "M",
	  .initial = "0.9",
	  .help = "of sgd" },
	{ .name = "nesterov", .type = OPTION_FLAG, FIELD(training.optimization.nesterov), .help = "Nesterov momentum, of sgd" },
	{ .name = "beta1", .type = OPTION_REAL, FIELD(training.optimization.beta1), .max = 0.999999, .argument = "B",
	  .initial = "0.9",
	  .help = "of adam" },
	{ .name = "beta2", .type = OPTION_REAL, FIELD(training.optimization.beta2), .max = 0.99999999, .argument = "B",
	  .initial = "0.999",
	  .help = "of adam" },
	{ .name = "epsilon", .type = OPTION_REAL, FIELD(training.optimization.epsilon), .above_min = true, .argument = "E",
	  .initial = "1e-8",
	  .help = "of adam" },
	{ .name = "weight-decay", .type = OPTION_REAL, FIELD(training.optimization.weight_decay), .argument = "L",
	  .initial = "0",
	  .help = "L2 penalty on weights, not on biases: L/2 times their squared sum" },
	{ .name = "schedule", .type = OPTION_CHOICE, FIELD(training.schedule), .choice = schedule_name, .initial = "constant",
	  .help = "how the learning rate changes from epoch to epoch" },
	{ .name = "step-epochs", .type = OPTION_COUNT, FIELD(training.step_epochs), .min = 1, .argument = "N",
	  .initial = "30",
	  .help = "of schedule step: epochs between two steps" },
	{ .name = "step-factor", .type = OPTION_REAL, FIELD(training.step_factor), .above_min = true, .max = 1,
	  .argument = "F", .initial = "0.1",
	  .help = "of schedule step: the rate is multiplied by it" },
	{ .name = "warm-up-epochs", .type = OPTION_COUNT, FIELD(training.warm_up_epochs), .argument = "N", .initial = "0",
	  .help = "the learning rate grows linearly over so many epochs" },
	{ .name = "batch-size", .letter = 'b', .type = OPTION_TEXT, FIELD(batch_size), .check = check_batch_size,
	  .argument = "N|full",
	  .help = "instances a step, a last smaller batch is kept; without it " SETTINGS_BATCH_SIZE ", of lbfgs always full" },
	{ .name = "epochs", .is_first = true, .letter = 'e', .type = OPTION_COUNT, FIELD(training.epochs), .min = 1, .max = 1e9,
	  .argument = "N", .initial = "100",
	  .help = "passes; one is as many draws as there are training instances, but under- and over-sampling have "
		  "fewer or more" },
	{ .name = "seed", .letter = 's', .type = OPTION_SEED, FIELD(training.seed), .argument = "N", .initial = "0",
	  .help = "of initial weights and sampling" },
	{ .section = "recording",
	  .name = "record", .is_first = true, .letter = 'r', .type = OPTION_TEXT, FIELD(record), .check = check_record,
	  .argument = "every:N|last|none", .initial = "every:1",
	  .help = "epochs recorded per instance; metrics and the summary always are" },
	{ .name = "record-weights", .type = OPTION_TEXT, FIELD(record_weights), .check = check_record,
	  .argument = "every:N|last|none",
	  .help = "epochs whose layer weights are recorded; without it as record, but last above "
	          TEXT_OF(RECIPE_MANY_PARAMETERS) " weights" },
};
// clang-format on
_Static_assert(ARRAY_LENGTH(settings_specs) <= SETTINGS_MAX, "SETTINGS_MAX is too small");
const size_t settings_spec_count = ARRAY_LENGTH(settings_specs);
