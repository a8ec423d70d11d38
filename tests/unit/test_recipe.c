/* train: recipes, and the keys of runs that are made of them. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"
#include "scene.h"

static void key(struct scene *scene, struct text *text)
{
	struct err err;

	scene_resolve(scene);
	text_clear(text);
	cr_assert_eq(recipe_append_key(&scene->recipe, text, &err), ERR_OK, "%s", err.message);
}

/* What makes the run of `method`, then of the options "name value name value …". */
static void expect_key(const char *method, const char *model, const char *const *given, const char *expected)
{
	AUTO(text_done) struct text text = { 0 };
	struct scene scene;

	scene_init(&scene, method, model);
	for (size_t i = 0; given[i] != NULL; i += 2)
		scene_set(&scene, given[i], given[i + 1]);
	key(&scene, &text);
	cr_expect_str_eq(text.data, expected, "%s, %s: %s, not %s", method, given[0], text.data, expected);
	scene_done(&scene);
}

#define OPTIONS(...) ((const char *const[]){ __VA_ARGS__ NULL })

Test(recipe, the_key_leaves_out_what_is_so_by_itself)
{
	/* The split of the scene is stratified, its settings do not say so. */
	expect_key("base", "logreg", OPTIONS(), "{\"epochs\":20,\"scale\":\"standard\"}");
	expect_key("focal", "logreg", OPTIONS("gamma", "1", ),
		   "{\"epochs\":20,\"method\":\"focal\",\"scale\":\"standard\"}");
	expect_key("focal", "logreg", OPTIONS("gamma", "2", ),
		   "{\"epochs\":20,\"gamma\":2,\"method\":\"focal\",\"scale\":\"standard\"}");
	expect_key("focal", "logreg", OPTIONS("loss", "focal", "sampler", "all", "adjustment", "none", ),
		   "{\"epochs\":20,\"method\":\"focal\",\"scale\":\"standard\"}");
	expect_key("temperature", "logreg", OPTIONS("tune-folds", "5", ),
		   "{\"epochs\":20,\"method\":\"temperature\",\"scale\":\"standard\"}");
	expect_key("temperature", "logreg", OPTIONS("temperature", "1", ),
		   "{\"epochs\":20,\"method\":\"temperature\",\"scale\":\"standard\",\"temperature\":1}");
	/* It was the default when runs got their keys, and is none. */
	expect_key("base", "logreg", OPTIONS("scale", "none", ), "{\"epochs\":20}");
	/* So was a rate of 0.1, of regressions too. */
	expect_key("base", "logreg", OPTIONS("task", "regression", ),
		   "{\"epochs\":20,\"learning_rate\":0.01,\"scale\":\"standard\",\"task\":\"regression\"}");
	expect_key("base", "logreg", OPTIONS("task", "regression", "learning-rate", "0.1", ),
		   "{\"epochs\":20,\"scale\":\"standard\",\"task\":\"regression\"}");
	expect_key("base", "logreg", OPTIONS("task", "regression", "optimizer", "lbfgs", ),
		   "{\"epochs\":20,\"optimizer\":\"lbfgs\",\"scale\":\"standard\",\"task\":\"regression\"}");
	expect_key("base", "mlp", OPTIONS("hidden", "64", "precision", "single", "seed", "3", "split-seed", "4", ),
		   "{\"epochs\":20,\"model\":\"mlp\",\"scale\":\"standard\"}");
	expect_key("drw", "logreg", OPTIONS("second-stage-epochs", "4", "batch-size", "32", ),
		   "{\"epochs\":20,\"method\":\"drw\",\"scale\":\"standard\"}");
}

