/* What an epoch's predictions and the weights that follow from them come to in the file. */
#ifndef HARDROW_RECORD_EPOCH_H
#define HARDROW_RECORD_EPOCH_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "rebalance/weighting.h"
#include "track/track.h"

/* Fills `record`, but for its number, seconds, norms and matrices, from an epoch's predictions and the weights of the
 * next; with `blocks` the instances too: those that are not seen have
 * no prediction, du and dl. Bare predictions are in the record already (epoch_record_values), NAN where there is none.
 * draws (n), NULL: unknown. */
MUST_CHECK enum err_code epoch_fill_record(const struct predictions *predictions, const struct weighting *weighting,
					   const uint32_t *draws, bool blocks, struct epoch_record *record,
					   struct err *err);

/* The measures of instance i after the last epoch; NAN: not known. */
void epoch_measure(const struct predictions *predictions, const struct weighting *weighting, size_t i,
		   double ret_measure[MEASURE_COUNT]);

/* What instances and classes are called. */
struct epoch_names {
	char *const *classes;	     /* (k) borrowed */
	const uint32_t *instance_id; /* (n) borrowed */
};

/* What the summaries of a run are made of after its last epoch. */
struct epoch_summary {
	struct epoch_names names;
	const struct predictions *predictions;
	const struct weighting *weighting;
	const uint8_t *part; /* (n) as in the split's mask */
};

/* Those of all instances. `summary` and what it names are borrowed until they are written. */
struct track_summaries epoch_summaries(const struct epoch_summary *summary);

#endif
