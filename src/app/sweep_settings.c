#include "app/sweep_settings.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

enum err_code sweep_keep(struct sweep *sweep, const char *text, const char **ret_text, struct err *err)
{
	if (mem_more(&sweep->strings, sweep->string_count, &sweep->string_capacity, err) != ERR_OK ||
	    mem_copy_text(text, &sweep->strings[sweep->string_count], err) != ERR_OK)
		return err->code;
	*ret_text = sweep->strings[sweep->string_count++];
	return ERR_OK;
}

int sweep_method_of_name(const char *name)
{
	return option_index(name, method_name);
}

int sweep_model_of_name(const char *name)
{
	return option_index(name, model_name);
}

size_t sweep_model_count(const struct sweep *sweep)
{
	return sweep->models.count > 0 ? sweep->models.count : 1;
}

size_t sweep_split_count(const struct sweep *sweep)
{
	size_t folds = sweep->settings.data.folds;

	return sweep->splits * (folds > 0 ? folds : 1);
}

struct data_settings sweep_data_settings(const struct sweep *sweep, size_t s)
{
	struct data_settings data = sweep->settings.data;

	data.split_seed += data.folds > 0 ? s / data.folds : s;
	data.fold = data.folds > 0 ? s % data.folds : 0;
	return data;
}

/* Adds it if the value will do; the owner is borrowed. */
static enum err_code add_override(struct sweep *sweep, const struct sweep_override *override, struct err *err)
{
	struct run_settings scratch = sweep->settings;
	struct sweep_override kept = *override;

	if (sweep_keep(sweep, override->value, &kept.value, err) != ERR_OK ||
	    option_set(kept.spec, &scratch, kept.value, err) != ERR_OK ||
	    mem_more(&sweep->overrides, sweep->override_count, &sweep->override_capacity, err) != ERR_OK)
		return err->code;
	sweep->overrides[sweep->override_count++] = kept;
	return ERR_OK;
}

enum err_code sweep_find_setting(const char *name, const struct option_spec **ret_spec, struct err *err)
{
	const struct option_spec *spec = option_find(settings_specs, settings_spec_count, name);

	if (spec == NULL)
		return err_set(err, ERR_INPUT, "there is no setting '%s'; 'hardrow help train --all' lists them", name);
	if (strcmp(spec->name, "curriculum-run") == 0)
		return err_set(err, ERR_INPUT, "'%s' is for 'train': a sweep's runs are of several splits", name);
	*ret_spec = spec;
	return ERR_OK;
}

enum err_code sweep_override(struct sweep *sweep, const char *owner, const char *name, const char *value,
			     struct err *err)
{
	struct sweep_override override = { .owner = owner, .value = value };

	if (sweep_find_setting(name, &override.spec, err) != ERR_OK)
		return err->code;
	size_t data = offsetof(struct run_settings, data);
	if (override.spec->offset >= data && override.spec->offset < data + sizeof(struct data_settings))
		return err_set(err, ERR_INPUT, "'%s' belongs into [settings]: all methods share data and splits", name);
	return add_override(sweep, &override, err);
}

enum err_code sweep_set(struct sweep *sweep, const char *assignment, struct err *err)
{
	AUTO(mem_freep) char *name = NULL;
	struct sweep_override override = { 0 };

	if (mem_copy_text(assignment, &name, err) != ERR_OK)
		return err->code;
	char *value = strchr(name, '=');
	if (value == NULL)
		return err_set(err, ERR_USAGE, "'%s' will not do: set takes KEY=VALUE, as epochs=10", assignment);
	*value = '\0';
	override.value = value + 1;
	if (sweep_find_setting(name, &override.spec, err) != ERR_OK || add_override(sweep, &override, err) != ERR_OK)
		return err->code;
	/* What concerns the data is read from there. */
	return option_set(override.spec, &sweep->settings, sweep->overrides[sweep->override_count - 1].value, err);
}

static int compare_owners(const void *left, const void *right)
{
	uintptr_t a = (uintptr_t)((const struct sweep_override *)left)->owner;
	uintptr_t b = (uintptr_t)((const struct sweep_override *)right)->owner;

	return (a > b) - (a < b);
}

/* The order of an owner's does not matter: each has its key once. */
void sweep_sort_overrides(struct sweep *sweep)
{
	sweep->own_count = sweep->override_count;
	if (sweep->own_count > 0)
		qsort(sweep->overrides, sweep->own_count, sizeof *sweep->overrides, compare_owners);
}

