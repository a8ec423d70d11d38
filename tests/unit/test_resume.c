/* train: a run that was stopped and taken up again is, byte for byte, the one that never stopped. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "train/trainer.h"

enum { EPOCHS = 8, ENTRIES_MAX = 64 };

static struct dataset *dataset;
static struct split *split;

static void set_up(void)
{
	struct err err;
	char path[4096];

	(void)snprintf(path, sizeof path, "%s/datasets/glass.csv", getenv("HARDROW_SOURCE"));
	cr_assert_eq(dataset_read_csv(path, &(struct reading){ .label = "class" }, &dataset, &err), ERR_OK, "%s",
		     err.message);
	cr_assert_eq(split_create(dataset, 0.2, true, 0, &split, &err), ERR_OK, "%s", err.message);
}

static void tear_down(void)
{
	split_free(split);
	dataset_free(dataset);
}

static void set(struct run_settings *settings, const char *name, const char *value)
{
	struct err err;
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);

	cr_assert_not_null(spec, "%s", name);
	cr_assert_eq(option_set(spec, settings, value, &err), ERR_OK, "%s", err.message);
}

/* "name value name value …" on top of small and fast settings, which borrow the text: four of them at once. */
static struct run_settings settings_of(const char *text)
{
	struct run_settings settings;
	static char copies[4][512];
	static size_t made;
	char *copy = copies[made++ % 4], *rest = NULL;

	option_reset(settings_specs, settings_spec_count, &settings);
	set(&settings, "epochs", "8");
	set(&settings, "batch-size", "32");
	set(&settings, "scale", "standard");
	(void)snprintf(copy, sizeof copies[0], "%s", text);
	for (char *name = strtok_r(copy, " ", &rest); name != NULL; name = strtok_r(NULL, " ", &rest))
		set(&settings, name, strtok_r(NULL, " ", &rest));
	return settings;
}

/* Four of them at once. */
static const struct recipe *recipe_of(const struct run_settings *settings)
{
	const struct recipe_subject subject = { dataset, split };
	static struct recipe recipes[4];
	static size_t made;
	struct recipe *recipe = &recipes[made++ % 4];
	struct err err;

	cr_assert_eq(recipe_resolve(settings, &subject, recipe, &err), ERR_OK, "%s", err.message);
	return recipe;
}

static struct trainer *make_trainer(const struct run_settings *settings)
{
	struct trainer *trainer = NULL;
	struct err err;

	cr_assert_eq(trainer_create(dataset, split, recipe_of(settings), &trainer, &err), ERR_OK, "%s", err.message);
	return trainer;
}

static void append(struct text *text, const void *values, size_t size)
{
	struct err err;

	cr_assert_eq(text_append_bytes(text, values, size, &err), ERR_OK);
}

static struct text save(struct trainer *trainer)
{
	struct text bytes = { 0 };
	struct err err;

	cr_assert_eq(trainer_save_state(trainer, &bytes, &err), ERR_OK, "%s", err.message);
	return bytes;
}

static void append_metrics(struct text *seen, const struct part_metrics *metrics)
{
	append(seen, &metrics->loss, sizeof metrics->loss);
	append(seen, &metrics->accuracy, sizeof metrics->accuracy);
	append(seen, &metrics->balanced_error, sizeof metrics->balanced_error);
	append(seen, &metrics->macro_f1, sizeof metrics->macro_f1);
	append(seen, &metrics->calibration_error, sizeof metrics->calibration_error);
	append(seen, metrics->correct, dataset->classes * sizeof *metrics->correct);
	append(seen, metrics->predicted, dataset->classes * sizeof *metrics->predicted);
}

