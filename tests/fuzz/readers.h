/* Everything of hardrow that reads a database file, for the fuzz targets that damage one. */
#ifndef HARDROW_TESTS_FUZZ_READERS_H
#define HARDROW_TESTS_FUZZ_READERS_H

#include <stddef.h>

/* Reads the file, which may be damaged in any way: every view, as a virtual table and as a stock client sees it, every
 * report, `verify`, runs with their weights and states as `resume`, `adjust` and `influence` take them, and last what
 * changes it: an upgrade, `materialize` and `delete`. What fails says why; nothing else may happen. `only`: the name of
 * a view or a report, or "verify", "runs" or "changes": the one reader that does, as all take long; NULL: all. */
void readers_run(const char *path, const char *only);

/* Name of reader i, NULL behind the last. */
const char *readers_name(size_t i);

#endif
