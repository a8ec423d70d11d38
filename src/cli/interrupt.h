/* Ctrl-C, and what is meant like it: SIGTERM, and SIGHUP of a terminal that goes away. What the program inherited as
 * ignored stays so, but for SIGINT: a shell without job control ignores that for all it starts with '&', without being
 * asked, and a script that then sends it to the program means it. */
#ifndef HARDROW_CLI_INTERRUPT_H
#define HARDROW_CLI_INTERRUPT_H

#include <stdatomic.h>

struct db;

/* Call first. From now on each of them ends the program at once, with one line on standard error and exit code 130;
 * SQLite's journal undoes what was not committed. Files that reach a limit are an error, not a signal. */
void interrupt_begin(void);

/* For work that has an end of its own: from now on the first of them sets the returned flag, ends a read() or open()
 * that waits and, if `db` is not NULL, its running statement with ERR_INTERRUPTED; another one more than a second later
 * kills the program. Call interrupt_release() before the db is freed. Without a db, for who writes runs, a closed pipe
 * (SIGPIPE) sets the flag too; else it ends the program, as everywhere. */
const atomic_bool *interrupt_catch(struct db *db);

/* The same in two steps, for who writes runs: the flag, which nothing sets before the second. */
const atomic_bool *interrupt_flag(void);
void interrupt_catch_runs(void);

/* Forgets the db; the flag and the handlers stay. */
void interrupt_release(void);

#endif