/* For each option a value, a method that has it, and another option that it needs. */
static const struct {
	const char *name, *value, *method, *model, *needs[2];
} options[] = {
	{ "task", "regression", "base", "logreg", { NULL } },
	{ "target-bins", "5", "base", "logreg", { "task", "regression" } },
	{ "target-scale", "none", "base", "logreg", { "task", "regression" } },
	{ "missing", "drop", "base", "logreg", { NULL } },
	{ "missing-values", "-9", "base", "logreg", { NULL } },
	{ "separator", "comma", "base", "logreg", { NULL } },
	{ "header", "yes", "base", "logreg", { NULL } },
	{ "comment", "#", "base", "logreg", { NULL } },
	{ "encode", "ordinal", "base", "logreg", { NULL } },
	{ "max-levels", "7", "base", "logreg", { NULL } },
	{ "drop", "a", "base", "logreg", { NULL } },
	{ "columns", "a", "base", "logreg", { NULL } },
	{ "keep-ids", "yes", "base", "logreg", { NULL } },
	{ "test", "t.csv", "base", "logreg", { NULL } },
	{ "meta", "m.csv", "base", "logreg", { NULL } },
	{ "scale", "none", "base", "logreg", { NULL } },
	{ "test-fraction", "0.3", "base", "logreg", { NULL } },
	{ "stratified", "yes", "base", "logreg", { NULL } },
	{ "imbalance", "exp:0.5", "base", "logreg", { NULL } },
	{ "imbalance-max", "10", "base", "logreg", { "imbalance", "exp:0.5" } },
	{ "relabel", "even-odd", "base", "logreg", { NULL } },
	{ "method", "difficulty", "base", "logreg", { NULL } },
	{ "sampler", "bootstrap", "base", "logreg", { NULL } },
	{ "loss", "focal", "base", "logreg", { NULL } },
	{ "apply", "weight", "difficulty", "logreg", { NULL } },
	{ "beta", "0.99", "class-balanced", "logreg", { NULL } },
	{ "gamma", "3", "focal", "logreg", { NULL } },
	{ "alpha", "0.5", "focal-sigmoid", "logreg", { NULL } },
	{ "xi", "0.5", "acsl", "logreg", { NULL } },
	{ "lambda", "0.5", "equalization", "logreg", { NULL } },
	{ "pairwise-alpha", "inverse", "pairwise-margin", "logreg", { NULL } },
	{ "pairwise-delta", "zero", "pairwise-margin", "logreg", { NULL } },
	{ "margin", "0.3", "ldam", "logreg", { NULL } },
	{ "bins", "10", "ghm", "logreg", { NULL } },
	{ "bin-momentum", "0.5", "ghm", "logreg", { NULL } },
	{ "focal-beta", "1", "focal-mse", "logreg", { NULL } },
	{ "focal-form", "tanh", "focal-l1", "logreg", { NULL } },
	{ "huber-beta", "2", "huber", "logreg", { NULL } },
	{ "noise", "2", "balanced-mse", "logreg", { NULL } },
	{ "noise-rate", "0", "balanced-mse", "logreg", { NULL } },
	{ "kernel", "laplace", "lds", "logreg", { NULL } },
	{ "kernel-size", "7", "lds-sqrt", "logreg", { NULL } },
	{ "kernel-sigma", "1", "fds", "mlp", { NULL } },
	{ "feature-momentum", "0.5", "fds", "mlp", { NULL } },
	{ "feature-start", "3", "lds-fds", "mlp", { NULL } },
	{ "meta-per-class", "3", "meta-reweight", "logreg", { NULL } },
	{ "meta-rate", "0.1", "meta-weight-net", "logreg", { NULL } },
	{ "class-power", "0.3", "square-root-sampling", "logreg", { NULL } },
	{ "ratio", "0.5", "over-sampling", "logreg", { NULL } },
	{ "branch-layers", "2", "bbn", "mlp", { "hidden", "5,4" } },
	{ "branch-mix", "linear", "bbn", "mlp", { NULL } },
	{ "pace-start", "0.3", "curriculum", "logreg", { NULL } },
	{ "pace-growth", "1.2", "self-paced-learning", "logreg", { NULL } },
	{ "pace-epochs", "2", "anti-curriculum", "logreg", { NULL } },
	{ "first-epochs", "2", "curriculum", "logreg", { NULL } },
	{ "curriculum-run", "7", "curriculum", "logreg", { NULL } },
	{ "pace-soft", "yes", "self-paced-learning", "logreg", { NULL } },
	{ "difficulty", "per-epoch", "base", "logreg", { NULL } },
	{ "prior", "2", "base", "logreg", { NULL } },
	{ "floor", "1e-6", "base", "logreg", { NULL } },
	{ "reduction", "weights", "base", "logreg", { NULL } },
	{ "second-stage", "drw", "base", "logreg", { NULL } },
	{ "second-stage-epochs", "7", "drw", "logreg", { NULL } },
	{ "adjustment", "post-hoc", "base", "logreg", { NULL } },
	{ "tau", "0.3", "post-hoc", "logreg", { NULL } },
	{ "temperature", "2", "temperature", "logreg", { NULL } },
	{ "effect", "0.5", "tde", "logreg", { "classifier-heads", "1" } },
	{ "drop-bias", "yes", "tau-norm", "logreg", { NULL } },
	{ "target-prior", "1,1,1,1,1,2", "target-prior", "logreg", { NULL } },
	{ "tune-folds", "4", "temperature", "logreg", { NULL } },
	{ "model", "mlp", "base", "logreg", { NULL } },
	{ "hidden", "7,6", "base", "mlp", { NULL } },
	{ "activation", "tanh", "base", "mlp", { NULL } },
	{ "classifier", "cosine", "base", "logreg", { NULL } },
	{ "classifier-scale", "10", "ldam", "logreg", { NULL } },
	{ "classifier-heads", "3", "ldam", "logreg", { NULL } },
	{ "classifier-gamma", "0.5", "ldam", "logreg", { NULL } },
	{ "precision", "single", "base", "logreg", { NULL } },
	{ "dropout", "0.1", "base", "mlp", { NULL } },
	{ "flip-labels", "0.1", "base", "logreg", { NULL } },
	{ "flip-kind", "next", "base", "logreg", { "flip-labels", "0.1" } },
	{ "neighbours", "3", "smote", "logreg", { NULL } },
	{ "mixup-alpha", "0.2", "remix", "logreg", { NULL } },
	{ "remix-kappa", "2", "remix", "logreg", { NULL } },
	{ "remix-tau", "0.4", "remix", "logreg", { NULL } },
	{ "folds", "5", "base", "logreg", { NULL } },
	{ "fold", "2", "base", "logreg", { "folds", "5" } },
	{ "groups", "lot", "base", "logreg", { "folds", "5" } },
	{ "blocks", "yes", "base", "logreg", { "folds", "5" } },
	{ "el2n-epoch", "4", "base", "logreg", { NULL } },
	{ "init", "he", "base", "logreg", { NULL } },
	{ "optimizer", "adam", "base", "logreg", { NULL } },
	{ "learning-rate", "0.01", "base", "logreg", { NULL } },
	{ "momentum", "0.5", "base", "logreg", { NULL } },
	{ "nesterov", "yes", "base", "logreg", { NULL } },
	{ "beta1", "0.5", "base", "logreg", { NULL } },
	{ "beta2", "0.5", "base", "logreg", { NULL } },
	{ "epsilon", "1e-3", "base", "logreg", { NULL } },
	{ "weight-decay", "0.1", "base", "logreg", { NULL } },
	{ "schedule", "cosine", "base", "logreg", { NULL } },
	{ "step-epochs", "7", "base", "logreg", { NULL } },
	{ "step-factor", "0.5", "base", "logreg", { NULL } },
	{ "warm-up-epochs", "3", "base", "logreg", { NULL } },
	{ "batch-size", "full", "base", "logreg", { NULL } },
	{ "epochs", "30", "base", "logreg", { NULL } },
	{ "record", "last", "base", "logreg", { NULL } },
	{ "record-weights", "none", "base", "logreg", { NULL } },
};

