/* Instance difficulty of Yu et al., "A Re-Balancing Strategy for Class-Imbalanced Classification Based on Instance
 * Difficulty", CVPR 2022 (Algorithm 1).
 *
 * Let p_t be the predicted probabilities of an instance of class y after epoch t, p_0 = 1/k, and
 *     r_j = p_t^j / p_{t-1}^j,   d_j = p_t^j - p_{t-1}^j,   psi_j = d_j ln r_j >= 0.
 *     dl = max(d_y, 0) ln r_y + sum over j != y of min(d_j, 0) ln r_j    (learning)
 *     du = min(d_y, 0) ln r_y + sum over j != y of max(d_j, 0) ln r_j    (unlearning)
 * du + dl = sum_j psi_j, the population stability index of the two predictions. With prior c > 0
 *     D_t = (c + sum over s <= t of du_s) / (c + sum over s <= t of dl_s),   D_0 = 1,   w_i = D_i / sum_j D_j.
 * The paper's ablation takes the last epoch alone: D_t = (c + du_t) / (c + dl_t).
 * All in double from log-softmax; p is floored (1e-12 unless said otherwise) both in the difference and in the
 * logarithm, which bounds one epoch's du + dl by about 2 * 27.6 and keeps D finite when a probability underflows.
 *
 * Instances are kept in tiles of 64 (num/tile.h) in the order of the data set: n instances, T = ceil(n / 64) tiles. */
#ifndef HARDROW_REBALANCE_DIFFICULTY_H
#define HARDROW_REBALANCE_DIFFICULTY_H

#include <stddef.h>

#include "base/err.h"
#include "base/state.h"
#include "num/tile.h"

enum difficulty_kind { DIFFICULTY_CUMULATIVE, DIFFICULTY_PER_EPOCH };
const char *difficulty_kind_name(size_t i); /* NULL behind the last */

/* What is recorded is float32: below the floor a p would be 0, and with a smaller prior D could leave its range. */
#define DIFFICULTY_LEAST_PRIOR 1e-20
#define DIFFICULTY_LEAST_FLOOR 1e-37

struct difficulty_settings {
	double prior; /* c, from DIFFICULTY_LEAST_PRIOR */
	double floor; /* from DIFFICULTY_LEAST_FLOOR, below 1 */
	int kind;     /* enum difficulty_kind */
};

struct difficulty {
	size_t classes;
	struct difficulty_settings settings;
	double *du, *dl;	 /* (T * 64) of the last epoch; padding behind n */
	double *sum_du, *sum_dl; /* (T * 64) over all epochs */
	double *value;		 /* (T * 64) D */
	double *p, *log_p;	 /* (T, k, 64) of the last epoch; before the first 1 / k */
};

/* All D start at 1. classes 0: predictions are the caller's, or du and dl too (rebalance/regression.h). */
MUST_CHECK enum err_code difficulty_create(size_t instances, size_t classes, const struct difficulty_settings *settings,
					   struct difficulty **ret_difficulty, struct err *err);
void difficulty_free(struct difficulty *difficulty);
void difficulty_freep(struct difficulty **difficulty);

/* Predictions, sums and D; du and dl are not among it. */
void difficulty_visit_state(struct difficulty *difficulty, size_t instances, struct state_visitor *visitor);

/* For who has set du and dl of tile t: adds them to the sums and sets D. */
void difficulty_add(struct difficulty *difficulty, size_t t);

/* The epoch's predictions of tile t: log p and p (k, 64), y (64) class as double. Sets du, dl, D of the tile. */
void difficulty_update(struct difficulty *difficulty, size_t t, const double *log_p, const double *p, const double *y);

/* The last predictions of tile t, as they lie here. */
struct tile_past difficulty_past(const struct difficulty *difficulty, size_t t);

/* difficulty_update() of k classes with a past that is the caller's. */
void difficulty_update_from(struct difficulty *difficulty, size_t t, const double *log_p, const double *p,
			    const double *y, size_t classes, struct tile_past *past);

#endif
