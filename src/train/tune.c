#include "train/tune.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "data/folds.h"
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
	struct recipe recipe; /* with the candidate of the moment */
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

	if (trainer_create(tuning->dataset, fold, &tuning->recipe, &trainer, err) != ERR_OK ||
	    trainer_share(trainer, tuning->watch->pool, err) != ERR_OK)
		return err->code;
	for (size_t epoch = 1; epoch <= tuning->recipe.training.epochs && trainer_run_epoch(trainer); epoch++)
		if (tuning->watch->is_stopped(tuning->watch->context))
			return err_set(err, ERR_INTERRUPTED, "interrupted");
	for (size_t i = 0; i < tuning->candidates; i++) {
		recipe_choose(&tuning->recipe, candidate(tuning, i));
		if (trainer_readjust(trainer, &tuning->recipe.adjustment_parameters, err) != ERR_OK)
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

enum err_code tune_recipe(struct recipe *recipe, const struct tune_watch *watch, struct err *err)
{
	AUTO(mem_freep) uint32_t *correct = NULL;
	const struct dataset *dataset = recipe->subject.dataset;
	const struct split *split = recipe->subject.split;
	struct tuning tuning = { .dataset = dataset, .split = split, .watch = watch, .recipe = *recipe };
	double best = INFINITY, chosen = 1;

	tuning.is_temperature = strcmp(recipe_tuned_name(recipe), "temperature") == 0;
	tuning.candidates = tuning.is_temperature ? TEMPERATURES : TAUS;
	if (mem_new(&correct, tuning.candidates * dataset->classes, err) != ERR_OK)
		return err->code;
	tuning.correct = correct;
	for (size_t at = 0; at < recipe->tune_folds; at++) {
		AUTO(split_freep) struct split *fold = NULL;
		struct folds fold_of = { .count = recipe->tune_folds, .at = at, .seed = recipe->data.split_seed };
		if (folds_part_training(split, dataset, &fold_of, &fold, err) != ERR_OK ||
		    try_fold(&tuning, fold, err) != ERR_OK)
			return err->code;
	}
	for (size_t i = 0; i < tuning.candidates; i++) {
		bool is_nearer_to_one = tuning.is_temperature && i <= TEMPERATURES / 2;
		if (judge(&tuning, i) < best || (judge(&tuning, i) == best && is_nearer_to_one)) {
			best = judge(&tuning, i);
			chosen = candidate(&tuning, i);
		}
	}
	recipe_choose(recipe, chosen);
	return ERR_OK;
}

void tune_describe(const struct recipe *recipe, char *ret_text, size_t size)
{
	(void)snprintf(ret_text, size, "%s %.9g by %zu-fold cross-validation", recipe_tuned_name(recipe),
		       recipe_tuned_value(recipe), recipe->tune_folds);
}

enum err_code tune_append_chosen(const struct recipe *recipe, struct text *json, struct err *err)
{
	if (text_append(json, err, "{\"%s\":", recipe_tuned_name(recipe)) != ERR_OK ||
	    text_append_number(json, recipe_tuned_value(recipe), err) != ERR_OK)
		return err->code;
	return text_append(json, err, ",\"folds\":%zu}", recipe->tune_folds);
}