/* Options that are not part of the key: what they do is said by the data set, the split and the seed. */
static bool is_left_out(const char *name)
{
	return strcmp(name, "label") == 0 || strcmp(name, "seed") == 0 || strcmp(name, "split-seed") == 0;
}

Test(recipe, every_option_changes_the_key)
{
	for (size_t i = 0; i < settings_spec_count; i++) {
		AUTO(text_done) struct text before = { 0 };
		AUTO(text_done) struct text after = { 0 };
		struct scene scene;
		size_t at = 0;
		if (is_left_out(settings_specs[i].name))
			continue;
		while (at < ARRAY_LENGTH(options) && strcmp(options[at].name, settings_specs[i].name) != 0)
			at++;
		cr_assert_lt(at, ARRAY_LENGTH(options), "%s has no line here", settings_specs[i].name);
		scene_init(&scene, options[at].method, options[at].model);
		if (options[at].needs[0] != NULL)
			scene_set(&scene, options[at].needs[0], options[at].needs[1]);
		key(&scene, &before);
		scene_set(&scene, options[at].name, options[at].value);
		key(&scene, &after);
		cr_expect_str_neq(before.data, after.data, "%s", options[at].name);
		scene_done(&scene);
	}
}

/* Whatever the method: an option with the value that it has by itself. */
Test(recipe, no_default_changes_the_key)
{
	for (size_t m = 0; method_name(m) != NULL; m++) {
		AUTO(text_done) struct text before = { 0 };
		AUTO(text_done) struct text after = { 0 };
		struct scene scene;
		struct err err;
		scene_init(&scene, method_name(m), "mlp");
		scene_set(&scene, "hidden", "6");
		key(&scene, &before);
		for (size_t i = 0; i < settings_spec_count; i++)
			if (settings_specs[i].initial != NULL && strcmp(settings_specs[i].name, "method") != 0 &&
			    strcmp(settings_specs[i].name, "task") != 0 &&
			    strcmp(settings_specs[i].name, "model") != 0 &&
			    strcmp(settings_specs[i].name, "scale") != 0 &&
			    strcmp(settings_specs[i].name, "epochs") != 0)
				cr_assert_eq(
				    option_set(&settings_specs[i], &scene.settings, settings_specs[i].initial, &err),
				    ERR_OK);
		key(&scene, &after);
		cr_expect_str_eq(before.data, after.data, "%s", method_name(m));
		/* What is recorded says all values; the recipe made of it is the same. */
		AUTO(text_done) struct text recorded = { 0 };
		cr_assert_eq(recipe_append_json(&scene.recipe, &recorded, &err), ERR_OK);
		cr_expect_not_null(strstr(recorded.data, "\"batch_size\":\"32\""), "%s", recorded.data);
		scene_done(&scene);
	}
}

