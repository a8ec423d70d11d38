/* The options of a run, as the command line of `train`, a sweep file or a recorded run gives them: one table says name,
 * type, range and help of each. What they come to is a recipe (train/recipe.h); everything that trains, tunes,
 * evaluates or records reads that, so that "not given" ends here. */
#ifndef HARDROW_TRAIN_SETTINGS_H
#define HARDROW_TRAIN_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/option.h"
#include "data/flip.h"
#include "data/imbalance.h"
#include "data/reading.h"
#include "model/network.h"
#include "model/optimizer.h"
#include "model/schedule.h"
#include "rebalance/difficulty.h"
#include "rebalance/method.h"

/* How the data set is read and parted. */
struct data_settings {
	int task; /* enum task; says whether `reading` has a target */
	struct reading reading;
	int scale; /* enum scale_kind */
	double test_fraction;
	bool stratified;
	uint64_t split_seed;
	size_t folds, fold; /* folds 0: the test fraction is drawn */
	bool blocks;
	const char *imbalance;	 /* "none", "exp:R" or "step:R" */
	size_t imbalance_max;	 /* 0: as large as can be */
	int relabel;		 /* enum relabel_kind */
	const char *target_bins; /* of a regression: num/bins.h */
	int target_scale;	 /* enum scale_kind: of a regression */
	double flip_labels;	 /* share of labels that are made wrong; 0: none */
	int flip_kind;		 /* enum flip_kind */
};

/* How the network is trained, whatever the method. */
struct training_settings {
	int init;      /* enum network_init */
	int optimizer; /* index of optimizer_name() */
	struct optimizer_settings optimization;
	size_t epochs;
	size_t el2n_epoch; /* after which EL2N is taken (rebalance/dynamics.h) */
	uint64_t seed;
	int schedule; /* enum schedule_kind */
	size_t step_epochs, warm_up_epochs;
	double step_factor;
};

struct run_settings {
	struct data_settings data;
	/* method */
	/* indices of the tables; sampler and loss 0: the method's own, else table index + 1 */
	int method, sampler, loss;
	int apply; /* enum method_apply */
	struct difficulty_settings difficulty;
	struct loss_parameters loss_parameters;	      /* NaN: the loss's own default */
	struct sampler_parameters sampler_parameters; /* NaN: the sampler's own default */
	/* of method_fill_kernel() and method_fill_feature_parameters() */
	int kernel_kind;
	struct kernel kernel; /* without its kind */
	struct feature_parameters feature_parameters;
	int reduction; /* 0: the loss's own, else enum loss_reduction + 1 */
	/* after or late in the training; indices of the tables: 0 the method's own, 1 none, else table index + 2 */
	int adjustment, second_stage;
	struct adjustment_parameters adjustment_parameters; /* NaN: the adjustment's own default */
	double tau;					    /* the same, of loss or adjustment */
	size_t tune_folds;				    /* 0: five for a temperature that is not given, else none */
	size_t second_stage_epochs;			    /* 0: a fifth of the epochs */
	/* model */
	int model;		   /* enum model_kind */
	const char *hidden;	   /* "256,128"; NULL: MLP_HIDDEN for the MLP, none for logistic regression */
	int activation;		   /* enum network_activation */
	int classifier;		   /* enum classifier_kind */
	struct tile_cosine cosine; /* scale and gamma NaN, heads 0: the method's own, or the defaults */
	size_t branch_layers;	   /* of the bilateral classifier; 0: 1 */
	int precision;		   /* 0: the model's own, else enum network_precision + 1 */
	double dropout;
	/* training */
	struct training_settings training;
	const char *batch_size;	    /* a number or "full"; NULL: what the optimiser takes */
	const char *record;	    /* "every:1", "every:N", "last" or "none" */
	const char *record_weights; /* the same; NULL: as `record`, but "last" above RECIPE_MANY_PARAMETERS */
};

enum model_kind { MODEL_LOGREG, MODEL_MLP };
const char *model_name(size_t i); /* NULL behind the last */

enum classifier_kind { CLASSIFIER_METHOD, CLASSIFIER_LINEAR, CLASSIFIER_COSINE, CLASSIFIER_BILATERAL };
const char *classifier_name(size_t i); /* NULL behind the last */

#define MLP_HIDDEN "64"
#define SETTINGS_BATCH_SIZE "32"
#define SETTINGS_LEARNING_RATE "0.1"
#define SETTINGS_REGRESSION_RATE "0.01" /* squared errors are steeper than cross-entropy: steps of 0.1 overshoot */
#define SETTINGS_TEST_FRACTION "0.2"
#define SETTINGS_TARGET_BINS "auto"
#define SETTINGS_TEMPERATURE_FOLDS 5 /* by itself a temperature is chosen by so many folds */

/* Of a cosine classifier that nothing is said of: that of LDAM (Cao et al. 2019). */
extern const struct tile_cosine settings_cosine;

/* The sections of their help, in its order; NULL behind the last. */
const char *settings_section(size_t i);

#define SETTINGS_MAX 128 /* there are no more settings */
extern const struct option_spec settings_specs[];
extern const size_t settings_spec_count;

/* Appends the parts that have this parameter, with the value that it has in each by itself, read off the part: "of
 * focal (without it 1), cdt (0.2) and adjustment tde (1)"; without a value if that is the table's. For `describe` in
 * the table. */
MUST_CHECK enum err_code settings_describe_parts(const struct option_spec *spec, struct text *text, struct err *err);

/* Whether it is a parameter of the method or no matter of methods. */
bool settings_has_option(const struct method *method, const struct option_spec *spec);

/* Appends the parameters of the method and the values that they have by themselves, in the order of the table:
 * "--beta 0.9999 --gamma 1"; nothing if it has none. */
MUST_CHECK enum err_code settings_append_parameters(const struct method *method, struct text *text, struct err *err);

/* ERR_INPUT: parts of folds that do not go together, or without folds, or a test fraction besides. */
MUST_CHECK enum err_code settings_check_folds(const struct data_settings *settings, struct err *err);

/* Whether they ask for another test part than the default's: for data sets that come with theirs. */
bool settings_draw_test_part(const struct data_settings *settings);

/* ERR_INPUT: settings of the other task. */
MUST_CHECK enum err_code settings_check_task(const struct data_settings *settings, struct err *err);

/* ERR_INPUT: flip-kind without flip-labels. */
MUST_CHECK enum err_code settings_check_flip(const struct data_settings *settings, struct err *err);

/* The imbalance they ask for. ERR_INPUT: imbalance-max without one. */
MUST_CHECK enum err_code settings_imbalance(const struct data_settings *settings, struct imbalance *ret_imbalance,
					    struct err *err);

/* Reads "256,128" into `ret_units` (NETWORK_HIDDEN_MAX); returns how many, 0 if it is not that. */
size_t settings_read_hidden(const char *text, size_t *ret_units);

#endif
