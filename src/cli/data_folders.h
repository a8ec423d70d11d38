/* Where data sets are looked for. */
#ifndef HARDROW_CLI_DATA_FOLDERS_H
#define HARDROW_CLI_DATA_FOLDERS_H

#include "base/err.h"
#include "base/option.h"
#include "data/catalogue.h"

#define DATA_FOLDERS_MAX (OPTION_LIST_MAX + 16)

/* One line of an option table: `--data-dir FOLDER`, for the struct option_list `list` of `owner`. */
#define DATA_DIR_OPTION(owner, list)                                                                                   \
	{                                                                                                              \
		.name = "data-dir", .type = OPTION_LIST, .offset = offsetof(owner, list), .argument = "FOLDER",        \
		.help = "look for data sets here first; may be given again"                                            \
	}

struct data_folders {
	const char *folders[DATA_FOLDERS_MAX + 1];
	char *home, *environment, *bundled; /* owned */
};

/* --data-dir, HARDROW_DATA (folders with ':' between), ./datasets, ../shared/datasets if it is there,
 * ~/.local/share/hardrow/datasets, and behind them what comes with hardrow. On failure too it is to be done with. */
MUST_CHECK enum err_code data_folders_init(struct data_folders *folders, const struct option_list *given,
					   struct err *err);
void data_folders_done(struct data_folders *folders);

/* The search path; borrowed from `folders`. */
struct data_path data_folders_path(const struct data_folders *folders);

/* ~/.local/share/hardrow/datasets (XDG_DATA_HOME is obeyed): where `datasets fetch` puts files. */
const char *data_folders_home(const struct data_folders *folders);

#endif