static void set(struct run_settings *settings, const char *name, const char *value)
{
	struct err err;

	cr_assert_eq(option_set(option_find(settings_specs, settings_spec_count, name), settings, value, &err), ERR_OK);
}

static struct run_settings defaults(void)
{
	struct run_settings settings;

	option_reset(settings_specs, settings_spec_count, &settings);
	return settings;
}

/* Reads the pairs that recipe_append_json() writes, as a recorded run's are read. Changes the text, which the settings
 * go on using. */
static struct run_settings read_json(char *json)
{
	struct run_settings settings = defaults();
	char *next;

	for (char *name = json + 2; name[-1] == '"'; name = next) {
		char *value = strstr(name, "\":") + 2;
		bool is_text = *value == '"';
		value += is_text;
		char *end = value + strcspn(value, is_text ? "\"" : ",}");
		next = end + is_text + 2;
		value[-2 - is_text] = *end = '\0';
		if (is_text || (strcmp(value, "null") != 0 && strcmp(value, "false") != 0))
			set(&settings, name, strcmp(value, "true") == 0 ? "yes" : value);
	}
	return settings;
}

/* `was_chosen`: older versions did not record what cross-validation chose. */
static void expect_recorded_key(struct scene *scene, bool was_chosen, const char *what)
{
	scene_resolve(scene);
	const struct recipe_subject subject = { .dataset = scene->dataset, .split = scene->split };
	AUTO(text_done) struct text fresh = { 0 };
	AUTO(text_done) struct text json = { 0 };
	AUTO(text_done) struct text recorded = { 0 };
	struct recipe recipe;
	struct err err;

	cr_assert_eq(recipe_resolve(&scene->settings, &subject, &recipe, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(recipe_append_key(&recipe, &fresh, &err), ERR_OK);
	if (was_chosen && recipe.tune_folds > 0)
		recipe_choose(&recipe, 1.3);
	cr_assert_eq(recipe_append_json(&recipe, &json, &err), ERR_OK);
	struct run_settings settings = read_json(json.data);
	cr_assert_eq(recipe_restore(&settings, &subject, &recipe, &err), ERR_OK, "%s: %s", what, err.message);
	cr_assert_eq(recipe_append_key(&recipe, &recorded, &err), ERR_OK);
	cr_expect_str_eq(recorded.data, fresh.data, "%s: %s, not %s", what, recorded.data, fresh.data);
}

Test(recipe, what_was_recorded_has_the_key_of_its_options)
{
	struct scene scene;

	for (size_t m = 0; method_name(m) != NULL; m++) {
		scene_init(&scene, method_name(m), "mlp");
		scene_set(&scene, "hidden", "6");
		scene_resolve(&scene);
		expect_recorded_key(&scene, true, method_name(m));
		if (recipe_tuned_name(&scene.recipe) != NULL) {
			scene_set(&scene, "tune-folds", "3");
			expect_recorded_key(&scene, true, method_name(m));
			expect_recorded_key(&scene, false, method_name(m));
		}
		scene_done(&scene);
	}
	for (size_t i = 0; i < ARRAY_LENGTH(options); i++) {
		scene_init(&scene, options[i].method, options[i].model);
		if (options[i].needs[0] != NULL)
			scene_set(&scene, options[i].needs[0], options[i].needs[1]);
		scene_set(&scene, options[i].name, options[i].value);
		expect_recorded_key(&scene, true, options[i].name);
		scene_done(&scene);
	}
}

static struct recipe resolve_parts(const struct run_settings *settings)
{
	struct recipe recipe;
	struct err err;

	cr_assert_eq(recipe_resolve_parts(settings, &recipe, &err), ERR_OK, "%s", err.message);
	return recipe;
}

Test(recipe, reduction_is_the_loss_s_own_unless_it_is_given)
{
	static const struct {
		const char *loss, *reduction;
		enum loss_reduction expected;
	} cases[] = {
		{ "class-balanced", "method", REDUCTION_BATCH },
		{ "balanced", "method", REDUCTION_WEIGHTS },
		{ "balanced", "batch", REDUCTION_BATCH },
		{ "class-balanced", "weights", REDUCTION_WEIGHTS },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct run_settings settings = defaults();
		set(&settings, "loss", cases[i].loss);
		set(&settings, "reduction", cases[i].reduction);
		cr_expect_eq(resolve_parts(&settings).reduction, cases[i].expected, "%s", cases[i].loss);
	}
}

Test(recipe, many_weights_are_recorded_last)
{
	/* d inputs, units of one hidden layer, k classes: (d + 1) units + (units + 1) k parameters; here d is 1, k
	 * is 2. */
	static const struct {
		const char *record, *record_weights, *hidden;
		int weights;
	} cases[] = {
		{ "every:2", NULL, "24999", RECORD_EVERY },
		{ "every:2", NULL, "25001", RECORD_LAST },
		{ "none", NULL, "25001", RECORD_NONE },
		{ "every:2", "every:2", "25001", RECORD_EVERY },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct run_settings settings = defaults();
		set(&settings, "model", "mlp");
		set(&settings, "hidden", cases[i].hidden);
		set(&settings, "record", cases[i].record);
		if (cases[i].record_weights != NULL)
			set(&settings, "record-weights", cases[i].record_weights);
		struct recipe recipe = resolve_parts(&settings);
		cr_expect_eq((int)recipe.record_weights.kind, cases[i].weights, "%zu", i);
		cr_expect_eq(recipe.has_many_weights, i == 1, "%zu", i);
	}
}

Test(recipe, apply_needs_a_method_with_difficulty)
{
	struct run_settings settings = defaults();
	struct recipe recipe;
	struct err err;

	set(&settings, "apply", "weight");
	cr_expect_eq(recipe_resolve_parts(&settings, &recipe, &err), ERR_INPUT);
	set(&settings, "method", "difficulty");
	cr_expect_eq(resolve_parts(&settings).method.loss, &loss_difficulty);
	set(&settings, "loss", "class-balanced");
	cr_expect_eq(resolve_parts(&settings).method.loss, &loss_class_balanced);
}

Test(recipe, kernels_and_smoothed_features_have_their_conditions)
{
	static const struct {
		const char *options[6][2];
		const char *message;
	} cases[] = {
		{ { { "kernel", "gaussian" } }, "kernel gaussian will not do: it is not for task classification" },
		{ { { "kernel-size", "7" }, { "task", "regression" } },
		  "kernel-size will not do: there is no kernel; --kernel says which" },
		{ { { "kernel-sigma", "1" } }, "kernel-sigma will not do: there is no kernel" },
		{ { { "task", "regression" }, { "method", "lds" }, { "kernel-size", "4" } },
		  "kernel-size 4 will not do: it takes an odd number" },
		{ { { "task", "regression" },
		    { "method", "lds" },
		    { "kernel", "triangular" },
		    { "kernel-sigma", "1" } },
		  "kernel-sigma will not do: kernel triangular has none" },
		{ { { "task", "regression" }, { "method", "fds" } },
		  "method fds will not do: logreg has no hidden layers whose features it could smooth; model mlp has" },
		{ { { "task", "regression" }, { "second-stage", "rrt" } },
		  "second stage rrt will not do: logreg has no hidden layers to keep; model mlp has" },
		{ { { "method", "lds" } }, "method lds will not do: it is not for task classification" },
		{ { { "task", "regression" }, { "method", "fds" }, { "model", "mlp" } }, NULL },
		{ { { "task", "regression" }, { "kernel", "laplace" }, { "sampler", "class-balanced" } }, NULL },
		{ { { "method", "inverse" } }, NULL },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct run_settings settings = defaults();
		struct recipe recipe;
		struct err err;
		for (size_t j = 0; cases[i].options[j][0] != NULL; j++)
			set(&settings, cases[i].options[j][0], cases[i].options[j][1]);
		enum err_code code = recipe_resolve_parts(&settings, &recipe, &err);
		cr_expect_eq(code, cases[i].message != NULL ? ERR_INPUT : ERR_OK, "case %zu", i);
		cr_expect(code == ERR_OK || strncmp(err.message, cases[i].message, strlen(cases[i].message)) == 0,
			  "case %zu: %s", i, err.message);
	}
}

/* The option at this place in the settings says that `part` has it. */
static void expect_described(size_t offset, const char *part)
{
	struct text help AUTO(text_done) = { 0 };
	const struct option_spec *spec = NULL;
	struct err err;

	for (size_t i = 0; i < settings_spec_count; i++)
		if (settings_specs[i].offset == offset)
			spec = &settings_specs[i];
	cr_assert_not_null(spec, "%s has a parameter without an option", part);
	cr_assert_not_null(spec->describe, "%s: nobody says that %s has it", spec->name, part);
	cr_assert_eq(spec->describe(spec, &help, &err), ERR_OK);
	cr_expect_not_null(strstr(help.data, part), "%s: %s is not among those that have it: %s", spec->name, part,
			   help.data);
}

/* Of the parameters at `offset` in the settings, eight bytes each, those that the part has a default for. */
static void expect_all_described(const void *defaults, size_t size, size_t offset, size_t tau, const char *part)
{
	static const char nothing[8];

	for (size_t at = 0; at < size; at += sizeof nothing)
		if (memcmp((const char *)defaults + at, nothing, sizeof nothing) != 0)
			expect_described(at == tau ? offsetof(struct run_settings, tau) : offset + at, part);
}

#define EXPECT_ALL_DESCRIBED(part, field, tau)                                                                         \
	expect_all_described(&(part)->defaults, sizeof(part)->defaults, offsetof(struct run_settings, field), tau,     \
			     (part)->name)

Test(recipe, the_help_names_the_parts_that_have_a_parameter)
{
	for (size_t i = 0; sampler_at(i) != NULL; i++)
		EXPECT_ALL_DESCRIBED(sampler_at(i), sampler_parameters, SIZE_MAX);
	expect_described(offsetof(struct run_settings, sampler_parameters.is_soft), "self-paced-learning");
	expect_described(offsetof(struct run_settings, sampler_parameters.ordering_run), "anti-curriculum");
	for (size_t i = 0; loss_at(i) != NULL; i++) {
		EXPECT_ALL_DESCRIBED(loss_at(i), loss_parameters, offsetof(struct loss_parameters, tau));
		if (loss_at(i)->uses_beta)
			expect_described(offsetof(struct run_settings, loss_parameters.beta), loss_name(i));
	}
	for (size_t i = 0; stage_at(i) != NULL; i++)
		if (stage_at(i)->deferred_weights == &loss_class_balanced)
			expect_described(offsetof(struct run_settings, loss_parameters.beta), stage_name(i));
	for (size_t i = 0; adjustment_at(i) != NULL; i++) {
		const struct adjustment *adjustment = adjustment_at(i);
		EXPECT_ALL_DESCRIBED(adjustment, adjustment_parameters, offsetof(struct adjustment_parameters, tau));
		if (adjustment->has_bias_choice)
			expect_described(offsetof(struct run_settings, adjustment_parameters.drop_bias),
					 adjustment->name);
		if (adjustment->has_target_prior)
			expect_described(offsetof(struct run_settings, adjustment_parameters.target_prior),
					 adjustment->name);
	}
	expect_described(offsetof(struct run_settings, feature_parameters.momentum), "method fds (without it 0.9)");
	expect_described(offsetof(struct run_settings, feature_parameters.start), "method lds-fds (1)");
	expect_described(offsetof(struct run_settings, cosine.scale), "classifier cosine (without it 30)");
	expect_described(offsetof(struct run_settings, cosine.heads), "method tde (2)");
	expect_described(offsetof(struct run_settings, cosine.gamma), "method tde (0.03125)");
}
