/* One training run, as `hardrow train` does it. */
#ifndef HARDROW_APP_TRIAL_H
#define HARDROW_APP_TRIAL_H

#include "app/runner.h"
#include "base/err.h"
#include "data/catalogue.h"
#include "train/settings.h"

struct trial {
	const char *data; /* catalogue name or path */
	struct data_path path;
	struct run_settings settings;
	const char *database;
};

/* Reads the data and checks the settings before the database is opened: bad input leaves no trace. A diverged run is
 * not an error. */
MUST_CHECK enum err_code trial_run(const struct trial *trial, const struct track_environment *environment,
				   const struct runner_watch *watch, struct runner_progress *ret_progress,
				   struct err *err);

#endif
