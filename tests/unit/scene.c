#include "scene.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"

void scene_set(struct scene *scene, const char *name, const char *value)
{
	struct err err;
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);

	cr_assert_eq(option_set(spec, &scene->settings, value, &err), ERR_OK, "%s", err.message);
}

void scene_init(struct scene *scene, const char *method, const char *model)
{
	char *path = NULL;
	struct err err;

	*scene = (struct scene){ 0 };
	cr_assert_eq(file_join(getenv("HARDROW_SOURCE"), "datasets/glass.csv", &path, &err), ERR_OK);
	cr_assert_eq(dataset_read(path, &(struct reading){ 0 }, &scene->dataset, &err), ERR_OK, "%s", err.message);
	free(path);
	cr_assert_eq(split_create(scene->dataset, .2, true, 0, &scene->split, &err), ERR_OK);
	option_reset(settings_specs, settings_spec_count, &scene->settings);
	scene_set(scene, "scale", "standard");
	scene_set(scene, "method", method);
	struct method made;
	if (!method_in_task(method_at((size_t)scene->settings.method), TASK_CLASSIFICATION, &made))
		scene_set(scene, "task", "regression");
	scene_set(scene, "model", model);
	scene_set(scene, "epochs", "20");
	if (strcmp(model, "mlp") == 0)
		scene_set(scene, "hidden", "5");
}

/* For a method that goes by one. */
static void take_meta(struct scene *scene)
{
	struct split *less = NULL;
	struct err err;

	cr_assert_eq(split_take_meta(scene->split, scene->dataset, 3, 0, &less, &err), ERR_OK, "%s", err.message);
	split_free(scene->split);
	scene->split = less;
}

void scene_resolve(struct scene *scene)
{
	struct err err;

	if (method_at((size_t)scene->settings.method)->loss->uses_meta_set && scene->split->meta_count == 0)
		take_meta(scene);
	const struct recipe_subject subject = { .dataset = scene->dataset, .split = scene->split };
	/* Some tests freeze what is trained, which nobody else may. */
	cr_assert_eq(recipe_restore(&scene->settings, &subject, &scene->recipe, &err), ERR_OK, "%s", err.message);
}

void scene_train(struct scene *scene, size_t epochs)
{
	struct err err;

	if (scene->trainer == NULL) {
		scene_resolve(scene);
		cr_assert_eq(trainer_create(scene->dataset, scene->split, &scene->recipe, &scene->trainer, &err),
			     ERR_OK, "%s", err.message);
	}
	for (size_t epoch = 0; epoch < epochs; epoch++)
		cr_assert(trainer_run_epoch(scene->trainer));
}

void scene_done(struct scene *scene)
{
	trainer_free(scene->trainer);
	split_free(scene->split);
	dataset_free(scene->dataset);
}
