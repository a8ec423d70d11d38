/* Private to app: the settings of a sweep file beyond [settings]. */
#ifndef HARDROW_APP_SWEEP_SETTINGS_H
#define HARDROW_APP_SWEEP_SETTINGS_H

#include "app/sweep.h"

/* A copy of `text` that lives as long as the sweep. */
MUST_CHECK enum err_code sweep_keep(struct sweep *sweep, const char *text, const char **ret_text, struct err *err);

/* ERR_INPUT: there is no such setting. */
MUST_CHECK enum err_code sweep_find_setting(const char *name, const struct option_spec **ret_spec, struct err *err);

/* Adds a setting of one method or model; what all runs of a data set share is refused. After the last one
 * sweep_sort_overrides(). */
MUST_CHECK enum err_code sweep_override(struct sweep *sweep, const char *owner, const char *name, const char *value,
					struct err *err);
void sweep_sort_overrides(struct sweep *sweep);

/* Whether the method or model has settings of its own. */
bool sweep_has_settings(const struct sweep *sweep, const char *owner);

/* Index of a method or model, -1 if it is none. */
int sweep_method_of_name(const char *name);
int sweep_model_of_name(const char *name);

#endif