/* All that can be seen of an epoch: weights of the network, draws, predictions, difficulty, dynamics, weights. */
static void append_epoch(struct text *seen, struct trainer *trainer)
{
	const struct predictions *predictions = trainer_predictions(trainer);
	const struct weighting *weighting = trainer_weighting(trainer);
	size_t n = dataset->instances, size = n * sizeof(double);
	const double *series[] = { predictions->p_true,
				   predictions->log_p_true,
				   predictions->predicted,
				   predictions->confidence,
				   predictions->difficulty->du,
				   predictions->difficulty->dl,
				   predictions->difficulty->value,
				   predictions->dynamics->mean,
				   predictions->dynamics->squares,
				   predictions->dynamics->correct,
				   predictions->dynamics->forgotten,
				   predictions->dynamics->first_learned,
				   predictions->dynamics->loss,
				   predictions->dynamics->margin,
				   predictions->dynamics->el2n,
				   predictions->dynamics->unlearned,
				   weighting->weight };
	const struct network *network = trainer_network(trainer);

	for (size_t i = 0; i < ARRAY_LENGTH(series); i++)
		append(seen, series[i], size);
	append(seen, &predictions->dynamics->epochs, sizeof(size_t));
	append(seen, trainer_draws(trainer), n * sizeof(uint32_t));
	append(seen, predictions->p, n * dataset->classes * sizeof(double));
	for (size_t i = 0; i < split->train_count; i++)
		append(seen, &weighting->loss_weight[split->train[i]], sizeof(double));
	append(seen, weighting->sampling_share, dataset->classes * sizeof(double));
	append(seen, &weighting->effective_sample_size, sizeof(double));
	append_metrics(seen, &predictions->train);
	append_metrics(seen, &predictions->test);
	for (size_t l = 0; l < network_layer_count(network); l++) {
		static double weight[100000], bias[1000];
		struct network_layer layer = network_layer(network, l);
		network_read_layer(network, l, weight, bias);
		append(seen, weight, layer.inputs * layer.outputs * sizeof *weight);
		append(seen, bias, layer.has_bias ? layer.outputs * sizeof *bias : 0);
	}
}

/* Epochs from..EPOCHS as they can be seen. */
static struct text go_on(struct trainer *trainer)
{
	struct text seen = { 0 };

	while (trainer_epoch(trainer) < EPOCHS) {
		cr_assert(trainer_run_epoch(trainer));
		append_epoch(&seen, trainer);
	}
	return seen;
}

static struct trainer *trained(const struct run_settings *settings, size_t epochs)
{
	struct trainer *trainer = make_trainer(settings);

	while (trainer_epoch(trainer) < epochs)
		cr_assert(trainer_run_epoch(trainer));
	return trainer;
}

static bool same(const struct text *a, const struct text *b)
{
	return a->length == b->length && memcmp(a->data, b->data, a->length) == 0;
}

static void expect_equal_state(struct trainer *trainer, const struct text *bytes, const char *what)
{
	char name[STATE_NAME_MAX + 2] = "";

	cr_expect(state_equals(trainer_visit_state, trainer, bytes->data, bytes->length, name), "%s: %s", what, name);
}

static void resume_from(const struct run_settings *settings, size_t stop, const char *what)
{
	struct trainer *whole = trained(settings, stop);
	struct trainer *resumed = make_trainer(settings);
	struct text bytes = save(whole);
	struct err err;

	cr_assert_eq(trainer_load_state(resumed, bytes.data, bytes.length, &err), ERR_OK, "%s", err.message);
	expect_equal_state(resumed, &bytes, what);
	struct text expected = go_on(whole), seen = go_on(resumed);
	cr_expect(same(&expected, &seen), "%s, stopped after epoch %zu", what, stop);
	text_done(&bytes);
	bytes = save(whole);
	expect_equal_state(resumed, &bytes, what);
	text_done(&bytes);
	text_done(&expected);
	text_done(&seen);
	trainer_free(whole);
	trainer_free(resumed);
}

/* Whether the settings are any. */
static bool can_train(const struct run_settings *settings)
{
	const struct recipe_subject subject = { dataset, split };
	struct recipe ignored_recipe;
	struct err ignored;

	return recipe_resolve(settings, &subject, &ignored_recipe, &ignored) == ERR_OK;
}

