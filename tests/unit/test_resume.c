/* train: a run that was stopped and taken up again is, byte for byte, the one that never stopped. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "resumed.h"

/* Those of all methods that the models can have; their number. */
static size_t try_methods(const char *const *models, size_t model_count)
{
	struct rng rng;
	size_t count = 0;

	rng_init(&rng, 1, RNG_SPLIT);
	for (size_t m = 0; method_name(m) != NULL; m++)
		for (size_t i = 0; i < model_count; i++) {
			struct run_settings settings = resumed_settings(models[i]);
			resumed_set(&settings, "method", method_name(m));
			if (method_at(m)->cosine.heads > 0)
				resumed_set(&settings, "classifier-heads", "1");
			if (!resumed_can_train(&settings))
				continue;
			char what[200];
			(void)snprintf(what, sizeof what, "%s, %s", method_name(m), models[i]);
			resumed_try(&settings, rng_below(&rng, EPOCHS), what);
			count++;
		}
	return count;
}

Test(resume, every_method, .init = resumed_set_up, .fini = resumed_tear_down)
{
	static const char *const models[] = { "model logreg", "model mlp hidden 12 dropout 0.3",
					      "model logreg precision single optimizer adam",
					      "model mlp hidden 12 precision double optimizer adam schedule cosine" };

	cr_expect_gt(try_methods(models, ARRAY_LENGTH(models)), 100);
}

Test(resume, every_method_of_a_regression, .init = resumed_set_up_regression, .fini = resumed_tear_down)
{
	static const char *const models[] = { "task regression model logreg learning-rate 0.001",
					      "task regression model mlp hidden 12 dropout 0.3 learning-rate 0.001",
					      "task regression model mlp hidden 12 optimizer adam target-scale none" };

	cr_expect_gt(try_methods(models, ARRAY_LENGTH(models)), 30);
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
	"method self-paced-learning pace-soft yes first-epochs 2 adjustment post-hoc",
	"method curriculum first-epochs 2 pace-epochs 1 pace-growth 1.5 pace-start 0.2",
	"method class-aware loss ghm model mlp hidden 12 dropout 0.2",
	"method bbn model mlp hidden 8,6,4 branch-layers 2 branch-mix beta dropout 0.2 precision double",
	"method meta-reweight model mlp hidden 12 dropout 0.2 batch-size 8 sampler class-aware",
	"method meta-weight-net model mlp hidden 12 dropout 0.2 batch-size 8 meta-rate 0.05",
	"method base second-stage crt model mlp hidden 8,6 adjustment tau-norm second-stage-epochs 4",
	"method tde classifier-heads 1 momentum 0.5",
	"method softmax-equalization lambda 0.2",
	"method base batch-size full optimizer adam",
	"method base batch-size full optimizer lbfgs weight-decay 0.01",
	"method difficulty apply weight batch-size full optimizer lbfgs",
	"method drw second-stage-epochs 4 model mlp hidden 12 batch-size full optimizer lbfgs",
	"method ldam batch-size full optimizer lbfgs",
};
static const char *const regressions[] = {
	"task regression method crt model mlp hidden 12 dropout 0.2 second-stage-epochs 4 learning-rate 0.01",
	"task regression method difficulty learning-rate 0.01",
	"task regression method difficulty apply weight difficulty per-epoch learning-rate 0.01 optimizer adam",
	"task regression method class-aware loss l1 learning-rate 0.01",
	"task regression method rrt model mlp hidden 12 second-stage-epochs 4 batch-size full optimizer lbfgs",
	"task regression method fds model mlp hidden 12 batch-size full optimizer lbfgs",
};

static void try_compositions(const char *const *texts, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct run_settings settings = resumed_settings(texts[i]);
		cr_assert(resumed_can_train(&settings), "%s", texts[i]);
		for (size_t stop = 0; stop < EPOCHS; stop++)
			resumed_try(&settings, stop, texts[i]);
	}
}

Test(resume, every_epoch_of_compositions, .init = resumed_set_up, .fini = resumed_tear_down)
{
	try_compositions(compositions, ARRAY_LENGTH(compositions));
}

