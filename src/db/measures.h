/* The measures of an instance over all epochs of a run, once: the columns of `instance_summary`. The INSERT, the
 * checksums and `verify` follow from the table below; the definitions are those of rebalance/dynamics.h.
 *
 * A new measure is one row here, a migration that adds its column, and its value in record/epoch.c. */
#ifndef HARDROW_DB_MEASURES_H
#define HARDROW_DB_MEASURES_H

/* X(ID, column, type of the column). Of a file's first version, and later ones: each list has a checksum of its own,
 * since rows that were written before it have only those of the lists before. */
#define MEASURES_FIRST(X)                                                                                              \
	X(P_TRUE_MEAN, p_true_mean, REAL)                                                                              \
	X(P_TRUE_SD, p_true_sd, REAL)                                                                                  \
	X(CORRECTNESS, correctness, REAL)                                                                              \
	X(FORGETTING_EVENTS, forgetting_events, INTEGER)                                                               \
	X(DIFFICULTY, difficulty, REAL)                                                                                \
	X(WEIGHT, weight, REAL)
#define MEASURES_LATER(X)                                                                                              \
	X(MEAN_LOSS, mean_loss, REAL)                                                                                  \
	X(LAST_LOSS, last_loss, REAL)                                                                                  \
	X(AUM, aum, REAL)                                                                                              \
	X(EL2N, el2n, REAL)                                                                                            \
	X(EVER_LEARNED, ever_learned, INTEGER)                                                                         \
	X(FIRST_LEARNED, first_learned, INTEGER)                                                                       \
	X(UNLEARNED_EPOCHS, unlearned_epochs, INTEGER)
#define MEASURES_LATEST(X) X(GRAND, grand, REAL)
/* Of a regression, which has none of the others but DIFFICULTY, WEIGHT and the losses. */
#define MEASURES_REGRESSION(X)                                                                                         \
	X(MEAN_ABS_RESIDUAL, mean_abs_residual, REAL)                                                                  \
	X(LAST_RESIDUAL, last_residual, REAL)
#define MEASURES(X) MEASURES_FIRST(X) MEASURES_LATER(X) MEASURES_LATEST(X) MEASURES_REGRESSION(X)

#define MEASURE_ID(id, column, type) MEASURE_##id,
enum measure { MEASURES(MEASURE_ID) MEASURE_COUNT };
#undef MEASURE_ID

/* Those of the first list stand before the others. */
#define MEASURE_FIRST_COUNT MEASURE_MEAN_LOSS

#endif
