/* An own empty folder for a test, which is the working directory while it runs:
 *     TestSuite(csv, .init = scratch_enter, .fini = scratch_leave); */
#ifndef HARDROW_TESTS_SCRATCH_H
#define HARDROW_TESTS_SCRATCH_H

#include <stddef.h>

void scratch_enter(void);
void scratch_leave(void);

void scratch_write(const char *name, const char *data, size_t length);

/* How many files and folders there are, hidden ones too. */
size_t scratch_count(const char *folder);

#endif
