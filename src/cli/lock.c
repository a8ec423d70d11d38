#include "cli/lock.h"

#include <stddef.h>
#include <stdio.h>

#include "cli/print.h"

#define TELL_SECONDS 5.0

static bool goes_on(void *context, double waited)
{
	struct lock *lock = context;
	char holder[128];

	if (lock->stop != NULL && atomic_load(lock->stop))
		return false;
	if (waited >= TELL_SECONDS && !lock->has_told) {
		lock->has_told = true;
		db_lock_holder(lock->path, holder, sizeof holder);
		print_clean(stderr, "hardrow: %s: waiting for %s, which keeps it locked\n", lock->path, holder);
	}
	return true;
}

struct db_wait lock_wait(struct lock *lock)
{
	return (struct db_wait){ lock, goes_on };
}
