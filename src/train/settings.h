/* Every setting of a run, in one table: the command line of `train`, the keys of a sweep file and the recorded
 * configuration are all made from it. */
#ifndef HARDROW_TRAIN_SETTINGS_H
#define HARDROW_TRAIN_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/option.h"
#include "model/optimizer.h"
#include "rebalance/method.h"

struct run_settings {
	/* data */
	const char *label; /* NULL: the catalogue's, or the last column */
	int missing;	   /* enum missing_policy */
	int scale;	   /* enum scale_kind */
	double test_fraction;
	bool stratified;
	uint64_t split_seed;
	/* method */
	int method, sampler,
	    loss;  /* indices of the tables; sampler and loss 0: the method's own, else table index + 1 */
	int apply; /* enum method_apply */
	double beta, prior, floor;
	int reduction; /* enum reduction */
	/* training */
	int init, optimizer;
	struct optimizer_settings optimization;
	const char *batch_size; /* a number or "full" */
	size_t epochs;
	uint64_t seed;
	const char *record; /* "every:1", "every:N", "last" or "none" */
};

enum reduction { REDUCTION_BATCH, REDUCTION_WEIGHTS };

extern const struct option_spec settings_specs[];
extern const size_t settings_spec_count;

/* The sampler and loss that the settings come to. ERR_INPUT if --apply is given with a method that has no difficulty.
 */
MUST_CHECK enum err_code settings_compose(const struct run_settings *settings, struct method *ret_method,
					  struct err *err);

/* Instances a batch, at most `instances`. */
size_t settings_batch_size(const struct run_settings *settings, size_t instances);

/* Whether epoch `epoch` of 1..epochs is recorded in full. */
bool settings_records_epoch(const struct run_settings *settings, size_t epoch, size_t epochs);

#endif
