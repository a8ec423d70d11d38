#include "train/tune.h"

#include <math.h>
#include <stdio.h>

#include "base/mem.h"
#include "train/trainer.h"

#define TAUS 21
#define FINE_TEMPERATURES 24   /* eight to the octave, below 1 and above it */
#define COARSE_TEMPERATURES 18 /* two to the octave, beyond them */
#define TEMPERATURES (1 + 2 * (FINE_TEMPERATURES + COARSE_TEMPERATURES))
#define CANDIDATES_MAX TEMPERATURES

struct tuning {
	const struct dataset *dataset;
	const struct split *split; /* whose training part is dealt into folds */
	const struct tune_watch *watch;
	struct run_settings settings;
	bool is_temperature;
	size_t candidates;
	double loss[CANDIDATES_MAX]; /* sum over the instances held out */
	uint32_t *correct;	     /* (candidates, k) of them */
};

/* The logits of raw features can be a thousand times too large. */
static double temperature(size_t i)
{
	double steps = (double)i - (FINE_TEMPERATURES + COARSE_TEMPERATURES);
	double fine = fmin(fabs(steps), FINE_TEMPERATURES);

	return exp2(copysign(fine / 8 + (fabs(steps) - fine) / 2, steps));
}

static double candidate(const struct tuning *tuning, size_t i)
{
	return tuning->is_temperature ? temperature(i) : (double)i / 10;
}

static void set(struct tuning *tuning, double value)
{
	if (tuning->is_temperature)
		tuning->settings.adjustment_parameters.temperature = value;
	else
		tuning->settings.loss_parameters.tau = value;
}

/* Test instances of the fold that are training instances of the whole. */
static void count_held_out(struct tuning *tuning, size_t i, const struct split *fold,
			   const struct predictions *predictions)
{
	uint32_t *correct = tuning->correct + i * tuning->dataset->classes;

	for (size_t j = 0; j < fold->test_count; j++) {
		uint32_t at = fold->test[j];
		if (tuning->split->is_test[at])
			continue;
		tuning->loss[i] -= predictions->log_p_true[at];
		correct[tuning->dataset->y[at]] += predictions->predicted[at] == predictions->y[at];
	}
}

static enum err_code try_fold(struct tuning *tuning, const struct split *fold, struct err *err)
{
	AUTO(trainer_freep) struct trainer *trainer = NULL;

	if (trainer_create(tuning->dataset, fold, &tuning->settings, &trainer, err) != ERR_OK)
		return err->code;
	for (size_t epoch = 1; epoch <= tuning->settings.epochs && trainer_run_epoch(trainer); epoch++)
		if (tuning->watch->is_stopped(tuning->watch->context))
			return err_set(err, ERR_INTERRUPTED, "interrupted");
	for (size_t i = 0; i < tuning->candidates; i++) {
		set(tuning, candidate(tuning, i));
		struct adjustment_parameters parameters = settings_adjustment_parameters(&tuning->settings);
		if (trainer_readjust(trainer, &parameters, err) != ERR_OK)
			return err->code;
		count_held_out(tuning, i, fold, trainer_predictions(trainer));
	}
	return ERR_OK;
}

/* What the candidate is judged by; less is better. */
static double judge(const struct tuning *tuning, size_t i)
{
	size_t classes = tuning->dataset->classes;
	double error = 0;

	if (tuning->is_temperature)
		return tuning->loss[i];
	for (size_t c = 0; c < classes; c++)
		if (tuning->split->train_class[c] > 0)
			error += 1 - (double)tuning->correct[i * classes + c] / tuning->split->train_class[c];
	return error;
}

enum err_code tune_adjustment(const struct dataset *dataset, const struct split *split, size_t folds,
			      const struct tune_watch *watch, struct run_settings *settings, struct err *err)
{
	AUTO(mem_freep) uint32_t *correct = NULL;
	struct tuning tuning = { .dataset = dataset, .split = split, .watch = watch, .settings = *settings };
	struct method method;
	double best = INFINITY;

	if (settings_compose(settings, &method, err) != ERR_OK)
		return err->code;
	tuning.is_temperature = method.adjustment->defaults.temperature != 0;
	tuning.candidates = tuning.is_temperature ? TEMPERATURES : TAUS;
	if (mem_new(&correct, tuning.candidates * dataset->classes, err) != ERR_OK)
		return err->code;
	tuning.correct = correct;
	for (size_t at = 0; at < folds; at++) {
		AUTO(split_freep) struct split *fold = NULL;
		struct split_folds fold_of = { .count = folds, .at = at, .seed = settings->split_seed };
		if (split_fold(split, dataset, &fold_of, &fold, err) != ERR_OK ||
		    try_fold(&tuning, fold, err) != ERR_OK)
			return err->code;
	}
	set(&tuning, 1);
	for (size_t i = 0; i < tuning.candidates; i++) {
		bool is_nearer_to_one = tuning.is_temperature && i <= TEMPERATURES / 2;
		if (judge(&tuning, i) < best || (judge(&tuning, i) == best && is_nearer_to_one)) {
			best = judge(&tuning, i);
			set(&tuning, candidate(&tuning, i));
		}
	}
	*settings = tuning.settings;
	return ERR_OK;
}

void tune_describe(const struct run_settings *settings, size_t folds, char *ret_text, size_t size)
{
	struct method method = { 0 };
	struct err err;
	/* The loss may have a tau, too: which one was chosen, the adjustment says. */
	bool is_tau = settings_compose(settings, &method, &err) == ERR_OK && method.adjustment->defaults.tau != 0;

	(void)snprintf(ret_text, size, "%s %.9g by %zu-fold cross-validation", is_tau ? "tau" : "temperature",
		       is_tau ? settings->loss_parameters.tau : settings->adjustment_parameters.temperature, folds);
}