/* Where the overrides of an owner begin and end; those for all are behind the others. */
static void find_overrides(const struct sweep *sweep, const char *owner, size_t *ret_begin, size_t *ret_end)
{
	const struct sweep_override key = { .owner = owner };
	size_t low = owner != NULL ? 0 : sweep->own_count;
	size_t high = owner != NULL ? sweep->own_count : sweep->override_count;

	while (owner != NULL && low < high) {
		size_t middle = low + (high - low) / 2;
		if (compare_owners(&sweep->overrides[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*ret_begin = low;
	while (low < sweep->override_count && sweep->overrides[low].owner == owner)
		low++;
	*ret_end = low;
}

bool sweep_has_settings(const struct sweep *sweep, const char *owner)
{
	size_t begin, end;

	find_overrides(sweep, owner, &begin, &end);
	return begin < end;
}

static enum err_code apply(const struct sweep *sweep, const char *owner, struct run_settings *settings, struct err *err)
{
	size_t i, end;

	for (find_overrides(sweep, owner, &i, &end); i < end; i++)
		if (option_set(sweep->overrides[i].spec, settings, sweep->overrides[i].value, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

/* Whether method, model (NULL: that of [settings]) and their settings go together, as far as can be said without a data
 * set. What stands in [settings] may be for some of the methods only. */
static enum err_code check(const struct sweep *sweep, const char *model, const char *method,
			   const struct run_settings *settings, struct err *err)
{
	struct recipe recipe;
	size_t i, end;

	if (model != NULL && settings->model != sweep_model_of_name(model))
		return err_set(err, ERR_INPUT, "'model' does not go with a list of models in [sweep]");
	if (recipe_resolve_parts(settings, &recipe, err) != ERR_OK)
		return err->code;
	for (find_overrides(sweep, method, &i, &end); i < end; i++)
		if (recipe_check_use(&recipe, settings, sweep->overrides[i].spec, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

static enum err_code compose(const struct sweep *sweep, const char *model, const char *method,
			     struct run_settings *ret_settings, struct err *err)
{
	struct run_settings settings = sweep->settings;
	int known = sweep_method_of_name(method);

	if (model != NULL) {
		settings.model = sweep_model_of_name(model);
		if (apply(sweep, model, &settings, err) != ERR_OK)
			return err->code;
	}
	/* One of its own name starts as the method of [settings]. */
	if (known >= 0)
		settings.method = known;
	if (apply(sweep, method, &settings, err) != ERR_OK || apply(sweep, NULL, &settings, err) != ERR_OK ||
	    check(sweep, model, method, &settings, err) != ERR_OK)
		return model == NULL ? err_prefix(err, "method %s", method)
				     : err_prefix(err, "method %s, model %s", method, model);
	*ret_settings = settings;
	return ERR_OK;
}

/* Whether one of `count` pairs, each `step` behind the one before, goes together; else why the last does not. */
static enum err_code check_match(const struct sweep_pair *pairs, size_t count, size_t step, struct err *err)
{
	const char *mismatch = NULL;

	for (size_t i = 0; i < count; i++) {
		mismatch = pairs[i * step].mismatch;
		if (mismatch == NULL)
			return ERR_OK;
	}
	return err_set(err, ERR_INPUT, "%s", mismatch);
}

static enum err_code compose_all(const struct sweep *sweep, struct sweep_pair *pairs, struct err *err)
{
	size_t models = sweep_model_count(sweep), methods = sweep->methods.count;

	for (size_t i = 0; i < models * methods; i++) {
		const char *model = sweep->models.count > 0 ? sweep->models.at[i / methods] : NULL;
		const char *method = sweep->methods.at[i % methods];
		if (compose(sweep, model, method, &pairs[i].settings, err) != ERR_OK &&
		    mem_copy_text(err->message, &pairs[i].mismatch, err) != ERR_OK)
			return err->code;
	}
	for (size_t m = 0; m < methods; m++)
		if (check_match(&pairs[m], models, methods, err) != ERR_OK)
			return err->code;
	for (size_t i = 0; i < models; i++)
		if (check_match(&pairs[i * methods], methods, 1, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

enum err_code sweep_compose(const struct sweep *sweep, struct sweep_pair **ret_pairs, struct err *err)
{
	struct sweep_pair *pairs = NULL;

	if (sweep->settings.data.fold > 0)
		return err_set(err, ERR_INPUT, "fold %zu will not do: a sweep trains all folds",
			       sweep->settings.data.fold);
	if (mem_new(&pairs, sweep_model_count(sweep) * sweep->methods.count, err) != ERR_OK)
		return err->code;
	if (compose_all(sweep, pairs, err) != ERR_OK) {
		sweep_free_pairs(sweep, pairs);
		return err->code;
	}
	*ret_pairs = pairs;
	return ERR_OK;
}

void sweep_free_pairs(const struct sweep *sweep, struct sweep_pair *pairs)
{
	for (size_t i = 0; pairs != NULL && i < sweep_model_count(sweep) * sweep->methods.count; i++)
		free(pairs[i].mismatch);
	free(pairs);
}
