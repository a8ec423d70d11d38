/* Files that come with the program: data sets and experiments. */
#ifndef HARDROW_CLI_BUNDLED_H
#define HARDROW_CLI_BUNDLED_H

#include <stddef.h>

#include "base/err.h"

/* The folder `name`, "datasets" or "experiments", of what comes with hardrow, freed with free(): where the program was
 * moved to together with it, in the source tree above a build folder, or where it was installed. NULL: in none. */
MUST_CHECK enum err_code bundled_folder(const char *name, char **ret_folder, struct err *err);

/* Zero-initialised; owned. */
struct bundled_names {
	char **at;
	size_t count, capacity;
};

/* Adds the experiments by name, without ".ini", sorted; none if their folder is not here. */
MUST_CHECK enum err_code bundled_experiments(struct bundled_names *names, struct err *err);
void bundled_names_done(struct bundled_names *names);

/* The sweep file that `name` means, freed with free(): a file of that path or, if there is none, the experiment of that
 * name, with or without ".ini". ERR_INPUT: neither, with the nearest experiment or all of them. */
MUST_CHECK enum err_code bundled_find_sweep(const char *name, char **ret_path, struct err *err);

#endif
