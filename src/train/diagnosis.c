#include "train/diagnosis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "rebalance/regression.h"
#include "train/trainer_state.h"

/* Mean square of a feature from which scaling is the remedy; standardised features have 1, pixels less. */
#define LARGE_SQUARE 4
/* Root mean square of a regression's targets from which scaling them is the remedy, for hidden layers: gradients grow
 * with it. */
#define LARGE_TARGET 10
/* Small initial weights cost a little more than guessing. */
#define LITTLE_MORE 1.05
#define MUCH_MORE 1.5
/* Share of the targets' variance that a straight line through a regression's predictions saves, from which its steps
 * overshoot: their noise is that much before the errors are worse than the mean's. Least squares leaves it nothing. */
#define LINE_SAVES 0.1
/* The mean of fewer test targets is chance. */
#define TEST_ROWS 10

struct symptoms {
	const struct trainer *trainer;
	bool diverged, has_measured_loss, is_plain;
	double loss, guess, shares; /* the last, of guessing, of the best that is the same for all instances */
	double mean_loss;	    /* over the epochs */
	double accuracy, largest;   /* the largest class's share */
	uint32_t largest_class;
	/* Of a regression: the loss of a straight line through its predictions (`loss` if they do not overshoot), of
	 * the test part, and of the training part's mean there (0: too few). */
	double line_loss, test_loss, test_guess;
};

/* What is trained is the loss that is measured, weighted at most. */
static bool has_measured_loss(const struct method *method)
{
	return (method->loss->evaluate == NULL || method->loss == &loss_mse) && method->stage == NULL &&
	       method->adjustment == NULL && !method->sampler->is_bilateral;
}

/* And every instance counts the same. */
static bool is_plain(const struct method *method)
{
	const struct loss *weights = method_weights(method);

	return has_measured_loss(method) && weights->weigh_classes == NULL && !weights->uses_difficulty &&
	       (method->loss == &loss_cross_entropy || method->loss == &loss_mse) &&
	       (method->sampler == &sampler_all || method->sampler == &sampler_bootstrap);
}

static double mean_loss(const struct trainer *trainer)
{
	const struct predictions *predictions = trainer->predictions;
	const double *loss =
	    predictions->regression != NULL ? predictions->regression->mean_loss : predictions->dynamics->loss;
	double sum = 0;

	for (size_t i = 0; i < trainer->split->train_count; i++)
		sum += loss[trainer->split->train[i]];
	return sum / (double)trainer->split->train_count;
}

/* The loss of the classes' shares as probabilities. */
static double entropy(const struct split *split)
{
	double sum = 0;

	for (size_t c = 0; c < split->classes; c++) {
		double share = split->train_class[c] / (double)split->train_count;
		sum -= share > 0 ? share * log(share) : 0;
	}
	return sum;
}

static void find_largest(struct symptoms *symptoms)
{
	const struct split *split = symptoms->trainer->split;

	for (uint32_t c = 1; c < split->classes; c++)
		if (split->train_class[c] > split->train_class[symptoms->largest_class])
			symptoms->largest_class = c;
	symptoms->largest = split->train_class[symptoms->largest_class] / (double)split->train_count;
}

/* The least squares of targets on predictions leave (1 - r^2) of the variance. A slope below 1: the predictions lie
 * further apart than what they know of the targets. */
static void fit_line(const struct regression *regression, struct symptoms *symptoms)
{
	const struct regression_metrics *train = &regression->train[GROUP_ALL];
	double variance = regression->sd * regression->sd;
	double left = (1 - train->pearson * train->pearson) * variance;

	if (train->prediction_sd > train->pearson * regression->sd && symptoms->loss - left > LINE_SAVES * variance)
		symptoms->line_loss = left;
}

static void look_at_test(const struct predictions *predictions, struct symptoms *symptoms)
{
	const struct part *test = &predictions->instances.test;
	double sum = 0;

	if (test->count < TEST_ROWS)
		return;
	for (size_t i = 0; i < test->count; i++) {
		double off = predictions->instances.target[test->index[i]] - predictions->regression->mean;
		sum += off * off;
	}
	symptoms->test_loss = predictions->test.loss;
	symptoms->test_guess = sum / (double)test->count;
}

static struct symptoms examine(const struct trainer *trainer, bool diverged)
{
	const struct predictions *predictions = trainer->predictions;
	const struct regression *regression = predictions->regression;
	struct symptoms symptoms = {
		.trainer = trainer,
		.diverged = diverged,
		.is_plain = is_plain(&trainer->recipe->method),
		.has_measured_loss = has_measured_loss(&trainer->recipe->method),
		.loss = predictions->train.loss,
		.guess =
		    regression != NULL ? regression->sd * regression->sd : log((double)predictions->instances.classes),
		.mean_loss = mean_loss(trainer),
		.accuracy = predictions->train.accuracy,
	};

	symptoms.shares = regression != NULL ? symptoms.guess : entropy(trainer->split);
	symptoms.line_loss = symptoms.loss;
	find_largest(&symptoms);
	if (regression != NULL) {
		fit_line(regression, &symptoms);
		look_at_test(predictions, &symptoms);
	}
	return symptoms;
}

static bool is_more(const struct symptoms *symptoms, double loss, double guess)
{
	return symptoms->has_measured_loss && loss > (symptoms->is_plain ? LITTLE_MORE : MUCH_MORE) * guess;
}

static bool is_worse_than_guessing(const struct symptoms *symptoms)
{
	return is_more(symptoms, symptoms->loss, symptoms->guess);
}

static bool overshoots(const struct symptoms *symptoms)
{
	return symptoms->is_plain && symptoms->line_loss < symptoms->loss;
}

