/* train/diagnosis.h: for each cause what is said, and that doing so helps. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "data/target_bins.h"
#include "scene.h"
#include "train/diagnosis.h"

#define OPTIONS_MAX 4

struct option {
	const char *name, *value;
};

static void train(struct scene *scene, const struct option *options, char *ret_line, size_t size)
{
	bool converges = true;

	for (size_t i = 0; i < OPTIONS_MAX && options[i].name != NULL; i++)
		scene_set(scene, options[i].name, options[i].value);
	scene_train(scene, 0);
	for (size_t epoch = 0; epoch < scene->settings.training.epochs && converges; epoch++)
		converges = trainer_run_epoch(scene->trainer);
	diagnose(scene->trainer, !converges, ret_line, size);
}

struct diagnosed {
	const char *method, *model;
	struct option options[OPTIONS_MAX];
	const char *said; /* "": nothing is wrong */
	struct option remedy;
};

/* Diabetes, a small data set with much noise, in place of glass. */
static void become_regression(struct scene *scene, double test_fraction)
{
	const struct reading reading = { .label = "progression", .has_target = true };
	struct err err;
	char path[4096];

	dataset_free(scene->dataset);
	split_free(scene->split);
	(void)snprintf(path, sizeof path, "%s/datasets/diabetes.csv", getenv("HARDROW_SOURCE"));
	cr_assert_eq(dataset_read(path, &reading, &scene->dataset, &err), ERR_OK, "%s", err.message);
	cr_assert_eq(dataset_bin_target(scene->dataset, "12", &err), ERR_OK, "%s", err.message);
	cr_assert_eq(split_create(scene->dataset, test_fraction, false, 0, &scene->split, &err), ERR_OK, "%s",
		     err.message);
	scene_set(scene, "task", "regression");
}

/* test_fraction: of a regression; 0: glass and its classes. */
static void expect_diagnosis(const struct diagnosed *known, double test_fraction)
{
	struct scene scene;
	char line[256];

	scene_init(&scene, known->method, known->model);
	if (test_fraction > 0)
		become_regression(&scene, test_fraction);
	train(&scene, known->options, line, sizeof line);
	cr_expect(known->said[0] == '\0' ? line[0] == '\0' : strstr(line, known->said) != NULL,
		  "%s, %s: '%s', not '%s'", known->method, known->options[0].name, line, known->said);
	if (known->remedy.name != NULL) {
		const struct option followed[OPTIONS_MAX] = { known->remedy };
		trainer_free(take_ptr(&scene.trainer));
		train(&scene, followed, line, sizeof line);
		cr_expect_str_eq(line, "", "%s %s: still '%s'", known->remedy.name, known->remedy.value, line);
	}
	scene_done(&scene);
}

Test(diagnosis, the_remedy_is_that_of_the_cause)
{
	static const struct diagnosed cases[] = {
		{ "base", "logreg", { { NULL, NULL } }, "", { NULL, NULL } },
		/* No better by accuracy and by loss, and meant so. */
		{ "class-balanced", "logreg", { { "beta", "0.999999" } }, "", { NULL, NULL } },
		{ "ldam-drw", "logreg", { { "scale", "none" } }, "", { NULL, NULL } },
		{ "base",
		  "logreg",
		  { { "scale", "none" } },
		  "guessing, 1.792: the features are large; try --scale standard",
		  { "scale", "standard" } },
		{ "difficulty", "logreg", { { "scale", "none" } }, "try --scale standard", { "scale", "standard" } },
		{ "base",
		  "logreg",
		  { { "scale", "none" }, { "learning-rate", "1e305" } },
		  "not finite at epoch 1: the features are large",
		  { NULL, NULL } },
		{ "base",
		  "logreg",
		  { { "learning-rate", "30" } },
		  "try a smaller --learning-rate",
		  { "learning-rate", "0.1" } },
		{ "base",
		  "logreg",
		  { { "learning-rate", "1e-4" }, { "epochs", "2" } },
		  "more --epochs or another --learning-rate",
		  { "epochs", "400" } },
		{ "base",
		  "logreg",
		  { { "weight-decay", "1000" }, { "epochs", "60" } },
		  "not finite at epoch 26: the weight decay is too large",
		  { "weight-decay", "0.01" } },
		{ "cost-sensitive",
		  "logreg",
		  { { "gamma", "1000" } },
		  "weights of a batch's losses sum to 0",
		  { "gamma", "1" } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		expect_diagnosis(&cases[i], 0);
}

Test(diagnosis, so_it_is_of_regressions)
{
	static const struct {
		double test_fraction;
		struct diagnosed known;
	} cases[] = {
		/* By itself, and biased on purpose. */
		{ .2, { "base", "logreg", { { NULL, NULL } }, "", { NULL, NULL } } },
		{ .2, { "base", "mlp", { { NULL, NULL } }, "", { NULL, NULL } } },
		{ .2, { "inverse", "logreg", { { NULL, NULL } }, "", { NULL, NULL } } },
		{ .2,
		  { "base",
		    "logreg",
		    { { "learning-rate", "0.1" }, { "epochs", "40" } },
		    "that of the mean target, 5918: the steps are too large; try a smaller --learning-rate",
		    { "learning-rate", "0.01" } } },
		{ .2,
		  { "base",
		    "logreg",
		    { { "learning-rate", "0.1" } },
		    "if its predictions lay closer together: the steps are too large; try a smaller --learning-rate",
		    { "learning-rate", "0.01" } } },
		{ .97,
		  { "base",
		    "logreg",
		    { { "epochs", "100" } },
		    "of the training part's mean target, 6470: it fits the training part alone; try a larger "
		    "--weight-decay",
		    { "weight-decay", "1" } } },
		{ .2,
		  { "base",
		    "mlp",
		    { { "hidden", "64" }, { "learning-rate", "1e-5" }, { "epochs", "5" } },
		    "more --epochs or another --learning-rate",
		    { "learning-rate", "0.01" } } },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		expect_diagnosis(&cases[i].known, cases[i].test_fraction);
}