Test(resume, every_method, .init = set_up, .fini = tear_down)
{
	static const char *const models[] = { "model logreg", "model mlp hidden 12 dropout 0.3",
					      "model logreg precision single optimizer adam",
					      "model mlp hidden 12 precision double optimizer adam schedule cosine" };
	struct rng rng;
	size_t count = 0;

	rng_init(&rng, 1, RNG_SPLIT);
	for (size_t m = 0; method_name(m) != NULL; m++)
		for (size_t i = 0; i < ARRAY_LENGTH(models); i++) {
			struct run_settings settings = settings_of(models[i]);
			set(&settings, "method", method_name(m));
			if (method_at(m)->cosine.heads > 0)
				set(&settings, "classifier-heads", "1");
			if (!can_train(&settings))
				continue;
			char what[200];
			(void)snprintf(what, sizeof what, "%s, %s", method_name(m), models[i]);
			resume_from(&settings, rng_below(&rng, EPOCHS), what);
			count++;
		}
	cr_expect_gt(count, 100);
}

/* More than the methods have by themselves. In the second stages every epoch is tried. */
static const char *const compositions[] = {
	"method crt model mlp hidden 12 dropout 0.2 second-stage-epochs 4",
	"method crt model mlp hidden 12 optimizer adam second-stage-epochs 4 schedule step step-epochs 2",
	"method lws optimizer adam second-stage-epochs 4",
	"method lws momentum 0.9 second-stage-epochs 4 schedule cosine warm-up-epochs 2",
	"method ldam-drw second-stage-epochs 4 momentum 0.9 nesterov yes",
	"method difficulty second-stage drw second-stage-epochs 3",
	"method difficulty adjustment post-hoc",
	"method difficulty adjustment tau-norm difficulty per-epoch",
	"method difficulty apply weight adjustment temperature temperature 2",
	"method difficulty apply systematic precision single",
	"method self-paced adjustment post-hoc",
	"method class-aware loss ghm model mlp hidden 12 dropout 0.2",
	"method base second-stage crt model mlp hidden 8,6 adjustment tau-norm second-stage-epochs 4",
	"method tde classifier-heads 1 momentum 0.5",
	"method softmax-equalization lambda 0.2",
	"method base batch-size full optimizer adam",
};

Test(resume, every_epoch_of_compositions, .init = set_up, .fini = tear_down)
{
	for (size_t i = 0; i < ARRAY_LENGTH(compositions); i++) {
		struct run_settings settings = settings_of(compositions[i]);
		cr_assert(can_train(&settings), "%s", compositions[i]);
		for (size_t stop = 0; stop < EPOCHS; stop++)
			resume_from(&settings, stop, compositions[i]);
	}
}

Test(resume, every_optimiser_and_schedule, .init = set_up, .fini = tear_down)
{
	for (size_t o = 0; optimizer_name(o) != NULL; o++)
		for (size_t s = 0; schedule_name(s) != NULL; s++)
			for (size_t p = 0; network_precision_name(p) != NULL; p++) {
				struct run_settings settings = settings_of("");
				set(&settings, "optimizer", optimizer_name(o));
				set(&settings, "schedule", schedule_name(s));
				set(&settings, "precision", network_precision_name(p));
				if (strcmp(optimizer_name(o), "sgd") == 0)
					set(&settings, "momentum", "0.9");
				resume_from(&settings, 3, optimizer_name(o));
			}
}

/* Where the entries of a state lie in its bytes, found by a visitor of its own. */
struct places {
	struct state_visitor visitor;
	size_t count, at;
	char name[ENTRIES_MAX][STATE_NAME_MAX + 2];
	size_t start[ENTRIES_MAX + 1];
};

