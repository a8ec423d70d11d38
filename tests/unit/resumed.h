/* What the tests of states share: trainers on glass, stopped and taken up again. */
#ifndef HARDROW_TESTS_RESUMED_H
#define HARDROW_TESTS_RESUMED_H

#include <stdbool.h>

#include "base/text.h"
#include "train/trainer.h"

enum { EPOCHS = 8, ENTRIES_MAX = 64 };

/* Glass with its classes; with one of its features as the target, in 12 bins. */
void resumed_set_up(void);
void resumed_set_up_regression(void);
void resumed_tear_down(void);

void resumed_set(struct run_settings *settings, const char *name, const char *value);

/* "name value name value …" on top of small and fast settings, which borrow the text: four of them at once. */
struct run_settings resumed_settings(const char *text);

/* Four of them at once. */
const struct recipe *resumed_recipe(const struct run_settings *settings);

/* Whether the settings are any. */
bool resumed_can_train(const struct run_settings *settings);

/* A new trainer, one after some epochs, its state, and epochs from there to EPOCHS as they can be seen. */
struct trainer *resumed_trainer(const struct run_settings *settings);
struct trainer *resumed_trained(const struct run_settings *settings, size_t epochs);
struct text resumed_save(struct trainer *trainer);
struct text resumed_go_on(struct trainer *trainer);

void resumed_append(struct text *text, const void *values, size_t size);
bool resumed_same(const struct text *a, const struct text *b);
void resumed_expect_equal(struct trainer *trainer, const struct text *bytes, const char *what);

/* Stops after an epoch, takes up, and compares with who did not stop. */
void resumed_try(const struct run_settings *settings, size_t stop, const char *what);

#endif
