/* train/diagnosis.h: for each cause what is said, and that doing so helps. */
#include <criterion/criterion.h>
#include <string.h>

#include "base/mem.h"
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

Test(diagnosis, the_remedy_is_that_of_the_cause)
{
	static const struct {
		const char *method, *model;
		struct option options[OPTIONS_MAX];
		const char *said; /* "": nothing is wrong */
		struct option remedy;
	} cases[] = {
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

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++) {
		struct scene scene;
		char line[256];
		scene_init(&scene, cases[i].method, cases[i].model);
		train(&scene, cases[i].options, line, sizeof line);
		cr_expect(cases[i].said[0] == '\0' ? line[0] == '\0' : strstr(line, cases[i].said) != NULL,
			  "%s, %s: '%s', not '%s'", cases[i].method, cases[i].options[0].name, line, cases[i].said);
		if (cases[i].remedy.name != NULL) {
			const struct option followed[OPTIONS_MAX] = { cases[i].remedy };
			trainer_free(take_ptr(&scene.trainer));
			train(&scene, followed, line, sizeof line);
			cr_expect_str_eq(line, "", "%s %s: still '%s'", cases[i].remedy.name, cases[i].remedy.value,
					 line);
		}
		scene_done(&scene);
	}
}
