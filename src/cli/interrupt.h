/* Ctrl-C. */
#ifndef HARDROW_CLI_INTERRUPT_H
#define HARDROW_CLI_INTERRUPT_H

#include <stdatomic.h>

struct db;

/* From now on the first SIGINT or SIGTERM sets the returned flag and, if `db` is not NULL, ends its running statement
 * with ERR_INTERRUPTED; another one more than a second later kills the program. Call interrupt_release() before the db
 * is freed. */
const atomic_bool *interrupt_catch(struct db *db);

/* Forgets the db; the flag and the handlers stay. */
void interrupt_release(void);

#endif
