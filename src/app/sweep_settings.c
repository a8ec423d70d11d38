#include "app/sweep_settings.h"

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

/* Adds it if the value will do; `method` and `model` are borrowed. */
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
		return err_set(err, ERR_INPUT, "there is no setting '%s'; 'hardrow help train' lists them", name);
	*ret_spec = spec;
	return ERR_OK;
}

enum err_code sweep_override(struct sweep *sweep, const char *method, const char *model, const char *name,
			     const char *value, struct err *err)
{
	static const char *const shared[] = { "label",	    "missing",	 "test-fraction", "stratified",
					      "split-seed", "imbalance", "imbalance-max", "relabel" };
	struct sweep_override override = { .method = method, .model = model, .value = value };

	if (sweep_find_setting(name, &override.spec, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < ARRAY_LENGTH(shared); i++)
		if (strcmp(override.spec->name, shared[i]) == 0)
			return err_set(err, ERR_INPUT, "'%s' belongs into [settings]: all methods share one split",
				       name);
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

static enum err_code apply(const struct sweep *sweep, const char *method, const char *model,
			   struct run_settings *settings, struct err *err)
{
	for (size_t i = 0; i < sweep->override_count; i++) {
		const struct sweep_override *override = &sweep->overrides[i];
		if (override->method == method && override->model == model &&
		    option_set(override->spec, settings, override->value, err) != ERR_OK)
			return err->code;
	}
	return ERR_OK;
}

/* Whether method, model and their settings go together, as far as can be said without a data set. What stands in
 * [settings] may be for some of the methods only. */
static enum err_code check(const struct sweep *sweep, size_t model, const char *method,
			   const struct run_settings *settings, struct err *err)
{
	struct recipe recipe;

	if (sweep->models.count > 0 && settings->model != sweep_model_of_name(sweep->models.at[model]))
		return err_set(err, ERR_INPUT, "'model' does not go with a list of models in [sweep]");
	if (recipe_resolve_parts(settings, &recipe, err) != ERR_OK)
		return err->code;
	for (size_t i = 0; i < sweep->override_count; i++)
		if (sweep->overrides[i].method == method &&
		    recipe_check_use(&recipe, settings, sweep->overrides[i].spec, err) != ERR_OK)
			return err->code;
	return ERR_OK;
}

enum err_code sweep_compose(const struct sweep *sweep, size_t model, size_t method, struct run_settings *ret_settings,
			    struct err *err)
{
	struct run_settings settings = sweep->settings;
	const char *method_called = sweep->methods.at[method];
	const char *model_called = sweep->models.count > 0 ? sweep->models.at[model] : NULL;
	int known = sweep_method_of_name(method_called);

	if (model_called != NULL) {
		settings.model = sweep_model_of_name(model_called);
		if (apply(sweep, NULL, model_called, &settings, err) != ERR_OK)
			return err->code;
	}
	/* One of its own name starts as the method of [settings]. */
	if (known >= 0)
		settings.method = known;
	if (apply(sweep, method_called, NULL, &settings, err) != ERR_OK ||
	    apply(sweep, NULL, NULL, &settings, err) != ERR_OK ||
	    check(sweep, model, method_called, &settings, err) != ERR_OK)
		return model_called == NULL ? err_prefix(err, "method %s", method_called)
					    : err_prefix(err, "method %s, model %s", method_called, model_called);
	*ret_settings = settings;
	return ERR_OK;
}

enum err_code sweep_check_settings(const struct sweep *sweep, struct err *err)
{
	size_t models = sweep_model_count(sweep);
	struct run_settings settings;

	for (size_t m = 0; m < sweep->methods.count; m++) {
		size_t matches = 0;
		for (size_t i = 0; i < models; i++)
			matches += sweep_compose(sweep, i, m, &settings, err) == ERR_OK;
		if (matches == 0)
			return err->code;
	}
	for (size_t i = 0; i < models; i++) {
		size_t matches = 0;
		for (size_t m = 0; m < sweep->methods.count; m++)
			matches += sweep_compose(sweep, i, m, &settings, err) == ERR_OK;
		if (matches == 0)
			return err->code;
	}
	return ERR_OK;
}
