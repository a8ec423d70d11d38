/* A sound file of the newest version for the fuzz targets that damage one. */
#ifndef HARDROW_TESTS_FUZZ_SEED_H
#define HARDROW_TESTS_FUZZ_SEED_H

/* Writes it: runs 1 and 2 of a sweep of two models, on a data set with sub-classes, two epochs, weights and states, an
 * adjusted run 3 and an imported run 4, influences, loss changes and plain rows; a few hundred small pages. Aborts if
 * it cannot. */
void seed_write(const char *path);

#endif
