#include "cli/interrupt.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "db/db.h"

/* The program's only writable globals: a signal handler can be handed nothing. */
static atomic_bool interrupted;
static _Atomic(struct db *) interrupted_db;

static void on_signal(int signal_number)
{
	struct db *db = atomic_load(&interrupted_db);

	(void)signal_number;
	atomic_store(&interrupted, true);
	if (db != NULL)
		db_interrupt(db);
}

const atomic_bool *interrupt_catch(struct db *db)
{
	/* SA_RESETHAND: who presses Ctrl-C twice means it. */
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND | SA_RESTART };

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
