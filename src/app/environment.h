/* What ran, where: recorded with every run. */
#ifndef HARDROW_APP_ENVIRONMENT_H
#define HARDROW_APP_ENVIRONMENT_H

#include "base/err.h"
#include "track/track.h"

struct environment {
	struct track_environment track; /* points into this struct and into static text */
	char host[256];
	char *argv; /* owned JSON array */
};

/* `argv` ends with NULL. The struct must not be moved afterwards; environment_done() ends it. */
MUST_CHECK enum err_code environment_init(char *const *argv, struct environment *ret_environment, struct err *err);
void environment_done(struct environment *environment);

#endif
