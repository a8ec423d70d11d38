/* Every setting of a run, in one table: the command line of `train`, the keys of a sweep file and the recorded
 * configuration are all made from it. */
#ifndef HARDROW_TRAIN_SETTINGS_H
#define HARDROW_TRAIN_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/option.h"
#include "base/text.h"
#include "data/imbalance.h"
#include "data/split.h"
#include "model/network.h"
#include "model/optimizer.h"
#include "model/schedule.h"
#include "rebalance/difficulty.h"
#include "rebalance/method.h"

struct run_settings {
	/* data */
	const char *label; /* NULL: the catalogue's, or the last column */
	int missing;	   /* enum missing_policy */
	int scale;	   /* enum scale_kind */
	double test_fraction;
	bool stratified;
	uint64_t split_seed;
	const char *imbalance; /* "none", "exp:R" or "step:R" */
	size_t imbalance_max;  /* 0: as large as can be */
	int relabel;	       /* enum relabel_kind */
	/* method */
	/* indices of the tables; sampler and loss 0: the method's own, else table index + 1 */
	int method, sampler, loss;
	int apply; /* enum method_apply */
	struct difficulty_settings difficulty;
	struct loss_parameters loss_parameters;	      /* NaN: the loss's own default */
	struct sampler_parameters sampler_parameters; /* NaN: the sampler's own default */
	int reduction;				      /* 0: the loss's own, else enum loss_reduction + 1 */
	/* after or late in the training; indices of the tables: 0 the method's own, 1 none, else table index + 2 */
	int adjustment, second_stage;
	struct adjustment_parameters adjustment_parameters; /* NaN: the adjustment's own default; tau: that of above */
	size_t tune_folds;				    /* 0: settings_tune_folds says how many */
	size_t second_stage_epochs;			    /* 0: a fifth of the epochs */
	/* model */
	int model;		   /* enum model_kind */
	const char *hidden;	   /* "256,128"; NULL: MLP_HIDDEN for the MLP, none for logistic regression */
	int activation;		   /* enum network_activation */
	int classifier;		   /* enum classifier_kind */
	struct tile_cosine cosine; /* scale and gamma NaN, heads 0: the method's own, or the defaults */
	int precision;		   /* 0: the model's own, else enum network_precision + 1 */
	double dropout;
	/* training */
	int init, optimizer;
	struct optimizer_settings optimization;
	const char *batch_size; /* a number or "full" */
	size_t epochs;
	uint64_t seed;
	int schedule; /* enum schedule_kind */
	size_t step_epochs, warm_up_epochs;
	double step_factor;
	const char *record;	    /* "every:1", "every:N", "last" or "none" */
	const char *record_weights; /* the same; NULL: as `record`, but "last" above SETTINGS_MANY_PARAMETERS */
};

enum model_kind { MODEL_LOGREG, MODEL_MLP };
const char *model_name(size_t i); /* NULL behind the last */

enum classifier_kind { CLASSIFIER_METHOD, CLASSIFIER_LINEAR, CLASSIFIER_COSINE };
const char *classifier_name(size_t i); /* NULL behind the last */

#define MLP_HIDDEN "64"
#define SETTINGS_TEST_FRACTION "0.2"

/* So many weights are recorded in the last epoch only, unless record_weights says otherwise. */
#define SETTINGS_MANY_PARAMETERS 100000

extern const struct option_spec settings_specs[];
extern const size_t settings_spec_count;

/* The method that the settings come to: the named one with the parts given instead of its own. ERR_INPUT: apply is
 * given with a method that has no difficulty. */
MUST_CHECK enum err_code settings_compose(const struct run_settings *settings, struct method *ret_method,
					  struct err *err);

/* Appends what a run of these settings is called: the method, then "+PART" for --apply, and for each sampler
 * ("-sampling" behind it if a loss has the same name), loss, second stage or adjustment that is not its own. */
MUST_CHECK enum err_code settings_append_method(const struct run_settings *settings, struct text *text,
						struct err *err);

/* What they divide a batch's weighted loss by. */
enum loss_reduction settings_reduction(const struct run_settings *settings, const struct method *method);

/* Writes what the method and the defaults of its parts come to into the settings themselves. A tau or temperature that
 * cross-validation chooses stays NaN. ERR_INPUT as of settings_compose, settings_second_stage, settings_tune_folds. */
