/* The options of commands that train: what is kept so that a run can go on. */
#ifndef HARDROW_CLI_CHECKPOINT_H
#define HARDROW_CLI_CHECKPOINT_H

#include <stdbool.h>

#include "base/option.h"

struct checkpoint {
	const char *period; /* "5", "none" */
	bool keeps_state;
};

MUST_CHECK enum err_code checkpoint_check(const char *text, struct err *err);

/* Seconds between two states; INFINITY for none. */
double checkpoint_seconds(const struct checkpoint *checkpoint);

/* Two lines of an option table, for the checkpoint `field` of `owner`. */
#define CHECKPOINT_OPTIONS(owner, field)                                                                               \
	{ .section = "recording",                                                                                      \
	  .name = "checkpoint",                                                                                        \
	  .type = OPTION_TEXT,                                                                                         \
	  .offset = offsetof(owner, field.period),                                                                     \
	  .check = checkpoint_check,                                                                                   \
	  .argument = "SECONDS|none",                                                                                  \
	  .initial = "5",                                                                                              \
	  .help = "how often what a run needs to go on is saved, so that 'hardrow resume' finds it" },                 \
	{                                                                                                              \
		.name = "keep-state", .type = OPTION_FLAG, .offset = offsetof(owner, field.keeps_state),               \
		.help = "keep it when the run is done: 'hardrow resume RUN --epochs N' trains it further"              \
	}

#endif
