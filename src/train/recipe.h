/* What a run does, with every value filled in: made once from its options, then read by everything that trains, tunes,
 * evaluates or records it. NaN, 0 and NULL stand for nothing but a parameter that the part does not have. */
#ifndef HARDROW_TRAIN_RECIPE_H
#define HARDROW_TRAIN_RECIPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"
#include "base/text.h"
#include "data/dataset.h"
#include "data/split.h"
#include "train/record_rule.h"
#include "train/settings.h"

/* So many weights are recorded in the last epoch only, unless record-weights says otherwise. */
#define RECIPE_MANY_PARAMETERS 100000

/* What it is a recipe for. */
struct recipe_subject {
	const struct dataset *dataset;
	const struct split *split;
	const double
	    *ordering_loss; /* (n) mean losses of the sampler's ordering run, read by then; NULL: it has none */
	/* Where the data set has its x, for the first trainer to take (data/scale.h); NULL: others need it, too. */
	double **spare_x;
};

struct recipe {
	struct recipe_subject subject; /* borrowed; NULLs: none yet, see recipe_check_options */
	/* As they are in the subject: its label, and of a test part that came with the data set its share, not
	 * stratified. Texts are those of the options. */
	struct data_settings data;
	struct method method; /* composed; its name is that of the table */
	enum method_apply apply;
	struct difficulty_settings difficulty;
	struct sampler_parameters sampler_parameters;
	struct loss_parameters loss_parameters; /* with the scale of the cosine classifier */
	struct adjustment_parameters adjustment_parameters;
	struct kernel kernel; /* of the other parameters, too */
	struct feature_parameters feature_parameters;
	enum loss_reduction reduction;
	size_t tune_folds; /* folds of the cross-validation that chooses tau or temperature; 0: it is not chosen */
	bool is_chosen;	   /* it has been: the parameter is what came out, else what it would be untuned */
	size_t second_stage_epochs; /* at the end of them all; 0: none */
	enum model_kind model;
	struct network_shape shape; /* `instances` is left 0 */
	struct training_settings training;
	size_t batch_size; /* at most the draws of an epoch */
	struct record_rule record, record_weights;
	bool has_many_weights; /* why record_weights is less than record */
};

/* Makes the recipe. Texts of the options must outlive it. ERR_INPUT with the reason: parts, model and parameters that
 * do not go together or not with the features, classes and sizes of the subject, or nothing that could be trained. */
MUST_CHECK enum err_code recipe_resolve(const struct run_settings *options, const struct recipe_subject *subject,
					struct recipe *ret_recipe, struct err *err);

/* The same as far as can be said before the data is read: `data` is as in the options, the shape has made-up inputs and
 * outputs, the batch size is 0. Serves names and checks. */
MUST_CHECK enum err_code recipe_resolve_parts(const struct run_settings *options, struct recipe *ret_recipe,
					      struct err *err);

/* The same for options that a run was recorded with, by any version: folds and a value together say what was chosen,
 * and what would not be trained any more is no error. */
MUST_CHECK enum err_code recipe_restore(const struct run_settings *options, const struct recipe_subject *subject,
					struct recipe *ret_recipe, struct err *err);

/* Draws that an epoch may have with this training part, whatever its stage. */
size_t recipe_count_draws(const struct recipe *recipe, const struct split *split);

/* ERR_INPUT: the option is given, and it is a parameter of samplers, losses or adjustments that the recipe made of the
 * options does not have. The second: any is. */
MUST_CHECK enum err_code recipe_check_use(const struct recipe *recipe, const struct run_settings *options,
					  const struct option_spec *spec, struct err *err);
MUST_CHECK enum err_code recipe_check_uses(const struct recipe *recipe, const struct run_settings *options,
					   struct err *err);

/* The parameter that cross-validation chooses: "tau" or "temperature"; NULL if the adjustment has neither. */
const char *recipe_tuned_name(const struct recipe *recipe);
double recipe_tuned_value(const struct recipe *recipe);
void recipe_choose(struct recipe *recipe, double value);

/* ERR_INPUT: its sampler draws between instances, and between these is nothing: images, texts. */
MUST_CHECK enum err_code recipe_check_data(const struct recipe *recipe, const struct dataset *dataset, struct err *err);

/* Appends what a run of it is called: the method, then "+PART" for --apply, and for each sampler ("-sampling" behind it
 * if a loss has the same name), loss, second stage or adjustment that is not its own. */
MUST_CHECK enum err_code recipe_append_method(const struct recipe *recipe, struct text *text, struct err *err);

/* Appends it as JSON, one pair for each setting in the order of the table: what is recorded. A tau or temperature that
 * is still to be chosen is null. */
MUST_CHECK enum err_code recipe_append_json(const struct recipe *recipe, struct text *json, struct err *err);

/* Appends what makes the run, as JSON sorted by name, without what is so by itself: a value stands in it only if it is
 * not what the recipe would have if that option alone were not given. So neither a new option with its old default nor
 * a default that is given changes it. Without seed and split-seed; the label is always what the subject says, and what
 * cross-validation chose follows from the rest. */
MUST_CHECK enum err_code recipe_append_key(const struct recipe *recipe, struct text *json, struct err *err);

#endif