static void find_place(struct state_visitor *visitor, const struct state_entry *entry)
{
	struct places *places = (struct places *)visitor;
	bool is_narrow = entry->type == STATE_UINT32 || entry->type == STATE_FLOAT;
	char *name = places->name[places->count];
	int length = snprintf(name, STATE_NAME_MAX + 2, "%s.%s", entry->part, entry->name);

	cr_assert_lt(places->count, ENTRIES_MAX);
	places->start[places->count++] = places->at;
	places->at += 1 + (size_t)length + 1 + 8 + entry->count * (is_narrow ? 4 : 8);
	places->start[places->count] = places->at;
}

/* Whether a run goes on otherwise when entry i is that of a new trainer: as if it had been left out. */
static bool matters(const struct run_settings *settings, const struct text *bytes, const struct text *expected,
		    const struct places *places, size_t i)
{
	struct trainer *resumed = make_trainer(settings);
	struct text fresh = save(resumed), spliced = { 0 }, seen = { 0 };
	struct err err;
	size_t start = places->start[i];
	bool is_other = true;

	append(&spliced, bytes->data, bytes->length);
	memcpy(spliced.data + start, fresh.data + start, places->start[i + 1] - start);
	if (trainer_load_state(resumed, spliced.data, spliced.length, &err) == ERR_OK) {
		seen = go_on(resumed);
		is_other = !same(&seen, expected);
	}
	text_done(&fresh);
	text_done(&spliced);
	text_done(&seen);
	trainer_free(resumed);
	return is_other;
}

/* Of the predictions that only the weights go by nobody asks for the dynamics, and the generator of initial weights is
 * used but once after a trainer is made. */
static bool may_be_idle(const char *name)
{
	return strcmp(name, "initial_weights.generator") == 0 ||
	       (strncmp(name, "unadjusted.", 11) == 0 && strcmp(name, "unadjusted.difficulty") != 0);
}

Test(resume, every_entry_of_the_list_matters, .init = set_up, .fini = tear_down)
{
	char needed[2 * ENTRIES_MAX][STATE_NAME_MAX + 2];
	bool is_needed[2 * ENTRIES_MAX] = { false };
	size_t known = 0;

	/* Before the second stages and in them. */
	for (size_t c = 0; c < 2 * ARRAY_LENGTH(compositions); c++) {
		struct run_settings settings = settings_of(compositions[c / 2]);
		struct places places = { .visitor.visit = find_place, .at = strlen("hardrow state 1\n") };
		size_t stop = c % 2 == 0 ? 3 : 6;
		struct trainer *whole = trained(&settings, stop);
		struct text bytes = save(whole);
		trainer_visit_state(whole, &places.visitor);
		cr_assert_eq(places.at, bytes.length);
		struct text expected = go_on(whole);
		for (size_t i = 0; i < places.count; i++) {
			size_t at = 0;
			while (at < known && strcmp(needed[at], places.name[i]) != 0)
				at++;
			if (at == known)
				(void)snprintf(needed[known++], sizeof needed[0], "%s", places.name[i]);
			if (!is_needed[at])
				is_needed[at] = matters(&settings, &bytes, &expected, &places, i);
		}
		text_done(&bytes);
		text_done(&expected);
		trainer_free(whole);
	}
	for (size_t at = 0; at < known; at++)
		cr_expect(is_needed[at] || may_be_idle(needed[at]), "%s could be left out", needed[at]);
}

