/* Training and test part of a data set; a few instances may be in neither, the meta set
 * (rebalance/loss_meta_reweight.c). */
#ifndef HARDROW_DATA_SPLIT_H
#define HARDROW_DATA_SPLIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "data/dataset.h"

struct split {
	size_t instances, train_count, test_count, meta_count;
	bool is_given;		       /* the test part is the data set's own, not drawn */
	uint8_t *is_test;	       /* (instances) enum split_part */
	char sha256[FILE_SHA256_SIZE]; /* of is_test: what the split is */
	uint32_t *train;	       /* (train_count) positions, ascending */
	uint32_t *test;		       /* (test_count) positions, ascending */
	uint32_t *meta;		       /* (meta_count) positions, ascending */
	size_t classes;
	uint32_t *train_class; /* (classes) instances of each class in the training part */
	uint32_t *test_class;  /* (classes) */
};

/* A data set with its own test part keeps it: fraction and `stratified` are not looked at, and every seed gives the
 * same parts. Its own meta set stays one, and of all others, n: test_count = ceil(fraction * n), as scikit-learn's
 * train_test_split; fraction 0 puts everything into training. Stratified: class counts of the test part are
 * proportional, rounded by largest remainder with ties broken at random
 * (_approximate_mode in scikit-learn); members drawn at random. A class of one is no error (scikit-learn's is): it goes
 * where the rounding puts it. Random numbers: stream RNG_SPLIT of `seed`.
 * ERR_INPUT: a fraction outside [0, 1), or a training part that would hold fewer than two classes; one that lacks a
 * class but holds two is fine. */
MUST_CHECK enum err_code split_create(const struct dataset *dataset, double test_fraction, bool stratified,
				      uint64_t seed, struct split **ret_split, struct err *err);

/* Parts that are known: is_test (n), as in struct split; other bytes train. */
MUST_CHECK enum err_code split_restore(const struct dataset *dataset, const uint8_t *is_test, bool is_given,
				       struct split **ret_split, struct err *err);

/* The same for parts to train on. ERR_INPUT: fewer than two classes are left to train on. */
MUST_CHECK enum err_code split_restore_to_train(const struct dataset *dataset, const uint8_t *is_test, bool is_given,
						struct split **ret_split, struct err *err);

/* The parts of dataset_select(source, keep), for the `split` of the source: everyone stays in his part. */
MUST_CHECK enum err_code split_select(const struct split *split, const uint8_t *keep, const struct dataset *selected,
				      struct split **ret_split, struct err *err);

/* The same parts, but for a meta set that is taken out of the training part: `per_class` instances of each class, at
 * most half of it, drawn at random (stream RNG_META of `seed`). ERR_INPUT: none can be taken. */
MUST_CHECK enum err_code split_take_meta(const struct split *split, const struct dataset *dataset, size_t per_class,
					 uint64_t seed, struct split **ret_split, struct err *err);

/* test_count / instances. */
double split_test_share(const struct split *split);

void split_free(struct split *split);
void split_freep(struct split **split);

#endif
