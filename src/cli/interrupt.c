#include "cli/interrupt.h"

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "db/db.h"

/* Seconds after the first signal in which another one is the same wish: `timeout` and some shells send it to the
 * program and to its process group. */
#define ECHO_SECONDS 1.0

#define EXIT_INTERRUPTED 130

static const int wishes[] = { SIGINT, SIGTERM, SIGHUP };

/* The program's only writable globals: a signal handler can be handed nothing. */
static atomic_bool interrupted;
static atomic_bool is_caught;
static _Atomic(struct db *) interrupted_db;
static _Atomic(double) interrupted_at;

static void on_wish(int signal_number)
{
	static const char words[] = "hardrow: interrupted\n";
	struct db *db = atomic_load(&interrupted_db);
	double first = 0; /* time of the first signal: 0 until there is one */

	if (!atomic_load(&is_caught)) {
		(void)!write(STDERR_FILENO, words, sizeof words - 1);
		_exit(EXIT_INTERRUPTED);
	}
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

/* Each further line to the same closed pipe asks again, and means nothing more by it. */
static void on_closed_pipe(int signal_number)
{
	(void)signal_number;
	atomic_store(&interrupted, true);
}

/* Unless whoever started the program has it ignored, as nohup does; of SIGINT see interrupt.h. Whoever waits in a
 * system call is woken up. */
static void handle(int signal_number, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler };
	struct sigaction inherited;

	(void)sigemptyset(&action.sa_mask);
	if (signal_number == SIGINT ||
	    (sigaction(signal_number, NULL, &inherited) == 0 && inherited.sa_handler != SIG_IGN))
		(void)sigaction(signal_number, &action, NULL);
}

void interrupt_begin(void)
{
	for (size_t i = 0; i < ARRAY_LENGTH(wishes); i++)
		handle(wishes[i], on_wish);
	/* A file that reaches its limit is then an error of write(). */
	(void)signal(SIGXFSZ, SIG_IGN);
	/* Who started us may have had no use for the ends of its programs; we have. */
	(void)signal(SIGCHLD, SIG_DFL);
}

const atomic_bool *interrupt_catch(struct db *db)
{
	atomic_store(&interrupted_db, db);
	atomic_store(&is_caught, true);
	if (db == NULL)
		handle(SIGPIPE, on_closed_pipe);
	return &interrupted;
}

const atomic_bool *interrupt_flag(void)
{
	return &interrupted;
}

void interrupt_catch_runs(void)
{
	(void)interrupt_catch(NULL);
}

void interrupt_release(void)
{
	atomic_store(&interrupted_db, NULL);
}
