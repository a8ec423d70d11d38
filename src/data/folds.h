/* Folds of a cross-validation: every instance is held out by one of them. */
#ifndef HARDROW_DATA_FOLDS_H
#define HARDROW_DATA_FOLDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/split.h"

struct folds {
	size_t count; /* >= 2 */
	size_t at;    /* 0 .. count-1: the fold that is held out */
	uint64_t seed;
	bool stratified; /* deal out each class evenly */
	bool blocks;	 /* each fold is a run of instances in the order of the file; not stratified, without groups */
};

/* The split whose test part is one fold of the whole data set. Over the `at` of one seed every instance is tested once.
 *  - Instances are dealt out one by one in a random order (stream RNG_SPLIT of the seed); stratified, each class is,
 * and begins in the fold where the one before it ended, so that small classes do not all meet in fold 0.
 *  - A data set with groups: whole groups, the largest first, equally large ones in random order, each to the fold
 *    where it adds least to sum over classes (sum over folds of (held out / instances of the class)^2), the first of
 *    such; not stratified, all instances count as one class (scikit-learn's GroupKFold and, but for the order,
 *    StratifiedGroupKFold).
 *  - Blocks: fold f is the instances from f n / count to (f + 1) n / count; the seed does not matter.
 * ERR_INPUT: a data set that has its own test part, fewer instances or groups than folds, blocks of groups, or fewer
 * than two classes left to train on. */
MUST_CHECK enum err_code folds_create_split(const struct dataset *dataset, const struct folds *folds,
					    struct split **ret_split, struct err *err);

/* The parts of one fold of the training part of `split`, which loses those held out, and everyone else as test part:
 * those held out are the test instances of the result that are training instances of `split`. Dealt out stratified,
 * whatever `folds` says, groups as wholes, with random numbers of stream RNG_FOLDS. ERR_INPUT: fewer than two classes
 * are left to train on, or fewer groups train than there are folds. */
MUST_CHECK enum err_code folds_part_training(const struct split *split, const struct dataset *dataset,
					     const struct folds *folds, struct split **ret_split, struct err *err);

#endif
