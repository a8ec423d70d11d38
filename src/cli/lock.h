/* Patience with a database that another program keeps locked. */
#ifndef HARDROW_CLI_LOCK_H
#define HARDROW_CLI_LOCK_H

#include <stdatomic.h>
#include <stdbool.h>

#include "db/db.h"

struct lock {
	const char *path;
	const atomic_bool *stop; /* ends the waiting; may be NULL */
	bool has_told;
};

/* Waits until the file is free, with one line on standard error after some seconds. The lock must outlive it. */
struct db_wait lock_wait(struct lock *lock);

#endif
