#include "cli/interrupt.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "db/db.h"

/* Seconds after the first signal in which another one is the same wish: `timeout` and some shells send it to the
 * program and to its process group. */
#define ECHO_SECONDS 1.0

/* The program's only writable globals: a signal handler can be handed nothing. */
static atomic_bool interrupted;
static _Atomic(struct db *) interrupted_db;
static _Atomic(double) interrupted_at;

static void on_signal(int signal_number)
{
	struct db *db = atomic_load(&interrupted_db);
	double first = 0; /* time of the first signal: 0 until there is one */

	atomic_store(&interrupted, true);
	if (!atomic_compare_exchange_strong(&interrupted_at, &first, clock_seconds()) &&
	    clock_seconds() - first > ECHO_SECONDS) {
		/* Who asks twice means it. */
		(void)signal(signal_number, SIG_DFL);
		(void)raise(signal_number);
	}
	if (db != NULL)
		db_interrupt(db);
}

const atomic_bool *interrupt_catch(struct db *db)
{
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };

	atomic_store(&interrupted_db, db);
	(void)sigemptyset(&action.sa_mask);
	(void)sigaction(SIGINT, &action, NULL);
	(void)sigaction(SIGTERM, &action, NULL);
	return &interrupted;
}

void interrupt_release(void)
{
	atomic_store(&interrupted_db, NULL);
}