/* Cut anywhere, and with bytes changed: refused, or loaded and trained on, never a crash. */
Test(resume, bytes_may_hold_anything, .init = set_up, .fini = tear_down)
{
	struct run_settings settings = settings_of("method class-aware");
	struct trainer *trainer = trained(&settings, 5);
	struct text bytes = save(trainer);
	struct rng rng;
	struct err err;

	rng_init(&rng, 2, RNG_SPLIT);
	for (int i = 0; i < 300; i++) {
		struct trainer *resumed = make_trainer(&settings);
		size_t length = rng_below(&rng, (uint32_t)bytes.length);
		cr_expect_eq(trainer_load_state(resumed, bytes.data, length, &err), ERR_INPUT, "%zu", length);
		trainer_free(resumed);
	}
	for (int i = 0; i < 300; i++) {
		struct trainer *resumed = make_trainer(&settings);
		struct text changed = { 0 };
		append(&changed, bytes.data, bytes.length);
		for (int j = 0; j < 4; j++)
			changed.data[rng_below(&rng, (uint32_t)bytes.length)] = (char)rng_next(&rng);
		if (trainer_load_state(resumed, changed.data, changed.length, &err) == ERR_OK)
			while (trainer_epoch(resumed) < EPOCHS)
				(void)trainer_run_epoch(resumed);
		text_done(&changed);
		trainer_free(resumed);
	}
	append(&bytes, "x", 1);
	struct trainer *resumed = make_trainer(&settings);
	cr_expect_eq(trainer_load_state(resumed, bytes.data, bytes.length, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.message, "'end' does not fit"), "%s", err.message);
	trainer_free(resumed);
	text_done(&bytes);
	trainer_free(trainer);
}

/* The state of another method, model or precision has other entries. */
Test(resume, a_state_of_another_kind_is_refused, .init = set_up, .fini = tear_down)
{
	struct run_settings settings = settings_of("");
	static const struct {
		const char *settings, *entry;
	} others[] = {
		{ "model mlp hidden 4", "network.parameters" },
		{ "precision single", "network.parameters" },
		{ "optimizer adam", "optimizer.moment_2" },
		{ "method ghm", "loss.memory" },
		{ "epochs 2", "trainer.epoch" },
	};
	struct trainer *trainer = trained(&settings, 5);
	struct text bytes = save(trainer);

	for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
		struct run_settings other = settings_of(others[i].settings);
		struct trainer *resumed = make_trainer(&other);
		struct err err = { 0 };
		cr_expect_eq(trainer_load_state(resumed, bytes.data, bytes.length, &err), ERR_INPUT);
		cr_expect_not_null(strstr(err.message, others[i].entry), "%s", err.message);
		trainer_free(resumed);
	}
	text_done(&bytes);
	trainer_free(trainer);
}

/* 8 epochs and then on to 12 are 12 epochs, where that is allowed. */
Test(resume, a_longer_run, .init = set_up, .fini = tear_down)
{
	static const struct {
		const char *settings;
		bool is_refused;
	} cases[] = {
		{ "method difficulty optimizer adam", false },
		{ "method class-aware schedule step step-epochs 3", false },
		{ "method base schedule cosine", true },
		{ "method drw", true },
		{ "method progressive", true },
		{ "method self-paced", true },
		{ "method post-hoc tune-folds 3", true },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct run_settings settings = settings_of(cases[i].settings), longer = settings;
		struct err err = { 0 };
		enum err_code code = recipe_check_extension(recipe_of(&settings), 12, &err);
		cr_expect_eq(code, cases[i].is_refused ? ERR_INPUT : ERR_OK, "%s: %s", cases[i].settings, err.message);
		cr_expect_eq(recipe_check_extension(recipe_of(&settings), EPOCHS, &err), ERR_INPUT);
		if (cases[i].is_refused)
			continue;
		longer.training.epochs = 12;
		struct trainer *first = trained(&settings, EPOCHS), *whole = trained(&longer, 12);
		struct trainer *second = make_trainer(&longer);
		struct text bytes = save(first), expected = save(whole);
		cr_assert_eq(trainer_load_state(second, bytes.data, bytes.length, &err), ERR_OK, "%s", err.message);
		while (trainer_epoch(second) < 12)
			cr_assert(trainer_run_epoch(second));
		expect_equal_state(second, &expected, cases[i].settings);
		text_done(&bytes);
		text_done(&expected);
		trainer_free(first);
		trainer_free(whole);
		trainer_free(second);
	}
}