static bool is_worse_in_test(const struct symptoms *symptoms)
{
	return is_more(symptoms, symptoms->test_loss, symptoms->test_guess);
}

static bool is_below_largest(const struct symptoms *symptoms)
{
	const struct predictions *predictions = symptoms->trainer->predictions;
	double chance = 1 - 1 / (double)predictions->instances.classes;

	return predictions->regression == NULL && symptoms->accuracy < symptoms->largest &&
	       (symptoms->is_plain || predictions->train.balanced_error > chance);
}

/* Causes, the surest first. */

static bool weighs_nothing(const struct symptoms *symptoms)
{
	return symptoms->trainer->weighs_nothing;
}

/* A step takes more than twice the weights away. */
static bool decays_too_much(const struct symptoms *symptoms)
{
	const struct training_settings *training = &symptoms->trainer->recipe->training;
	const struct optimizer_settings *settings = &training->optimization;

	return strcmp(optimizer_name((size_t)training->optimizer), "sgd") == 0 &&
	       settings->learning_rate * settings->weight_decay > 2;
}

static bool has_large_target(const struct symptoms *symptoms)
{
	const struct regression *regression = symptoms->trainer->predictions->regression;

	return regression != NULL && symptoms->trainer->recipe->model == MODEL_MLP &&
	       symptoms->trainer->recipe->data.target_scale == SCALE_NONE &&
	       hypot(regression->sd, regression->mean) > LARGE_TARGET;
}

static bool has_large_features(const struct symptoms *symptoms)
{
	const struct trainer *trainer = symptoms->trainer;
	size_t d = trainer->dataset->features;
	double sum = 0;

	if (trainer->recipe->data.scale != SCALE_NONE)
		return false;
	for (size_t i = 0; i < trainer->split->train_count; i++)
		for (size_t j = 0; j < d; j++) {
			double x = trainer->scaled.x[trainer->split->train[i] * d + j];
			sum += x * x;
		}
	return !(sum / (double)(trainer->split->train_count * d) <= LARGE_SQUARE);
}

/* All along: what went far off and came back has learned too fast. */
static bool has_learned_nothing(const struct symptoms *symptoms)
{
	return !symptoms->diverged && symptoms->loss > symptoms->shares && symptoms->mean_loss >= symptoms->loss &&
	       symptoms->mean_loss < MUCH_MORE * symptoms->guess;
}

static bool knows_little(const struct symptoms *symptoms)
{
	return !symptoms->diverged && symptoms->loss <= symptoms->shares;
}

static bool knows_by_heart(const struct symptoms *symptoms)
{
	return symptoms->loss <= symptoms->shares / 2 && is_worse_in_test(symptoms);
}

static bool knows_little_linearly(const struct symptoms *symptoms)
{
	return knows_little(symptoms) && symptoms->trainer->recipe->model == MODEL_LOGREG;
}

static bool is_always(const struct symptoms *symptoms)
{
	(void)symptoms;
	return true;
}

#define STEPS_TOO_LARGE "the steps are too large; try a smaller --learning-rate"

static const struct {
	bool (*is_it)(const struct symptoms *symptoms);
	const char *remedy;
} causes[] = {
	{ weighs_nothing, "the weights of a batch's losses sum to 0 or are not finite; change the loss's parameters" },
	{ decays_too_much, "the weight decay is too large; try a smaller --weight-decay" },
	{ has_large_target, "the targets are far from 0 or apart; try --target-scale standard" },
	{ has_large_features, "the features are large; try --scale standard" },
	{ has_learned_nothing, "it has learned next to nothing; try more --epochs or another --learning-rate" },
	{ overshoots, STEPS_TOO_LARGE },
	{ knows_by_heart, "it fits the training part alone; try a larger --weight-decay" },
	{ knows_little_linearly, "the features say little to a linear model; try --model mlp" },
	{ knows_little, "the features say little about the label; try other columns" },
	{ is_always, STEPS_TOO_LARGE },
};

static const char *find_remedy(const struct symptoms *symptoms)
{
	size_t i = 0;

	while (!causes[i].is_it(symptoms))
		i++;
	return causes[i].remedy;
}

void diagnose(const struct trainer *trainer, bool diverged, char *ret_line, size_t size)
{
	const struct symptoms symptoms = examine(trainer, diverged);
	bool is_regression = trainer->predictions->regression != NULL;

	*ret_line = '\0';
	if (diverged)
		(void)snprintf(ret_line, size, "training loss or weights are not finite at epoch %zu: %s",
			       trainer->epoch, find_remedy(&symptoms));
	else if (is_worse_than_guessing(&symptoms))
		(void)snprintf(ret_line, size, "its training loss %.4g is worse than %s, %.4g: %s", symptoms.loss,
			       is_regression ? "that of the mean target" : "guessing", symptoms.guess,
			       find_remedy(&symptoms));
	else if (is_below_largest(&symptoms))
		(void)snprintf(ret_line, size, "its training accuracy %.3g is below that of always '%.40s', %.3g: %s",
			       symptoms.accuracy, trainer->dataset->class_names[symptoms.largest_class],
			       symptoms.largest, find_remedy(&symptoms));
	else if (overshoots(&symptoms))
		(void)snprintf(ret_line, size,
			       "its training loss %.4g would be %.4g if its predictions lay closer together: %s",
			       symptoms.loss, symptoms.line_loss, find_remedy(&symptoms));
	else if (is_worse_in_test(&symptoms))
		(void)snprintf(ret_line, size,
			       "its test loss %.4g is worse than that of the training part's mean target, %.4g: %s",
			       symptoms.test_loss, symptoms.test_guess, find_remedy(&symptoms));
}