Test(resume, every_epoch_of_regressions, .init = resumed_set_up_regression, .fini = resumed_tear_down)
{
	try_compositions(regressions, ARRAY_LENGTH(regressions));
}

Test(resume, every_optimiser_and_schedule, .init = resumed_set_up, .fini = resumed_tear_down)
{
	for (size_t o = 0; optimizer_name(o) != NULL; o++)
		for (size_t s = 0; schedule_name(s) != NULL; s++)
			for (size_t p = 0; network_precision_name(p) != NULL; p++) {
				struct run_settings settings = resumed_settings("");
				resumed_set(&settings, "optimizer", optimizer_name(o));
				resumed_set(&settings, "schedule", schedule_name(s));
				resumed_set(&settings, "precision", network_precision_name(p));
				if (strcmp(optimizer_name(o), "sgd") == 0)
					resumed_set(&settings, "momentum", "0.9");
				if (!resumed_can_train(&settings))
					continue;
				resumed_try(&settings, 3, optimizer_name(o));
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
	struct trainer *resumed = resumed_trainer(settings);
	struct text fresh = resumed_save(resumed), spliced = { 0 }, seen = { 0 };
	struct err err;
	size_t start = places->start[i];
	bool is_other = true;

	resumed_append(&spliced, bytes->data, bytes->length);
	memcpy(spliced.data + start, fresh.data + start, places->start[i + 1] - start);
	if (trainer_load_state(resumed, spliced.data, spliced.length, &err) == ERR_OK) {
		seen = resumed_go_on(resumed);
		is_other = !resumed_same(&seen, expected);
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

/* `elsewhere`: entries that the others need. */
static void leave_out_entries(const char *const *texts, size_t count, const char *elsewhere)
{
	char needed[2 * ENTRIES_MAX][STATE_NAME_MAX + 2];
	bool is_needed[2 * ENTRIES_MAX] = { false };
	size_t known = 0;

	/* Before the second stages and in them. */
	for (size_t c = 0; c < 2 * count; c++) {
		struct run_settings settings = resumed_settings(texts[c / 2]);
		struct places places = { .visitor.visit = find_place, .at = strlen("hardrow state 1\n") };
		size_t stop = c % 2 == 0 ? 3 : 6;
		struct trainer *whole = resumed_trained(&settings, stop);
		struct text bytes = resumed_save(whole);
		trainer_visit_state(whole, &places.visitor);
		cr_assert_eq(places.at, bytes.length);
		struct text expected = resumed_go_on(whole);
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
		cr_expect(is_needed[at] || may_be_idle(needed[at]) || strstr(elsewhere, needed[at]) != NULL,
			  "%s could be left out", needed[at]);
}

Test(resume, every_entry_of_the_list_matters, .init = resumed_set_up, .fini = resumed_tear_down)
{
	leave_out_entries(compositions, ARRAY_LENGTH(compositions), "");
}

Test(resume, every_entry_of_a_regression_matters, .init = resumed_set_up_regression, .fini = resumed_tear_down)
{
	leave_out_entries(regressions, ARRAY_LENGTH(regressions), "features.mean_feature loss.generator loss.memory");
}

/* Cut anywhere, and with bytes changed: refused, or loaded and trained on, never a crash. */
static void change_bytes(const char *text)
{
	struct run_settings settings = resumed_settings(text);
	struct trainer *trainer = resumed_trained(&settings, 5);
	struct text bytes = resumed_save(trainer);
	struct rng rng;
	struct err err;

	rng_init(&rng, 2, RNG_SPLIT);
	for (int i = 0; i < 300; i++) {
		struct trainer *resumed = resumed_trainer(&settings);
		size_t length = rng_below(&rng, (uint32_t)bytes.length);
		cr_expect_eq(trainer_load_state(resumed, bytes.data, length, &err), ERR_INPUT, "%zu", length);
		trainer_free(resumed);
	}
	for (int i = 0; i < 300; i++) {
		struct trainer *resumed = resumed_trainer(&settings);
		struct text changed = { 0 };
		resumed_append(&changed, bytes.data, bytes.length);
		for (int j = 0; j < 4; j++)
			changed.data[rng_below(&rng, (uint32_t)bytes.length)] = (char)rng_next(&rng);
		if (trainer_load_state(resumed, changed.data, changed.length, &err) == ERR_OK)
			while (trainer_epoch(resumed) < EPOCHS)
				(void)trainer_run_epoch(resumed);
		text_done(&changed);
		trainer_free(resumed);
	}
	resumed_append(&bytes, "x", 1);
	struct trainer *resumed = resumed_trainer(&settings);
	cr_expect_eq(trainer_load_state(resumed, bytes.data, bytes.length, &err), ERR_INPUT);
	cr_expect_not_null(strstr(err.message, "'end' does not fit"), "%s", err.message);
	trainer_free(resumed);
	text_done(&bytes);
	trainer_free(trainer);
}

Test(resume, bytes_may_hold_anything, .init = resumed_set_up, .fini = resumed_tear_down)
{
	change_bytes("method class-aware");
}

Test(resume, bytes_of_a_regression_may_hold_anything, .init = resumed_set_up_regression, .fini = resumed_tear_down)
{
	change_bytes("task regression method difficulty");
}

/* The state of another method, model or precision has other entries. */
Test(resume, a_state_of_another_kind_is_refused, .init = resumed_set_up, .fini = resumed_tear_down)
{
	struct run_settings settings = resumed_settings("");
	static const struct {
		const char *settings, *entry;
	} others[] = {
		{ "model mlp hidden 4", "network.parameters" },
		{ "precision single", "network.parameters" },
		{ "optimizer adam", "optimizer.moment_2" },
		{ "method ghm", "loss.memory" },
		{ "epochs 2", "trainer.epoch" },
	};
	struct trainer *trainer = resumed_trained(&settings, 5);
	struct text bytes = resumed_save(trainer);

	for (size_t i = 0; i < ARRAY_LENGTH(others); i++) {
		struct run_settings other = resumed_settings(others[i].settings);
		struct trainer *resumed = resumed_trainer(&other);
		struct err err = { 0 };
		cr_expect_eq(trainer_load_state(resumed, bytes.data, bytes.length, &err), ERR_INPUT);
		cr_expect_not_null(strstr(err.message, others[i].entry), "%s", err.message);
		trainer_free(resumed);
	}
	text_done(&bytes);
	trainer_free(trainer);
}

/* 8 epochs and then on to 12 are 12 epochs, where that is allowed. */
Test(resume, a_longer_run, .init = resumed_set_up, .fini = resumed_tear_down)
{
	static const struct {
		const char *settings;
		bool is_refused;
	} cases[] = {
		{ "method difficulty optimizer adam", false },
		{ "method class-aware schedule step step-epochs 3", false },
		{ "method curriculum first-epochs 2", false },
		{ "method base schedule cosine", true },
		{ "method drw", true },
		{ "method progressive", true },
		{ "method self-paced", true },
		{ "method post-hoc tune-folds 3", true },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct run_settings settings = resumed_settings(cases[i].settings), longer = settings;
		struct err err = { 0 };
		enum err_code code = recipe_check_extension(resumed_recipe(&settings), 12, &err);
		cr_expect_eq(code, cases[i].is_refused ? ERR_INPUT : ERR_OK, "%s: %s", cases[i].settings, err.message);
		cr_expect_eq(recipe_check_extension(resumed_recipe(&settings), EPOCHS, &err), ERR_INPUT);
		if (cases[i].is_refused)
			continue;
		longer.training.epochs = 12;
		struct trainer *first = resumed_trained(&settings, EPOCHS), *whole = resumed_trained(&longer, 12);
		struct trainer *second = resumed_trainer(&longer);
		struct text bytes = resumed_save(first), expected = resumed_save(whole);
		cr_assert_eq(trainer_load_state(second, bytes.data, bytes.length, &err), ERR_OK, "%s", err.message);
		while (trainer_epoch(second) < 12)
			cr_assert(trainer_run_epoch(second));
		resumed_expect_equal(second, &expected, cases[i].settings);
		text_done(&bytes);
		text_done(&expected);
		trainer_free(first);
		trainer_free(whole);
		trainer_free(second);
	}
}
