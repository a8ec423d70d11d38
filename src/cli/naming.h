/* What people call the runs that a command begins, and what they note about them. Not --name: of 'adjust' and of sweep
 * files that is the name of a method or an experiment. */
#ifndef HARDROW_CLI_NAMING_H
#define HARDROW_CLI_NAMING_H

#include "base/option.h"

struct naming {
	const char *run_name, *note;
};

/* Two lines of an option table, for the struct naming `field` of `owner`. */
#define NAMING_OPTIONS(owner, field)                                                                                   \
	{ .section = "recording",                                                                                      \
	  .name = "run-name",                                                                                          \
	  .type = OPTION_TEXT,                                                                                         \
	  .offset = offsetof(owner, field.run_name),                                                                   \
	  .argument = "TEXT",                                                                                          \
	  .help = "what 'hardrow runs' calls it; not part of what makes a run" },                                      \
	{                                                                                                              \
		.name = "note", .type = OPTION_TEXT, .offset = offsetof(owner, field.note), .argument = "TEXT",        \
		.help = "what you want to remember about it"                                                           \
	}

#endif
