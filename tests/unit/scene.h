/* What the tests of late stages and of tuning share: a training run on glass. */
#ifndef HARDROW_TESTS_SCENE_H
#define HARDROW_TESTS_SCENE_H

#include "train/trainer.h"

#define CLASSES 6
#define FEATURES 9
#define HIDDEN 5

/* Glass, which is long-tailed, with a stratified split. */
struct scene {
	struct dataset *dataset;
	struct split *split;
	struct run_settings settings;
	struct recipe recipe; /* what they come to, once resolved */
	struct trainer *trainer;
};

void scene_set(struct scene *scene, const char *name, const char *value);

/* Makes the recipe of the settings. */
void scene_resolve(struct scene *scene);

/* Standardised, 20 epochs; an mlp has one hidden layer of HIDDEN units. */
void scene_init(struct scene *scene, const char *method, const char *model);
void scene_done(struct scene *scene);

/* Runs some epochs more; the settings are read at the first. */
void scene_train(struct scene *scene, size_t epochs);

#endif