MUST_CHECK enum err_code settings_fill_method(struct run_settings *settings, struct err *err);

/* The parameters given for the adjustment. */
struct adjustment_parameters settings_adjustment_parameters(const struct run_settings *settings);

/* Folds of the cross-validation that chooses the adjustment's parameter; 0: it is not chosen. ERR_INPUT: folds are
 * given and there is nothing to choose. */
MUST_CHECK enum err_code settings_tune_folds(const struct run_settings *settings, size_t *ret_folds, struct err *err);

/* Epochs of the second stage, at the end of them all; 0 without one. ERR_INPUT: no epoch would be left before it. */
MUST_CHECK enum err_code settings_second_stage(const struct run_settings *settings, size_t *ret_epochs,
					       struct err *err);

/* Whether they ask for another test part than the default's: for data sets that come with theirs. */
bool settings_draw_test_part(const struct run_settings *settings);

/* The imbalance they ask for. ERR_INPUT: imbalance-max without one. */
MUST_CHECK enum err_code settings_imbalance(const struct run_settings *settings, struct imbalance *ret_imbalance,
					    struct err *err);

/* The classifier that settings and method come to; 0 heads: linear. Without anything given a cosine classifier is that
 * of LDAM (Cao et al. 2019): scale 30, one head, gamma 0. ERR_INPUT: parameters of a cosine classifier for a linear
 * one, or a linear one for a method or loss that needs the cosine. */
MUST_CHECK enum err_code settings_cosine(const struct run_settings *settings, struct tile_cosine *ret_cosine,
					 struct err *err);

/* The network for d inputs and k classes. `instances` is left 0. ERR_INPUT: hidden layers or dropout for logistic
 * regression, heads that do not divide the features, and as settings_cosine. */
MUST_CHECK enum err_code settings_shape(const struct run_settings *settings, size_t inputs, size_t classes,
					struct network_shape *ret_shape, struct err *err);

/* The precision they come to. */
enum network_precision settings_precision(const struct run_settings *settings);

/* ERR_INPUT: the setting is given, and it is a parameter of samplers, losses or adjustments that the method does not
 * have. The second: any is. */
MUST_CHECK enum err_code settings_check_use(const struct run_settings *settings, const struct option_spec *spec,
					    struct err *err);
MUST_CHECK enum err_code settings_check_uses(const struct run_settings *settings, struct err *err);

/* Whether there is something to train with them. ERR_INPUT: initial weights from which layers learn nothing, Nesterov
 * momentum without momentum, more epochs of warm-up than in all. */
MUST_CHECK enum err_code settings_check_training(const struct run_settings *settings, struct err *err);

/* Whether method, model and their parameters go together, whatever the data. ERR_INPUT: as of the functions above that
 * fill in what is not given, an adjustment that needs the other classifier, a loss and an adjustment with a tau each.
 */
MUST_CHECK enum err_code settings_check_parts(const struct run_settings *settings, struct err *err);

/* Whether a run of these settings can be on this data: the same, and parameters that must fit its features and classes.
 * ERR_INPUT with the reason. */
MUST_CHECK enum err_code settings_check(const struct run_settings *settings, const struct split *split, size_t features,
					struct err *err);

/* record_weights with its default filled in. */
const char *settings_record_weights(const struct run_settings *settings, size_t parameter_count);

/* N of "every:N"; 0 if it is not that. */
uint64_t settings_period(const char *record);

/* Reads "256,128" into `ret_units` (NETWORK_HIDDEN_MAX); returns how many, 0 if it is not that. */
size_t settings_read_hidden(const char *text, size_t *ret_units);

/* Draws that an epoch may have, whatever its stage. `method` is what the settings compose. */
size_t settings_most_draws(const struct run_settings *settings, const struct method *method, const struct split *split);

/* Instances a batch, at most the `instances` of an epoch. */
size_t settings_batch_size(const struct run_settings *settings, size_t instances);

/* Whether a recording rule ("every:N", "last", "none") takes epoch `epoch` of 1..epochs. */
bool settings_records_epoch(const char *record, size_t epoch, size_t epochs);

/* How many epochs of 1..epochs it takes. */
size_t settings_count_recorded(const char *record, size_t epochs);

#endif
